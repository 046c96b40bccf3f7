import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, minute } from '../../src/base/time.ts';
import type { HostState, MachineState, PersonState } from '../../src/record/interval.ts';
import { combine, hostStateAt } from '../../src/timeline/hostState.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { at, Script } from './script.ts';

describe('both axes together', () => {
  const rows: [string, MachineState, PersonState, HostState][] = [
    ['a sleeping machine is asleep, whoever may be logged on', 'modern-sleep', 'remote', 'modern-sleep'],
    ['S3 wins over a person', 's3', 'present', 's3'],
    ['hibernation wins over a person', 'hibernate', 'present', 'hibernate'],
    ['off wins over a person', 'off', 'locked', 'off'],
    ['a dark screen stays one', 'screen-off', 'absent', 'screen-off'],
    ['a dark screen with a remote session is a remote person', 'screen-off', 'remote', 'remote'],
    ['an unknown machine is unknown', 'unknown', 'present', 'unknown'],
    ['on and present', 'on', 'present', 'present'],
    ['on and remote', 'on', 'remote', 'remote'],
    ['on and locked', 'on', 'locked', 'locked'],
    ['on and nobody there', 'on', 'absent', 'absent'],
    ['on and nothing known of a person', 'on', 'unknown', 'on'],
  ];
  for (const [sentence, machine, person, expected] of rows) it(sentence, () => assert.equal(hostStateAt(machine, person), expected));

  it('become contiguous states with the machine interval that holds each', () => {
    const script = new Script()
      .boot('08:00')
      .log('09:00', 'WL 7001', { TSId: 1 })
      .log('12:00', 'KP 506', { Reason: 12 })
      .log('13:00', 'KP 507', {
        Reason: 31,
        DurationInUs: hour,
        SleepEntered: true,
        ScreenOffDurationInUs: 10 * minute,
        SleepDurationInUs: 50 * minute,
      })
      .log('14:00', 'SC 7036');
    const states = combine(buildIntervals(script.events));
    assert.deepEqual(
      states.map((state) => [state.state, state.from - at('08:00'), state.machineFrom - at('08:00')]),
      [
        ['on', 0, 0],
        ['present', hour, 0],
        ['screen-off', 4 * hour, 4 * hour],
        ['modern-sleep', 4 * hour + 10 * minute, 4 * hour + 10 * minute],
        ['present', 5 * hour, 5 * hour],
      ],
    );
  });
});
