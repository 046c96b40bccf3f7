import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, parseTime, second } from '../../src/base/time.ts';
import { correctedStates } from '../../src/judge/correction.ts';
import { noUserStarted } from '../../src/judge/policy.ts';
import { stateOfSecond } from '../../src/judge/stateOfSecond.ts';
import type { CorrectionRecord } from '../../src/record/correction.ts';
import type { HostInterval } from '../../src/record/interval.ts';

const at = parseTime('2021-01-10T00:00:00Z') as number;
const states: HostInterval[] = [
  { from: at, to: at + 2 * hour, state: 'present', machineFrom: at, confidence: 'high', fromGuardUs: 0, toGuardUs: 0 },
  {
    from: at + 2 * hour,
    to: at + 5 * hour,
    state: 's3',
    machineFrom: at + 2 * hour,
    confidence: 'high',
    fromGuardUs: 2 * second,
    toGuardUs: second,
  },
  {
    from: at + 5 * hour,
    to: at + 9 * hour,
    state: 'present',
    machineFrom: at + 5 * hour,
    confidence: 'high',
    fromGuardUs: 0,
    toGuardUs: 0,
  },
];
const record = (fields: Partial<CorrectionRecord>): CorrectionRecord => ({
  host: 'PC-7',
  from: at,
  to: at + 9 * hour,
  status: 'applied',
  offsetUs: 100 * second,
  uncertaintyUs: 10 * second,
  wakeEdges: 3,
  stamps: 0,
  reason: 'test',
  ...fields,
});
const edges = (moved: readonly HostInterval[]) => moved.map(({ from, to }) => [(from - at) / second, (to - at) / second]);

describe('states in the time of the sensor', () => {
  it('are as logged where nothing is moved', () => {
    assert.deepEqual(correctedStates(states, []), states);
    assert.deepEqual(correctedStates(states, [record({ status: 'agrees', offsetUs: 0 })]), states);
  });
  it('are moved by the difference, and still name the interval of the log', () => {
    const moved = correctedStates(states, [record({})]);
    assert.deepEqual(edges(moved), [
      [100, 7300],
      [7300, 18_100],
      [18_100, 32_500],
    ]);
    assert.deepEqual(
      moved.map(({ machineFrom }) => machineFrom),
      states.map(({ machineFrom }) => machineFrom),
    );
  });
  it('touch where the clock was set between them, and a stretch that never was is gone', () => {
    const stepped: HostInterval[] = [
      ...states.slice(0, 2),
      { ...(states[2] as HostInterval), to: at + 6 * hour },
      { ...(states[2] as HostInterval), state: 'unknown', from: at + 6 * hour, to: at + 6 * hour + 100 * second },
      { ...(states[2] as HostInterval), from: at + 6 * hour + 100 * second },
    ];
    const half = at + 6 * hour + 50 * second;
    const moved = correctedStates(stepped, [record({ to: half }), record({ from: half, status: 'agrees', offsetUs: 0 })]);
    assert.deepEqual(
      moved.map(({ state }) => state),
      ['present', 's3', 'present', 'present'],
    );
    for (const [i, { from }] of moved.entries()) if (i > 0) assert.equal(from, moved[i - 1]?.to);
  });
  it('are uncertain around their edges for as long as the difference is: strict leaves that out, sleep does not', () => {
    const moved = correctedStates(states, [record({})]);
    const counted = (policy: 'sleep' | 'strict', seconds: number) => {
      const { state, confidence } = stateOfSecond(moved, at + seconds * second);
      return noUserStarted(policy, state, confidence);
    };
    const inSleep = [7305, 7311, 7313, 10_000, 18_085, 18_095];
    assert.deepEqual(
      inSleep.map((seconds) => counted('strict', seconds)),
      [false, false, true, true, true, false],
    );
    assert.ok(inSleep.every((seconds) => counted('sleep', seconds)));
    assert.equal(counted('sleep', 7290), false);
    assert.equal(stateOfSecond(moved, at + 7295 * second).confidence, 'low');
  });
});
