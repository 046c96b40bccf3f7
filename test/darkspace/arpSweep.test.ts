import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress } from '../../src/base/address.ts';
import { ArpSweep } from '../../src/darkspace/arpSweep.ts';
import { prefixOf, start } from './frames.ts';

const second = 1_000_000;
const network = [prefixOf('10.9.0.200/29')];
/** What is asked in `seconds`, looked at ten times a second. */
function ask(sweep: ArpSweep, networks: Parameters<ArpSweep['due']>[1], seconds: number, from = start): string[] {
  const asked: string[] = [];
  for (let n = 0; n < 10 * seconds; n++) asked.push(...sweep.due(from + n * 0.1 * second, networks).map(formatAddress));
  return asked;
}

describe('the sweep by ARP', () => {
  it('asks each address of the own networks once, but network and broadcast address', () => {
    assert.deepEqual(
      ask(new ArpSweep(10), network, 5),
      [1, 2, 3, 4, 5, 6].map((n) => `10.9.0.${200 + n}`),
    );
  });
  it('asks so many a second, and never catches up with more than a handful', () => {
    const sweep = new ArpSweep(5);
    const wide = [prefixOf('10.9.0.0/24')];
    assert.equal(ask(sweep, wide, 10).length, 50);
    assert.ok(sweep.due(start + 40 * second, wide).length <= 10);
  });
  it('begins again after a day, with the networks of then', () => {
    const sweep = new ArpSweep(100);
    assert.equal(ask(sweep, network, 2).length, 6);
    assert.equal(ask(sweep, network, 2, start + 3600 * second).length, 0);
    assert.deepEqual(ask(sweep, [prefixOf('10.8.0.0/31')], 2, start + 86_400 * second), ['10.8.0.0', '10.8.0.1']);
  });
  it('leaves out IPv6, whose networks nobody can ask through, and networks beyond a /20', () => {
    assert.deepEqual(ask(new ArpSweep(100), [prefixOf('2001:db8::/64'), prefixOf('10.0.0.0/19')], 2), []);
    assert.equal(ask(new ArpSweep(100), [prefixOf('10.0.0.0/20')], 100).length, 4094);
  });
  it('asks nobody where it is off', () => {
    assert.deepEqual(ask(new ArpSweep(0), network, 5), []);
  });
});
