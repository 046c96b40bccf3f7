/** Kernel-Power 506, 507 and 566: the session of modern standby, with the fields that each version has (they only grow). */

import type { Microseconds } from '../../base/time.ts';
import { manifest, provider, type Value, type WindowsEvent } from '../windowsEvent.ts';

export interface StandbyFields {
  readonly duration: Microseconds;
  /** POWER_MONITOR_REQUEST_REASON: 12 idle, 11 screen-off request, 15 lid, 1 power button, 31 keyboard, 32 mouse, 10 unlock. */
  readonly enterReason: number;
  readonly exitReason: number;
  readonly scenario: number;
  readonly bootId: number;
  /** In the deepest idle state; nothing: the machine never slept. */
  readonly drips: Microseconds;
  readonly audio: boolean;
  readonly disconnected: boolean;
  readonly lidOpen: boolean;
  /** Windows 11: how much of the session was real sleep, after the part with only the screen off. */
  readonly sleep: Microseconds;
}

const full = 47_520;

/** `version` 0 to 3. */
export function standbyBegun(session: StandbyFields, version: 0 | 1 | 2 | 3): WindowsEvent {
  const grown: readonly (readonly [string, Value])[][] = [
    [['Reason', session.enterReason]],
    [
      ['LidOpenState', session.lidOpen],
      ['ExternalMonitorConnectedState', false],
      ['ScenarioInstanceId', session.scenario & 0xff],
    ],
    [
      ['BatteryRemainingCapacityOnEnter', full - 410],
      ['BatteryFullChargeCapacityOnEnter', full],
    ],
    [
      ['ScenarioInstanceIdV2', session.scenario],
      ['BootId', session.bootId],
    ],
  ];
  return manifest(provider.kernelPower, 506, version, grown.slice(0, version + 1).flat());
}

/** `version` 0 to 8 without 7, and 9 for the newest, which tells sleep from a dark screen. `DurationInUs` is monotonic. */
export function standbyEnded(session: StandbyFields, version: 0 | 3 | 6 | 8 | 9): WindowsEvent {
  const { duration, drips } = session;
  const awake = Math.max(duration - drips, 0);
  const grown: [number, readonly (readonly [string, Value])[]][] = [
    [
      0,
      [
        ['EnergyDrain', 310],
        ['ActiveResidencyInUs', Math.floor(awake / 3)],
        ['NonDripsTimeActivatedInUs', Math.floor(awake / 2)],
        ['FirstDripsEntryInUs', drips > 0 ? 11_304_551 : 0],
        ['DripsResidencyInUs', drips],
        ['DurationInUs', duration],
        ['DripsTransitions', drips > 0 ? 40 : 0],
        ['FullChargeCapacityRatio', 96],
        ['AudioPlaying', session.audio],
        ['Reason', session.exitReason],
        ['AudioPlaybackInUs', session.audio ? duration : 0],
        ['NonActivatedCpuInUs', Math.floor(awake / 5)],
        ['PowerStateAc', true],
      ],
    ],
    [1, [['HwDripsResidencyInUs', Math.floor(drips * 0.98)]]],
    [2, [['ExitLatencyInUs', 412_833]]],
    [
      3,
      [
        ['DisconnectedStandby', session.disconnected],
        ['AoAcCompliantNic', !session.disconnected],
      ],
    ],
    [4, [['NonAttributedCpuInUs', Math.floor(awake / 9)]]],
    [
      5,
      [
        ['ModernSleepEnabledActionsBitmask', 0],
        ['ModernSleepAppliedActionsBitmask', 0],
        ['LidOpenState', true],
        ['ExternalMonitorConnectedState', false],
        // Eight bits, and not that of the 506: seen as 73 and 75 for one session.
        ['ScenarioInstanceId', (session.scenario + 2) & 0xff],
        ['IsCsSessionInProgressOnExit', false],
      ],
    ],
    [
      6,
      [
        ['BatteryRemainingCapacityOnExit', full - 720],
        ['BatteryFullChargeCapacityOnExit', full],
      ],
    ],
    [
      8,
      [
        ['ScenarioInstanceIdV2', session.scenario],
        ['BootId', session.bootId],
        ['InputSuppressionActionCount', 0],
        ['NonResiliencyTimeInUs', Math.floor(awake / 2)],
        ['ResiliencyDripsTimeInUs', drips],
        ['ResiliencyHwDripsTimeInUs', Math.floor(drips * 0.98)],
        ['GdiOnTime', 0],
        ['DwmSyncFlushTime', 0],
        ['MonitorPowerOnTime', 310_224],
      ],
    ],
    [
      9,
      [
        ['SleepEntered', session.sleep > 0],
        ['ScreenOffEnergyCapacityAtStart', full - 410],
        ['ScreenOffEnergyCapacityAtEnd', full - 450],
        ['ScreenOffDurationInUs', duration - session.sleep],
        ['SleepEnergyCapacityAtStart', full - 450],
        ['SleepEnergyCapacityAtEnd', full - 720],
        ['SleepDurationInUs', session.sleep],
        ['ScreenOffFullEnergyCapacityAtStart', full],
        ['PowerSchemeInfo', '{381b4222-f694-41f0-9685-ff5bb260df2e}'],
        ['PowerButtonSuppressionActionCount', 0],
        ['ScreenOffSwDripsResidencyInUs', 0],
        ['ScreenOffHwDripsResidencyInUs', 0],
        ['SleepSwDripsResidencyInUs', drips],
        ['SleepHwDripsResidencyInUs', Math.floor(drips * 0.98)],
      ],
    ],
  ];
  return manifest(
    provider.kernelPower,
    507,
    version,
    grown.filter(([since]) => since <= version).flatMap(([, fields]) => fields),
  );
}

/**
 * Kernel-Power 566: the session of the system went from one to the next. The numbers are instances that count on (20, 21, 23, …),
 * not states: nothing may be read from them.
 */
export const sessionChanged = (bootId: number, reason: number, previous: number, next: number, previousUs: Microseconds) =>
  manifest(provider.kernelPower, 566, 1, [
    ['BootId', bootId],
    ['Reason', reason],
    ['PreviousSessionId', previous],
    ['PreviousSessionType', previous % 2],
    ['PreviousSessionDurationInUs', previousUs],
    ['PreviousEnergyCapacityAtStart', full],
    ['PreviousFullEnergyCapacityAtStart', full],
    ['PreviousEnergyCapacityAtEnd', full],
    ['PreviousFullEnergyCapacityAtEnd', full],
    ['NextSessionId', next],
    ['NextSessionType', next % 2],
    ['PowerStateAc', true],
  ]);
