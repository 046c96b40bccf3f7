/**
 * Names of data that come without names, as `Get-EventLog` prints and Winlogbeat numbers them: by their position in the manifest. Newer versions of an
 * event only added fields behind those that were there. Source: field lists of the ETW manifests (see also `scenario/`).
 */

import type { EventRecord } from '../record/event.ts';
import { providerOf } from './eventKey.ts';

const sleepFields = ['TargetState', 'EffectiveState', 'Reason', 'Flags', 'TransitionsToOn'] as const;
const resumeFields = ['TargetState', 'EffectiveState', 'WakeFromState', 'ProgrammedWakeTimeAc', 'ProgrammedWakeTimeDc'] as const;
const reportFields = [
  'SleepTime',
  'WakeTime',
  'SleepDuration',
  'WakeDuration',
  'DriverInitDuration',
  'BiosInitDuration',
  'HiberWriteDuration',
  'HiberReadDuration',
  'HiberPagesWritten',
  'Attributes',
  'TargetState',
  'EffectiveState',
  'WakeSourceType',
  'WakeSourceTextLength',
  'WakeSourceText',
] as const;
const standbyExitFields = [
  'EnergyDrain',
  'ActiveResidencyInUs',
  'NonDripsTimeActivatedInUs',
  'FirstDripsEntryInUs',
  'DripsResidencyInUs',
  'DurationInUs',
  'DripsTransitions',
  'FullChargeCapacityRatio',
  'AudioPlaying',
  'Reason',
  'AudioPlaybackInUs',
  'NonActivatedCpuInUs',
  'PowerStateAc',
] as const;
const crashFields = [
  'BugcheckCode',
  'BugcheckParameter1',
  'BugcheckParameter2',
  'BugcheckParameter3',
  'BugcheckParameter4',
  'SleepInProgress',
  'PowerButtonTimestamp',
] as const;

const names: Readonly<Record<string, readonly string[]>> = {
  'kernel-power 41': crashFields,
  'kernel-power 42': sleepFields,
  'kernel-power 107': resumeFields,
  'kernel-power 109': ['ShutdownActionType', 'ShutdownEventCode', 'ShutdownReason'],
  'kernel-power 172': ['State', 'Reason'],
  'kernel-power 506': ['Reason'],
  'kernel-power 507': standbyExitFields,
  'kernel-boot 27': ['BootType', 'LoadOptions'],
  'kernel-general 1': ['NewTime', 'OldTime', 'Reason'],
  'kernel-general 12': ['MajorVersion', 'MinorVersion', 'BuildVersion', 'QfeVersion', 'ServiceVersion', 'BootMode', 'StartTime'],
  'kernel-general 13': ['StopTime'],
  'power-troubleshooter 1': reportFields,
  'winlogon 7001': ['TSId', 'UserSid'],
  'winlogon 7002': ['TSId', 'UserSid'],
};

/** Two events had fields put in between: there the number of fields tells which version it is. */
function namesOf(key: string, fields: number): readonly string[] {
  if (key === 'kernel-general 1' && fields === 6) return ['NewTime', 'OldTime', 'TimeDeltaInMs', 'Reason'];
  if (key === 'power-troubleshooter 1' && fields < 21) return ['SleepTime', 'WakeTime'];
  return names[key] ?? [];
}

/** Winlogbeat calls what has no name `param1`, `param2`, … and leaves out what is empty. */
function positionOf(key: string, index: number): number | undefined {
  if (key === '') return index;
  const numbered = /^param([1-9]\d?)$/.exec(key);
  return numbered ? Number(numbered[1]) - 1 : undefined;
}

/** `undefined` where the data have names, or where the event has no such field. */
export function valueByPosition(event: EventRecord, name: string): string | undefined {
  const positions = event.data.map(([key], index) => positionOf(key, index));
  if (positions.length === 0 || positions.includes(undefined)) return undefined;
  const fields = Math.max(...(positions as number[])) + 1;
  const position = namesOf(`${providerOf(event)} ${event.eventId}`, fields).indexOf(name);
  return position < 0 ? undefined : event.data[positions.indexOf(position)]?.[1];
}
