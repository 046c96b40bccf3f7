/**
 * Packets in, records out: counts every packet of a header batch in the slice of its flow and minute, and hands over the
 * slices whose minute has passed, together with what the packets taught about names, bindings and the network.
 *
 * Pure: time is packet time, results do not depend on how the rows were cut into batches. Every table is bounded; what a
 * bound costs is counted. At any time in = out + held + refused.
 *
 * Only packet time cuts slices. A live capture may ask for early copies of slices whose minute is over by the clock; should
 * such a slice go on nevertheless, what is handed over in the end takes the place of the copy. So the same frames give the
 * same records, whether they were observed or replayed.
 */

import { Fault } from '../base/octets.ts';
import { type Microseconds, minute as minuteUs, second as secondUs } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import { type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { applicationIn, looksPerSlice } from './application.ts';
import { type Beginning, Conversations, evidence } from './conversation.ts';
import { FlowKey, intrinsicSource, isIntrinsic, keyAt, portKind } from './flowKey.ts';
import { FlowTable, noSlice, sliceDouble, sliceWord, sliceWords } from './flowTable.ts';
import { isFirstFragment } from './fragment.ts';
import { FragmentTable } from './fragmentTable.ts';
import { hashKeyFrom } from './keyedHash.ts';
import { flowRecordOf, type SliceView } from './minuteSlice.ts';
import { nothingToCopy, PacketTime } from './packetTime.ts';
import { RecentFrames } from './recentFrames.ts';
import { noCell, SecondCounts } from './secondCounts.ts';
import { type ServerName, ServerNames } from './serverName.ts';
import { type SightingSink, Sightings } from './sightings.ts';

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

export interface MeterOptions {
  /** Identity of the capture that the records belong to. */
  readonly capture: string;
  /** Slices open at the same time, and conversations remembered, at most. */
  readonly maxFlows?: number;
  /** A conversation that was silent longer than this begins anew. */
  readonly idleUs?: Microseconds;
  /** From what the keys of the hash tables are made; a live capture gives something random. The results do not depend on it. */
  readonly hashSeed?: string;
}

export interface MeterCounters {
  /** Packets received. */
  readonly in: number;
  /** Packets in slices that were handed over. */
  readonly out: number;
  /** Packets in open slices. */
  readonly held: number;
  /** Packets that were not counted in any slice, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
}

/**
 * seen-twice: a second copy of a frame. table-full: `maxFlows` slices are open and this packet needs another, or there is no
 * room for another second. time-out-of-range: not a time between 1970 and 2255.
 */
export type RefusalReason = 'seen-twice' | 'table-full' | 'time-out-of-range';

const defaultMaxFlows = 1_000_000;
const defaultIdleUs: Microseconds = 15 * minuteUs;
/** Seconds with packets, of all open slices together. */
const secondsPerFlow = 4;
const fewestSeconds = 65_536;
const fewestConversations = 16;
const latestUs: Microseconds = Number.MAX_SAFE_INTEGER - 60 * minuteUs;
const handshake = tcpFlag.syn | tcpFlag.ack;
const turningFlags = tcpFlag.syn | tcpFlag.fin | tcpFlag.rst;

export class Meter {
  private readonly capture: string;
  private readonly key: FlowKey;
  private readonly table: FlowTable;
  private readonly seconds: SecondCounts;
  private readonly time: PacketTime;
  private readonly conversations: Conversations;
  private readonly fragments: FragmentTable;
  private readonly recent: RecentFrames;
  private readonly sightings: Sightings;
  private readonly serverNames = new ServerNames();
  /** Of open slices, by their number in the table. */
  private readonly namesOfSlices = new Map<number, ServerName>();
  /** Slices that are due, in the order in which they became so: a chain through the table. */
  private firstDue = noSlice;
  private lastDue = noSlice;
  private received = 0;
  private handedOver = 0;
  private held = 0;
  private readonly refused: Record<RefusalReason, number> = { 'seen-twice': 0, 'table-full': 0, 'time-out-of-range': 0 };

  constructor(
    options: MeterOptions,
    private readonly sink: MeterSink | SliceSink,
  ) {
    const { capture, maxFlows = defaultMaxFlows, idleUs = defaultIdleUs, hashSeed = capture } = options;
    if (!Number.isInteger(maxFlows) || maxFlows < 1) throw new RangeError(`maxFlows must be a whole number above 0, not ${maxFlows}`);
    if (!(idleUs > 0)) throw new RangeError(`idleUs must be above 0, not ${idleUs}`);
    const hashKey = hashKeyFrom(hashSeed);
    this.capture = capture;
    this.key = new FlowKey(hashKey);
    this.table = new FlowTable(maxFlows);
    this.seconds = new SecondCounts(Math.max(fewestSeconds, secondsPerFlow * maxFlows));
    this.time = new PacketTime(
      (last, next) => this.table.set(last, sliceWord.next, next),
      (first) => this.makeDue(first),
    );
    this.conversations = new Conversations({ capacity: Math.max(fewestConversations, maxFlows), idleUs, hashKey, nowUs: this.time.nowUs });
    this.fragments = new FragmentTable(hashKey);
    this.recent = new RecentFrames(hashKey);
    this.sightings = new Sightings(capture, sink);
  }

  /** Reads every row; keeps nothing that points into the batch. */
  consume(batch: HeaderBatch): void {
    for (let row = 0; row < batch.count; row++) this.consumeRow(batch, row);
  }

  /** Hands over everything that is held; what the sink has no room for is due. */
  finish(): void {
    this.time.finish();
  }

  /** Slices that are due wait for room in the sink. */
  get isWaiting(): boolean {
    return this.firstDue !== noSlice;
  }

  /** Time of the latest packet; −Infinity before the first one. */
  get nowUs(): Microseconds {
    return this.time.currentUs;
  }

  /** Slices that take a place in the table: what `maxFlows` bounds. */
  get openSlices(): number {
    return this.table.live;
  }

  /** Hands over what is due while the sink has room. */
  drain(): void {
    while (this.hasRoom && this.handOverNext());
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

  /**
   * Hands over copies of slices of the minutes before `minute` (counted from the epoch), of each at most one, and at most `most`
   * together. The slices stay open. Returns how many were looked at: fewer than `most` when nothing more can be done.
   */
  copyEarly(minute: number, most: number): number {
    let looked = 0;
    for (const chain of this.time.uncopiedBefore(minute)) {
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

  get counters(): MeterCounters {
    return { in: this.received, out: this.handedOver, held: this.held, refused: { ...this.refused } };
  }

  /** What bounds and doubts left out of the records, beside packets: by what it was. */
  get leftOut(): Record<string, number> {
    return {
      ...this.sightings.leftOut,
      'server-name-implausible': this.serverNames.implausible,
      'server-name-given-up': this.serverNames.givenUp,
      'conversation-forgotten': this.conversations.forgotten,
      'fragment-forgotten': this.fragments.forgotten,
      'recent-frame-forgotten': this.recent.forgotten,
      'second-saturated': this.seconds.saturated,
    };
  }

  private consumeRow(batch: HeaderBatch, row: number): void {
    this.received++;
    const atUs = Math.floor(batch.capturedAtUs[row] as number);
    if (!(atUs >= 0 && atUs <= latestUs)) {
      this.refused['time-out-of-range']++;
      return;
    }
    if (this.recent.isSecondCopy(batch, row, atUs)) {
      this.refused['seen-twice']++;
      return;
    }
    this.time.advance(atUs);
    this.fillKey(batch, row, atUs);
    const isWhole = batch.laterFragment[row] !== 1;
    const readFault = isWhole ? this.sightings.read(batch, row, atUs) : undefined;
    const slice = this.count(batch, row, atUs);
    if (slice === noSlice) {
      this.refused['table-full']++;
      return;
    }
    this.held++;
    let isFaulty = batch.fault[row] !== undefined || readFault !== undefined;
    if (isWhole && (batch.payloadAt[row] as number) < (batch.payloadEnd[row] as number) && this.look(batch, row, slice)) isFaulty = true;
    if (isFaulty) this.table.set(slice, sliceWord.faults, this.table.get(slice, sliceWord.faults) + 1);
  }

  /** Later fragments take the ports of their first one, where it is known. */
  private fillKey(batch: HeaderBatch, row: number, atUs: Microseconds): void {
    const layers = batch.layers[row] as number;
    let kind: number = portKind.none;
    let sourcePort = batch.sourcePort[row] as number;
    let destinationPort = batch.destinationPort[row] as number;
    if (layers & (layer.tcp | layer.udp)) kind = portKind.ports;
    else if (layers & (layer.icmp | layer.icmpv6)) kind = portKind.icmp;
    if (batch.laterFragment[row] === 1) {
      if (this.fragments.find(batch, row, atUs)) {
        kind = this.fragments.portKind;
        sourcePort = this.fragments.sourcePort;
        destinationPort = this.fragments.destinationPort;
      }
    } else if (kind !== portKind.none && isFirstFragment(batch, row)) {
      this.fragments.remember(batch, row, atUs, kind, sourcePort, destinationPort);
    }
    this.key.fill(batch, row, Math.floor(atUs / minuteUs), kind, sourcePort, destinationPort);
  }

  /** The slice in which the packet was counted; `noSlice` when there was no room for it. */
  private count(batch: HeaderBatch, row: number, atUs: Microseconds): number {
    const { key, table, seconds } = this;
    const tcpFlags = batch.tcpFlags[row] as number;
    const secondOfMinute = Math.floor((atUs - (key.words[keyAt.minute] as number) * minuteUs) / secondUs);
    let slice = table.find(key);
    let cell = slice === noSlice ? noCell : seconds.find(table.get(slice, sliceWord.cell), secondOfMinute);
    if ((slice === noSlice && !table.hasRoom) || (cell === noCell && !seconds.hasRoom)) {
      // Slices of another time than the present one can go at once; readers add up what comes later.
      this.time.finishOthers();
      if ('stretches' in this.sink && this.sink.stretches) while (this.handOverNext());
      slice = table.find(key);
      if ((slice === noSlice && !table.hasRoom) || !seconds.hasRoom) return noSlice;
      if (slice === noSlice) cell = noCell;
    }
    if (slice === noSlice) {
      slice = table.insert(key, atUs);
      this.time.hold(slice, key.words[keyAt.minute] as number);
      this.converse(slice, tcpFlags, atUs, true);
    } else this.converse(slice, tcpFlags, atUs, false);
    if (cell === noCell) {
      cell = seconds.prepend(table.get(slice, sliceWord.cell), secondOfMinute);
      table.set(slice, sliceWord.cell, cell);
    }
    const octets = batch.originalLength[row] as number;
    seconds.add(cell, key.reversed, octets);
    table.count(slice, key.reversed, octets, tcpFlags, atUs);
    return slice;
  }

  /** Ties the slice to its conversation and tells that of the packet. */
  private converse(slice: number, tcpFlags: number, atUs: Microseconds, isNew: boolean): void {
    const { key, table, conversations } = this;
    if (isIntrinsic(key.words[keyAt.meta] as number)) return;
    const isSyn = (tcpFlags & (tcpFlag.syn | tcpFlag.rst)) === tcpFlag.syn;
    const isEarliest = atUs < table.getDouble(slice, sliceDouble.firstAt);
    if (isNew || isSyn || isEarliest) {
      // A SYN+ACK answers: the other end began.
      const side = isSyn && (tcpFlags & handshake) === handshake ? 1 - key.reversed : key.reversed;
      const kind = isSyn ? evidence.syn : evidence.packet;
      const id = conversations.observe(key, side, atUs, kind, this.time.current);
      const began = conversations.beginningOf(id);
      table.set(slice, sliceWord.conversation, id);
      table.set(slice, sliceWord.generation, conversations.generationOf(id));
      table.set(slice, sliceWord.highBegan, began.side);
      table.set(slice, sliceWord.bySyn, began.bySyn ? 1 : 0);
      if (isNew) table.set(slice, sliceWord.application, began.application);
    }
    const id = this.conversationOf(slice);
    if (id < 0) return;
    conversations.seen(id, atUs);
    if (tcpFlags & turningFlags & ~tcpFlag.syn) conversations.close(id);
  }

  /** −1 when it was forgotten meanwhile. */
  private conversationOf(slice: number): number {
    const id = this.table.get(slice, sliceWord.conversation);
    return id >= 0 && this.conversations.generationOf(id) === this.table.get(slice, sliceWord.generation) ? id : -1;
  }

  /** Looks into the data for the application protocol and the server's name; true when something in it was broken. */
  private look(batch: HeaderBatch, row: number, slice: number): boolean {
    const { table } = this;
    if (table.get(slice, sliceWord.application) === 0 && table.get(slice, sliceWord.looks) < looksPerSlice) {
      table.set(slice, sliceWord.looks, table.get(slice, sliceWord.looks) + 1);
      const application = applicationIn(batch, row);
      if (application !== 0) {
        table.set(slice, sliceWord.application, application);
        const id = this.conversationOf(slice);
        if (id >= 0) this.conversations.learnApplication(id, application);
      }
    }
    if (((batch.layers[row] as number) & layer.tcp) === 0) return false;
    const found = this.serverNames.find(batch, row);
    if (found instanceof Fault) return true;
    if (found && !this.namesOfSlices.has(slice)) this.namesOfSlices.set(slice, found);
    return false;
  }

  private get hasRoom(): boolean {
    return this.sink.hasRoom ?? true;
  }

  /** The slices of a chain are closed: what began them is settled now, and they are handed over as soon as there is room. */
  private makeDue(first: number): void {
    const { table } = this;
    let slice = first;
    while (slice !== noSlice) {
      const next = table.get(slice, sliceWord.next);
      const meta = table.get(slice, keyAt.meta);
      if (!isIntrinsic(meta)) this.write(slice, this.conversations.settle(table.words, slice * sliceWords));
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
    this.seconds.release(table.get(slice, sliceWord.cell));
    this.namesOfSlices.delete(slice);
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
    const application = table.get(slice, sliceWord.application);
    this.write(slice, this.conversations.foresee(table.words, slice * sliceWords));
    this.emit(slice);
    table.set(slice, sliceWord.highBegan, highBegan);
    table.set(slice, sliceWord.bySyn, bySyn);
    table.set(slice, sliceWord.application, application);
  }

  /** What the conversation says of the slice; what it knew itself stands where the conversation was forgotten. */
  private write(slice: number, began: Beginning | undefined): void {
    if (!began) return;
    const { table } = this;
    table.set(slice, sliceWord.highBegan, began.side);
    table.set(slice, sliceWord.bySyn, began.bySyn ? 1 : 0);
    if (table.get(slice, sliceWord.application) === 0) table.set(slice, sliceWord.application, began.application);
  }

  /** To the sink, unless a copy that says the same is there already. */
  private emit(slice: number): void {
    const { table, sink } = this;
    const meta = table.get(slice, keyAt.meta);
    if (isIntrinsic(meta)) this.write(slice, { side: intrinsicSource(meta), bySyn: false, application: 0 });
    const packets = table.get(slice, sliceWord.lowPackets) + table.get(slice, sliceWord.highPackets);
    const copied = table.getDouble(slice, sliceDouble.copied);
    const as =
      table.get(slice, sliceWord.highBegan) | (table.get(slice, sliceWord.bySyn) << 1) | (table.get(slice, sliceWord.application) << 2);
    if (packets === copied && as === table.get(slice, sliceWord.copiedAs)) return;
    const view: SliceView = {
      words: table.words,
      doubles: table.doubles,
      at: slice * sliceWords,
      seconds: this.seconds.read(table.get(slice, sliceWord.cell)),
      serverName: this.namesOfSlices.get(slice),
      replaced: copied > 0 ? { packets: copied, highBegan: table.get(slice, sliceWord.copiedAs) & 1 } : undefined,
    };
    if ('slice' in sink) sink.slice(view);
    else sink.flow(flowRecordOf(this.capture, view));
    table.setDouble(slice, sliceDouble.copied, packets);
    table.set(slice, sliceWord.copiedAs, as);
    this.held -= packets - copied;
    this.handedOver += packets - copied;
  }
}
