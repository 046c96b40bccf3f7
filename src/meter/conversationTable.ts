/**
 * The records of conversations in typed arrays: found by key, kept in the order of their last use, bounded.
 *
 * Several records may share one key (see `conversation.ts`): a key is taken with `take` and its records are then gone
 * through with `first` and `next`.
 */

import { type Microseconds, second } from '../base/time.ts';
import { family, familyOf, keyAt, metaWithoutLink } from './flowKey.ts';
import { HashIndex } from './hashIndex.ts';
import { type HashKey, hashWords } from './keyedHash.ts';

const keyLength = 10;
const smallest = 256;
/** Stretches remembered for one key; a further one takes the place of the one that was silent longest. */
const stretchesKept = 4;

/** Words of one record; 10 words of key come first. `beganAt` and `lastAt` are 64-bit words. */
export const wordAt = {
  hash: 10,
  generation: 11,
  state: 14,
  minute: 15,
  emitted: 16,
  application: 17,
  older: 18,
  newer: 19,
  strand: 20,
} as const;
const lastAtDouble = 6;
const beganAtDouble = 11;
const recordWords = 24;

export const stateBit = { highBegan: 1, syn: 2, closed: 4 } as const;
export const nobody = -1;

export interface ConversationOptions {
  /** Conversations remembered at most; beyond it the one that was used longest ago is forgotten. */
  readonly capacity: number;
  readonly idleUs: Microseconds;
  readonly hashKey: HashKey;
  /** How far packet time has come, by strand: see `packetTime.ts`. */
  readonly nowUs: Float64Array;
}

export class ConversationTable {
  /** Conversations forgotten before they were idle, because the table was full. */
  forgotten = 0;
  private words = new Int32Array(smallest * recordWords);
  private doubles = new Float64Array(this.words.buffer);
  private readonly index = new HashIndex(smallest);
  private readonly key = new Int32Array(keyLength);
  private keyHash = 0;
  private used = 0;
  private unused = nobody;
  private live = 0;
  private oldest = nobody;
  private newest = nobody;
  private cursor = 0;

  constructor(private readonly options: ConversationOptions) {}

  /** The first record of the key that was taken; `nobody` when there is none. */
  first(): number {
    return this.seekKey(this.index.firstSlot(this.keyHash));
  }

  /** The record after the one that `first` or `next` gave last. */
  next(): number {
    return this.seekKey(this.index.nextSlot(this.keyHash, this.cursor));
  }

  /** The first record from `slot` on that has the key itself, and not its hash alone. */
  private seekKey(slot: number): number {
    const { index, keyHash } = this;
    for (this.cursor = slot; this.cursor >= 0; this.cursor = index.nextSlot(keyHash, this.cursor))
      if (this.hasKey(index.recordAt(this.cursor))) return index.recordAt(this.cursor);
    return nobody;
  }

  private hasKey(id: number): boolean {
    const at = id * recordWords;
    for (let i = 0; i < keyLength; i++) if (this.words[at + i] !== this.key[i]) return false;
    return true;
  }

  /** Takes the conversation's part of the flow key at `words[at..]`. */
  take(words: Int32Array, at: number): void {
    const { key } = this;
    const meta = words[at + keyAt.meta] as number;
    const isIp = familyOf(meta) !== family.none;
    key[0] = isIp ? metaWithoutLink(meta) : meta;
    key[1] = words[at + keyAt.ports] as number;
    key[2] = words[at + keyAt.lowAddress] as number;
    key[3] = words[at + keyAt.highAddress] as number;
    // Without IP the MAC addresses tell conversations apart; with it they belong to the link.
    const from = at + (isIp ? keyAt.lowAddressUpper : keyAt.macsUpper);
    const count = isIp ? 6 : 3;
    for (let i = 0; i < 6; i++) key[4 + i] = i < count ? (words[from + i] as number) : 0;
    this.keyHash = hashWords(key, keyLength, this.options.hashKey);
  }

  /** A new record of the key that was taken; others may be forgotten for it. */
  create(side: number, atUs: Microseconds, minute: number, synBit: number, strand: number): number {
    this.makeWay();
    const id = this.allocate();
    this.words.set(this.key, id * recordWords);
    this.set(id, wordAt.hash, this.keyHash);
    this.set(id, wordAt.generation, this.get(id, wordAt.generation) + 1);
    this.set(id, wordAt.state, side | synBit);
    this.set(id, wordAt.minute, minute);
    this.set(id, wordAt.emitted, -1);
    this.set(id, wordAt.application, 0);
    this.set(id, wordAt.strand, strand);
    this.doubles[id * (recordWords / 2) + beganAtDouble] = atUs;
    this.doubles[id * (recordWords / 2) + lastAtDouble] = endOfSecond(atUs);
    this.index.insert(this.keyHash, id);
    this.append(id);
    this.live++;
    return id;
  }

  /** Before the table grows, what is idle makes way; when it may not grow, what was used longest ago. */
  private makeWay(): void {
    let same = 0;
    let silent = nobody;
    for (let id = this.first(); id !== nobody; id = this.next()) {
      same++;
      if (silent === nobody || this.lastAt(id) < this.lastAt(silent)) silent = id;
    }
    if (same >= stretchesKept) {
      this.forgotten++;
      this.forget(silent);
    }
    const isFull = this.live >= this.options.capacity;
    const mustGrow = this.unused === nobody && (this.used + 1) * recordWords > this.words.length;
    if (!isFull && !mustGrow) return;
    // Only now: an idle conversation may still be looked for by packets that arrive late.
    const now = this.options.nowUs[this.get(this.oldest, wordAt.strand)] as number;
    const isIdle = now - this.lastAt(this.oldest) > this.options.idleUs;
    if (!isIdle && !isFull) return;
    if (!isIdle) this.forgotten++;
    this.forget(this.oldest);
  }

  private forget(id: number): void {
    this.index.remove(this.get(id, wordAt.hash), id);
    this.unlink(id);
    // A slice that still holds this number sees by the generation that it was forgotten.
    this.set(id, wordAt.generation, this.get(id, wordAt.generation) + 1);
    this.set(id, wordAt.newer, this.unused);
    this.unused = id;
    this.live--;
  }

  private allocate(): number {
    if (this.unused !== nobody) {
      const id = this.unused;
      this.unused = this.get(id, wordAt.newer);
      return id;
    }
    if ((this.used + 1) * recordWords > this.words.length) {
      const grown = new Int32Array(this.words.length * 2);
      grown.set(this.words);
      this.words = grown;
      this.doubles = new Float64Array(grown.buffer);
      this.index.reserve(grown.length / recordWords);
    }
    return this.used++;
  }

  /** A packet of a conversation that is known already. */
  seen(id: number, atUs: Microseconds): void {
    const at = id * (recordWords / 2) + lastAtDouble;
    const lastUs = endOfSecond(atUs);
    if (lastUs > (this.doubles[at] as number)) this.doubles[at] = lastUs;
  }

  /** Changes when the record is given to another conversation. */
  generationOf(id: number): number {
    return this.get(id, wordAt.generation);
  }

  beganAt(id: number): Microseconds {
    return this.doubles[id * (recordWords / 2) + beganAtDouble] as number;
  }

  setBeganAt(id: number, atUs: Microseconds): void {
    this.doubles[id * (recordWords / 2) + beganAtDouble] = atUs;
  }

  /** The end of the second with the latest packet. */
  lastAt(id: number): Microseconds {
    return this.doubles[id * (recordWords / 2) + lastAtDouble] as number;
  }

  has(id: number, bit: number): boolean {
    return (this.get(id, wordAt.state) & bit) !== 0;
  }

  setBits(id: number, bits: number): void {
    this.set(id, wordAt.state, this.get(id, wordAt.state) | bits);
  }

  get(id: number, word: number): number {
    return this.words[id * recordWords + word] as number;
  }

  set(id: number, word: number, value: number): void {
    this.words[id * recordWords + word] = value;
  }

  /** It was used last. */
  touch(id: number): void {
    if (id === this.newest) return;
    this.unlink(id);
    this.append(id);
  }

  private append(id: number): void {
    this.set(id, wordAt.older, this.newest);
    this.set(id, wordAt.newer, nobody);
    if (this.newest === nobody) this.oldest = id;
    else this.set(this.newest, wordAt.newer, id);
    this.newest = id;
  }

  private unlink(id: number): void {
    const older = this.get(id, wordAt.older);
    const newer = this.get(id, wordAt.newer);
    if (older === nobody) this.oldest = newer;
    else this.set(older, wordAt.newer, newer);
    if (newer === nobody) this.newest = older;
    else this.set(newer, wordAt.older, older);
  }
}

/** Silence counts from there: of a second with packets nobody needs to know which one was the last. */
function endOfSecond(atUs: Microseconds): Microseconds {
  return (Math.floor(atUs / second) + 1) * second - 1;
}
