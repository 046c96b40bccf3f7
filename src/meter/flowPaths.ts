/**
 * Numbers for paths: what the packets between two machines have alike. Interface, tags, both MAC addresses, EtherType, protocol, whether it
 * has ports, and of IPv6 addresses all but the last word: the larger part of a flow's key, of which few are different.
 *
 * Equal numbers are equal paths. The two machines are first and second, by MAC address, then by address. Where there are more paths
 * than numbers, all are forgotten, and numbering begins anew.
 */

import { type HeaderBatch, layer, vlansKept } from '../wire/headerBatch.ts';
import { HashIndex } from './hashIndex.ts';
import { type HashKey, hashWords } from './keyedHash.ts';
import { alignedDoubles, wordsOf } from './lineMemory.ts';

export const noPath = 0;
const smallest = 256;
const entryWords = 16;
const entryDoubles = entryWords / 2;
/**
 * Words of an entry. The MAC addresses come first, as 64-bit words. `uppers`: three words of the first machine's address, three of the second's;
 * of IPv4 they are all alike. `order`: below 0 where those of the first machine are the smaller ones.
 */
const wordAt = { link: 4, kind: 5, vlans: 6, order: 8, uppers: 10 } as const;
const version6 = 6;

export class FlowPaths {
  private macs = alignedDoubles(smallest * entryDoubles);
  private words = wordsOf(this.macs);
  private index = new HashIndex(smallest);
  private readonly wanted = new Float64Array(entryDoubles);
  private readonly wantedWords = wordsOf(this.wanted);
  /** Numbers from 1 on have been given. */
  private last = noPath;

  /**
   * @param most numbers there are
   * @param renew all paths were forgotten: numbers that were given mean nothing any more
   */
  constructor(
    private readonly most: number,
    private readonly hashKey: HashKey,
    private readonly renew: () => void,
  ) {}

  /** The number of the path of a row of IP; a path that is not known gets one. */
  numberOf(batch: HeaderBatch, row: number): number {
    this.describe(batch, row, turnedIn(batch, row));
    const hash = hashWords(this.wantedWords, entryWords, this.hashKey);
    const found = this.find(hash);
    if (found !== noPath) return found;
    if (this.last >= this.most) this.forget();
    const number = ++this.last;
    if (number * entryWords >= this.words.length) this.grow();
    this.words.set(this.wantedWords, number * entryWords);
    this.index.insert(hash, number);
    return number;
  }

  /** Whether the row goes along path `number`. `turned`: see `turnedIn`. */
  holds(number: number, batch: HeaderBatch, row: number, turned: number): boolean {
    const { words, macs } = this;
    const at = number * entryWords;
    return (
      macs[number * entryDoubles + turned] === batch.sourceMac[row] &&
      macs[number * entryDoubles + 1 - turned] === batch.destinationMac[row] &&
      words[at + wordAt.kind] === kindOf(batch, row) &&
      words[at + wordAt.link] === linkOf(batch, row) &&
      (batch.vlanCount[row] === 0 || this.hasVlans(at + wordAt.vlans, batch, row)) &&
      (batch.ipVersion[row] !== version6 || this.hasUppers(at + wordAt.uppers, batch, row, turned))
    );
  }

  /** Below 0 where the upper words of the first machine's address are the smaller ones. */
  orderOf(number: number): number {
    return this.words[number * entryWords + wordAt.order] as number;
  }

  /** Both machines have one MAC address and, but for the last word, one address: which of them is first means nothing. */
  isSymmetric(number: number): boolean {
    return this.macs[number * entryDoubles] === this.macs[number * entryDoubles + 1] && this.orderOf(number) === 0;
  }

  private find(hash: number): number {
    const { index } = this;
    for (let slot = index.firstSlot(hash); slot >= 0; slot = index.nextSlot(hash, slot))
      if (this.isWanted(index.recordAt(slot))) return index.recordAt(slot);
    return noPath;
  }

  private isWanted(number: number): boolean {
    for (let i = 0; i < entryWords; i++) if (this.words[number * entryWords + i] !== this.wantedWords[i]) return false;
    return true;
  }

  private describe(batch: HeaderBatch, row: number, turned: number): void {
    const { wanted, wantedWords } = this;
    wanted[turned] = batch.sourceMac[row] as number;
    wanted[1 - turned] = batch.destinationMac[row] as number;
    wantedWords[wordAt.link] = linkOf(batch, row);
    wantedWords[wordAt.kind] = kindOf(batch, row);
    wantedWords[wordAt.vlans] = vlanPair(batch, row, 0);
    wantedWords[wordAt.vlans + 1] = vlanPair(batch, row, 2);
    const order = upperOrder(batch, row);
    wantedWords[wordAt.order] = turned === 1 ? -order : order;
    for (let i = 0; i < 3; i++) {
      wantedWords[wordAt.uppers + turned * 3 + i] = batch.sourceAddress[row * 4 + i] as number;
      wantedWords[wordAt.uppers + (1 - turned) * 3 + i] = batch.destinationAddress[row * 4 + i] as number;
    }
  }

  private hasVlans(at: number, batch: HeaderBatch, row: number): boolean {
    return this.words[at] === vlanPair(batch, row, 0) && this.words[at + 1] === vlanPair(batch, row, 2);
  }

  private hasUppers(at: number, batch: HeaderBatch, row: number, turned: number): boolean {
    const { words } = this;
    const { sourceAddress, destinationAddress } = batch;
    const source = at + turned * 3;
    const destination = at + (1 - turned) * 3;
    for (let i = 0; i < 3; i++) {
      if (words[source + i] !== ((sourceAddress[row * 4 + i] as number) | 0)) return false;
      if (words[destination + i] !== ((destinationAddress[row * 4 + i] as number) | 0)) return false;
    }
    return true;
  }

  private grow(): void {
    const { macs } = this;
    this.macs = alignedDoubles(macs.length * 2);
    this.macs.set(macs);
    this.words = wordsOf(this.macs);
    this.index.reserve(this.macs.length / entryDoubles);
  }

  private forget(): void {
    this.index = new HashIndex(this.words.length / entryWords);
    this.last = noPath;
    this.renew();
  }
}

/** 0: the first machine of the path sent the row, 1: the second one. */
export function turnedIn(batch: HeaderBatch, row: number): number {
  const sourceMac = batch.sourceMac[row] as number;
  const destinationMac = batch.destinationMac[row] as number;
  if (sourceMac === destinationMac) return upperOrder(batch, row) > 0 ? 1 : 0;
  return sourceMac > destinationMac ? 1 : 0;
}

/** A packet whose transport header could not be read has none. */
export function hasPorts(batch: HeaderBatch, row: number): boolean {
  return ((batch.layers[row] as number) & (layer.tcp | layer.udp)) !== 0;
}

/** Above 0: the upper words of the source address are the greater ones; those of mapped addresses are equal. */
function upperOrder(batch: HeaderBatch, row: number): number {
  for (let i = row * 4; i < row * 4 + 3; i++) {
    const order = (batch.sourceAddress[i] as number) - (batch.destinationAddress[i] as number);
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

function linkOf(batch: HeaderBatch, row: number): number {
  return (batch.interfaceIndex[row] as number) | ((batch.vlanCount[row] as number) << 16);
}

function kindOf(batch: HeaderBatch, row: number): number {
  const kin = (hasPorts(batch, row) ? 0x10 : 0) | (batch.ipVersion[row] as number);
  return ((batch.etherType[row] as number) << 16) | (kin << 8) | (batch.protocol[row] as number);
}

function vlanPair(batch: HeaderBatch, row: number, first: number): number {
  const at = row * vlansKept + first;
  return (batch.vlans[at] as number) | ((batch.vlans[at + 1] as number) << 16);
}
