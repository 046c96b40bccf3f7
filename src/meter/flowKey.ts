/**
 * The key of a slice: link, addresses, protocol, ports and minute, as words in one order for both directions.
 *
 * The two ends are called low and high: low is the one with the smaller address, then port, then MAC. A frame runs from
 * low to high or is `reversed`. Who began is not part of the key, except for ARP and ICMP, where each packet says by its
 * kind whether it asks or answers (`intrinsic`).
 */

import { addressFromIpv4, addressFromWords } from '../base/address.ts';
import type { FlowRecord } from '../record/flow.ts';
import { type HeaderBatch, layer, noMac, vlansKept } from '../wire/headerBatch.ts';
import { requestOf } from './icmpPair.ts';
import { type HashKey, hashWords } from './keyedHash.ts';

/** What the two port words of a frame mean. */
export const portKind = { none: 0, ports: 1, icmp: 2 } as const;
export const family = { none: 0, arp: 1, ipv4: 2, ipv6: 3 } as const;

/** Words of the part that every key has. The upper words of both addresses, which IPv6 alone has, follow. */
export const keyWordsShort = 11;
export const keyWords = keyWordsShort + 6;
export const keyAt = {
  meta: 0,
  ports: 1,
  lowAddress: 2,
  highAddress: 3,
  link: 4,
  vlans: 5,
  macsUpper: 7,
  lowMac: 8,
  highMac: 9,
  minute: 10,
  lowAddressUpper: keyWordsShort,
  highAddressUpper: keyWordsShort + 3,
} as const;

/** Bits of the meta word: protocol 0-7, family 8-9, then these, EtherType 16-31. */
const metaBit = { lowMac: 1 << 10, highMac: 1 << 11, intrinsic: 1 << 12, highAsks: 1 << 13, ports: 1 << 14, icmp: 1 << 15 } as const;

const twoTo32 = 0x1_0000_0000;
/** Third word of an IPv4-mapped address. */
const mappedWord = 0xffff;

export class FlowKey {
  readonly words = new Int32Array(keyWords);
  /** The upper words of the addresses count. */
  hasUpper = false;
  /** 1: the frame runs from the high end to the low one. */
  reversed = 0;
  private hashed = 0;
  private isHashed = false;

  constructor(private readonly hashKey: HashKey) {}

  /** Nobody outside can foresee it. Computed where it is asked for: most packets find their slice without. */
  get hash(): number {
    if (!this.isHashed) {
      this.hashed = hashWords(this.words, this.hasUpper ? keyWords : keyWordsShort, this.hashKey);
      this.isHashed = true;
    }
    return this.hashed;
  }

  /** `kind`, `sourcePort` and `destinationPort` are the row's own, or those of the first fragment. */
  fill(batch: HeaderBatch, row: number, minute: number, kind: number, sourcePort: number, destinationPort: number): void {
    const { words } = this;
    const { sourceAddress, destinationAddress } = batch;
    const layers = batch.layers[row] as number;
    const version = batch.ipVersion[row] as number;
    const at = row * 4;
    // ARP of other hardware than Ethernet has no addresses in the batch.
    const isArp = (layers & layer.arp) !== 0 && batch.sourceAddress[at + 2] === mappedWord;
    const kin = version === 4 ? family.ipv4 : version === 6 ? family.ipv6 : isArp ? family.arp : family.none;
    const sourceMac = batch.sourceMac[row] as number;
    const destinationMac = batch.destinationMac[row] as number;

    let order = 0;
    if (kin !== family.none) {
      // The upper words of mapped addresses are equal.
      for (let i = kin === family.ipv6 ? 0 : 3; i < 4 && order === 0; i++)
        order = (sourceAddress[at + i] as number) - (destinationAddress[at + i] as number);
      if (order === 0 && kind === portKind.ports) order = sourcePort - destinationPort;
    }
    if (order === 0) order = sourceMac - destinationMac;
    const reversed = order > 0 ? 1 : 0;
    this.reversed = reversed;

    const low = reversed ? destinationAddress : sourceAddress;
    const high = reversed ? sourceAddress : destinationAddress;
    const lowMac = reversed ? destinationMac : sourceMac;
    const highMac = reversed ? sourceMac : destinationMac;

    let meta = (kin << 8) | ((batch.etherType[row] as number) << 16);
    if (kin >= family.ipv4) meta |= batch.protocol[row] as number;
    let ports = 0;
    if (kind === portKind.ports) {
      meta |= metaBit.ports;
      ports = reversed ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    } else if (kind === portKind.icmp) {
      const request = requestOf(version, sourcePort);
      const sourceAsks = request < 0;
      meta |= metaBit.icmp | metaBit.intrinsic;
      if (sourceAsks === (reversed === 1)) meta |= metaBit.highAsks;
      ports = ((sourceAsks ? sourcePort : request) << 8) | destinationPort;
    } else if (kin === family.arp) {
      // Requests have odd operations, their replies the next even one (RFC 826, RFC 903, RFC 2390).
      const sourceAsks = (batch.protocol[row] as number) % 2 === 1;
      meta |= metaBit.intrinsic;
      if (sourceAsks === (reversed === 1)) meta |= metaBit.highAsks;
    }
    if (lowMac !== noMac) meta |= metaBit.lowMac;
    if (highMac !== noMac) meta |= metaBit.highMac;

    const vlanCount = Math.min(batch.vlanCount[row] as number, vlansKept);
    words[keyAt.meta] = meta;
    words[keyAt.ports] = ports;
    words[keyAt.link] = (batch.interfaceIndex[row] as number) | (vlanCount << 16);
    let vlans01 = 0;
    let vlans23 = 0;
    if (vlanCount > 0) {
      const vlanAt = row * vlansKept;
      vlans01 = batch.vlans[vlanAt] as number;
      if (vlanCount > 1) vlans01 |= (batch.vlans[vlanAt + 1] as number) << 16;
      if (vlanCount > 2) vlans23 = batch.vlans[vlanAt + 2] as number;
      if (vlanCount > 3) vlans23 |= (batch.vlans[vlanAt + 3] as number) << 16;
    }
    words[keyAt.vlans] = vlans01;
    words[keyAt.vlans + 1] = vlans23;
    this.fillMacs(lowMac, highMac);
    words[keyAt.minute] = minute;
    words[keyAt.lowAddress] = kin === family.none ? 0 : (low[at + 3] as number);
    words[keyAt.highAddress] = kin === family.none ? 0 : (high[at + 3] as number);
    const hasUpper = kin === family.ipv6;
    // What a longer key left behind is no part of a shorter one, but is copied with it.
    if (hasUpper || this.hasUpper) this.fillUpper(hasUpper, low, high, at);
    this.hasUpper = hasUpper;
    this.isHashed = false;
  }

  private fillUpper(isIpv6: boolean, low: Uint32Array, high: Uint32Array, at: number): void {
    const { words } = this;
    for (let i = 0; i < 3; i++) {
      words[keyAt.lowAddressUpper + i] = isIpv6 ? (low[at + i] as number) : 0;
      words[keyAt.highAddressUpper + i] = isIpv6 ? (high[at + i] as number) : 0;
    }
  }

  private fillMacs(lowMac: number, highMac: number): void {
    const { words } = this;
    const low = lowMac === noMac ? 0 : lowMac;
    const high = highMac === noMac ? 0 : highMac;
    words[keyAt.macsUpper] = Math.floor(low / twoTo32) | (Math.floor(high / twoTo32) << 16);
    // A word keeps the low 32 bits by itself; the remainder of a division would cost more than the hash.
    words[keyAt.lowMac] = low;
    words[keyAt.highMac] = high;
  }
}

/** The meta word without what belongs to the link: the same for both halves of a conversation that takes two paths. */
export function metaWithoutLink(meta: number): number {
  return meta & ~(metaBit.lowMac | metaBit.highMac);
}

/** 1 when the kind of the packets says that the high end asked; only for intrinsic keys. */
export function intrinsicSource(meta: number): number {
  return meta & metaBit.highAsks ? 1 : 0;
}

/** ARP and ICMP: the kind of each packet says who asked. */
export function isIntrinsic(meta: number): boolean {
  return (meta & metaBit.intrinsic) !== 0;
}

export function protocolOf(meta: number): number {
  return meta & 0xff;
}

export function familyOf(meta: number): number {
  return (meta >> 8) & 3;
}

export type KeyFields = Pick<
  FlowRecord,
  | 'interface'
  | 'vlans'
  | 'sourceMac'
  | 'destinationMac'
  | 'etherType'
  | 'sourceAddress'
  | 'destinationAddress'
  | 'protocol'
  | 'sourcePort'
  | 'destinationPort'
  | 'icmpType'
  | 'icmpCode'
>;

/** The fields that the key at `words[at..]` stands for, seen from the end that began: the high one where `sourceIsHigh`. */
export function fieldsOfKey(words: Int32Array, at: number, sourceIsHigh: boolean): KeyFields {
  const word = (i: number) => (words[at + i] as number) >>> 0;
  const meta = word(keyAt.meta);
  const kin = familyOf(meta);
  const addressOf = (last: number, upper: number) => {
    if (kin === family.none) return null;
    return kin === family.ipv6 ? addressFromWords(word(upper), word(upper + 1), word(upper + 2), word(last)) : addressFromIpv4(word(last));
  };
  const lowAddress = addressOf(keyAt.lowAddress, keyAt.lowAddressUpper);
  const highAddress = addressOf(keyAt.highAddress, keyAt.highAddressUpper);
  const lowMac = meta & metaBit.lowMac ? (word(keyAt.macsUpper) & 0xffff) * twoTo32 + word(keyAt.lowMac) : null;
  const highMac = meta & metaBit.highMac ? (word(keyAt.macsUpper) >>> 16) * twoTo32 + word(keyAt.highMac) : null;
  const ports = word(keyAt.ports);
  const hasPorts = (meta & metaBit.ports) !== 0;
  const isIcmp = (meta & metaBit.icmp) !== 0;
  const vlans = [word(keyAt.vlans), word(keyAt.vlans + 1)].flatMap((pair) => [pair & 0xffff, pair >>> 16]);
  return {
    interface: word(keyAt.link) & 0xffff,
    vlans: vlans.slice(0, word(keyAt.link) >>> 16),
    sourceMac: sourceIsHigh ? highMac : lowMac,
    destinationMac: sourceIsHigh ? lowMac : highMac,
    etherType: meta >>> 16,
    sourceAddress: sourceIsHigh ? highAddress : lowAddress,
    destinationAddress: sourceIsHigh ? lowAddress : highAddress,
    protocol: kin >= family.ipv4 ? protocolOf(meta) : null,
    sourcePort: hasPorts ? (sourceIsHigh ? ports & 0xffff : ports >>> 16) : null,
    destinationPort: hasPorts ? (sourceIsHigh ? ports >>> 16 : ports & 0xffff) : null,
    icmpType: isIcmp ? ports >>> 8 : null,
    icmpCode: isIcmp ? ports & 0xff : null,
  };
}
