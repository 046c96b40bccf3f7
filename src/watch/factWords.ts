/**
 * One buffer of facts, seen as words, doubles, bigints and octets, and the one kind of sighting that is frequent enough to be written in
 * them: a name. Places are counted in 32-bit words; what takes 64 bits stands at an even one.
 *
 * A name: frame, client's MAC address (−1 for none), from, until, then the addresses of client, name and server, each low half first; then
 * the name itself.
 */

import type { Address } from '../base/address.ts';
import type { ToldName } from '../meter/toldName.ts';
import type { NameRecord } from '../record/sighting.ts';

const encoder = new TextEncoder();
const half = 64n;
const noMac = -1;

const nameAt = { frame: 0, clientMac: 2, from: 4, until: 6, clientAddress: 8, address: 12, server: 16, text: 20 } as const;
/** UTF-8: octets of a UTF-16 unit at most. */
const octetsPerUnit = 3;

/** By number, as it stands in the record's flags. */
export const evidenceNumber: Readonly<Record<NameRecord['evidence'], number>> = { dns: 0, mdns: 1, llmnr: 2, nbns: 3, 'https-record': 4 };
const evidenceOf = Object.keys(evidenceNumber) as NameRecord['evidence'][];

/** Words that a name takes at most. */
export function wordsOfName(record: NameRecord): number {
  return nameAt.text + wordsOfText(record.name.length * octetsPerUnit);
}

export function wordsOfText(octets: number): number {
  return Math.ceil(octets / 4);
}

export class FactWords {
  /** Words of a name before its text. */
  static readonly nameHead = nameAt.text;
  readonly doubles: Float64Array;
  private readonly octets: Buffer;
  private readonly bigints: BigUint64Array;

  /** Borrows `words`, which begin at a 64-bit word of their buffer. */
  constructor(readonly words: Int32Array) {
    const { buffer, byteOffset, byteLength } = words;
    this.doubles = new Float64Array(buffer, byteOffset, byteLength / 8);
    this.bigints = new BigUint64Array(buffer, byteOffset, byteLength / 8);
    this.octets = Buffer.from(buffer, byteOffset, byteLength);
  }

  /** Returns the octets that it takes as UTF-8. */
  setText(at: number, text: string): number {
    const { octets } = this;
    const start = at * 4;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.setOctets(at, encoder.encode(text));
      octets[start + i] = unit;
    }
    return text.length;
  }

  /** Returns their number. */
  setOctets(at: number, octets: Uint8Array): number {
    this.octets.set(octets, at * 4);
    return octets.length;
  }

  /** @param length octets */
  text(at: number, length: number): string {
    return this.octets.toString('utf8', at * 4, at * 4 + length);
  }

  /** Returns the octets of its text, which stand last. */
  setName(at: number, record: NameRecord): number {
    const { doubles } = this;
    doubles[(at + nameAt.frame) / 2] = record.frame;
    doubles[(at + nameAt.clientMac) / 2] = record.clientMac ?? noMac;
    doubles[(at + nameAt.from) / 2] = record.from;
    doubles[(at + nameAt.until) / 2] = record.until;
    this.setAddress(at + nameAt.clientAddress, record.clientAddress);
    this.setAddress(at + nameAt.address, record.address);
    this.setAddress(at + nameAt.server, record.server);
    return this.setText(at + nameAt.text, record.name);
  }

  /** As `setName`; its text takes `nameLength` octets. */
  setToldName(at: number, told: ToldName): void {
    const { doubles } = this;
    doubles[(at + nameAt.frame) / 2] = told.frame;
    doubles[(at + nameAt.clientMac) / 2] = told.clientMac;
    doubles[(at + nameAt.from) / 2] = told.from;
    doubles[(at + nameAt.until) / 2] = told.until;
    this.setAddressWords(at + nameAt.clientAddress, told.clientAddress);
    this.setAddressWords(at + nameAt.address, told.address);
    this.setAddressWords(at + nameAt.server, told.server);
    told.writeName(this.octets, (at + nameAt.text) * 4);
  }

  /** @param length octets of its text */
  name(at: number, capture: string, evidence: number, length: number): NameRecord {
    const { doubles } = this;
    const clientMac = doubles[(at + nameAt.clientMac) / 2] as number;
    return {
      capture,
      frame: doubles[(at + nameAt.frame) / 2] as number,
      clientMac: clientMac === noMac ? null : clientMac,
      clientAddress: this.address(at + nameAt.clientAddress),
      name: this.text(at + nameAt.text, length),
      address: this.address(at + nameAt.address),
      from: doubles[(at + nameAt.from) / 2] as number,
      until: doubles[(at + nameAt.until) / 2] as number,
      evidence: evidenceOf[evidence] as NameRecord['evidence'],
      server: this.address(at + nameAt.server),
    };
  }

  private setAddress(at: number, address: Address): void {
    // A store keeps the low 64 bits.
    this.bigints[at / 2] = address;
    this.bigints[at / 2 + 1] = address >> half;
  }

  /** @param address four words, most significant first */
  private setAddressWords(at: number, address: Uint32Array): void {
    for (let i = 0; i < 4; i++) this.words[at + i] = address[3 - i] as number;
  }

  private address(at: number): Address {
    const high = this.bigints[at / 2 + 1] as bigint;
    const low = this.bigints[at / 2] as bigint;
    return high === 0n ? low : (high << half) | low;
  }
}
