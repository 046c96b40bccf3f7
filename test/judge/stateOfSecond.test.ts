import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { second } from '../../src/base/time.ts';
import { stateOfSecond } from '../../src/judge/stateOfSecond.ts';
import { type HostInterval, type HostState, hostStates } from '../../src/record/interval.ts';
import { at } from '../store/sampleFlow.ts';
import { stretch } from './sample.ts';

const on = (clock: string) => at(`2021-01-10T${clock}Z`);
const states = (...cuts: [HostState, string, string][]) =>
  cuts.map(([state, from, to]) => stretch(state, `2021-01-10T${from}Z`, `2021-01-10T${to}Z`));
const day = states(['present', '00:00:00', '01:00:00'], ['modern-sleep', '01:00:00', '02:00:00.5'], ['on', '02:00:00.5', '03:00:00']);

describe('the state of a second', () => {
  const rows: [string, string, HostState][] = [
    ['is that of the stretch that holds it', '00:30:00', 'present'],
    ['before an edge on a whole second is that before it', '00:59:59', 'present'],
    ['after an edge on a whole second is that after it', '01:00:00', 'modern-sleep'],
    ['across waking is awake', '02:00:00', 'on'],
    ['across falling asleep is awake', '00:59:59.5', 'present'],
    ['before the first stretch is unknown', '00:00:00', 'present'],
    ['at the end of the last stretch is unknown', '03:00:00', 'unknown'],
    ['across the end of the last stretch is unknown', '02:59:59.5', 'unknown'],
  ];
  for (const [sentence, clock, expected] of rows) it(sentence, () => assert.equal(stateOfSecond(day, on(clock)).state, expected));

  it('is unknown where there is nothing at all, and names no interval', () =>
    assert.deepEqual(stateOfSecond([], on('01:00:00')), { state: 'unknown', intervalFrom: null, confidence: 'low' }));
  it('is unknown in and across a gap between two stretches', () => {
    const gap = states(['off', '00:00:00', '01:00:00.5'], ['off', '01:00:03', '02:00:00']);
    assert.deepEqual(
      ['00:59:59', '01:00:00', '01:00:01', '01:00:02.5', '01:00:03'].map((clock) => stateOfSecond(gap, on(clock)).state),
      ['off', 'unknown', 'unknown', 'unknown', 'off'],
    );
  });
  it('is awake when a waking shorter than the second lies within it', () => {
    const brief = states(['s3', '00:00:00', '01:00:00.2'], ['present', '01:00:00.2', '01:00:00.7'], ['s3', '01:00:00.7', '02:00:00']);
    assert.deepEqual(
      ['00:59:59', '01:00:00', '01:00:01'].map((clock) => stateOfSecond(brief, on(clock)).state),
      ['s3', 'present', 's3'],
    );
  });
  it('is awake in a short waking that both its edges hide: one machine interval, the person comes and goes', () => {
    const machineFrom = on('00:00:00');
    const brief = states(
      ['locked', '00:00:00', '01:00:00.2'],
      ['present', '01:00:00.2', '01:00:00.7'],
      ['locked', '01:00:00.7', '02:00:00'],
    );
    assert.equal(
      stateOfSecond(
        brief.map((one) => ({ ...one, machineFrom })),
        on('01:00:00'),
      ).state,
      'present',
    );
  });
  it('names the machine interval that says so', () => assert.equal(stateOfSecond(day, on('01:30:00')).intervalFrom, on('01:00:00')));

  const guarded = [stretch('s3', '2021-01-10T01:00:00Z', '2021-01-10T02:00:00Z', { fromGuardUs: 10 * second, toGuardUs: 5 * second })];
  const guards: [string, string, string][] = [
    ['low in the guard band after falling asleep', '01:00:09', 'low'],
    ['high behind it', '01:00:10', 'high'],
    ['high before the guard band of waking', '01:59:54', 'high'],
    ['low in it', '01:59:55', 'low'],
    ['low when the second reaches into it', '01:59:54.000001', 'low'],
  ];
  for (const [sentence, clock, confidence] of guards)
    it(`has a confidence that is ${sentence}`, () => {
      const found = stateOfSecond(guarded, on(clock));
      assert.deepEqual([found.state, found.confidence], ['s3', confidence]);
    });
  it('has low confidence on an edge that does not fall on a whole second', () =>
    assert.equal(stateOfSecond(day, on('02:00:00')).confidence, 'low'));
  it('keeps a weak confidence outside of guard bands', () =>
    assert.equal(
      stateOfSecond([stretch('off', '2021-01-10T01:00:00Z', '2021-01-10T02:00:00Z', { confidence: 'medium' })], on('01:30:00')).confidence,
      'medium',
    ));

  it('is the most wakeful of all that the second touches, whatever the stretches', () => {
    const start = on('00:00:00');
    const stretches = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 1_700_000 }), fc.constantFrom(...hostStates)), { minLength: 1, maxLength: 20 })
      .map((pieces) => {
        let from = start;
        return pieces.map(([length, state]): HostInterval => {
          const piece = { from, to: from + length, state, machineFrom: from, confidence: 'high' as const, fromGuardUs: 0, toGuardUs: 0 };
          from += length;
          return piece;
        });
      });
    fc.assert(
      fc.property(stretches, fc.integer({ min: -2_000_000, max: 20_000_000 }), (pieces, offset) => {
        const begin = start + offset;
        const touched = pieces.filter(({ from, to }) => from < begin + second && to > begin);
        const covered = touched.reduce((sum, { from, to }) => sum + Math.min(to, begin + second) - Math.max(from, begin), 0);
        const most = Math.max(-1, ...touched.map(({ state }) => hostStates.indexOf(state)));
        const expected = covered < second ? 'unknown' : hostStates[most];
        assert.equal(stateOfSecond(pieces, begin).state, expected);
      }),
      { numRuns: 500 },
    );
  });
});
