import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, minute, parseTime, second } from '../../src/base/time.ts';
import { byKind, consensusAt } from '../../src/judge/clockConsensus.ts';
import type { ClockEvidence } from '../../src/judge/clockEvidence.ts';

const at = parseTime('2021-01-10T08:00:00Z') as number;
const wake = (days: number, ...differences: readonly number[]): ClockEvidence => ({
  kind: 'wake',
  at: at + days * day,
  clock: 0,
  supports: differences.map((seconds) => ({
    zeroFrom: (seconds - 60) * second,
    from: (seconds - 20) * second,
    to: seconds * second,
    zeroTo: (seconds + 2) * second,
    weight: 1,
  })),
});
const stamp = (days: number, seconds: number): ClockEvidence => ({
  kind: 'stamp',
  at: at + days * day,
  clock: 0,
  supports: [
    {
      zeroFrom: (seconds - 2) * second,
      from: (seconds - 0.5) * second,
      to: (seconds + 0.5) * second,
      zeroTo: (seconds + 2) * second,
      weight: 1,
    },
  ],
});
const asked = (evidence: readonly ClockEvidence[], when = at) => {
  const answer = consensusAt(when, byKind(evidence));
  return typeof answer === 'string'
    ? answer
    : [Math.round(answer.from / second), Math.round(answer.to / second), answer.wakeEdges, answer.stamps];
};

describe('the difference that evidence agrees on', () => {
  it('is none without evidence, and none with a single edge or stamp', () => {
    assert.equal(asked([]), 'none');
    assert.equal(asked([wake(0, 212)]), 'thin');
    assert.equal(asked([stamp(0, 212)]), 'thin');
  });
  it('is where two edges overlap', () => {
    const [from = 0, to = 0, edges] = asked([wake(0, 212), wake(0, 220)]) as number[];
    assert.ok(from >= 190 && to <= 214 && from < to, `${from} to ${to}`);
    assert.equal(edges, 2);
  });
  it('does not follow one edge that is wrong, however many agree', () => {
    const [from = 0, to = 0, edges] = asked([wake(0, 212), wake(0, -500), wake(0, 215)]) as number[];
    assert.ok(from >= 190 && to <= 216);
    assert.equal(edges, 2);
  });
  it('takes of several candidates of one edge the one that others support', () => {
    const [from = 0, to = 0] = asked([wake(0, -300, 212), wake(0, 30, 210), wake(0, 211, 640)]) as number[];
    assert.ok(from >= 185 && to <= 214, `${from} to ${to}`);
  });
  it('is none where two differences are supported alike', () =>
    assert.equal(asked([wake(0, 0), wake(0, 1), wake(0, 300), wake(0, 301)]), 'ambiguous'));
  it('is sharp where the host sent its clock', () => {
    const [from = 0, to = 0, edges, stamps] = asked([wake(0, 212), stamp(0, 205)]) as number[];
    assert.ok(from >= 203 && to <= 207 && edges === 1 && stamps === 1, `${from} to ${to}`);
  });
  it('follows a clock that drifts: near evidence decides, and what is far is less sharp', () => {
    const drifting = Array.from({ length: 30 }, (_, i) => stamp(i, 5 * i));
    const [from = 0, to = 0] = asked(drifting, at + 20 * day) as number[];
    assert.ok(from >= 90 && to <= 110, `${from} to ${to}`);
    const [near, far] = [at, at + 40 * day].map((when) => asked([stamp(0, 10), stamp(0, 10)], when) as number[]);
    const width = ([low = 0, high = 0]: number[] = []) => high - low;
    assert.ok(width(far) > width(near) + 100);
  });
  it('says the same in whatever order the evidence comes', () => {
    const evidence = [wake(0, 212), stamp(1, 203), wake(2, 220, -40), wake(3, 215), stamp(4, 207), wake(4, 99)];
    for (const moment of [at, at + 2 * day, at + 36 * hour + minute])
      assert.deepEqual(asked(evidence, moment), asked(evidence.toReversed(), moment));
  });
});
