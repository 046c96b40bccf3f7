/**
 * The slices that are open: one for each key and minute, in typed arrays, found through a keyed hash.
 *
 * Capacity grows by doubling up to a stated maximum; beyond it `insert` refuses. A slice counts packets by the two ends of
 * its key (low, high); which of them began is settled when it is handed over.
 */

import type { Microseconds } from '../base/time.ts';
import { type FlowKey, keyAt, keyWords } from './flowKey.ts';
import { HashIndex } from './hashIndex.ts';
import { noCell } from './secondCounts.ts';

const smallest = 256;
export const noSlice = -1;

/** Words of a record behind its key. */
export const sliceWord = {
  hash: keyWords,
  conversation: keyWords + 1,
  generation: keyWords + 2,
  highBegan: keyWords + 3,
  bySyn: keyWords + 4,
  application: keyWords + 5,
  /** Packets in which the application protocol was looked for. */
  looks: keyWords + 6,
  lowTcpFlags: keyWords + 7,
  highTcpFlags: keyWords + 8,
  lowPackets: keyWords + 9,
  highPackets: keyWords + 10,
  faults: keyWords + 11,
  /** First cell of its seconds. */
  cell: keyWords + 12,
  /** Next slice of the same minute, of those that are due, or next unused record. */
  next: keyWords + 13,
  /** Who began, and the application, in the copy that was handed over early. */
  copiedAs: keyWords + 14,
} as const;
/** 64-bit words of a record, counted from its start. `copied`: packets in the copy that was handed over early. */
export const sliceDouble = { lowOctets: 16, highOctets: 17, firstAt: 18, lastAt: 19, copied: 20 } as const;
export const sliceWords = 42;
const sliceDoubles = sliceWords / 2;

/** Slices found without the keyed hash: a power of two. */
const recentSlices = 4096;

/** Where the slice with the key at `words[at..]` is remembered. Needs no secret: whoever makes keys fall together gains the time of a hash. */
function recentAt(words: Int32Array, at: number): number {
  const addresses = (words[at + keyAt.lowAddress] as number) ^ Math.imul(words[at + keyAt.highAddress] as number, 0x85eb_ca6b | 0);
  const mixed = Math.imul(addresses ^ (words[at + keyAt.ports] as number) ^ (words[at + keyAt.minute] as number), 0x9e37_79b1 | 0);
  return mixed >>> 20;
}

export class FlowTable {
  words: Int32Array;
  doubles: Float64Array;
  /** Slices that are open. */
  live = 0;
  private readonly index: HashIndex;
  /** The slice found last, of all keys with one place here. Only open slices, so that a number stands for no other key. */
  private readonly recent = new Int32Array(recentSlices).fill(noSlice);
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

  find(key: FlowKey): number {
    const place = recentAt(key.words, 0);
    const recent = this.recent[place] as number;
    if (recent !== noSlice && this.hasKey(recent, key)) return recent;
    const found = this.look(key);
    if (found !== noSlice) this.recent[place] = found;
    return found;
  }

  private look(key: FlowKey): number {
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
    const place = recentAt(this.words, id * sliceWords);
    if (this.recent[place] === id) this.recent[place] = noSlice;
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
