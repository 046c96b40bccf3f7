/** A System log being written: events are put down at the moment of writing, which gives the record ids, and carry times of their own. */

import { type Microseconds, minute, second } from '../base/time.ts';
import { type EventRecord, eventIdentity, hostOf } from '../record/event.ts';
import type { Random } from './random.ts';
import * as tell from './windowsEvent.ts';

interface Entry {
  readonly writtenAt: Microseconds;
  readonly time: Microseconds;
  readonly event: tell.WindowsEvent;
}

export interface Boot {
  /** When the kernel started. */
  readonly at: Microseconds;
  /** Counts the boots of this machine. */
  readonly bootId: number;
  /** When the log service stopped at the end of the boot before, in order. */
  readonly shutdownAt: Microseconds;
}

export class WindowsLog {
  private readonly entries: Entry[] = [];
  private scenario: number;

  constructor(
    readonly computer: string,
    /** Bias and name of the host's time zone, as 6013 prints them. */
    private readonly zone: string,
    private readonly random: Random,
  ) {
    this.scenario = random.between(3, 40);
  }

  /** `time` is what TimeCreated says, where that is not when the event was written. */
  write(writtenAt: Microseconds, event: tell.WindowsEvent, time: Microseconds = writtenAt): void {
    this.entries.push({ writtenAt, time, event });
  }

  /** A person turns the machine off, all the way: no fast startup. */
  shutDown(at: Microseconds, user: string): void {
    this.write(at, tell.shutdownAsked(this.computer, user));
    this.write(at + 3 * second, tell.logStopped());
  }

  /** The log service starts first and then writes what the kernel has kept for it: the end of the last boot, the start of this one. */
  boot({ at, bootId, shutdownAt }: Boot): void {
    const started = at + 9 * second;
    const stopped = shutdownAt + 6 * second;
    this.write(started, tell.systemVersion());
    this.write(started, tell.logStarted());
    this.write(started, tell.uptime(9, this.zone));
    this.write(started + 1, tell.shutdownBegun(), shutdownAt + 4 * second);
    this.write(started + 2, tell.systemStopped(stopped), stopped + 10);
    this.write(started + 3, tell.systemStarted(at), at + 400_000);
    this.write(started + 4, tell.bootStatus(bootId - 1), at + 400_200);
    this.write(started + 5, tell.bootType(0), at + 400_300);
    this.write(started + 6, tell.standbyConnectivity(), at + 2 * second);
  }

  logOn(at: Microseconds, sid: string): void {
    this.write(at, tell.userLoggedOn(1, sid));
  }

  /** Screen off and real sleep, from 506 to 507. Part of the time is spent outside the deepest state, as maintenance does. */
  modernSleep(from: Microseconds, to: Microseconds, bootId: number): void {
    this.scenario += this.random.between(1, 3);
    const batteryFull = 47_520;
    const session: tell.StandbySession = {
      from,
      to,
      enterReason: 12,
      exitReason: this.random.pick([31, 32]),
      scenario: this.scenario,
      bootId,
      dripsUs: Math.floor((to - from) * (0.88 + this.random.below(90) / 1000)),
      batteryEnter: batteryFull - this.random.below(900),
      batteryExit: batteryFull,
      batteryFull,
    };
    this.write(from, tell.standbyEntered(session));
    // The 507 is written a moment after the session that it measures has ended.
    this.write(to, tell.standbyLeft(session));
  }

  /** S3. The 107 keeps the time of going to sleep, because the clock is set right only after it. */
  s3Sleep(sleepAt: Microseconds, wakeAt: Microseconds, reason: number, transition: number): void {
    const entered = sleepAt + 1400 * 1000;
    const stamp = entered + this.random.between(4, 40) * second;
    this.write(entered, tell.sleepEntered(4, 4, reason, transition));
    this.write(wakeAt + 1, tell.resumed(4, 4), stamp);
    this.write(wakeAt + 2, tell.clockChanged(stamp + 700_000, wakeAt, 2), wakeAt);
    const report = { sleepAt, wakeAt, targetState: 4, effectiveState: 4, wakeSourceType: 1, wakeSource: '' };
    this.write(wakeAt + 7 * second, tell.sleepReported(report));
  }

  /** A person turns the machine off and Windows hibernates its kernel instead: reads like a sleep, and is none. */
  fastStartup(offAt: Microseconds, onAt: Microseconds, user: string, upSeconds: number, transition: number): void {
    const entered = offAt + 4 * second;
    const stamp = entered + this.random.between(4, 20) * second;
    this.write(offAt, tell.shutdownAsked(this.computer, user));
    this.write(entered - second, tell.sleepRequested());
    this.write(entered, tell.sleepEntered(6, 5, 4, transition));
    this.write(onAt + 5 * second, tell.uptime(upSeconds, this.zone));
    this.write(onAt + 5 * second + 1, tell.resumed(6, 5), stamp);
    this.write(onAt + 5 * second + 2, tell.clockChanged(stamp + 700_000, onAt + 5 * second, 2), onAt + 5 * second);
    this.write(onAt + 5 * second + 3, tell.bootType(1));
    const report = { sleepAt: entered - second, wakeAt: onAt, targetState: 6, effectiveState: 5, wakeSourceType: 1, wakeSource: '' };
    this.write(onAt + 12 * second, tell.sleepReported(report));
  }

  /** 6013 as Windows writes it at twelve o'clock local time. */
  noon(at: Microseconds, bootedAt: Microseconds): void {
    this.write(at, tell.uptime(Math.floor((at - bootedAt) / second), this.zone));
  }

  /** The time service corrects the clock by less than a millisecond: no step that means anything. */
  adjustClock(at: Microseconds): void {
    this.write(at, tell.clockChanged(at, at + this.random.between(-270, 900), 1));
  }

  /** Services come and go, about every `everyMinutes`. */
  serviceNoise(from: Microseconds, to: Microseconds, everyMinutes: number): void {
    const services = ['Windows Update', 'Background Intelligent Transfer Service', 'Device Setup Manager', 'Windows Modules Installer'];
    for (let at = from; at < to; at += this.random.between(1, everyMinutes * 120) * second) {
      this.write(at + this.random.below(second), tell.serviceChanged(this.random.pick(services), this.random.pick(['running', 'stopped'])));
      at += minute;
    }
  }

  /** In the order of writing, with record ids from `firstRecordId` on. */
  finish(firstRecordId: number): EventRecord[] {
    const ordered = this.entries.toSorted((a, b) => a.writtenAt - b.writtenAt);
    return ordered.map(({ time, event }, i) => {
      const record = {
        host: hostOf(this.computer),
        channel: 'System',
        recordId: firstRecordId + i,
        provider: event.provider,
        eventId: event.eventId,
        version: event.version,
        qualifiers: event.qualifiers,
        time,
        computer: this.computer,
        data: event.data,
        recovered: false,
      };
      return { id: eventIdentity(record), ...record };
    });
  }
}
