/** Writes small event logs for tests: what is given is what a Windows host would have logged, record ids in order of writing. */

import { formatTime, hour, type Microseconds, minute, parseTime, second } from '../../src/base/time.ts';
import { type EventRecord, eventIdentity, hostOf } from '../../src/record/event.ts';
import type { IntervalRecord } from '../../src/record/interval.ts';

export const day0 = parseTime('2024-03-04T00:00:00Z') as Microseconds;

/** `09:30` or `09:30:15` on the day of the tests; `1 09:30` on the next day. */
export function at(text: string): Microseconds {
  const [first = '', clock = first] = text.split(' ');
  const days = text.includes(' ') ? Number(first) : 0;
  const [hours = '0', minutes = '0', seconds = '0'] = clock.split(':');
  return day0 + days * 24 * hour + Number(hours) * hour + Number(minutes) * minute + Math.round(Number(seconds) * second);
}

export type Fields = Readonly<Record<string, string | number | boolean>>;

const providers: Readonly<Record<string, readonly [provider: string, channel: string]>> = {
  KP: ['Microsoft-Windows-Kernel-Power', 'System'],
  KG: ['Microsoft-Windows-Kernel-General', 'System'],
  KB: ['Microsoft-Windows-Kernel-Boot', 'System'],
  PT: ['Microsoft-Windows-Power-Troubleshooter', 'System'],
  EL: ['EventLog', 'System'],
  CL: ['Microsoft-Windows-Eventlog', 'System'],
  WL: ['Microsoft-Windows-Winlogon', 'System'],
  SC: ['Service Control Manager', 'System'],
  SEC: ['Microsoft-Windows-Security-Auditing', 'Security'],
  TS: ['Microsoft-Windows-TerminalServices-LocalSessionManager', 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'],
};

export class Script {
  readonly events: EventRecord[] = [];
  private readonly next = new Map<string, number>();

  constructor(private readonly computer = 'PC-7') {}

  /** `what`: `KP 42`, `PT 1`, … `when`: see `at`, or microseconds. */
  log(when: string | Microseconds, what: string, fields: Fields = {}): this {
    const [short = '', id = ''] = what.split(' ');
    const [provider, channel] = providers[short] as readonly [string, string];
    const recordId = this.next.get(channel) ?? 1000;
    this.next.set(channel, recordId + 1);
    const record = {
      host: hostOf(this.computer),
      channel,
      recordId,
      provider,
      eventId: Number(id),
      version: null,
      qualifiers: null,
      time: typeof when === 'string' ? at(when) : when,
      computer: this.computer,
      data: Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
      recovered: false,
    };
    this.events.push({ id: eventIdentity(record), ...record });
    return this;
  }

  /** Records that the log does not hold: wrapped, or written by nobody who is asked here. */
  skip(channel: string, records: number): this {
    this.next.set(channel, (this.next.get(channel) ?? 1000) + records);
    return this;
  }

  /** A start as Windows 10 writes it: 12 with its own earlier time after 6005. */
  boot(when: string, stopped?: string): this {
    const start = at(when);
    this.log(start + 40 * second, 'EL 6009')
      .log(start + 40 * second, 'EL 6005')
      .log(start + 40 * second, 'EL 6013');
    if (stopped !== undefined)
      this.log(at(stopped), 'KP 109', { ShutdownActionType: 5 }).log(at(stopped) + second, 'KG 13', {
        StopTime: formatTime(at(stopped) + second),
      });
    return this.log(start, 'KG 12', { StartTime: formatTime(start) }).log(start, 'KB 27', { BootType: 0 });
  }

  /** 42 and 107 with its false stamp; nothing that tells the wake. */
  sleepAndResume(from: string, target = 4, effective = target, reason = 7): this {
    return this.log(from, 'KP 42', { TargetState: target, EffectiveState: effective, Reason: reason }).log(
      at(from) + 3 * second,
      'KP 107',
      {
        TargetState: target,
        EffectiveState: effective,
      },
    );
  }

  clock(from: Microseconds | string, to: string, reason: number | null = 1): this {
    const fields = { NewTime: formatTime(at(to)), OldTime: formatTime(typeof from === 'string' ? at(from) : from) };
    return this.log(to, 'KG 1', reason === null ? fields : { ...fields, Reason: reason });
  }

  report(from: string, to: string, fields: Fields = {}): this {
    return this.log(at(to) + second, 'PT 1', {
      SleepTime: formatTime(at(from)),
      WakeTime: formatTime(at(to)),
      SleepDuration: 1029,
      TargetState: 4,
      EffectiveState: 4,
      WakeSourceType: 0,
      ...fields,
    });
  }

  /** S3 with everything that Windows writes about it. */
  fullSleep(from: string, to: string, fields: Fields = {}): this {
    const [target, effective] = [Number(fields.TargetState ?? 4), Number(fields.EffectiveState ?? fields.TargetState ?? 4)];
    return this.sleepAndResume(from, target, effective)
      .clock(at(from) + 3 * second, to, 2)
      .report(from, to, { TargetState: target, EffectiveState: effective, ...fields });
  }
}

/** `09:00 on` for each interval of an axis: the time of the test's day at which each state begins. */
export function told(intervals: readonly IntervalRecord[], axis: IntervalRecord['axis']): string[] {
  return intervals.filter((interval) => interval.axis === axis).map((interval) => `${clockText(interval.from)} ${interval.state}`);
}

function clockText(time: Microseconds): string {
  const days = Math.floor((time - day0) / (24 * hour));
  const text = formatTime(time);
  return `${days === 0 ? '' : `${days} `}${text.slice(11, 19)}`;
}

export function stateAt(intervals: readonly IntervalRecord[], axis: IntervalRecord['axis'], when: string): IntervalRecord | undefined {
  const time = at(when);
  return intervals.find((interval) => interval.axis === axis && interval.from <= time && time < interval.to);
}
