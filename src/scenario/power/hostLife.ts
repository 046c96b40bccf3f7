/**
 * A day in the life of one host: a script calls what happens, one thing after the other; the life writes what Windows would
 * write, in the order of writing, and keeps the truth of both axes.
 *
 * `present` means: a session of a person is open and unlocked, and the screen is on. Rules and orders: the project's facts
 * about Windows logs, sections 1 to 3.
 */

import { day, type Microseconds, minute, second } from '../../base/time.ts';
import type { Random } from '../random.ts';
import { bootType, logStarted, logStopped, manifest, provider, systemStopped, systemVersion, uptime } from '../windowsEvent.ts';
import { AxisTruth, type TruthDoubt } from './axisTruth.ts';
import { type HostClock, HostLog } from './hostLog.ts';
import { noiseEvent } from './noise.ts';
import * as tell from './powerEvent.ts';
import * as session from './sessionEvent.ts';

export interface Zone {
  /** As 6013 prints it: the standard bias, also in summer. */
  text: string;
  /** Local time minus UTC, at the moment. */
  offset: Microseconds;
}

export interface LifeFields {
  readonly computer: string;
  readonly windows: tell.Windows;
  readonly zone: Zone;
  readonly start: Microseconds;
  /** Whether the Security log with lock and unlock is on and collected. */
  readonly audited?: boolean;
  /** Whether the log of terminal sessions is collected. */
  readonly terminals?: boolean;
  /** Absent: its clock is right. */
  readonly clock?: HostClock;
}

/** What the next boot has to tell of the end before it. */
type End =
  | { readonly kind: 'clean'; readonly action: 5 | 6; readonly begunStamp: Microseconds; readonly stoppedStamp: Microseconds }
  | { readonly kind: 'dirty'; readonly fields: tell.DirtyEnd; readonly aliveAt: Microseconds };

export interface Shutdown {
  readonly action?: 'power off' | 'restart';
  /** Absent: the person. */
  readonly by?: { readonly account: string; readonly process: string; readonly reason: string; readonly code: string };
}

export interface Boot {
  /** What Kernel-General 12 says of the start, minus its TimeCreated: a whole zone step on some systems. */
  readonly startTimeOff?: Microseconds;
  /** The computer name from this boot on. */
  readonly newName?: string;
  readonly doubt?: TruthDoubt;
}

export interface WireRemarks {
  /** The host sends the time of its clock over NTP. */
  readonly clocks: { readonly at: Microseconds; readonly hostTime: Microseconds }[];
  /** Its network card renews the lease and answers ARP while the host sleeps. */
  readonly offloads: Microseconds[];
  /** The host wakes and says a few things, and its log does not tell. */
  readonly unlogged: Microseconds[];
  /** Nothing was captured. */
  readonly captureGaps: { readonly from: Microseconds; readonly to: Microseconds }[];
}

/** Whose clock changes they are, most of the time. */
export const timeService = '\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe';

const nobody = { accepted: ['unknown'] } as const;

export class HostLife {
  /** True time. */
  now: Microseconds;
  readonly machine = new AxisTruth();
  readonly person = new AxisTruth();
  readonly log: HostLog;
  readonly windows: tell.Windows;
  readonly zone: Zone;
  readonly account: session.Account;
  /** Counters as Windows keeps them. */
  transitions: number;
  scenario: number;
  bootId: number;
  /** Whether a session of a person is open. */
  open = false;
  /** By the person: nobody uses the open session. */
  locked = false;
  sessionId = 1;
  bootedAt: Microseconds;
  locale: 'en-US' | 'de-DE' | 'ja-JP' = 'en-US';
  /** What shows on the wire beside what a host sends in its states. */
  readonly wire: WireRemarks = { clocks: [], offloads: [], unlogged: [], captureGaps: [] };
  private end: End | undefined;

  constructor(
    fields: LifeFields,
    readonly random: Random,
  ) {
    this.now = fields.start;
    this.bootedAt = fields.start - 3 * day;
    this.windows = fields.windows;
    this.zone = { ...fields.zone };
    this.log = new HostLog(fields.computer, fields.windows === 'server-2008-r2', fields.clock);
    this.log.driftsFrom = fields.start;
    if (!fields.audited) this.log.silent.add('Security');
    if (!fields.terminals) this.log.silent.add(`${session.localSessionManager}/Operational`);
    this.transitions = random.between(1, 60);
    this.scenario = random.between(3, 200);
    this.bootId = random.between(20, 400);
    const domain = `${random.below(0x7fff_ffff)}-${random.below(0x7fff_ffff)}-${random.below(0x7fff_ffff)}`;
    const sid = `S-1-5-21-${domain}-${random.between(1001, 1010)}`;
    this.account = {
      sid,
      name: 'operator',
      domain: fields.computer.split('.')[0] as string,
      logonId: 0x4f000 + random.below(0xfff),
      virtual: false,
    };
  }

  write(event: Parameters<HostLog['write']>[1], time?: Microseconds): void {
    this.log.write(this.now, event, time);
  }

  /** A little time, to the microsecond: nothing in a log falls on whole seconds. */
  pass(from: Microseconds, to: Microseconds = from): void {
    this.now += this.random.between(from, to) + this.random.below(900);
  }

  /** The log begins in the evening before, with a shutdown; the story with the morning after. */
  eveningBefore(night: Microseconds = 14 * 60 * minute): void {
    this.write(noiseEvent(this.random));
    this.pass(20 * second, 50 * second);
    this.shutDown();
    this.now += night + this.random.below(20 * minute);
  }

  /** Somebody or something turns the machine off, all the way. 109 and 13 are written only at the next boot, with their old times. */
  shutDown({ action = 'power off', by }: Shutdown = {}): void {
    const { computer } = this.log;
    const person = { account: `${this.account.domain}\\${this.account.name}`, process: 'C:\\Windows\\system32\\winlogon.exe' };
    const asking = by ?? { ...person, reason: 'No title for this reason could be found', code: '0x500ff' };
    this.write(tell.shutdownRequested({ computer, action, ...asking }));
    this.logOff(by === undefined);
    this.pass(2 * second, 4 * second);
    this.write(session.auditStopped());
    this.write(logStopped());
    const begunStamp = this.log.stamp(this.now + 900_000);
    this.pass(2 * second, 3 * second);
    this.end = { kind: 'clean', action: action === 'restart' ? 5 : 6, begunStamp, stoppedStamp: this.log.stamp(this.now) };
    // The log has four moments for it, within these seconds: 1074, 6006, 109 and 13.
    this.machine.become(this.now, 'off', { toleranceUs: 8 * second });
    this.person.become(this.now, 'absent', { accepted: ['unknown', 'locked'], toleranceUs: 8 * second });
    this.locked = false;
  }

  /** The end that nobody wrote down. What was on until then is known up to the last record, or to `aliveAt`, which 6008 tells. */
  die(fields: tell.DirtyEnd, aliveAt: Microseconds): void {
    this.end = { kind: 'dirty', fields, aliveAt };
    this.open = false;
    this.locked = false;
  }

  /** Cold boot. */
  boot({ startTimeOff = 0, newName, doubt = {} }: Boot = {}): void {
    const at = this.now;
    const end = this.end;
    const started = tell.kernelStarted(this.log.stamp(at) + startTimeOff);
    const kernelStamp = this.log.stamp(at) + 390_000;
    const uptimeSeconds = end?.kind === 'dirty' ? Math.max(0, Math.floor((end.aliveAt - this.bootedAt) / second)) : 0;
    this.bootId++;
    this.bootedAt = at;
    this.machine.become(at, 'on', doubt);
    this.person.become(at, 'absent', nobody);
    this.pass(9 * second, 14 * second);
    // After an end without a shutdown the real order is the other way round: 12 first.
    if (end?.kind === 'dirty') {
      this.write(started, kernelStamp);
      this.write(tell.unexpectedEnd(this.locale, end.aliveAt + this.zone.offset, uptimeSeconds));
    }
    if (newName !== undefined) {
      const bare = (name: string) => name.split('.')[0] as string;
      const before = bare(this.log.computer);
      this.log.computer = newName;
      if (bare(newName).toUpperCase() !== before.toUpperCase()) this.write(tell.renamed(before, bare(newName).toUpperCase()));
    }
    this.write(systemVersion());
    this.write(logStarted());
    this.write(uptime(Math.floor((this.now - at) / second), this.zone.text));
    if (end?.kind === 'clean') {
      this.write(tell.kernelShutdown(end.action), end.begunStamp);
      this.write(systemStopped(end.stoppedStamp), end.stoppedStamp + 10);
    }
    if (end?.kind !== 'dirty') this.write(started, kernelStamp);
    this.write(tell.lastBoot(end?.kind !== 'dirty', this.bootId - 1), kernelStamp + 240);
    this.write(bootType(0), kernelStamp + 510);
    this.write(manifest(provider.kernelBoot, 25, 0, [['BootMenuPolicy', 1]]), kernelStamp + 520);
    if (end?.kind === 'dirty') this.write(tell.notShutDownCleanly(this.windows, end.fields, this.transitions), kernelStamp + 2 * second);
    this.write(manifest(provider.kernelPower, 508, 0, [['Reason', 3]]), kernelStamp + 2 * second + 400);
    this.end = undefined;
    this.bootLogons();
  }

  /** What logs on at every boot: the system itself, virtual accounts with type 2, services with type 5. None is a person. */
  private bootLogons(): void {
    const { computer } = this.log;
    this.write(session.auditStarted());
    this.write(session.loggedOn(computer, session.systemAccount, 0));
    for (const account of session.virtualAccounts) this.write(session.loggedOn(computer, account, 2));
    for (let i = 0; i < 4; i++) this.write(session.loggedOn(computer, session.systemAccount, 5));
    this.pass(4 * second, 8 * second);
  }

  /** At the console. */
  logOn(): void {
    const { computer } = this.log;
    this.pass(15 * second, 60 * second);
    // An administrator gets two: the plain token and the elevated one.
    this.write(session.loggedOn(computer, this.account, 2, '127.0.0.1'));
    this.write(session.loggedOn(computer, { ...this.account, logonId: this.account.logonId + 0x1f }, 2, '127.0.0.1'));
    this.person.become(this.now, 'present');
    this.pass(second);
    this.write(tell.userNotification(7001, this.sessionId, this.account.sid));
    this.write(session.terminalSession(21, this.account, this.sessionId, 'LOCAL'));
    this.open = true;
  }

  logOff(asked = true): void {
    if (!this.open) return;
    if (asked) this.write(session.logOffAsked(this.account));
    this.pass(300_000, 900_000);
    this.write(tell.userNotification(7002, this.sessionId, this.account.sid));
    this.write(session.terminalSession(23, this.account, this.sessionId, 'LOCAL'));
    this.write(session.loggedOff(this.account, 2));
    this.person.become(this.now, 'absent', nobody);
    this.open = false;
  }

  /** The machine runs, and its services write now and then, about every `everyMinutes`; at twelve local time it counts its uptime. */
  run(duration: Microseconds, everyMinutes = 9): void {
    const end = this.now + duration + this.random.below(second);
    let next = this.now + 2 * second + this.random.below(everyMinutes * minute);
    let noon = Math.ceil((this.now + this.zone.offset + day / 2) / day) * day - day / 2 - this.zone.offset;
    while (Math.min(next, noon) < end - second) {
      this.now = Math.min(next, noon);
      if (this.now === noon) {
        this.write(uptime(Math.floor((noon - this.bootedAt) / second), this.zone.text));
        noon += day;
      } else {
        this.write(noiseEvent(this.random));
        next = this.now + second + this.random.below(2 * everyMinutes * minute);
        // The time service: far below a second, which says nothing.
        if (this.random.chance(0.1))
          this.write(
            tell.clockSet(this.windows, this.log.stamp(this.now), this.log.stamp(this.now) - this.random.between(40, 270), 1, timeService),
          );
      }
    }
    this.now = end;
  }

  /** Asks a time server, which tells everybody on the way what its own clock says. */
  askForTime(): void {
    this.wire.clocks.push({ at: this.now, hostTime: this.log.stamp(this.now) });
  }

  /** Who is there after a wake, as far as the log can tell. */
  somebody(who: 'person' | 'nobody' | 'unclear'): void {
    if (this.locked) this.person.become(this.now, 'locked', { accepted: ['unknown', 'absent'] });
    else if (who === 'person' && this.open) this.person.become(this.now, 'present', { accepted: ['unknown', 'locked'] });
    else if (who === 'unclear') this.person.become(this.now, 'unknown', { accepted: ['present', 'locked', 'absent'], really: null });
    else this.person.become(this.now, 'absent', { accepted: ['unknown', 'locked'] });
  }
}
