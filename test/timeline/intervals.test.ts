import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { second } from '../../src/base/time.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { type IntervalRecord, intervalKind } from '../../src/record/interval.ts';
import { combine } from '../../src/timeline/hostState.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { day0, type Fields, Script } from './script.ts';

/** Any events at any times in any order of writing: what a damaged or forged log may hold. */
const kinds: [string, (a: number, b: number) => Fields][] = [
  ['KP 42', (a) => ({ TargetState: a % 8, EffectiveState: (a >> 3) % 8, Reason: a % 16 })],
  ['KP 107', () => ({})],
  ['KP 41', (a) => ({ SleepInProgress: a % 5 })],
  ['KP 109', () => ({})],
  ['KP 506', (a) => ({ Reason: a % 58, ScenarioInstanceIdV2: a % 3 })],
  ['KP 507', (a, b) => ({ Reason: a % 58, DurationInUs: b * 1000 - 1e9, DripsResidencyInUs: a, ScenarioInstanceIdV2: a % 3 })],
  [
    'KP 507',
    (a, b) => ({ Reason: 31, DurationInUs: b, SleepEntered: a % 2 === 0, ScreenOffDurationInUs: a * 1e6, SleepDurationInUs: b * 100 }),
  ],
  ['KG 1', (a, b) => ({ OldTime: iso(a), NewTime: iso(b), Reason: a % 4 })],
  ['KG 12', (a) => ({ StartTime: iso(a) })],
  ['KG 13', () => ({})],
  ['EL 6005', () => ({})],
  ['EL 6006', () => ({})],
  ['EL 6013', () => ({})],
  ['CL 104', () => ({})],
  ['CL 1102', () => ({})],
  ['PT 1', (a, b) => ({ SleepTime: iso(a), WakeTime: iso(b), TargetState: a % 8, EffectiveState: b % 8, WakeSourceType: a % 8 })],
  ['KB 27', (a) => ({ BootType: a % 3 })],
  ['WL 7001', (a) => ({ TSId: a % 3 })],
  ['WL 7002', (a) => ({ TSId: a % 3 })],
  ['SEC 4624', (a) => ({ LogonType: a % 14, TargetLogonId: `0x${a % 5}` })],
  ['SEC 4634', (a) => ({ LogonType: a % 14, TargetLogonId: `0x${a % 5}` })],
  ['SEC 4616', (a, b) => ({ PreviousTime: iso(a), NewTime: iso(b) })],
  ['SEC 4800', (a) => ({ SessionId: a % 3 })],
  ['SEC 4801', (a) => ({ SessionId: a % 3 })],
  ['TS 21', (a) => ({ SessionID: a % 3, Address: a % 2 ? 'LOCAL' : '192.0.2.1' })],
  ['TS 24', (a) => ({ SessionID: a % 3, Address: '192.0.2.1' })],
  ['SC 7036', () => ({})],
];
const span = 200_000;
const iso = (seconds: number) =>
  `2024-03-0${4 + Math.floor(seconds / 86400)}T${[seconds % 86400].map((s) => [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join(':'))[0]}Z`;
const anyLog: fc.Arbitrary<EventRecord[]> = fc
  .array(fc.tuple(fc.nat(kinds.length - 1), fc.nat(span), fc.nat(span), fc.nat(span)), { maxLength: 40 })
  .map((rows) => {
    const script = new Script();
    for (const [kind, when, a, b] of rows) {
      const [what, fields] = kinds[kind] as (typeof kinds)[number];
      script.log(day0 + when * second, what, fields(a, b));
    }
    return script.events;
  });

function assertWhole(intervals: readonly IntervalRecord[], from: number, to: number): void {
  for (const axis of ['machine', 'person'] as const) {
    const own = intervals.filter((interval) => interval.axis === axis);
    assert.equal(own[0]?.from, from);
    assert.equal(own.at(-1)?.to, to);
    own.forEach((interval, i) => {
      assert.ok(interval.to > interval.from, 'an interval is not empty');
      if (i > 0) assert.equal(interval.from, own[i - 1]?.to, 'intervals touch');
      assert.ok(interval.fromGuardUs <= interval.to - interval.from && interval.toGuardUs <= interval.to - interval.from);
      assert.ok(intervalKind.schema.safeParse(interval).success, JSON.stringify(interval));
      assert.ok(interval.rule !== '');
    });
  }
}

describe('intervals of one host', () => {
  it('cover the asked time on both axes without gap and overlap, whatever the log says', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(span), fc.integer({ min: 1, max: span }), (events, start, length) => {
        const from = day0 + start * second;
        const to = from + length * second;
        const intervals = buildIntervals(events, { from, to });
        if (events.length === 0) return assert.deepEqual(intervals, []);
        assertWhole(intervals, from, to);
        const states = combine(intervals);
        assert.equal(states[0]?.from, from);
        assert.equal(states.at(-1)?.to, to);
        states.forEach((state, i) => {
          if (i > 0) assert.equal(state.from, states[i - 1]?.to);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('do not depend on the order in which events come, nor on doubles', () => {
    fc.assert(
      fc.property(anyLog, fc.infiniteStream(fc.nat(1000)), (events, random) => {
        const shuffled = [...events, ...events.slice(0, 5)]
          .map((event) => ({ event, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ event }) => event);
        assert.deepEqual(buildIntervals(shuffled), buildIntervals(events));
      }),
      { numRuns: 200 },
    );
  });

  it('take no notice of records recovered from slack space', () => {
    const script = new Script().boot('08:00').log('12:00', 'SC 7036');
    const ghost = { ...script.log('10:00', 'KP 42', { TargetState: 4 }).events.at(-1), recovered: true } as EventRecord;
    assert.deepEqual(buildIntervals([...script.events.slice(0, -1), ghost]), buildIntervals(script.events.slice(0, -1)));
  });

  it('are unknown where two machines write under one name', () => {
    const one = new Script().boot('08:00').log('12:00', 'SC 7036');
    const other = new Script('pc-7.other.example').boot('09:00').log('13:00', 'SC 7036');
    const intervals = buildIntervals([...one.events, ...other.events]);
    assert.deepEqual(
      intervals.map((interval) => [interval.axis, interval.state]),
      [
        ['machine', 'unknown'],
        ['person', 'unknown'],
      ],
    );
    assert.match(intervals[0]?.rule ?? '', /two machines/);
  });

  it('take the fuller form of an event that came in two forms, in whatever order', () => {
    const full = new Script().boot('08:00').fullSleep('12:00', '13:00').log('14:00', 'SC 7036').events;
    const poor = full.map((event) => ({
      ...event,
      time: Math.floor(event.time / 1e6) * 1e6,
      data: event.data.map(([, value]): [string, string] => ['', value]),
    }));
    assert.deepEqual(buildIntervals([...poor, ...full]), buildIntervals(full));
    assert.deepEqual(buildIntervals([...full, ...poor]), buildIntervals(full));
  });
});
