import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, minute, second } from '../../src/base/time.ts';
import { buildIntervals, type IntervalOptions } from '../../src/timeline/intervals.ts';
import { at, Script, stateAt, told } from './script.ts';

const machine = (script: Script, options?: IntervalOptions) => told(buildIntervals(script.events, options), 'machine');
const on = () => new Script().boot('08:00:00');

describe('what the machine did', () => {
  const rows: [string, Script, string[]][] = [
    [
      'an S3 sleep lies between SleepTime and WakeTime, not between 42 and the false stamp of 107',
      on().fullSleep('12:00', '13:00').log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 s3', '13:00:00 on'],
    ],
    [
      'without Power-Troubleshooter 1 the sleep ends at NewTime of the clock correction that follows 107',
      on().sleepAndResume('12:00').clock(at('12:00:03'), '13:00', 2).log('14:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 s3', '13:00:00 on'],
    ],
    [
      'the clock correction of 2008 R2 has no Reason, and still ends the sleep',
      on().sleepAndResume('12:00').clock(at('12:00:03'), '13:00', null).log('14:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 s3', '13:00:00 on'],
    ],
    [
      'a resume (107) without anything that tells its time leaves unknown up to the next event',
      on().sleepAndResume('12:00').log('13:00', 'SC 7036').log('14:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 unknown', '13:00:00 on'],
    ],
    [
      'Power-Troubleshooter 1 alone is enough',
      on().report('12:00', '13:00').log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 s3', '13:00:00 on'],
    ],
    [
      'a report whose wake lies before its sleep is not believed',
      on()
        .sleepAndResume('12:00')
        .log('13:00:01', 'PT 1', { SleepTime: '2024-03-04T12:00:00Z', WakeTime: '2024-03-04T11:00:00Z' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 unknown'],
    ],
    [
      'hibernation is told from S3 by EffectiveState',
      on().fullSleep('12:00', '13:00', { TargetState: 5, EffectiveState: 5 }).log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 hibernate', '13:00:00 on'],
    ],
    [
      'the shutdown of fast startup (TargetState 6, EffectiveState 5) is off, though it looks like a sleep',
      on()
        .log('12:00', 'KP 42', { TargetState: 6, EffectiveState: 5, Reason: 4 })
        .log('12:00:05', 'EL 6013')
        .log('12:00:06', 'KP 107')
        .report('11:59:59', '13:00', { TargetState: 6, EffectiveState: 5 })
        .log('13:00:05', 'KB 27', { BootType: 1 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '11:59:59 off', '13:00:00 on'],
    ],
    [
      'a shutdown and start: 13 and 12 with their old times come after 6005 in the log and still bound the off time',
      on().log('12:00', 'EL 6006').boot('13:00', '12:00:02').log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:03 off', '13:00:00 on'],
    ],
    [
      'a start after a crash (41) leaves unknown since the last event',
      on()
        .log('12:00', 'SC 7036')
        .log('13:00:05', 'KP 41', { BugcheckCode: 0, SleepInProgress: 'false' })
        .boot('13:00')
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '13:00:00 on'],
    ],
    [
      'a battery that died in sleep: S3 up to the next start, and all of it may already be over',
      on()
        .log('12:00', 'KP 42', { TargetState: 4, EffectiveState: 4, Reason: 0 })
        .log('15:00:05', 'KP 41', { BugcheckCode: 0, SleepInProgress: 4 })
        .boot('15:00')
        .log('16:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 s3', '15:00:00 on'],
    ],
    [
      'a 42 and a crash that was not in sleep: nothing tells whether it woke between',
      on()
        .log('12:00', 'KP 42', { TargetState: 4, EffectiveState: 4, Reason: 0 })
        .log('15:00:05', 'KP 41', { BugcheckCode: 0, SleepInProgress: 0 })
        .boot('15:00')
        .log('16:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 unknown', '15:00:00 on'],
    ],
    [
      'the 13 of the shutdown before may come after all marks of the start',
      on()
        .log('13:00:40', 'EL 6009')
        .log('13:00:40', 'EL 6005')
        .log('13:00', 'KG 12', { StartTime: '2024-03-04T13:00:00Z' })
        .log('12:00', 'KG 13', { StopTime: '2024-03-04T12:00:00Z' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 off', '13:00:00 on'],
    ],
    [
      'a battery that died in sleep without a 42: unknown since the last event',
      on().log('12:00', 'SC 7036').log('15:00:05', 'KP 41', { SleepInProgress: 4 }).boot('15:00').log('16:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '15:00:00 on'],
    ],
    [
      'a sleep that turns into hibernation: one stretch, two kinds, awake in neither',
      on()
        .sleepAndResume('12:00')
        .clock(at('12:00:03'), '15:00', 2)
        .report('12:00', '15:00', { WakeSourceType: 3 })
        .log('15:00:10', 'KP 42', { TargetState: 5, EffectiveState: 5, Reason: 6 })
        .log('15:00:12', 'KP 107')
        .clock(at('15:00:12'), '18:00', 2)
        .report('15:00:09', '18:00', { TargetState: 5, EffectiveState: 5, WakeSourceType: 1 })
        .log('19:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 s3', '15:00:09 hibernate', '18:00:00 on'],
    ],
    [
      'a forward step of the clock without any sleep is a paused machine: unknown',
      on().log('12:00', 'SC 7036').clock('12:00', '15:00').log('16:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '15:00:00 on'],
    ],
    [
      'a clock that is set forward right after the start was wrong since the start',
      on().clock('08:02', '12:00').log('16:00', 'SC 7036'),
      ['08:00:00 unknown', '12:00:00 on'],
    ],
    [
      'a change of the time zone (Reason 3) is no step of the clock',
      on().log('12:00', 'SC 7036').clock('12:00', '15:00', 3).log('16:00', 'SC 7036'),
      ['08:00:00 on'],
    ],
    [
      'a step of less than a second says nothing',
      on().log('12:00', 'KG 1', { OldTime: '2024-03-04T12:00:00Z', NewTime: '2024-03-04T12:00:00.9Z', Reason: 1 }).log('13:00', 'SC 7036'),
      ['08:00:00 on'],
    ],
    [
      'a clock that is set back was ahead since the start: the earlier times of that start move with it',
      new Script().boot('17:00').log('17:10', 'SC 7036').clock('17:20', '08:20').log('09:00', 'SC 7036'),
      ['08:00:00 on'],
    ],
    [
      'a clock that is set back while the machine starts parts 12 and 6005 by hours, and they are one start',
      new Script()
        .boot('06:00:00')
        .log('07:00', 'SC 7036')
        .log('10:00', 'KG 12', { StartTime: '2024-03-04T10:00:00Z' })
        .log('08:00:50', 'EL 6008')
        .log('08:00:50', 'EL 6009')
        .log('08:00:50', 'EL 6005')
        .log('10:00:10', 'KP 41', { BugcheckCode: 0 })
        .log('10:00:30', 'SC 7036')
        .clock('10:00:40', '08:00:40', null)
        .log('09:00', 'SC 7036'),
      ['06:00:00 on', '07:00:00 unknown', '08:00:00 on'],
    ],
    [
      'a cleared log (104) leaves unknown since the last event that is left',
      on().log('12:00', 'SC 7036').skip('System', 500).log('13:00', 'CL 104').log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '13:00:00 on'],
    ],
    [
      'a log that tells its uptime daily (6013) and falls silent for days is not taken as on',
      on().log('12:00', 'EL 6013').log('3 12:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown'],
    ],
    [
      'two 42 without a trace of a wake between: unknown up to the second',
      on().log('12:00', 'KP 42', { TargetState: 4, EffectiveState: 4, Reason: 7 }).fullSleep('15:00', '16:00').log('17:00', 'SC 7036'),
      ['08:00:00 on', '11:59:58 unknown', '15:00:00 s3', '16:00:00 on'],
    ],
  ];
  for (const [sentence, script, expected] of rows) it(sentence, () => assert.deepEqual(machine(script), expected));

  it('before the first event and after the last nothing is known', () => {
    const intervals = machine(on().log('12:00', 'SC 7036'), { from: at('06:00'), to: at('20:00') });
    assert.deepEqual(intervals, ['06:00:00 unknown', '08:00:00 on', '12:00:00 unknown']);
  });

  it('a hybrid sleep is S3 of medium confidence, for it may have ended as hibernation', () => {
    const intervals = buildIntervals(on().fullSleep('12:00', '13:00', { HiberWriteDuration: 2500 }).log('14:00', 'SC 7036').events);
    const sleep = stateAt(intervals, 'machine', '12:30');
    assert.deepEqual([sleep?.state, sleep?.confidence], ['s3', 'medium']);
  });

  it('SleepDuration is how long it took to fall asleep: it widens the guard band and is not the length', () => {
    const intervals = buildIntervals(on().fullSleep('12:00', '13:00', { SleepDuration: 4000 }).log('14:00', 'SC 7036').events);
    const sleep = stateAt(intervals, 'machine', '12:30');
    assert.equal(sleep && sleep.to - sleep.from, hour);
    assert.equal(sleep?.fromGuardUs, 4 * second);
  });

  it('a sleep in which the power was lost is uncertain up to its end', () => {
    const script = on()
      .log('12:00', 'KP 42', { TargetState: 4, EffectiveState: 4 })
      .log('15:00:05', 'KP 41', { SleepInProgress: true })
      .boot('15:00');
    const sleep = stateAt(buildIntervals(script.events), 'machine', '12:30');
    assert.ok(sleep && sleep.toGuardUs === sleep.to - sleep.from && sleep.confidence === 'medium');
  });

  it('every interval names the events that prove it', () => {
    const script = on().fullSleep('12:00', '13:00').log('14:00', 'SC 7036');
    const sleep = stateAt(buildIntervals(script.events), 'machine', '12:30');
    const proof = script.events.filter((event) => sleep?.evidence.includes(event.id)).map((event) => event.eventId);
    assert.deepEqual(proof.sort(), [1, 1, 107, 42].sort());
  });

  it('a Security log alone tells nothing of the machine', () => {
    const script = new Script().log('09:00', 'SEC 4624', { LogonType: 3 }).log('12:00', 'SEC 4624', { LogonType: 3 });
    assert.deepEqual(machine(script), ['09:00:00 unknown']);
  });

  it('no events give no intervals', () => assert.deepEqual(buildIntervals([]), []));
});

describe('modern standby', () => {
  const start = at('12:00');
  const exit = (fields: Record<string, string | number | boolean>) =>
    on()
      .log('12:00', 'KP 506', { Reason: 12, ScenarioInstanceIdV2: 73, BootId: 5 })
      .log('13:00', 'KP 507', { DurationInUs: hour, Reason: 32, ScenarioInstanceIdV2: 73, BootId: 5, ...fields })
      .log('14:00', 'SC 7036');
  const rows: [string, Script, string[]][] = [
    [
      'without residency in DRIPS it is a dark screen, not a sleep',
      exit({ DripsResidencyInUs: 0 }),
      ['08:00:00 on', '12:00:00 screen-off', '13:00:00 on'],
    ],
    [
      'SleepEntered=false is a dark screen, whatever DRIPS says',
      exit({ SleepEntered: false, DripsResidencyInUs: 5 * minute }),
      ['08:00:00 on', '12:00:00 screen-off', '13:00:00 on'],
    ],
    [
      'a part with a dark screen comes before the sleep (ScreenOffDurationInUs, SleepDurationInUs)',
      exit({ SleepEntered: true, ScreenOffDurationInUs: 10 * minute, SleepDurationInUs: 50 * minute }),
      ['08:00:00 on', '12:00:00 screen-off', '12:10:00 modern-sleep', '13:00:00 on'],
    ],
    [
      'only residency in DRIPS: all of it is modern sleep',
      exit({ DripsResidencyInUs: 40 * minute }),
      ['08:00:00 on', '12:00:00 modern-sleep', '13:00:00 on'],
    ],
    ['no field tells: a dark screen', exit({}), ['08:00:00 on', '12:00:00 screen-off', '13:00:00 on']],
    [
      'a lost 506 is found again through DurationInUs',
      on()
        .log('11:00', 'SC 7036')
        .log('13:00', 'KP 507', { DurationInUs: hour, DripsResidencyInUs: 0, Reason: 31 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 screen-off', '13:00:00 on'],
    ],
    [
      'a 507 of another session does not end this one',
      on()
        .log('09:00', 'KP 506', { ScenarioInstanceIdV2: 72, BootId: 5 })
        .log('13:00', 'KP 507', { DurationInUs: hour, DripsResidencyInUs: 0, ScenarioInstanceIdV2: 73, BootId: 5 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '09:00:00 unknown', '12:00:00 screen-off', '13:00:00 on'],
    ],
    [
      'a 507 of another session, without a duration, tells nothing',
      on()
        .log('12:00', 'KP 506', { ScenarioInstanceIdV2: 72, BootId: 5 })
        .log('13:00', 'KP 507', { DripsResidencyInUs: 0, ScenarioInstanceIdV2: 73, BootId: 5 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '13:00:00 on'],
    ],
    [
      'a lost 507 leaves unknown up to the next start',
      on()
        .log('12:00', 'KP 506', { Reason: 12 })
        .log('15:00', 'KP 41', { ConnectedStandbyInProgress: true })
        .boot('15:00')
        .log('16:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 unknown', '15:00:00 on'],
    ],
    [
      'a step of the clock inside of a session whose duration was measured only caught up with time that passed',
      on()
        .log('12:00', 'KP 506', { ScenarioInstanceIdV2: 73, BootId: 5 })
        .clock('12:01', '12:59')
        .log('13:00', 'KP 507', { DurationInUs: hour, DripsResidencyInUs: 0, ScenarioInstanceIdV2: 73, BootId: 5 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '12:00:00 screen-off', '13:00:00 on'],
    ],
    [
      'the monotonic duration is believed when the clock was changed in between',
      on()
        .log('10:00', 'KP 506', { ScenarioInstanceIdV2: 73, BootId: 5 })
        .log('13:00', 'KP 507', { DurationInUs: hour, DripsResidencyInUs: 0, ScenarioInstanceIdV2: 73, BootId: 5 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 on', '10:00:00 unknown', '12:00:00 screen-off', '13:00:00 on'],
    ],
  ];
  for (const [sentence, script, expected] of rows) it(sentence, () => assert.deepEqual(machine(script), expected));

  it('a residency of 0 proves that the machine did not sleep; a missing one proves nothing', () => {
    const confidence = (fields: Record<string, number>) => stateAt(buildIntervals(exit(fields).events), 'machine', '12:30')?.confidence;
    assert.deepEqual([confidence({ DripsResidencyInUs: 0 }), confidence({})], ['high', 'medium']);
  });

  it('residency in DRIPS alone is medium evidence with guard bands on both ends', () => {
    const sleep = stateAt(buildIntervals(exit({ DripsResidencyInUs: 40 * minute }).events), 'machine', '12:30');
    assert.ok(sleep && sleep.confidence === 'medium' && sleep.fromGuardUs > 0 && sleep.toGuardUs > 0 && sleep.from === start);
  });
});
