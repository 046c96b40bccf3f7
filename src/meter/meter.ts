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
import { keyAt } from './flowKey.ts';
import { FlowTable, noSlice } from './flowTable.ts';
import { hashKeyFrom } from './keyedHash.ts';
import type { MeterCounters, RefusalReason } from './meterCounters.ts';
import { PacketKeys } from './packetKeys.ts';
import { PacketTime } from './packetTime.ts';
import { RecentFrames } from './recentFrames.ts';
import { ServerNames } from './serverName.ts';
import { Sightings } from './sightings.ts';
import { SliceConversations } from './sliceConversations.ts';
import { SliceGuesses } from './sliceGuesses.ts';
import { type MeterSink, SliceOutlet, type SliceSink } from './sliceOutlet.ts';
import { applicationBits, countWord, sliceWord } from './sliceRecord.ts';
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
  private readonly keys: PacketKeys;
  private readonly table: FlowTable;
  private readonly guesses: SliceGuesses;
  private readonly seconds: SliceSeconds;
  private readonly time: PacketTime;
  private readonly conversations: SliceConversations;
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
    this.keys = new PacketKeys(hashKey);
    this.table = new FlowTable(maxFlows);
    this.guesses = new SliceGuesses(this.table, hashKey);
    this.seconds = new SliceSeconds(this.table, Math.max(fewestSeconds, secondsPerFlow * maxFlows));
    this.time = new PacketTime(
      (last, next) => this.table.set(last, sliceWord.next, next),
      (first) => this.outlet.makeDue(first),
    );
    const capacity = Math.max(fewestConversations, maxFlows);
    this.conversations = new SliceConversations(this.table, { capacity, idleUs, hashKey, nowUs: this.time.nowUs });
    this.outlet = new SliceOutlet(capture, this.table, this.seconds, this.conversations, sink);
    this.recent = new RecentFrames(hashKey);
    this.sightings = new Sightings(capture, sink);
    this.serverNames = new ServerNames((gmtUnixTime, batch, row) => this.sightings.readHello(gmtUnixTime, batch, row));
  }

  /** Reads every row; keeps nothing that points into the batch. */
  consume(batch: HeaderBatch): void {
    this.recent.read(batch);
    this.guesses.approach(batch);
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
      'fragment-forgotten': this.keys.forgotten,
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

  /** The slice in which the packet was counted; `noSlice` when there was no room for it. */
  private count(batch: HeaderBatch, row: number, atUs: Microseconds): number {
    const { table, guesses } = this;
    const minute = Math.floor(atUs / minuteUs);
    const sinceUs = atUs - minute * minuteUs;
    const second = Math.floor(sinceUs / secondUs);
    const tcpFlags = batch.tcpFlags[row] as number;
    const octets = batch.originalLength[row] as number;
    let slice = guesses.find(batch, row, minute);
    let { reversed } = guesses;
    if (slice === noSlice || !this.goesOn(slice, second, octets, tcpFlags, sinceUs, atUs)) {
      const { keys } = this;
      keys.read(batch, row, atUs);
      reversed = keys.key.reversed;
      slice = this.prepare(table.find(keys.key), second, tcpFlags, octets, atUs);
      if (slice === noSlice) return noSlice;
      guesses.learn(batch, row, slice, reversed);
    }
    table.count(slice, reversed, octets, tcpFlags, sinceUs);
    return slice;
  }

  /** Whether a packet of `slice`, which was guessed, does nothing but go on: as almost all do. The first one of a second turns to that second. */
  private goesOn(slice: number, second: number, octets: number, tcpFlags: number, sinceUs: Microseconds, atUs: Microseconds): boolean {
    const { table, seconds, guesses } = this;
    if (SliceConversations.concerns(tcpFlags) || sinceUs < table.getCount(slice, countWord.firstUs)) return false;
    if (second === table.getCount(slice, countWord.second)) return true;
    if (!seconds.hasRoom(slice, second)) return false;
    this.conversations.seen(slice, atUs);
    seconds.count(slice, second, guesses.reversed, octets);
    return true;
  }

  /** Before a packet is counted of which nothing is known but its key: `slice`, which that found, a new one, or `noSlice`. */
  private prepare(slice: number, second: number, tcpFlags: number, octets: number, atUs: Microseconds): number {
    const { table, seconds, conversations, time } = this;
    const { key } = this.keys;
    let prepared = slice;
    if (!this.hasRoom(prepared, second)) {
      // Slices of another time than the present one can go at once; readers add up what comes later.
      time.finishOthers();
      this.outlet.stretch();
      prepared = table.find(key);
      if (!this.hasRoom(prepared, second)) return noSlice;
    }
    const isNew = prepared === noSlice;
    if (isNew) {
      prepared = table.insert(key, atUs);
      seconds.begin(prepared, second);
      time.hold(prepared, key.words[keyAt.minute] as number);
    }
    conversations.converse(key, prepared, tcpFlags, atUs, isNew, time.current);
    seconds.count(prepared, second, key.reversed, octets);
    return prepared;
  }

  private hasRoom(slice: number, second: number): boolean {
    return slice === noSlice ? this.table.hasRoom : this.seconds.hasRoom(slice, second);
  }

  /** Looks into the data for the application protocol and the server's name; true when something in it was broken. */
  private look(batch: HeaderBatch, row: number, slice: number): boolean {
    const { table } = this;
    const looked = table.getCount(slice, countWord.application);
    // Not recognised, and not looked for often enough: nothing but that number of times.
    if (looked >>> applicationBits < looksPerSlice && table.applicationOf(slice) === 0) {
      table.setCount(slice, countWord.application, looked + (1 << applicationBits));
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
