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
import { type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { applicationIn, looksPerSlice } from './application.ts';
import { FlowKey, keyAt, portKind } from './flowKey.ts';
import { FlowTable, noSlice, sliceDouble, sliceWord } from './flowTable.ts';
import { FragmentTable } from './fragmentTable.ts';
import { hashKeyFrom } from './keyedHash.ts';
import type { MeterCounters, RefusalReason } from './meterCounters.ts';
import { PacketTime } from './packetTime.ts';
import { RecentFrames } from './recentFrames.ts';
import { ServerNames } from './serverName.ts';
import { Sightings } from './sightings.ts';
import { SliceConversations } from './sliceConversations.ts';
import { type MeterSink, SliceOutlet, type SliceSink } from './sliceOutlet.ts';
import { SliceSeconds } from './sliceSeconds.ts';

export interface MeterOptions {
  /** Identity of the capture that the records belong to. */
  readonly capture: string;
  /** Slices open at the same time, and conversations remembered, at most. */
  readonly maxFlows?: number;
  /** A conversation that was silent longer than this, from the end of the second of its last packet, begins anew. */
  readonly idleUs?: Microseconds;
  /** From what the keys of the hash tables are made; a live capture gives something random. The results do not depend on it. */
  readonly hashSeed?: string;
}

const defaultMaxFlows = 1_000_000;
const defaultIdleUs: Microseconds = 15 * minuteUs;
/** Seconds with packets, beside the latest of each slice, of all open slices together. */
const secondsPerFlow = 4;
const fewestSeconds = 65_536;
const fewestConversations = 16;
const latestUs: Microseconds = Number.MAX_SAFE_INTEGER - 60 * minuteUs;

export class Meter {
  private readonly key: FlowKey;
  private readonly table: FlowTable;
  private readonly seconds: SliceSeconds;
  private readonly time: PacketTime;
  private readonly conversations: SliceConversations;
  private readonly fragments: FragmentTable;
  private readonly recent: RecentFrames;
  private readonly sightings: Sightings;
  private readonly serverNames: ServerNames;
  private readonly outlet: SliceOutlet;
  private received = 0;
  private readonly refused: Record<RefusalReason, number> = { 'seen-twice': 0, 'table-full': 0, 'time-out-of-range': 0 };

  constructor(options: MeterOptions, sink: MeterSink | SliceSink) {
    const { capture, maxFlows = defaultMaxFlows, idleUs = defaultIdleUs, hashSeed = capture } = options;
    if (!Number.isInteger(maxFlows) || maxFlows < 1) throw new RangeError(`maxFlows must be a whole number above 0, not ${maxFlows}`);
    if (!(idleUs > 0)) throw new RangeError(`idleUs must be above 0, not ${idleUs}`);
    const hashKey = hashKeyFrom(hashSeed);
    this.key = new FlowKey(hashKey);
    this.table = new FlowTable(maxFlows);
    this.seconds = new SliceSeconds(this.table, Math.max(fewestSeconds, secondsPerFlow * maxFlows));
    this.time = new PacketTime(
      (last, next) => this.table.set(last, sliceWord.next, next),
      (first) => this.outlet.makeDue(first),
    );
    const capacity = Math.max(fewestConversations, maxFlows);
    this.conversations = new SliceConversations(this.table, { capacity, idleUs, hashKey, nowUs: this.time.nowUs });
    this.outlet = new SliceOutlet(capture, this.table, this.seconds, this.conversations, sink);
    this.fragments = new FragmentTable(hashKey);
    this.recent = new RecentFrames(hashKey);
    this.sightings = new Sightings(capture, sink);
    this.serverNames = new ServerNames((hello, batch, row) => this.sightings.readHello(hello, batch, row));
  }

  /** Reads every row; keeps nothing that points into the batch. */
  consume(batch: HeaderBatch): void {
    this.recent.read(batch);
    this.table.approach(batch);
    for (let row = 0; row < batch.count; row++) {
      this.consumeRow(batch, row);
      // Only now: whoever asks for the counters meanwhile, because the sink is full, finds a packet either nowhere or in both sums.
      this.received++;
    }
  }

  /** Hands over everything that is held; what the sink has no room for is due. */
  finish(): void {
    this.time.finish();
  }

  /** Slices that are due wait for room in the sink. */
  get isWaiting(): boolean {
    return this.outlet.isWaiting;
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
    this.outlet.drain();
  }

  /**
   * Hands over copies of slices of the minutes before `minute` (counted from the epoch), of each at most one, and at most `most`
   * together. The slices stay open. Returns how many were looked at: fewer than `most` when nothing more can be done.
   */
  copyEarly(minute: number, most: number): number {
    return this.outlet.copyEarly(this.time.uncopiedBefore(minute), most);
  }

  get counters(): MeterCounters {
    return { in: this.received, out: this.outlet.handedOver, held: this.outlet.held, refused: { ...this.refused } };
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
    const atUs = Math.floor(batch.capturedAtUs[row] as number);
    if (!(atUs >= 0 && atUs <= latestUs)) {
      this.refused['time-out-of-range']++;
      return;
    }
    if (this.recent.isSecondCopy(row)) {
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
    this.outlet.held++;
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
    } else if (batch.isFragment[row] === 1 && kind !== portKind.none) {
      this.fragments.remember(batch, row, atUs, kind, sourcePort, destinationPort);
    }
    this.key.fill(batch, row, Math.floor(atUs / minuteUs), kind, sourcePort, destinationPort);
  }

  /** The slice in which the packet was counted; `noSlice` when there was no room for it. */
  private count(batch: HeaderBatch, row: number, atUs: Microseconds): number {
    const { key, table } = this;
    const tcpFlags = batch.tcpFlags[row] as number;
    const octets = batch.originalLength[row] as number;
    const second = Math.floor((atUs - (key.words[keyAt.minute] as number) * minuteUs) / secondUs);
    let slice = table.findRow(key, row);
    const isPlain =
      slice !== noSlice &&
      table.get(slice, sliceWord.second) === second &&
      atUs >= table.getDouble(slice, sliceDouble.firstAt) &&
      !SliceConversations.concerns(tcpFlags);
    if (!isPlain) {
      slice = this.prepare(slice, second, tcpFlags, octets, atUs);
      if (slice === noSlice) return noSlice;
    }
    table.count(slice, key.reversed, octets, tcpFlags, atUs);
    return slice;
  }

  /** Before a packet is counted that begins a slice or a second, arrives late, or may change its conversation: `slice`, the new one, or `noSlice`. */
  private prepare(slice: number, second: number, tcpFlags: number, octets: number, atUs: Microseconds): number {
    const { key, table, seconds, conversations, time } = this;
    if (!this.hasRoom(slice, second)) {
      // Slices of another time than the present one can go at once; readers add up what comes later.
      time.finishOthers();
      this.outlet.stretch();
      slice = table.find(key);
      if (!this.hasRoom(slice, second)) return noSlice;
    }
    const isNew = slice === noSlice;
    if (isNew) {
      slice = table.insert(key, atUs);
      seconds.begin(slice, second);
      time.hold(slice, key.words[keyAt.minute] as number);
    }
    conversations.converse(key, slice, tcpFlags, atUs, isNew, time.current);
    seconds.count(slice, second, key.reversed, octets);
    return slice;
  }

  private hasRoom(slice: number, second: number): boolean {
    return slice === noSlice ? this.table.hasRoom : this.seconds.hasRoom(slice, second);
  }

  /** Looks into the data for the application protocol and the server's name; true when something in it was broken. */
  private look(batch: HeaderBatch, row: number, slice: number): boolean {
    const { table } = this;
    if (table.get(slice, sliceWord.application) === 0 && table.get(slice, sliceWord.looks) < looksPerSlice) {
      table.set(slice, sliceWord.looks, table.get(slice, sliceWord.looks) + 1);
      const application = applicationIn(batch, row);
      if (application !== 0) this.conversations.learnApplication(slice, application);
    }
    if (((batch.layers[row] as number) & layer.tcp) === 0) return false;
    const found = this.serverNames.find(batch, row);
    if (found instanceof Fault) return true;
    if (found) this.outlet.name(slice, found);
    return false;
  }
}
