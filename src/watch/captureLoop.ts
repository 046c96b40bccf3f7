/**
 * What a capture worker does, step by step: frames from a live source through wire and meter into the buffers of the pool.
 *
 * Nothing here waits for main. Without a free buffer slices stay in the meter's table, and when that is full, packets are refused and counted.
 */

import { FaultTally, type FaultTotal } from '../base/faultTally.ts';
import { type Microseconds, minute, second } from '../base/time.ts';
import type { FrameBlock } from '../link/frameBlock.ts';
import { Meter } from '../meter/meter.ts';
import { appendFrames } from '../wire/frame.ts';
import { HeaderBatch } from '../wire/headerBatch.ts';
import type { BufferPool } from './bufferPool.ts';
import { type CaptureCounters, noCounters, writeCounters } from './captureCounters.ts';
import { FactWriter } from './factBatch.ts';

/** What is needed of a live source; see `link/supervisedSource.ts`. */
export interface PolledSource {
  /** There is one when there are frames. */
  readonly interface: { readonly linkType: number } | undefined;
  poll(timeoutMs: number): FrameBlock | undefined;
  release(): void;
  statistics(): { readonly received: number; readonly dropped: number | undefined; readonly freezes: number | undefined };
  close(): void;
}

export interface LoopOptions {
  readonly capture: string;
  readonly maxFlows: number;
  readonly hashSeed: string;
  /** The clock of the box. */
  readonly nowUs: () => Microseconds;
  /** A buffer may be read. */
  readonly seal: (buffer: number) => void;
}

/** A minute is over this long after its end: by the packets that came, or by the clock once the ring is empty. */
const overAfterUs: Microseconds = 5 * second;
/** Slices copied in one step, so that the ring is not left alone for long. */
const copiesPerStep = 2000;
/** Facts wait at most this long in a buffer that is not full; without facts the counters alone go this often. */
const flushAfterUs: Microseconds = second / 4;
const pulseUs: Microseconds = second;
/** While block follows block, what is due and what was counted is seen to this often. */
const handAfterUs: Microseconds = second / 200;

export class CaptureLoop {
  readonly meter: Meter;
  private readonly writer: FactWriter;
  private readonly batch = new HeaderBatch();
  private readonly tally = new FaultTally();
  private readonly counters: CaptureCounters = noCounters();
  private readonly shared: Float64Array;
  /** Of sources that were closed. */
  private past = { received: 0, dropped: 0, freezes: 0 };
  private source: PolledSource | undefined;
  /** Frames read from the present source. */
  private framesOfSource = 0;
  private flushedAtUs: Microseconds = 0;
  private handedAtUs: Microseconds = Number.NEGATIVE_INFINITY;
  private decoded = 0;

  constructor(
    pool: BufferPool,
    private readonly options: LoopOptions,
  ) {
    this.shared = new Float64Array(pool.memory.counters);
    this.writer = new FactWriter(
      pool,
      () => this.count(),
      (buffer) => {
        // Never behind what a buffer says: should this thread die, main goes by it.
        this.publish();
        options.seal(buffer);
      },
    );
    const { capture, maxFlows, hashSeed } = options;
    this.meter = new Meter({ capture, maxFlows, hashSeed }, this.writer);
    this.flushedAtUs = options.nowUs();
  }

  get faults(): FaultTotal[] {
    return this.tally.list();
  }

  /** What was counted up to now. */
  get counted(): CaptureCounters {
    return { ...this.count() };
  }

  /** Frames come from here from now on; frame numbers go on. */
  open(source: PolledSource): void {
    this.closeSource();
    this.source = source;
    this.framesOfSource = 0;
  }

  /** What the source took and nobody read is lost with it, and counted. */
  closeSource(): void {
    const { source } = this;
    if (!source) return;
    // Frames may come until then.
    source.close();
    const { received, dropped = 0, freezes = 0 } = source.statistics();
    this.past = { received: this.past.received + received, dropped: this.past.dropped + dropped, freezes: this.past.freezes + freezes };
    this.counters.abandoned += Math.max(0, received - this.framesOfSource);
    this.source = undefined;
  }

  /** Waits at most `timeoutMs` for frames. Returns how many came. */
  step(timeoutMs: number): number {
    const block = this.source?.poll(timeoutMs);
    const count = block?.count ?? 0;
    if (block) {
      this.decode(block);
      this.source?.release();
    }
    this.hand(block === undefined);
    return count;
  }

  /** Reads what is left in the ring, closes the source, and makes all slices due. `drain` until it says that nothing is left. */
  finish(): void {
    // Bounded: a sender that never stops must not keep the box from stopping.
    for (let blocks = 0; blocks < 4096 && this.source; blocks++) {
      const block = this.source.poll(0);
      if (!block) break;
      this.decode(block);
      this.source.release();
    }
    this.closeSource();
    this.meter.finish();
  }

  /** Hands over what still waits for buffers; true when all of it, and the counters, have been handed over. */
  drain(): boolean {
    this.writer.drain();
    this.meter.drain();
    return !this.meter.isWaiting && this.writer.waiting === 0 && this.flush(this.options.nowUs());
  }

  /** @param isEmpty the ring held nothing: all frames up to now have been seen */
  private hand(isEmpty: boolean): void {
    const nowUs = this.options.nowUs();
    const sinceHandedUs = nowUs - this.handedAtUs;
    if (!isEmpty && sinceHandedUs >= 0 && sinceHandedUs < handAfterUs) return;
    this.handedAtUs = nowUs;
    this.writer.drain();
    this.meter.drain();
    const seenUntilUs = isEmpty ? Math.max(nowUs, this.meter.nowUs) : this.meter.nowUs;
    if (Number.isFinite(seenUntilUs)) this.meter.copyEarly(Math.floor((seenUntilUs - overAfterUs) / minute), copiesPerStep);
    const sinceUs = nowUs - this.flushedAtUs;
    // Books are kept by minutes of the clock: what was counted until then goes now. A clock that was set back is no reason to wait.
    const isNewMinute = Math.floor(nowUs / minute) !== Math.floor(this.flushedAtUs / minute);
    if (isNewMinute || sinceUs < 0 || sinceUs >= pulseUs || (sinceUs >= flushAfterUs && !this.writer.isEmpty)) this.flush(nowUs);
    else this.publish();
  }

  private flush(nowUs: Microseconds): boolean {
    const isFlushed = this.writer.flush();
    if (isFlushed) this.flushedAtUs = nowUs;
    this.publish();
    return isFlushed;
  }

  private publish(): void {
    writeCounters(this.count(), this.shared, 0);
  }

  private decode(block: FrameBlock): void {
    const { batch, counters } = this;
    const linkTypes = [this.source?.interface?.linkType ?? -1];
    batch.octets = block.octets;
    this.look(block);
    for (let next = 0; next < block.count; ) {
      const first = next;
      next = appendFrames(batch, linkTypes, block, first, counters.frames + 1 - first);
      counters.frames += next - first;
      this.framesOfSource += next - first;
      if (batch.isFull) this.empty();
    }
    // The batch borrows the block's octets.
    this.empty();
  }

  /** Counts the octets of a block, and from when until when it was captured. */
  private look(block: FrameBlock): void {
    const { counters } = this;
    let octets = 0;
    let first = counters.firstAtUs === 0 ? Number.POSITIVE_INFINITY : counters.firstAtUs;
    let last = counters.lastAtUs;
    for (let i = 0; i < block.count; i++) {
      octets += (block.end[i] as number) - (block.at[i] as number);
      const capturedAtUs = block.capturedAtUs[i] as number;
      if (capturedAtUs < first) first = capturedAtUs;
      if (capturedAtUs > last) last = capturedAtUs;
    }
    counters.octets += octets;
    if (block.count > 0) counters.firstAtUs = Math.floor(first);
    counters.lastAtUs = Math.floor(last);
  }

  private empty(): void {
    const { batch } = this;
    this.decoded += batch.count;
    batch.eachFault((fault) => this.tally.add(fault));
    this.meter.consume(batch);
    batch.clear();
  }

  private count(): CaptureCounters {
    const { counters, writer, past } = this;
    const now = this.source?.statistics();
    const { in: metered, out, held, refused } = this.meter.counters;
    counters.atUs = this.options.nowUs();
    counters.received = past.received + (now?.received ?? 0);
    counters.dropped = past.dropped + (now?.dropped ?? 0);
    counters.freezes = past.freezes + (now?.freezes ?? 0);
    if (now) counters.lossIsInvisible = now.dropped === undefined ? 1 : 0;
    counters.decoded = this.decoded;
    counters.metered = metered;
    counters.handedOver = out;
    counters.held = held;
    counters.seenTwice = refused['seen-twice'];
    counters.tableFull = refused['table-full'];
    counters.timeOutOfRange = refused['time-out-of-range'];
    counters.slices = this.meter.openSlices;
    counters.records = writer.records;
    counters.recordsWritten = writer.written;
    counters.recordsWaiting = writer.waiting;
    counters.recordsGivenUp = writer.givenUp;
    counters.replacements = writer.replacements;
    return counters;
  }
}
