/**
 * The slices that are open: one for each key and minute, in typed arrays, found through a keyed hash.
 *
 * Capacity grows by doubling up to a stated maximum; beyond it `insert` refuses. A slice counts packets by the two ends of
 * its key (low, high); which of them began is settled when it is handed over.
 */

import type { Microseconds } from '../base/time.ts';
import { batchRows, type HeaderBatch } from '../wire/headerBatch.ts';
import { type FlowKey, keyWords, keyWordsShort, upperAt, upperWords } from './flowKey.ts';
import { HashIndex } from './hashIndex.ts';
import { noCell } from './secondCounts.ts';

const smallest = 256;
export const noSlice = -1;

/**
 * Words of a record beside its key. The short part of the key, and what every packet asks for or changes, are the first 112 octets: two lines of
 * a cache where the record begins at or near the begin of one. Thousands of flows take turns in a network, and their records come from afar.
 */
export const sliceWord = {
  /** 1 until the slice is closed. */
  isOpen: keyWordsShort,
  /** The latest second of its minute with a packet: see `sliceSeconds.ts`. */
  second: keyWordsShort + 1,
  application: keyWordsShort + 2,
  /** Packets in which the application protocol was looked for. */
  looks: keyWordsShort + 3,
  /** What the low end sent in the low 8 bits, what the high end sent in the next 8. */
  tcpFlags: keyWordsShort + 4,
  faults: keyWordsShort + 5,
  lowPackets: keyWordsShort + 6,
  highPackets: keyWordsShort + 7,
  /** Packets in the copy that was handed over early. */
  copied: keyWordsShort + 8,
  // Then the doubles that every packet changes, and the upper words of the addresses.
  conversation: keyWords,
  generation: keyWords + 1,
  /** First cell of the seconds before the latest. */
  cell: keyWords + 2,
  hash: keyWords + 3,
  highBegan: keyWords + 4,
  bySyn: keyWords + 5,
  /** Next slice of the same minute, of those that are due, or next unused record. */
  next: keyWords + 6,
  /** Who began, and the application, in the copy that was handed over early. */
  copiedAs: keyWords + 7,
  /** What was counted in other seconds than the latest. */
  lowPacketsBefore: keyWords + 8,
  highPacketsBefore: keyWords + 9,
} as const;
/** 64-bit words of a record, counted from its start. */
export const sliceDouble = { lowOctets: 10, highOctets: 11, firstAt: 12, lastAt: 13, lowOctetsBefore: 22, highOctetsBefore: 23 } as const;
export const sliceWords = 48;
const sliceDoubles = sliceWords / 2;

/** Slices found without the keyed hash: pairs of guesses, as a power of two. With one guess in each place, a tenth of 8,000 flows missed. */
const guessBits = 15;
const markBits = 8;
const markMask = (1 << markBits) - 1;
/** Slices with greater numbers are found through the hash. */
const guessableSlices = 1 << (31 - markBits);

export class FlowTable {
  words: Int32Array;
  doubles: Float64Array;
  /** Slices that are open. */
  live = 0;
  private readonly index: HashIndex;
  /**
   * Two slices for each place, the one found last first: its number, and behind that a mark, so that both need not be looked at. Guesses, held
   * against the key.
   */
  private readonly recent = new Int32Array(2 << guessBits).fill(noSlice);
  /** Of the rows of the batch at hand: what their place and mark are made of, and the slice that was guessed. */
  private readonly mixes = new Int32Array(batchRows);
  private readonly guesses = new Int32Array(batchRows);
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
   * side, instead of one piece after the other while each packet waits.
   *
   * The place needs no secret: whoever makes packets fall together gains the time of a hash.
   */
  approach(batch: HeaderBatch): void {
    const { words, mixes, guesses } = this;
    const { count, sourceAddress, destinationAddress, sourcePort, destinationPort } = batch;
    let touched = 0;
    for (let row = 0; row < count; row++) {
      // The same for both directions.
      const addresses = (sourceAddress[row * 4 + 3] as number) ^ (destinationAddress[row * 4 + 3] as number);
      const ports = (sourcePort[row] as number) ^ (destinationPort[row] as number);
      const mix = Math.imul(Math.imul(addresses, 0x85eb_ca6b | 0) ^ ports, 0x9e37_79b1 | 0);
      mixes[row] = mix;
      guesses[row] = this.guess(mix);
    }
    // One loop for each kind of memory: the shorter it is, the more rows a processor asks for at once.
    for (let row = 0; row < count; row++) {
      const guess = guesses[row] as number;
      if (guess === noSlice) continue;
      const at = guess * sliceWords;
      // What every packet asks for: two lines of a cache, or three.
      touched ^= (words[at] as number) ^ (words[at + 16] as number) ^ (words[at + upperAt - 1] as number);
    }
    this.touched = touched;
  }

  /** The open slice of `key`, which is that of `row` of the batch that was approached last. */
  findRow(key: FlowKey, row: number): number {
    const mix = this.mixes[row] as number;
    const guess = this.guess(mix);
    if (guess !== noSlice && this.hasKey(guess, key) && this.words[guess * sliceWords + sliceWord.isOpen] === 1) return guess;
    const found = this.find(key);
    if (found !== noSlice && found < guessableSlices) this.remember(mix, found);
    return found;
  }

  private guess(mix: number): number {
    const place = placeOf(mix);
    const mark = markOf(mix);
    const first = this.recent[place] as number;
    const entry = (first & markMask) === mark ? first : (this.recent[place + 1] as number);
    return (entry & markMask) === mark ? entry >> markBits : noSlice;
  }

  private remember(mix: number, slice: number): void {
    const { recent } = this;
    const place = placeOf(mix);
    const mark = markOf(mix);
    const first = recent[place] as number;
    // What has the same mark is the same flow a minute ago, as a rule.
    if ((first & markMask) !== mark) recent[place + 1] = first;
    recent[place] = (slice << markBits) | mark;
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
    this.words.set(key.words, at);
    this.words.fill(0, at + keyWordsShort, at + upperAt);
    this.words.fill(0, at + keyWords, at + sliceWords);
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
    const at = id * sliceWords;
    const double = id * sliceDoubles;
    (words[at + reversed + sliceWord.lowPackets] as number)++;
    words[at + sliceWord.tcpFlags] = (words[at + sliceWord.tcpFlags] as number) | (tcpFlags << (reversed * 8));
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
    const { words: wanted } = key;
    const at = id * sliceWords;
    for (let i = 0; i < keyWordsShort; i++) if (words[at + i] !== wanted[i]) return false;
    if (key.hasUpper) for (let i = upperAt; i < upperAt + upperWords; i++) if (words[at + i] !== wanted[i]) return false;
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

/** Where the pair of guesses lies, and what tells both apart: bits of their own each. */
const placeOf = (mix: number) => (mix >>> (32 - guessBits)) * 2;
const markOf = (mix: number) => (mix >>> (32 - guessBits - markBits)) & markMask;
