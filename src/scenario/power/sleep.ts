/** Low-power sleep of a host: S3, hibernation, S3 that turns into hibernation, and the fast startup that looks like them. */

import { type Microseconds, second } from '../../base/time.ts';
import { sleepRequested, uptime } from '../windowsEvent.ts';
import type { HostLife } from './hostLife.ts';
import { noiseEvent } from './noise.ts';
import * as tell from './powerEvent.ts';

/** What a log can lack: never written, or lost. `clock`: the Kernel-General 1 with reason 2. */
export type Missing = 'entering' | 'resumed' | 'clock' | 'report';

export interface WakeSource {
  readonly type: 0 | 1 | 3 | 5 | 6;
  readonly text?: string;
  readonly owner?: string;
}

export interface SleepFields {
  readonly duration: Microseconds;
  /** 0 button or lid, 2 battery, 4 an application, 6 hibernate from sleep, 7 idle. */
  readonly reason: number;
  readonly wake: WakeSource;
  readonly missing?: readonly Missing[];
  /** The hibernation file is written as well. */
  readonly hybrid?: boolean;
  /** A guest whose host pauses it for so long before it wakes: its hardware clock stands still meanwhile. */
  readonly pausedUs?: Microseconds;
}

const absent = { accepted: ['unknown', 'locked'] } as const;
const input = /keyboard|mouse/i;

/** A wake by a person: the power button, or a device that a person moves. A network card wakes the machine for nobody. */
function wokenBy({ type, text = '' }: WakeSource): 'person' | 'nobody' | 'unclear' {
  if (type === 1 || (type === 5 && input.test(text))) return 'person';
  return type === 6 || type === 3 ? 'nobody' : 'unclear';
}

interface Transition {
  readonly state: 's3' | 'hibernate';
  readonly target: number;
  readonly effective: number;
}

export function sleepS3(life: HostLife, fields: SleepFields): void {
  const { sleepAt, stamp } = enter(life, { state: 's3', target: 4, effective: 4 }, fields);
  life.now = sleepAt + fields.duration;
  const sleptFrom = life.log.stamp(sleepAt);
  if (fields.pausedUs) {
    life.machine.become(life.now - fields.pausedUs, 'unknown', { accepted: ['s3'], really: 's3', toleranceUs: 10_000_000 });
    life.person.become(life.now - fields.pausedUs, 'unknown', { accepted: ['absent'], really: 'absent', toleranceUs: 10_000_000 });
    life.log.setClockAhead(life.now, life.log.clockAhead - fields.pausedUs);
  }
  resume(life, { state: 's3', target: 4, effective: 4 }, fields, sleptFrom, stamp);
}

export function hibernate(life: HostLife, fields: SleepFields): void {
  const transition: Transition = { state: 'hibernate', target: 5, effective: 5 };
  const { sleepAt, stamp } = enter(life, transition, fields);
  life.now = sleepAt + fields.duration;
  resume(life, transition, fields, life.log.stamp(sleepAt), stamp);
}

/** Falls asleep and never wakes: what follows is `HostLife.die`. */
export function sleepForever(life: HostLife, reason: number): Microseconds {
  return enter(life, { state: 's3', target: 4, effective: 4 }, { duration: 0, reason, wake: { type: 0 } }).sleepAt;
}

/**
 * S3; after `sleepFor` the machine wakes by itself for a few seconds, only to hibernate. The reports of both parts are written
 * when it comes up in the end.
 */
export function sleepThenHibernate(life: HostLife, sleepFor: Microseconds, hibernateFor: Microseconds): void {
  const s3: Transition = { state: 's3', target: 4, effective: 4 };
  const deep: Transition = { state: 'hibernate', target: 5, effective: 5 };
  const first: SleepFields = { duration: sleepFor, reason: 7, wake: { type: 3 }, missing: ['report'] };
  const { sleepAt, stamp } = enter(life, s3, first);
  life.now = sleepAt + sleepFor;
  const wokeAt = life.log.stamp(life.now);
  correctClock(life, s3, first, stamp);
  life.pass(2 * second);
  const rest: SleepFields = { duration: hibernateFor, reason: 6, wake: { type: 1 } };
  const again = enter(life, deep, rest, 8 * second);
  life.now = again.sleepAt + hibernateFor;
  const firstReport = report(s3, first, life.log.stamp(sleepAt), wokeAt, life);
  resume(life, deep, rest, life.log.stamp(again.sleepAt), again.stamp, () => life.write(firstReport));
}

/** A person turns the machine off; Windows hibernates its kernel instead. Off, although it reads like a sleep. */
export function fastStartup(life: HostLife, duration: Microseconds): void {
  const account = `${life.account.domain}\\${life.account.name}`;
  const asking = { reason: 'No title for this reason could be found', code: '0x500ff', action: 'power off', account } as const;
  const process = 'C:\\Windows\\System32\\RuntimeBroker.exe';
  life.write(tell.shutdownRequested({ process, computer: life.log.computer, ...asking }));
  life.logOff();
  life.pass(2 * second, 4 * second);
  life.write(sleepRequested());
  life.pass(second);
  const sleepAt = life.now - 1200_000;
  life.write(tell.enteringSleep(life.windows, 6, 5, 4, 0, ++life.transitions));
  const stamp = life.log.stamp(life.now) + life.random.between(4, 20) * second;
  life.machine.become(life.now, 'off');
  life.person.become(life.now, 'absent', absent);
  life.now += duration;
  const wakeAt = life.now;
  life.machine.become(wakeAt, 'on');
  life.person.become(wakeAt, 'absent', { accepted: ['unknown'] });
  life.pass(3 * second, 5 * second);
  life.write(uptime(Math.floor((life.now - life.bootedAt) / second), life.zone.text));
  life.write(tell.resumedFromSleep({ target: 6, effective: 5 }), stamp);
  life.write(tell.clockSet(life.windows, stamp + 700_000, life.log.stamp(wakeAt) + 500_000, 2), life.log.stamp(wakeAt) + 500_000);
  life.write(tell.bootedBy(1));
  life.pass(6 * second);
  const transition = { state: 'hibernate', target: 6, effective: 5 } as const;
  life.write(report(transition, { duration, reason: 4, wake: { type: 1 } }, life.log.stamp(sleepAt), life.log.stamp(wakeAt), life));
}

/** Writes the 42, one to two seconds after the sleep has begun; the stamp is the false one that the 107 will carry. */
function enter(
  life: HostLife,
  { state, target, effective }: Transition,
  { reason, missing = [], hybrid = false }: SleepFields,
  toleranceUs: Microseconds = 3 * second,
) {
  if (reason === 4) life.write(sleepRequested());
  if (reason === 4) life.pass(second);
  const sleepAt = life.now;
  life.machine.become(sleepAt, state, { toleranceUs });
  life.person.become(sleepAt, 'absent', absent);
  life.pass(1100_000, 1900_000);
  life.transitions++;
  if (!missing.includes('entering'))
    life.write(tell.enteringSleep(life.windows, target, effective, reason, hybrid ? 4 : 0, life.transitions));
  return { sleepAt, stamp: life.log.stamp(life.now) + life.random.between(4, 45) * second };
}

/** 107, then the clock. Until it is set right the host stamps with the time of going to sleep. */
function correctClock(life: HostLife, { target, effective }: Transition, { wake, missing = [] }: SleepFields, stamp: Microseconds): void {
  const wakeAt = life.log.stamp(life.now);
  const timer = wake.type === 6 ? { programmedWakeAt: wakeAt } : {};
  if (!missing.includes('resumed')) life.write(tell.resumedFromSleep({ target, effective, ...timer }), stamp);
  if (missing.includes('clock')) return;
  life.write(noiseEvent(life.random), stamp + 400_000);
  life.write(tell.clockSet(life.windows, stamp + 700_000, wakeAt + 500_000, 2), wakeAt + 500_000);
}

function resume(
  life: HostLife,
  transition: Transition,
  fields: SleepFields,
  sleptFrom: Microseconds,
  stamp: Microseconds,
  before: () => void = () => {},
): void {
  const wakeAt = life.now;
  // Until its tools set the clock, seconds later, a paused guest tells another time.
  life.machine.become(wakeAt, 'on', fields.pausedUs ? { toleranceUs: 20_000_000 } : {});
  life.somebody(fields.missing?.includes('report') ? 'unclear' : wokenBy(fields.wake));
  correctClock(life, transition, fields, stamp);
  if (transition.state === 'hibernate') life.write(tell.bootedBy(2));
  life.pass(5 * second, 9 * second);
  life.write(uptime(Math.floor((life.now - life.bootedAt) / second), life.zone.text));
  before();
  if (!fields.missing?.includes('report')) life.write(report(transition, fields, sleptFrom, life.log.stamp(wakeAt), life));
}

function report(
  transition: Transition,
  { wake, hybrid = false }: SleepFields,
  sleepAt: Microseconds,
  wakeAt: Microseconds,
  life: HostLife,
) {
  const file = hybrid || transition.effective === 5;
  return tell.troubleshot({
    sleepAt,
    wakeAt,
    target: transition.target,
    effective: transition.effective,
    wakeSourceType: wake.type,
    wakeSource: wake.text ?? '',
    wakeOwner: wake.owner ?? '',
    sleepDurationMs: life.random.between(890, 1400),
    hiberWriteMs: file ? life.random.between(1800, 5200) : 0,
    hiberReadMs: transition.effective === 5 ? life.random.between(1200, 2600) : 0,
  });
}
