/** Building packets: octets in network order, appended one field after the other. Encoders only; the frame path never builds. */

import { type Address, ipv4Word, type Mac } from '../base/address.ts';

export class OctetBuilder {
  private readonly held: number[] = [];

  /** Octets appended so far. */
  get length(): number {
    return this.held.length;
  }

  uint8(value: number): this {
    this.held.push(value & 0xff);
    return this;
  }

  uint16(value: number): this {
    return this.uint8(value >>> 8).uint8(value);
  }

  uint24(value: number): this {
    return this.uint8(value >>> 16).uint16(value);
  }

  uint32(value: number): this {
    return this.uint16(value >>> 16).uint16(value);
  }

  uint48(value: Mac): this {
    return this.uint16(Math.floor(value / 0x1_0000_0000)).uint32(value % 0x1_0000_0000);
  }

  uint16LittleEndian(value: number): this {
    return this.uint8(value).uint8(value >>> 8);
  }

  uint32LittleEndian(value: number): this {
    return this.uint16LittleEndian(value).uint16LittleEndian(value >>> 16);
  }

  /** Sixteen octets. */
  ipv6(address: Address): this {
    for (let shift = 120n; shift >= 0n; shift -= 8n) this.uint8(Number((address >> shift) & 0xffn));
    return this;
  }

  /** Four octets of an IPv4-mapped address. */
  ipv4(address: Address): this {
    return this.uint32(ipv4Word(address));
  }

  octets(octets: Iterable<number>): this {
    for (const octet of octets) this.uint8(octet);
    return this;
  }

  /** One octet a character: characters above U+00FF lose their high bits. */
  latin1(text: string): this {
    for (let i = 0; i < text.length; i++) this.uint8(text.charCodeAt(i));
    return this;
  }

  /** `count` times the octet `value`. */
  fill(count: number, value = 0): this {
    for (let i = 0; i < count; i++) this.uint8(value);
    return this;
  }

  /** Zeroes up to the next multiple of `multiple` octets. */
  padTo(multiple: number): this {
    while (this.held.length % multiple !== 0) this.held.push(0);
    return this;
  }

  /** Writes into two octets that were appended before: lengths and checksums that are known only at the end. */
  setUint16(at: number, value: number): this {
    this.held[at] = (value >>> 8) & 0xff;
    this.held[at + 1] = value & 0xff;
    return this;
  }

  /** A copy of all octets appended so far. */
  finish(): Uint8Array {
    return Uint8Array.from(this.held);
  }
}

/** One new array that holds all `parts` in order. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
