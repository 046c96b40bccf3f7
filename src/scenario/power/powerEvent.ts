/**
 * Events of the System log beyond those of `windowsEvent.ts`, with the fields of each version by name.
 *
 * Source of ids, fields and reasons: the project's facts about Windows logs (sections 2.1, 2.2 and 3).
 */

import { formatTime, type Microseconds } from '../../base/time.ts';
import { classic, fileTime, manifest, noTime, provider, type Value, type WindowsEvent } from '../windowsEvent.ts';

/** Of Windows itself: newer ones have more fields. */
export type Windows = 'windows-10' | 'windows-11' | 'server-2008-r2';

export const eventLogManifest = 'Microsoft-Windows-Eventlog';

/** SYSTEM_POWER_STATE as events number it. */
export const powerState = { s3: 4, hibernate: 5, shutdown: 6 } as const;

/** Kernel-Power 42: version 3, and on Windows 7 and 2008 R2 version 2 without the counter. */
export function enteringSleep(
  windows: Windows,
  target: number,
  effective: number,
  reason: number,
  flags: number,
  transition: number,
): WindowsEvent {
  const fields: [string, Value][] = [
    ['TargetState', target],
    ['EffectiveState', effective],
    ['Reason', reason],
    ['Flags', flags],
  ];
  if (windows === 'server-2008-r2') return manifest(provider.kernelPower, 42, 2, fields);
  return manifest(provider.kernelPower, 42, 3, [...fields, ['TransitionsToOn', transition]]);
}

export interface ResumeFields {
  readonly target: number;
  readonly effective: number;
  /** When a timer was set to wake the machine; absent: none was. */
  readonly programmedWakeAt?: Microseconds;
}

export const resumedFromSleep = ({ target, effective, programmedWakeAt }: ResumeFields) =>
  manifest(provider.kernelPower, 107, 1, [
    ['TargetState', target],
    ['EffectiveState', effective],
    ['WakeFromState', effective],
    ['ProgrammedWakeTimeAc', programmedWakeAt === undefined ? noTime : fileTime(programmedWakeAt)],
    ['ProgrammedWakeTimeDc', noTime],
    ['WakeRequesterTypeAc', programmedWakeAt === undefined ? 0 : 2],
    ['WakeRequesterTypeDc', 0],
  ]);

export interface SleepAccount {
  readonly sleepAt: Microseconds;
  readonly wakeAt: Microseconds;
  readonly target: number;
  readonly effective: number;
  /** 0 unknown, 1 power button, 3 sleep to hibernate, 5 device, 6 timer. */
  readonly wakeSourceType: number;
  readonly wakeSource: string;
  readonly wakeOwner: string;
  /** Milliseconds of the transition, about a second whatever the length of the sleep. */
  readonly sleepDurationMs: number;
  /** Milliseconds; more than nothing when a hibernation file was written. */
  readonly hiberWriteMs: number;
  readonly hiberReadMs: number;
}

/** Power-Troubleshooter 1 v3, all twenty-one fields in their order. */
export const troubleshot = (account: SleepAccount) =>
  manifest(provider.powerTroubleshooter, 1, 3, [
    ['SleepTime', fileTime(account.sleepAt)],
    ['WakeTime', fileTime(account.wakeAt)],
    ['SleepDuration', account.sleepDurationMs],
    ['WakeDuration', 1463],
    ['DriverInitDuration', 642],
    ['BiosInitDuration', 1018],
    ['HiberWriteDuration', account.hiberWriteMs],
    ['HiberReadDuration', account.hiberReadMs],
    ['HiberPagesWritten', account.hiberWriteMs * 96],
    ['Attributes', 25608],
    ['TargetState', account.target],
    ['EffectiveState', account.effective],
    ['WakeSourceType', account.wakeSourceType],
    ['WakeSourceTextLength', account.wakeSource.length],
    ['WakeSourceText', account.wakeSource],
    ['WakeTimerOwnerLength', account.wakeOwner.length],
    ['WakeTimerContextLength', 0],
    ['NoMultiStageResumeReason', 0],
    ['WakeTimerOwner', account.wakeOwner],
    ['WakeTimerContext', ''],
    ['CheckpointDuration', 18],
  ]);

/** Kernel-General 1. 2008 R2 names no reason at all; newer ones hold a difference that can be nonsense near -2^63. */
export function clockSet(windows: Windows, from: Microseconds, to: Microseconds, reason: 1 | 2 | 3, processName = ''): WindowsEvent {
  const times: [string, Value][] = [
    ['NewTime', fileTime(to)],
    ['OldTime', fileTime(from)],
  ];
  if (windows === 'server-2008-r2') return manifest(provider.kernelGeneral, 1, 0, times);
  const process: [string, Value][] = [
    ['Reason', reason],
    ['ProcessName', processName],
    ['ProcessID', reason === 2 ? 4 : 1284],
  ];
  if (windows === 'windows-10') return manifest(provider.kernelGeneral, 1, 1, [...times, ...process]);
  return manifest(provider.kernelGeneral, 1, 2, [...times, ['TimeDeltaInMs', '-9223372036854775'], ...process]);
}

/** `startTime` may disagree with TimeCreated by a whole zone step (seen on a real 2008 R2). */
export const kernelStarted = (startTime: Microseconds) =>
  manifest(provider.kernelGeneral, 12, 0, [
    ['MajorVersion', 10],
    ['MinorVersion', 0],
    ['BuildVersion', 19044],
    ['QfeVersion', 1288],
    ['ServiceVersion', 0],
    ['BootMode', 0],
    ['StartTime', fileTime(startTime)],
  ]);

/** 0 cold, 1 fast startup, 2 from hibernation. */
export const bootedBy = (type: 0 | 1 | 2) =>
  manifest(provider.kernelBoot, 27, 1, [
    ['BootType', type],
    ['LoadOptions', ' NOEXECUTE=OPTIN'],
  ]);
export const lastBoot = (lastShutdownGood: boolean, lastBootId: number) =>
  manifest(provider.kernelBoot, 20, 1, [
    ['LastShutdownGood', lastShutdownGood],
    ['LastBootGood', true],
    ['LastBootId', lastBootId],
    ['BootStatusPolicy', 1],
  ]);

/** Kernel-Power 109. Action: POWER_ACTION, 5 reboot, 6 power off. */
export const kernelShutdown = (action: 5 | 6) =>
  manifest(provider.kernelPower, 109, 0, [
    ['ShutdownActionType', action],
    ['ShutdownEventCode', 0],
    ['ShutdownReason', 5],
  ]);

/** State 0 connected, 1 restricted, 2 disconnected. Reason 6: the network adapter cannot do more. */
export const connectivityInStandby = (state: 0 | 2) =>
  manifest(provider.kernelPower, 172, 0, [
    ['State', state],
    ['Reason', state === 0 ? 0 : 6],
  ]);

export interface DirtyEnd {
  /** 4: it died while in S3. */
  readonly sleepInProgress: 0 | 4;
  /** When the power button was held down; absent: it was not. */
  readonly powerButtonAt?: Microseconds;
  readonly connectedStandby: boolean;
}

/** 100 ns since 1601. */
const fileTimeNumber = (at: Microseconds) => String((BigInt(at) + 11_644_473_600_000_000n) * 10n);

/** Kernel-Power 41: `SleepInProgress` is a boolean in old versions and a number later. */
export function notShutDownCleanly(windows: Windows, end: DirtyEnd, transition: number): WindowsEvent {
  const old = windows === 'server-2008-r2';
  const fields: [string, Value][] = [
    ['BugcheckCode', 0],
    ['BugcheckParameter1', '0x0'],
    ['BugcheckParameter2', '0x0'],
    ['BugcheckParameter3', '0x0'],
    ['BugcheckParameter4', '0x0'],
    ['SleepInProgress', old ? end.sleepInProgress > 0 : end.sleepInProgress],
    ['PowerButtonTimestamp', end.powerButtonAt === undefined ? 0 : fileTimeNumber(end.powerButtonAt)],
  ];
  if (old) return manifest(provider.kernelPower, 41, 2, fields);
  return manifest(provider.kernelPower, 41, 8, [
    ...fields,
    ['BootAppStatus', 0],
    ['Checkpoint', 0],
    ['ConnectedStandbyInProgress', end.connectedStandby],
    ['SystemSleepTransitionsToOn', transition],
  ]);
}

/** EventLog 6008: time and date in local time and the locale of the host, the date with invisible marks; then the uptime in seconds. */
export function unexpectedEnd(locale: 'en-US' | 'de-DE' | 'ja-JP', localAliveAt: Microseconds, uptimeSeconds: number): WindowsEvent {
  const [year, month, day, hours, minutes, seconds] = (formatTime(localAliveAt).match(/\d+/g) ?? []) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const mark = '\u200e';
  const plain = (text: string) => String(Number(text));
  const half = Number(hours) < 12 ? 'AM' : 'PM';
  const [time, date] = {
    'en-US': [`${Number(hours) % 12 || 12}:${minutes}:${seconds} ${half}`, `${mark}${plain(month)}/${mark}${plain(day)}/${mark}${year}`],
    'de-DE': [`${hours}:${minutes}:${seconds}`, `${mark}${day}.${mark}${month}.${mark}${year}`],
    'ja-JP': [`${plain(hours)}:${minutes}:${seconds}`, `${mark}${year}/${mark}${month}/${mark}${day}`],
  }[locale] as [string, string];
  return classic(provider.eventLog, 6008, 0x8000, [
    ['', time],
    ['', date],
    ['', ''],
    ['', ''],
    ['', uptimeSeconds],
    ['', ''],
    ['', ''],
  ]);
}

export const renamed = (from: string, to: string) =>
  classic(provider.eventLog, 6011, 0x8000, [
    ['', from],
    ['', to],
  ]);

export interface ShutdownRequest {
  readonly process: string;
  readonly computer: string;
  /** As printed, in the language of the host. */
  readonly reason: string;
  readonly code: string;
  readonly action: 'power off' | 'restart';
  readonly account: string;
}
export const shutdownRequested = ({ process, computer, reason, code, action, account }: ShutdownRequest) =>
  classic(provider.user32, 1074, 0x8000, [
    ['param1', `${process} (${computer})`],
    ['param2', computer],
    ['param3', reason],
    ['param4', code],
    ['param5', action],
    ['param6', ''],
    ['param7', account],
  ]);

export const userNotification = (eventId: 7001 | 7002, session: number, sid: string) =>
  manifest(provider.winlogon, eventId, 0, [
    ['TSId', session],
    ['UserSid', sid],
  ]);

/** The System log was cleared: the first record of what is left. */
export const logCleared = (user: string, domain: string) =>
  manifest(eventLogManifest, 104, 0, [
    ['SubjectUserName', user],
    ['SubjectDomainName', domain],
    ['Channel', 'System'],
    ['BackupPath', ''],
  ]);
