/**
 * The slices that are open: one for each key and minute, in typed arrays, found through a keyed hash.
 *
 * Capacity grows by doubling up to a stated maximum; beyond it `insert` refuses. A slice counts packets by the two ends of
 * its key (low, high); which of them began is settled when it is handed over. How its words lie is said in `sliceRecord.ts`.
 */

import { type Microseconds, minute as minuteUs } from '../base/time.ts';
import { type FlowKey, keyAt, keyWords, keyWordsShort } from './flowKey.ts';
import { HashIndex } from './hashIndex.ts';
import { alignedDoubles, wordsOf } from './lineMemory.ts';
import { noCell } from './secondCounts.ts';
import { applicationBits, countDouble, countWord, countWords, sliceDouble, sliceWord, sliceWords } from './sliceRecord.ts';

const smallest = 256;
export const noSlice = -1;

export class FlowTable {
  /** Records behind the key, `sliceWords` each. */
  words: Int32Array;
  /** Records that every packet looks at, `countWords` each. */
  counts: Int32Array;
  /** Slices that are open. */
  live = 0;
  private doubles: Float64Array;
  private countDoubles: Float64Array;
  private readonly index: HashIndex;
  private used = 0;
  private unused = noSlice;

  constructor(private readonly maxSlices: number) {
    const records = Math.min(smallest, maxSlices);
    this.words = new Int32Array(records * sliceWords);
    this.doubles = new Float64Array(this.words.buffer);
    this.countDoubles = alignedDoubles((records * countWords) / 2);
    this.counts = wordsOf(this.countDoubles);
    this.index = new HashIndex(records);
  }

  get hasRoom(): boolean {
    return this.live < this.maxSlices;
  }

  find(key: FlowKey): number {
    const { index } = this;
    const { hash } = key;
    for (let slot = index.firstSlot(hash); slot >= 0; slot = index.nextSlot(hash, slot))
      if (this.hasKey(index.recordAt(slot), key)) return index.recordAt(slot);
    return noSlice;
  }

  /** A new, empty slice. The caller asked `hasRoom` before. `atUs` lies in the minute of the key. */
  insert(key: FlowKey, atUs: Microseconds): number {
    const id = this.allocate();
    const { words, counts } = this;
    const at = id * sliceWords;
    words.set(key.words, at);
    words.fill(0, at + keyWords, at + sliceWords);
    words[at + sliceWord.hash] = key.hash;
    words[at + sliceWord.conversation] = -1;
    words[at + sliceWord.cell] = noCell;
    words[at + sliceWord.next] = noSlice;
    const minute = key.words[keyAt.minute] as number;
    const countAt = id * countWords;
    counts.fill(0, countAt, countAt + countWords);
    counts[countAt + countWord.ports] = key.words[keyAt.ports] as number;
    counts[countAt + countWord.lowAddress] = key.words[keyAt.lowAddress] as number;
    counts[countAt + countWord.highAddress] = key.words[keyAt.highAddress] as number;
    counts[countAt + countWord.minute] = minute;
    counts[countAt + countWord.firstUs] = atUs - minute * minuteUs;
    counts[countAt + countWord.lastUs] = atUs - minute * minuteUs;
    this.index.insert(key.hash, id);
    this.live++;
    return id;
  }

  /** Counts one packet. `reversed` 1: sent by the high end. `sinceUs`: from the start of the minute. */
  count(id: number, reversed: number, octets: number, tcpFlags: number, sinceUs: Microseconds): void {
    const { counts, countDoubles } = this;
    const at = id * countWords;
    const double = id * (countWords / 2) + reversed + countDouble.lowOctets;
    countDoubles[double] = (countDoubles[double] as number) + octets;
    counts[at + reversed + countWord.lowPackets] = (counts[at + reversed + countWord.lowPackets] as number) + 1;
    counts[at + countWord.tcpFlags] = (counts[at + countWord.tcpFlags] as number) | (tcpFlags << (reversed * 8));
    if (sinceUs < (counts[at + countWord.firstUs] as number)) counts[at + countWord.firstUs] = sinceUs;
    if (sinceUs > (counts[at + countWord.lastUs] as number)) counts[at + countWord.lastUs] = sinceUs;
  }

  get(id: number, word: number): number {
    return this.words[id * sliceWords + word] as number;
  }

  set(id: number, word: number, value: number): void {
    this.words[id * sliceWords + word] = value;
  }

  getCount(id: number, word: number): number {
    return this.counts[id * countWords + word] as number;
  }

  setCount(id: number, word: number, value: number): void {
    this.counts[id * countWords + word] = value;
  }

  /** Octets that one end sent (0 low, 1 high). */
  octets(id: number, end: number): number {
    return this.countDoubles[id * (countWords / 2) + countDouble.lowOctets + end] as number;
  }

  octetsBefore(id: number, end: number): number {
    return this.doubles[id * (sliceWords / 2) + sliceDouble.lowOctetsBefore + end] as number;
  }

  setOctetsBefore(id: number, end: number, octets: number): void {
    this.doubles[id * (sliceWords / 2) + sliceDouble.lowOctetsBefore + end] = octets;
  }

  /** Time of its earliest packet (`firstUs`) or of its latest one (`lastUs`). */
  timeOf(id: number, word: typeof countWord.firstUs | typeof countWord.lastUs): Microseconds {
    return this.getCount(id, countWord.minute) * minuteUs + this.getCount(id, word);
  }

  /** Number of its application protocol; 0 when it was not recognised. */
  applicationOf(id: number): number {
    return this.getCount(id, countWord.application) & ((1 << applicationBits) - 1);
  }

  setApplication(id: number, application: number): void {
    const looks = this.getCount(id, countWord.application) >>> applicationBits;
    this.setCount(id, countWord.application, (looks << applicationBits) | application);
  }

  /** It is found no more: a packet of its key and minute begins another slice. It still takes its place. */
  close(id: number): void {
    this.index.remove(this.get(id, sliceWord.hash), id);
    this.setCount(id, countWord.path, 0);
  }

  /** Gives back the place of a slice that was closed. */
  release(id: number): void {
    this.set(id, sliceWord.next, this.unused);
    this.unused = id;
    this.live--;
  }

  /** Numbers of paths mean nothing any more. */
  forgetPaths(): void {
    for (let id = 0; id < this.used; id++) this.setCount(id, countWord.path, 0);
  }

  private hasKey(id: number, key: FlowKey): boolean {
    const { words } = this;
    const { words: wanted } = key;
    const at = id * sliceWords;
    const count = key.hasUpper ? keyWords : keyWordsShort;
    for (let i = 0; i < count; i++) if (words[at + i] !== wanted[i]) return false;
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
      const counts = alignedDoubles((records * countWords) / 2);
      counts.set(this.countDoubles);
      this.countDoubles = counts;
      this.counts = wordsOf(counts);
      this.index.reserve(records);
    }
    return this.used++;
  }
}
