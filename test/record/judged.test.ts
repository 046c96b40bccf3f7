import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, dayOf } from '../../src/base/time.ts';
import { judgeDay } from '../../src/judge/judgement.ts';
import { Networks } from '../../src/judge/networks.ts';
import { judgementKind } from '../../src/record/judged.ts';
import { device, stretch } from '../judge/sample.ts';
import { at, sampleFlow } from '../store/sampleFlow.ts';

describe('the identity of a judgement', () => {
  it('tells apart the seconds inside and outside a guard band of one interval', () => {
    const from = dayOf(at('2021-01-10T03:04:00Z'));
    const states = [stretch('modern-sleep', '2021-01-10T03:04:00Z', '2021-01-11T00:00:00Z', { fromGuardUs: 5_000_000 })];
    const { judgements } = judgeDay({ mac: device, from, to: from + day, flows: [sampleFlow()], names: [], states }, new Networks([]));
    assert.deepEqual(judgements.map(({ confidence }) => confidence).toSorted(), ['high', 'low']);
    const identities = judgements.map((row) => JSON.stringify(judgementKind.identity.map((name) => String(row[name]))));
    assert.equal(new Set(identities).size, judgements.length);
  });
});
