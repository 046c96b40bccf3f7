/**
 * The books of one live session: from the counters of its worker, and what main did with its records, to one row a stage and minute.
 *
 * A row is about one minute by the clock of the box. What a stage held at its end is what the next row begins with.
 */

import { type Microseconds, minute, minuteOf } from '../base/time.ts';
import type { CountsByReason, HealthRecord } from '../record/health.ts';
import { type CaptureCounters, noCounters } from './captureCounters.ts';

/** Rows as main counts them, from the start of the session. */
export interface RowCounts {
  /** Records read from buffers. */
  readonly taken: number;
  /** Of these, on disk once the commit under way is done. */
  readonly stored: number;
  /** Earlier copies that made way for a record. */
  readonly replaced: number;
}

interface Picture {
  readonly counters: CaptureCounters;
  readonly rows: RowCounts;
}

const nothing: Picture = { counters: noCounters(), rows: { taken: 0, stored: 0, replaced: 0 } };

export interface BooksOf {
  readonly sensor: string;
  readonly capture: string;
  readonly interface: string;
}

export class CaptureBooks {
  private from: Microseconds;
  private base: Picture = nothing;
  private now: Picture = nothing;
  /** What the session lost when its worker died or the box was cut off. */
  private lostAs: string | undefined;

  constructor(
    private readonly of: BooksOf,
    startedAt: Microseconds,
  ) {
    this.from = minuteOf(startedAt);
  }

  get counters(): CaptureCounters {
    return this.now.counters;
  }

  /** Takes what was counted up to now. Returns the rows of the minute that it closes, if it does. */
  take(counters: CaptureCounters, rows: RowCounts): HealthRecord[] {
    this.now = { counters, rows };
    const present = minuteOf(counters.atUs);
    if (present <= this.from) return [];
    const closed = this.rows(present);
    this.base = this.now;
    this.from = present;
    return closed;
  }

  /** Start of the span that is open. */
  get openSince(): Microseconds {
    return this.from;
  }

  /** The rows of the span that is open, as they stand. */
  open(): HealthRecord[] {
    return this.rows(this.from + minute);
  }

  /** The worker is gone with all that it held. */
  lose(counters: CaptureCounters, rows: RowCounts, reason: string): void {
    this.now = { counters, rows };
    this.lostAs = reason;
  }

  private rows(until: Microseconds): HealthRecord[] {
    const { base, now } = this;
    const [b, c] = [base.counters, now.counters];
    const since = (name: keyof CaptureCounters) => c[name] - b[name];
    const waiting = (counters: CaptureCounters) => counters.received - counters.abandoned - counters.frames;
    const refusedBefore = since('tableFull') + since('seenTwice') + since('timeOutOfRange');
    const stages = [
      this.stage(
        'link',
        'frames',
        until,
        waiting(b),
        since('received') + since('dropped'),
        since('frames'),
        waiting(c),
        {},
        {
          kernel: since('dropped'),
          'ring-closed': since('abandoned'),
        },
      ),
      this.stage('capture', 'frames', until, b.frames - b.decoded, since('frames'), since('decoded'), c.frames - c.decoded, {}, {}),
      this.stage('wire', 'frames', until, b.decoded - b.metered, since('decoded'), since('metered'), c.decoded - c.metered, {}, {}),
      this.stage(
        'meter',
        'packets',
        until,
        b.held,
        since('metered'),
        since('handedOver'),
        c.held,
        refusedBefore === 0
          ? {}
          : { 'table-full': since('tableFull'), 'seen-twice': since('seenTwice'), 'time-out-of-range': since('timeOutOfRange') },
        {},
      ),
      this.stage(
        'handover',
        'records',
        until,
        b.records - b.recordsGivenUp - base.rows.taken,
        since('records'),
        now.rows.taken - base.rows.taken,
        // Counted by the worker, not what would make the books balance: waiting there, and written but not yet read here.
        c.recordsWaiting + (c.recordsWritten - now.rows.taken),
        {},
        { 'too-many-waiting': since('recordsGivenUp') },
      ),
      this.stage(
        'store',
        'rows',
        until,
        base.rows.taken - base.rows.stored - base.rows.replaced,
        now.rows.taken - base.rows.taken,
        now.rows.stored - base.rows.stored,
        now.rows.taken - now.rows.stored - now.rows.replaced,
        { replaced: now.rows.replaced - base.rows.replaced },
        {},
      ),
    ];
    return stages;
  }

  private stage(
    stage: string,
    unit: string,
    until: Microseconds,
    carried: number,
    received: number,
    out: number,
    held: number,
    refused: CountsByReason,
    dropped: CountsByReason,
  ): HealthRecord {
    const counted = Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0));
    // Below zero is no count: the books then say that something is missing.
    const left = Math.max(0, held);
    const isLost = this.lostAs !== undefined && stage !== 'store' && left > 0;
    return {
      ...this.of,
      stage,
      unit,
      from: this.from,
      until,
      carried: Math.max(0, carried),
      in: received,
      out,
      held: isLost ? 0 : left,
      refused,
      dropped: isLost ? { ...counted, [this.lostAs as string]: left } : counted,
    };
  }
}
