/**
 * The ports of fragmented packets: only the first fragment carries them (RFC 791 §3.2, RFC 8200 §4.5), the others find
 * them here by addresses, protocol and identification.
 *
 * Sets of four entries, picked by a keyed hash; a full set gives up its entries in turn.
 */

import type { Microseconds } from '../base/time.ts';
import { second } from '../base/time.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';
import { type HashKey, hashWords } from './keyedHash.ts';

const sets = 1024;
const waysPerSet = 4;
const keyLength = 10;
/** Key, then port kind, then both ports. */
const entryWords = 12;
/** A packet must be complete 60 seconds after its first fragment (RFC 8200 §4.5). */
const lifetimeUs: Microseconds = 60 * second;

export class FragmentTable {
  /** First fragments that were forgotten before their time. */
  forgotten = 0;
  /** Of the fragment that `find` found. */
  portKind = 0;
  sourcePort = 0;
  destinationPort = 0;

  private readonly entries = new Int32Array(sets * waysPerSet * entryWords);
  private readonly seenAtUs = new Float64Array(sets * waysPerSet).fill(Number.NEGATIVE_INFINITY);
  private readonly turn = new Uint8Array(sets);
  private readonly key = new Int32Array(keyLength);

  constructor(private readonly hashKey: HashKey) {}

  /** Keeps what the first fragment in `row` says. */
  remember(batch: HeaderBatch, row: number, atUs: Microseconds, kind: number, sourcePort: number, destinationPort: number): void {
    const set = this.takeKey(batch, row);
    let entry = this.entryOf(set);
    if (entry < 0) {
      entry = set * waysPerSet + (this.turn[set] as number);
      this.turn[set] = ((this.turn[set] as number) + 1) % waysPerSet;
      if (Math.abs(atUs - (this.seenAtUs[entry] as number)) <= lifetimeUs) this.forgotten++;
      this.entries.set(this.key, entry * entryWords);
    }
    this.entries[entry * entryWords + keyLength] = kind;
    this.entries[entry * entryWords + keyLength + 1] = (sourcePort << 16) | destinationPort;
    this.seenAtUs[entry] = atUs;
  }

  /** Whether the first fragment of the packet in `row` is known; then `portKind` and the ports are those of it. */
  find(batch: HeaderBatch, row: number, atUs: Microseconds): boolean {
    const entry = this.entryOf(this.takeKey(batch, row));
    if (entry < 0 || Math.abs(atUs - (this.seenAtUs[entry] as number)) > lifetimeUs) return false;
    this.portKind = this.entries[entry * entryWords + keyLength] as number;
    const ports = (this.entries[entry * entryWords + keyLength + 1] as number) >>> 0;
    this.sourcePort = ports >>> 16;
    this.destinationPort = ports & 0xffff;
    return true;
  }

  private entryOf(set: number): number {
    for (let way = 0; way < waysPerSet; way++) {
      const entry = set * waysPerSet + way;
      if (this.seenAtUs[entry] === Number.NEGATIVE_INFINITY) continue;
      let word = 0;
      while (word < keyLength && this.entries[entry * entryWords + word] === this.key[word]) word++;
      if (word === keyLength) return entry;
    }
    return -1;
  }

  /** Fills the key from the row; returns its set. */
  private takeKey(batch: HeaderBatch, row: number): number {
    const { key } = this;
    for (let i = 0; i < 4; i++) {
      key[i] = batch.sourceAddress[row * 4 + i] as number;
      key[4 + i] = batch.destinationAddress[row * 4 + i] as number;
    }
    key[8] = ((batch.protocol[row] as number) << 16) | (batch.identification[row] as number);
    key[9] = batch.ipVersion[row] as number;
    return hashWords(key, keyLength, this.hashKey) & (sets - 1);
  }
}
