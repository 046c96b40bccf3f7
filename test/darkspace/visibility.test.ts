import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activeVisibility, groupsOfTest, PassiveGauge, testTargets } from '../../src/darkspace/visibility.ts';
import { solicitedNodeOf } from '../../src/wire/ndp.ts';
import { signsOf, solicitation, start } from './frames.ts';

let seed = 1;
const draw = () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed;
};

describe('the visibility gauge', () => {
  it('asks in as many groups as it draws', () => {
    const targets = testTargets(draw);
    assert.equal(new Set(targets.map((target) => solicitedNodeOf(target).address)).size, groupsOfTest);
  });
  it('says sees, partly or blind by the share that reached a mirror port', () => {
    const targets = testTargets(draw);
    const verdict = (shown: number) => activeVisibility(targets, new Set(targets.slice(0, shown))).verdict;
    assert.deepEqual([verdict(16), verdict(15), verdict(14), verdict(1), verdict(0)], ['sees', 'sees', 'partly', 'partly', 'blind']);
    assert.equal(activeVisibility(targets, new Set([1n])).shown, 0);
    assert.equal(activeVisibility([], new Set()).verdict, 'unknown');
  });
  it('where nothing may be sent, waits for hosts before it calls silence blindness', () => {
    const window = 600_000_000;
    const gauge = new PassiveGauge(start);
    gauge.sawHost(1);
    assert.equal(gauge.read(start + window).verdict, 'unknown');
    for (const mac of [1, 2, 3]) gauge.sawHost(mac);
    assert.equal(gauge.read(start + 2 * window - 1).verdict, 'unknown');
    assert.equal(gauge.read(start + 2 * window).verdict, 'blind');
    assert.equal(gauge.read(start + 2 * window + 1).verdict, 'blind');
    for (const sign of signsOf(solicitation())) if (sign.kind === 'solicitation') gauge.sawSolicitation(sign);
    assert.equal(gauge.read(start + 2 * window + 2).verdict, 'sees');
  });
});
