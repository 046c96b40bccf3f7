/**
 * The slices that are open: one for each key and minute, in typed arrays, found through a keyed hash.
 *
 * Capacity grows by doubling up to a stated maximum; beyond it `insert` refuses. A slice counts packets by the two ends of
 * its key (low, high); which of them began is settled when it is handed over.
 */

import type { Microseconds } from '../base/time.ts';
import { batchRows, type HeaderBatch } from '../wire/headerBatch.ts';
import { nobody } from './conversationTable.ts';
import { type FlowKey, keyWords } from './flowKey.ts';
import { HashIndex } from './hashIndex.ts';
import { noCell } from './secondCounts.ts';

const smallest = 256;
export const noSlice = -1;

/** Words of a record behind its key; what every packet asks for comes first. */
export const sliceWord = {
  /** 1 until the slice is closed. */
  isOpen: keyWords,
  /** First cell of its seconds. */
  cell: keyWords + 1,
  conversation: keyWords + 2,
  generation: keyWords + 3,
  application: keyWords + 4,
  /** Packets in which the application protocol was looked for. */
  looks: keyWords + 5,
  lowTcpFlags: keyWords + 6,
  highTcpFlags: keyWords + 7,
  lowPackets: keyWords + 8,
  highPackets: keyWords + 9,
  // Between them lie the doubles that every packet changes.
  hash: 36,
  highBegan: 37,
  bySyn: 38,
  faults: 39,
  /** Next slice of the same minute, of those that are due, or next unused record. */
  next: 40,
  /** Who began, and the application, in the copy that was handed over early. */
  copiedAs: 41,
} as const;
/** 64-bit words of a record, counted from its start. `copied`: packets in the copy that was handed over early. */
export const sliceDouble = { lowOctets: 14, highOctets: 15, firstAt: 16, lastAt: 17, copied: 21 } as const;
export const sliceWords = 44;
const sliceDoubles = sliceWords / 2;

/** Slices found without the keyed hash: a power of two. */
const recentSlices = 1 << 16;
const recentShift = 32 - 16;

export class FlowTable {
  words: Int32Array;
  doubles: Float64Array;
  /** Slices that are open. */
  live = 0;
  private readonly index: HashIndex;
  /** The slice found last, of all packets with one place here. A guess, held against the key. */
  private readonly recent = new Int32Array(recentSlices).fill(noSlice);
  /** Of the rows of the batch at hand: place among the recent ones, and the slice that stood there. */
  private readonly places = new Uint16Array(batchRows);
  private readonly guesses = new Int32Array(batchRows);
  /** Of the rows of the batch that was approached last, by the guess: first cell of seconds, and conversation. */
  readonly nearCells = new Int32Array(batchRows);
  readonly nearConversations = new Int32Array(batchRows);
  /** Of no meaning: kept so that the reading is not left out. */
  protected touched = 0;
  private used = 0;
  private unused = noSlice;

  constructor(private readonly maxSlices: number) {
    const records = Math.min(smallest, maxSlices);
    this.words = new Int32Array(records * sliceWords);
    this.doubles = new Float64Array(this.words.buffer);
    this.index = new HashIndex(records);
  }

  get hasRoom(): boolean {
    return this.live < this.maxSlices;
  }

  /**
   * Guesses for every row of a batch which slice it belongs to, and asks for the memory that counting it will need: all of it comes side by
   * side, instead of one piece after the other while each packet waits. `nearCells` and `nearConversations` then say what else that is.
   *
   * The place needs no secret: whoever makes packets fall together gains the time of a hash.
   */
  approach(batch: HeaderBatch): void {
    const { words, recent, places, guesses, nearCells, nearConversations } = this;
    const { count, sourceAddress, destinationAddress, sourcePort, destinationPort } = batch;
    let touched = 0;
    for (let row = 0; row < count; row++) {
      // The same for both directions.
      const addresses = (sourceAddress[row * 4 + 3] as number) ^ (destinationAddress[row * 4 + 3] as number);
      const ports = (sourcePort[row] as number) ^ (destinationPort[row] as number);
      const place = Math.imul(Math.imul(addresses, 0x85eb_ca6b | 0) ^ ports, 0x9e37_79b1 | 0) >>> recentShift;
      places[row] = place;
      guesses[row] = recent[place] as number;
    }
    // One loop for each kind of memory: the shorter it is, the more rows a processor asks for at once.
    for (let row = 0; row < count; row++) {
      const guess = guesses[row] as number;
      if (guess === noSlice) continue;
      const at = guess * sliceWords;
      // What every packet asks for: three lines of a cache.
      touched ^= (words[at] as number) ^ (words[at + 16] as number) ^ (words[at + 32] as number);
    }
    for (let row = 0; row < count; row++) {
      const guess = guesses[row] as number;
      nearCells[row] = guess === noSlice ? noCell : (words[guess * sliceWords + sliceWord.cell] as number);
      nearConversations[row] = guess === noSlice ? nobody : (words[guess * sliceWords + sliceWord.conversation] as number);
    }
    this.touched = touched;
  }

  /** The open slice of `key`, which is that of `row` of the batch that was approached last. */
  findRow(key: FlowKey, row: number): number {
    const place = this.places[row] as number;
    const recent = this.recent[place] as number;
    if (recent !== noSlice && this.hasKey(recent, key) && this.words[recent * sliceWords + sliceWord.isOpen] === 1) return recent;
    const found = this.find(key);
    if (found !== noSlice) this.recent[place] = found;
    return found;
  }

  find(key: FlowKey): number {
    const { pairs, mask } = this.index;
    const { hash } = key;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = (pairs[slot * 2 + 1] as number) - 1;
      if (id < 0) return noSlice;
      if (pairs[slot * 2] === hash && this.hasKey(id, key)) return id;
    }
  }

  /** A new, empty slice. The caller asked `hasRoom` before. */
  insert(key: FlowKey, atUs: Microseconds): number {
    const id = this.allocate();
    const at = id * sliceWords;
    this.words.fill(0, at, at + sliceWords);
    this.words.set(key.words, at);
    this.words[at + sliceWord.hash] = key.hash;
    this.words[at + sliceWord.isOpen] = 1;
    this.words[at + sliceWord.conversation] = -1;
    this.words[at + sliceWord.cell] = noCell;
    this.words[at + sliceWord.next] = noSlice;
    this.doubles[id * sliceDoubles + sliceDouble.firstAt] = atUs;
    this.doubles[id * sliceDoubles + sliceDouble.lastAt] = atUs;
    this.index.insert(key.hash, id);
    this.live++;
    return id;
  }

  /** Counts one packet. `reversed` 1: sent by the high end. */
  count(id: number, reversed: number, octets: number, tcpFlags: number, atUs: Microseconds): void {
    const { words, doubles } = this;
    const at = id * sliceWords + reversed;
    const double = id * sliceDoubles;
    (words[at + sliceWord.lowPackets] as number)++;
    words[at + sliceWord.lowTcpFlags] = (words[at + sliceWord.lowTcpFlags] as number) | tcpFlags;
    doubles[double + reversed + sliceDouble.lowOctets] = (doubles[double + reversed + sliceDouble.lowOctets] as number) + octets;
    if (atUs < (doubles[double + sliceDouble.firstAt] as number)) doubles[double + sliceDouble.firstAt] = atUs;
    if (atUs > (doubles[double + sliceDouble.lastAt] as number)) doubles[double + sliceDouble.lastAt] = atUs;
  }

  get(id: number, word: number): number {
    return this.words[id * sliceWords + word] as number;
  }

  set(id: number, word: number, value: number): void {
    this.words[id * sliceWords + word] = value;
  }

  getDouble(id: number, double: number): number {
    return this.doubles[id * sliceDoubles + double] as number;
  }

  setDouble(id: number, double: number, value: number): void {
    this.doubles[id * sliceDoubles + double] = value;
  }

  /** It is found no more: a packet of its key and minute begins another slice. It still takes its place. */
  close(id: number): void {
    this.index.remove(this.get(id, sliceWord.hash), id);
    this.set(id, sliceWord.isOpen, 0);
  }

  /** Gives back the place of a slice that was closed. */
  release(id: number): void {
    this.set(id, sliceWord.next, this.unused);
    this.unused = id;
    this.live--;
  }

  private hasKey(id: number, key: FlowKey): boolean {
    const { words } = this;
    const { words: wanted, length } = key;
    const at = id * sliceWords;
    for (let i = 0; i < length; i++) if (words[at + i] !== wanted[i]) return false;
    return true;
  }

  private allocate(): number {
    if (this.unused !== noSlice) {
      const id = this.unused;
      this.unused = this.get(id, sliceWord.next);
      return id;
    }
    if ((this.used + 1) * sliceWords > this.words.length) {
      const records = Math.min(this.used * 2, this.maxSlices);
      const grown = new Int32Array(records * sliceWords);
      grown.set(this.words);
      this.words = grown;
      this.doubles = new Float64Array(grown.buffer);
      this.index.reserve(records);
    }
    return this.used++;
  }
}
