/** Events of the Windows System log that stories tell with: provider, id, version and fields as Windows 10 writes them. */

import { formatTime, type Microseconds } from '../base/time.ts';
import type { EventData } from '../record/event.ts';

export interface WindowsEvent {
  readonly provider: string;
  readonly eventId: number;
  readonly version: number | null;
  /** Of classic providers. */
  readonly qualifiers: number | null;
  readonly data: EventData;
}

export const provider = {
  kernelPower: 'Microsoft-Windows-Kernel-Power',
  kernelGeneral: 'Microsoft-Windows-Kernel-General',
  kernelBoot: 'Microsoft-Windows-Kernel-Boot',
  powerTroubleshooter: 'Microsoft-Windows-Power-Troubleshooter',
  winlogon: 'Microsoft-Windows-Winlogon',
  eventLog: 'EventLog',
  user32: 'User32',
  services: 'Service Control Manager',
} as const;

export type Value = string | number | boolean;

export function manifest(name: string, eventId: number, version: number, data: readonly (readonly [string, Value])[]): WindowsEvent {
  return { provider: name, eventId, version, qualifiers: null, data: data.map(([field, value]) => [field, String(value)]) };
}

export function classic(name: string, eventId: number, qualifiers: number, data: readonly (readonly [string, Value])[]): WindowsEvent {
  return { provider: name, eventId, version: 0, qualifiers, data: data.map(([field, value]) => [field, String(value)]) };
}

/** A FILETIME in event data: nine digits of the second. */
export const fileTime = (at: Microseconds) => `${formatTime(at).slice(0, -1)}000Z`;
export const noTime = '1601-01-01T00:00:00.000000000Z';

/** Kernel-General 12: carries the time of the start, and is written after the log service has started. */
export const systemStarted = (at: Microseconds) =>
  manifest(provider.kernelGeneral, 12, 0, [
    ['MajorVersion', 10],
    ['MinorVersion', 0],
    ['BuildVersion', 19042],
    ['QfeVersion', 685],
    ['ServiceVersion', 0],
    ['BootMode', 0],
    ['StartTime', fileTime(at)],
  ]);
export const systemStopped = (at: Microseconds) => manifest(provider.kernelGeneral, 13, 0, [['StopTime', fileTime(at)]]);
/** Reason 1: the time service; 2: the hardware clock, after a resume. */
export const clockChanged = (from: Microseconds, to: Microseconds, reason: 1 | 2) =>
  manifest(provider.kernelGeneral, 1, 1, [
    ['NewTime', fileTime(to)],
    ['OldTime', fileTime(from)],
    ['Reason', reason],
    ['ProcessName', reason === 1 ? '\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe' : ''],
    ['ProcessID', reason === 1 ? 1284 : 4],
  ]);

/** 0: cold; 1: fast startup. */
export const bootType = (type: 0 | 1) =>
  manifest(provider.kernelBoot, 27, 1, [
    ['BootType', type],
    ['LoadOptions', ' NOEXECUTE=OPTIN'],
  ]);
export const bootStatus = (bootId: number) =>
  manifest(provider.kernelBoot, 20, 1, [
    ['LastShutdownGood', true],
    ['LastBootGood', true],
    ['LastBootId', bootId],
    ['BootStatusPolicy', 1],
  ]);

export const logStarted = () => classic(provider.eventLog, 6005, 0x8000, []);
export const logStopped = () => classic(provider.eventLog, 6006, 0x8000, []);
export const systemVersion = () =>
  classic(provider.eventLog, 6009, 0x8000, [
    ['', '10.00.'],
    ['', 19042],
    ['', ''],
    ['', 'Multiprocessor Free'],
    ['', 0],
  ]);
/** `zone`: bias and name as Windows prints them, such as `-540 Tokyo Standard Time`. */
export const uptime = (seconds: number, zone: string) =>
  classic(provider.eventLog, 6013, 0x8000, [
    ['', ''],
    ['', ''],
    ['', ''],
    ['', ''],
    ['', seconds],
    ['', 60],
    ['', zone],
  ]);

/** User32 1074: somebody asked for a shutdown. */
export const shutdownAsked = (computer: string, user: string) =>
  classic(provider.user32, 1074, 0x8000, [
    ['param1', `C:\\Windows\\system32\\winlogon.exe (${computer})`],
    ['param2', computer],
    ['param3', 'No title for this reason could be found'],
    ['param4', '0x500ff'],
    ['param5', 'power off'],
    ['param6', ''],
    ['param7', user],
  ]);
export const userLoggedOn = (session: number, sid: string) =>
  manifest(provider.winlogon, 7001, 0, [
    ['TSId', session],
    ['UserSid', sid],
  ]);
export const serviceChanged = (service: string, state: 'running' | 'stopped') =>
  classic(provider.services, 7036, 0x4000, [
    ['param1', service],
    ['param2', state],
  ]);

export const shutdownBegun = () =>
  manifest(provider.kernelPower, 109, 0, [
    ['ShutdownActionType', 6],
    ['ShutdownEventCode', 0],
    ['ShutdownReason', 5],
  ]);
/** State 0: the network stays connected in standby. */
export const standbyConnectivity = () =>
  manifest(provider.kernelPower, 172, 0, [
    ['State', 0],
    ['Reason', 0],
  ]);

export interface StandbySession {
  readonly from: Microseconds;
  readonly to: Microseconds;
  /** POWER_MONITOR_REQUEST_REASON: 12 idle, 31 keyboard, 32 mouse. */
  readonly enterReason: number;
  readonly exitReason: number;
  readonly scenario: number;
  readonly bootId: number;
  /** Spent in the deepest idle state: more than nothing means that the machine really slept. */
  readonly dripsUs: Microseconds;
  readonly batteryEnter: number;
  readonly batteryExit: number;
  readonly batteryFull: number;
}

/** Kernel-Power 506, version 3. `ScenarioInstanceId` has 8 bits and need not agree with that of the 507. */
export const standbyEntered = (session: StandbySession) =>
  manifest(provider.kernelPower, 506, 3, [
    ['Reason', session.enterReason],
    ['LidOpenState', true],
    ['ExternalMonitorConnectedState', false],
    ['ScenarioInstanceId', session.scenario & 0xff],
    ['BatteryRemainingCapacityOnEnter', session.batteryEnter],
    ['BatteryFullChargeCapacityOnEnter', session.batteryFull],
    ['ScenarioInstanceIdV2', session.scenario],
    ['BootId', session.bootId],
  ]);

/** Kernel-Power 507, version 8: Windows 10, without the fields of Windows 11 that tell sleep from a dark screen. `DurationInUs` is monotonic. */
export function standbyLeft(session: StandbySession): WindowsEvent {
  const duration = session.to - session.from;
  const awake = duration - session.dripsUs;
  return manifest(provider.kernelPower, 507, 8, [
    ['EnergyDrain', Math.max(session.batteryEnter - session.batteryExit, 0)],
    ['ActiveResidencyInUs', Math.floor(awake / 3)],
    ['NonDripsTimeActivatedInUs', Math.floor(awake / 2)],
    ['FirstDripsEntryInUs', 11_304_551],
    ['DripsResidencyInUs', session.dripsUs],
    ['DurationInUs', duration],
    ['DripsTransitions', 40 + Math.floor(duration / 60_000_000)],
    ['FullChargeCapacityRatio', 96],
    ['AudioPlaying', false],
    ['Reason', session.exitReason],
    ['AudioPlaybackInUs', 0],
    ['NonActivatedCpuInUs', Math.floor(awake / 5)],
    ['PowerStateAc', true],
    ['HwDripsResidencyInUs', session.dripsUs - 1_000_000],
    ['ExitLatencyInUs', 412_833],
    ['DisconnectedStandby', false],
    ['AoAcCompliantNic', true],
    ['NonAttributedCpuInUs', Math.floor(awake / 9)],
    ['ModernSleepEnabledActionsBitmask', 0],
    ['ModernSleepAppliedActionsBitmask', 0],
    ['LidOpenState', true],
    ['ExternalMonitorConnectedState', false],
    ['ScenarioInstanceId', (session.scenario + 2) & 0xff],
    ['IsCsSessionInProgressOnExit', false],
    ['BatteryRemainingCapacityOnExit', session.batteryExit],
    ['BatteryFullChargeCapacityOnExit', session.batteryFull],
    ['ScenarioInstanceIdV2', session.scenario],
    ['BootId', session.bootId],
    ['InputSuppressionActionCount', 0],
    ['NonResiliencyTimeInUs', Math.floor(awake / 2)],
    ['ResiliencyDripsTimeInUs', session.dripsUs],
    ['ResiliencyHwDripsTimeInUs', session.dripsUs - 1_000_000],
    ['GdiOnTime', 0],
    ['DwmSyncFlushTime', 0],
    ['MonitorPowerOnTime', 310_224],
  ]);
}

/** SYSTEM_POWER_STATE as events number it: 4 is S3, 5 hibernate, 6 shutdown. */
export const sleepEntered = (targetState: number, effectiveState: number, reason: number, transition: number) =>
  manifest(provider.kernelPower, 42, 3, [
    ['TargetState', targetState],
    ['EffectiveState', effectiveState],
    ['Reason', reason],
    ['Flags', 0],
    ['TransitionsToOn', transition],
  ]);
export const sleepRequested = () => manifest(provider.kernelPower, 187, 0, []);
export const resumed = (targetState: number, effectiveState: number) =>
  manifest(provider.kernelPower, 107, 1, [
    ['TargetState', targetState],
    ['EffectiveState', effectiveState],
    ['WakeFromState', effectiveState],
    ['ProgrammedWakeTimeAc', noTime],
    ['ProgrammedWakeTimeDc', noTime],
    ['WakeRequesterTypeAc', 0],
    ['WakeRequesterTypeDc', 0],
  ]);

export interface SleepReport {
  readonly sleepAt: Microseconds;
  readonly wakeAt: Microseconds;
  readonly targetState: number;
  readonly effectiveState: number;
  /** 1: power button; 5: a device; 6: a timer. */
  readonly wakeSourceType: number;
  readonly wakeSource: string;
}

/** Power-Troubleshooter 1, version 3. `SleepDuration` is what going to sleep took, not the sleep. */
export const sleepReported = (report: SleepReport) =>
  manifest(provider.powerTroubleshooter, 1, 3, [
    ['SleepTime', fileTime(report.sleepAt)],
    ['WakeTime', fileTime(report.wakeAt)],
    ['SleepDuration', 1029],
    ['WakeDuration', 1463],
    ['DriverInitDuration', 642],
    ['BiosInitDuration', 1018],
    ['HiberWriteDuration', report.effectiveState === 5 ? 2210 : 0],
    ['HiberReadDuration', report.effectiveState === 5 ? 1804 : 0],
    ['HiberPagesWritten', report.effectiveState === 5 ? 212_430 : 0],
    ['Attributes', 25608],
    ['TargetState', report.targetState],
    ['EffectiveState', report.effectiveState],
    ['WakeSourceType', report.wakeSourceType],
    ['WakeSourceTextLength', report.wakeSource.length],
    ['WakeSourceText', report.wakeSource],
    ['WakeTimerOwnerLength', 0],
    ['WakeTimerContextLength', 0],
    ['NoMultiStageResumeReason', 0],
    ['WakeTimerOwner', ''],
    ['WakeTimerContext', ''],
    ['CheckpointDuration', 18],
  ]);
