/** The logs of one host while they are written: each channel counts its records in the order of writing, whatever time they carry. */

import { day, type Microseconds } from '../../base/time.ts';
import { type EventRecord, eventIdentity, hostOf } from '../../record/event.ts';
import type { WindowsEvent } from '../windowsEvent.ts';
import { localSessionManager, securityAuditing } from './sessionEvent.ts';

interface Entry {
  readonly writtenAt: Microseconds;
  readonly time: Microseconds;
  readonly computer: string;
  readonly channel: string;
  readonly event: WindowsEvent;
}

export const systemChannel = 'System';
export const securityChannel = 'Security';
export const terminalChannel = `${localSessionManager}/Operational`;

/** The log service writes 1100 and 1102 into Security, and all else into System. */
function channelOf({ provider, eventId }: WindowsEvent): string {
  if (provider === securityAuditing || ((eventId === 1100 || eventId === 1102) && provider.endsWith('-Eventlog'))) return securityChannel;
  return provider === localSessionManager ? terminalChannel : systemChannel;
}

/** A clock that nobody sets right. */
export interface HostClock {
  /** The clock of the host minus the true time, at the start. */
  readonly aheadUs: Microseconds;
  readonly driftUsPerDay: number;
}

export class HostLog {
  private entries: Entry[] = [];
  /** The clock of the host minus the true time, but for its drift, from a true time on; in the order of writing. */
  private readonly clockSettings: { readonly from: Microseconds; readonly aheadUs: Microseconds }[];
  /** Since when the clock drifts. */
  driftsFrom: Microseconds = 0;
  /** Channels that nobody collects, or that are switched off. */
  readonly silent = new Set<string>();

  constructor(
    /** As the next record writes it: bare or fully qualified. */
    public computer: string,
    /** Classic providers of old systems stamp whole seconds. */
    private readonly wholeSeconds: boolean,
    private readonly clock: HostClock = { aheadUs: 0, driftUsPerDay: 0 },
  ) {
    this.clockSettings = [{ from: Number.NEGATIVE_INFINITY, aheadUs: clock.aheadUs }];
  }

  get clockAhead(): Microseconds {
    return this.clockSettings.at(-1)?.aheadUs ?? 0;
  }

  setClockAhead(from: Microseconds, aheadUs: Microseconds): void {
    this.clockSettings.push({ from, aheadUs });
  }

  /** What the clock of the host, as it was set last, shows at a true time. */
  stamp(at: Microseconds): Microseconds {
    return at + this.clockAhead + this.driftAt(at);
  }

  /** What the clock of the host showed at a true time, whatever became of it since. */
  clockAt(at: Microseconds): Microseconds {
    return at + (this.clockSettings.findLast(({ from }) => from <= at)?.aheadUs ?? 0) + this.driftAt(at);
  }

  private driftAt(at: Microseconds): Microseconds {
    return this.clock.driftUsPerDay === 0 ? 0 : Math.round(((at - this.driftsFrom) / day) * this.clock.driftUsPerDay);
  }

  /** `time`: what TimeCreated says, by the clock of the host, where that is not when the event was written. */
  write(writtenAt: Microseconds, event: WindowsEvent, time: Microseconds = this.stamp(writtenAt)): void {
    const channel = channelOf(event);
    if (this.silent.has(channel)) return;
    const stamped = this.wholeSeconds && event.qualifiers !== null ? time - (time % 1_000_000) : time;
    this.entries.push({ writtenAt, time: stamped, computer: this.computer, channel, event });
  }

  /** True time of the last record of the System log so far. */
  get lastWrittenAt(): Microseconds {
    return this.entries.reduce((last, { writtenAt, channel }) => (channel === systemChannel ? Math.max(last, writtenAt) : last), 0);
  }

  /** Cleared or wrapped: what was written before `at` is gone (of one channel, or of all), and the numbers go on. */
  forgetBefore(at: Microseconds, channel?: string): void {
    const isGone = (entry: Entry) => entry.writtenAt < at && (channel === undefined || entry.channel === channel);
    this.entries = this.entries.map((entry) => (isGone(entry) ? { ...entry, channel: '' } : entry));
  }

  /** Channels in a fixed order, each with its records in the order of writing. */
  finish(firstRecordId: number): Map<string, EventRecord[]> {
    const channels = new Map<string, EventRecord[]>();
    const next = new Map([
      ['', 0],
      [systemChannel, firstRecordId],
      [securityChannel, firstRecordId * 3 + 17],
      [terminalChannel, 40],
    ]);
    for (const { channel, computer, time, event } of this.entries.toSorted((a, b) => a.writtenAt - b.writtenAt)) {
      const recordId = next.get(channel) as number;
      next.set(channel, recordId + 1);
      if (channel === '') continue;
      const { provider, eventId, version, qualifiers, data } = event;
      const host = hostOf(computer);
      const record = { host, channel, recordId, provider, eventId, version, qualifiers, time, computer, data, recovered: false };
      const records = channels.get(channel) ?? [];
      records.push({ id: eventIdentity(record), ...record });
      channels.set(channel, records);
    }
    return channels;
  }
}
