/**
 * The slices that are open: one for each key and minute, in typed arrays, found through a keyed hash.
 *
 * Capacity grows by doubling up to a stated maximum; beyond it `insert` refuses. A slice counts packets by the two ends of
 * its key (low, high); which of them began is settled when it is handed over.
 */

import type { Microseconds } from '../base/time.ts';
import { type FlowKey, keyWords } from './flowKey.ts';
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

export class FlowTable {
  words: Int32Array;
  doubles: Float64Array;
  /** Slices that are open. */
  live = 0;
  private readonly index: HashIndex;
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
    const at = id * sliceWords;
    const double = id * sliceDoubles;
    (this.words[at + sliceWord.lowPackets + reversed] as number)++;
    this.words[at + sliceWord.lowTcpFlags + reversed] = (this.words[at + sliceWord.lowTcpFlags + reversed] as number) | tcpFlags;
    this.doubles[double + sliceDouble.lowOctets + reversed] = (this.doubles[double + sliceDouble.lowOctets + reversed] as number) + octets;
    if (atUs < (this.doubles[double + sliceDouble.firstAt] as number)) this.doubles[double + sliceDouble.firstAt] = atUs;
    if (atUs > (this.doubles[double + sliceDouble.lastAt] as number)) this.doubles[double + sliceDouble.lastAt] = atUs;
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
  }

  /** Gives back the place of a slice that was closed. */
  release(id: number): void {
    this.set(id, sliceWord.next, this.unused);
    this.unused = id;
    this.live--;
  }

  private hasKey(id: number, key: FlowKey): boolean {
    const at = id * sliceWords;
    for (let i = 0; i < key.length; i++) if (this.words[at + i] !== key.words[i]) return false;
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
