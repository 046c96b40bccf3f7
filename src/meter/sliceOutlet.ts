/**
 * The way out of the flow table: slices that are due, in the order in which they became so, early copies of open ones, and what the sink gets
 * of each. What is due waits in its place in the table while the sink has no room.
 */

import type { FlowRecord } from '../record/flow.ts';
import { intrinsicSource, isIntrinsic, keyAt, keyWords } from './flowKey.ts';
import { type FlowTable, noSlice } from './flowTable.ts';
import { flowRecordOf, type SliceView } from './minuteSlice.ts';
import { type MinuteChain, nothingToCopy } from './packetTime.ts';
import type { ServerName } from './serverName.ts';
import type { SightingSink } from './sightings.ts';
import type { SliceConversations } from './sliceConversations.ts';
import { countWord, outDouble, outWord, outWords, sliceWord, sliceWords } from './sliceRecord.ts';
import type { SliceSeconds } from './sliceSeconds.ts';

export interface MeterSink extends SightingSink {
  flow(record: FlowRecord): void;
  /** While false, slices that are due wait in the table. Absent: always true. */
  readonly hasRoom?: boolean;
  /** It takes slices beyond its room where a packet would be refused otherwise, because the table is full. */
  readonly stretches?: boolean;
}

/** Takes slices as words, and only while it has room: those that are due wait, each in its place in the table. */
export interface SliceSink extends SightingSink {
  readonly hasRoom: boolean;
  slice(slice: SliceView): void;
}

export class SliceOutlet {
  /** Packets in slices that were handed over. */
  handedOver = 0;
  /** Packets in open slices. */
  held = 0;
  /** Of open slices, by their number in the table. */
  private readonly names = new Map<number, ServerName>();
  /** A chain through the table. */
  private firstDue = noSlice;
  private lastDue = noSlice;
  /** The slice on its way out. */
  private readonly words = new Int32Array(outWords);
  private readonly doubles = new Float64Array(this.words.buffer);

  constructor(
    private readonly capture: string,
    private readonly table: FlowTable,
    private readonly seconds: SliceSeconds,
    private readonly conversations: SliceConversations,
    private readonly sink: MeterSink | SliceSink,
  ) {}

  get isWaiting(): boolean {
    return this.firstDue !== noSlice;
  }

  private get hasRoom(): boolean {
    return this.sink.hasRoom ?? true;
  }

  /** The first name that a slice shows stands. */
  name(slice: number, name: ServerName): void {
    if (!this.names.has(slice)) this.names.set(slice, name);
  }

  /** Hands over what is due while the sink has room. */
  drain(): void {
    while (this.hasRoom && this.handOverNext());
  }

  /** The table is full: a sink that stretches takes what is due all the same. */
  stretch(): void {
    if ('stretches' in this.sink && this.sink.stretches) while (this.handOverNext());
  }

  /** Whether there was one. */
  private handOverNext(): boolean {
    if (this.firstDue === noSlice) return false;
    const slice = this.firstDue;
    this.firstDue = this.table.get(slice, sliceWord.next);
    if (this.firstDue === noSlice) this.lastDue = noSlice;
    this.handOver(slice);
    return true;
  }

  /** Copies of slices of `chains`, of each at most one, and at most `most` together. Returns how many were looked at. */
  copyEarly(chains: readonly MinuteChain[], most: number): number {
    let looked = 0;
    for (const chain of chains) {
      while (chain.toCopy !== nothingToCopy) {
        if (looked >= most || !this.hasRoom) return looked;
        const slice = chain.toCopy;
        chain.toCopy = this.table.get(slice, sliceWord.next);
        this.copy(slice);
        looked++;
      }
    }
    return looked;
  }

  /** The slices of a chain are closed: what began them is settled now, and they are handed over as soon as there is room. */
  makeDue(first: number): void {
    const { table } = this;
    let slice = first;
    while (slice !== noSlice) {
      const next = table.get(slice, sliceWord.next);
      const meta = table.get(slice, keyAt.meta);
      if (!isIntrinsic(meta)) this.conversations.settle(slice);
      table.close(slice);
      table.set(slice, sliceWord.next, noSlice);
      if (this.lastDue === noSlice) this.firstDue = slice;
      else table.set(this.lastDue, sliceWord.next, slice);
      this.lastDue = slice;
      slice = next;
    }
    this.drain();
  }

  private handOver(slice: number): void {
    const { table } = this;
    this.emit(slice);
    this.seconds.release(slice);
    this.names.delete(slice);
    table.release(slice);
  }

  private copy(slice: number): void {
    const { table } = this;
    if (isIntrinsic(table.get(slice, keyAt.meta))) {
      this.emit(slice);
      return;
    }
    const highBegan = table.get(slice, sliceWord.highBegan);
    const bySyn = table.get(slice, sliceWord.bySyn);
    const application = table.applicationOf(slice);
    this.conversations.foresee(slice);
    this.emit(slice);
    table.set(slice, sliceWord.highBegan, highBegan);
    table.set(slice, sliceWord.bySyn, bySyn);
    table.setApplication(slice, application);
  }

  /** To the sink, unless a copy that says the same is there already. */
  private emit(slice: number): void {
    const { table, sink } = this;
    const meta = table.get(slice, keyAt.meta);
    if (isIntrinsic(meta)) {
      table.set(slice, sliceWord.highBegan, intrinsicSource(meta));
      table.set(slice, sliceWord.bySyn, 0);
    }
    const packets = table.getCount(slice, countWord.lowPackets) + table.getCount(slice, countWord.highPackets);
    const copied = table.get(slice, sliceWord.copied) >>> 0;
    const as = table.get(slice, sliceWord.highBegan) | (table.get(slice, sliceWord.bySyn) << 1) | (table.applicationOf(slice) << 2);
    if (packets === copied && as === table.get(slice, sliceWord.copiedAs)) return;
    this.write(slice);
    const view: SliceView = {
      words: this.words,
      doubles: this.doubles,
      at: 0,
      seconds: this.seconds.read(slice),
      serverName: this.names.get(slice),
      replaced: copied > 0 ? { packets: copied, highBegan: table.get(slice, sliceWord.copiedAs) & 1 } : undefined,
    };
    if ('slice' in sink) sink.slice(view);
    else sink.flow(flowRecordOf(this.capture, view));
    table.set(slice, sliceWord.copied, packets);
    table.set(slice, sliceWord.copiedAs, as);
    this.held -= packets - copied;
    this.handedOver += packets - copied;
  }

  /** The words of the slice as they leave. */
  private write(slice: number): void {
    const { table, words, doubles } = this;
    const at = slice * sliceWords;
    for (let i = 0; i < keyWords; i++) words[i] = table.words[at + i] as number;
    words[outWord.tcpFlags] = table.getCount(slice, countWord.tcpFlags);
    words[outWord.application] = table.applicationOf(slice);
    words[outWord.faults] = table.get(slice, sliceWord.faults);
    words[outWord.lowPackets] = table.getCount(slice, countWord.lowPackets);
    words[outWord.highPackets] = table.getCount(slice, countWord.highPackets);
    words[outWord.highBegan] = table.get(slice, sliceWord.highBegan);
    words[outWord.bySyn] = table.get(slice, sliceWord.bySyn);
    doubles[outDouble.lowOctets] = table.octets(slice, 0);
    doubles[outDouble.highOctets] = table.octets(slice, 1);
    doubles[outDouble.firstAt] = table.timeOf(slice, countWord.firstUs);
    doubles[outDouble.lastAt] = table.timeOf(slice, countWord.lastUs);
  }
}
