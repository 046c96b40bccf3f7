/** Internet Protocol version 6 (RFC 8200). Extension headers: `ipv6Extension.ts`. */

import { type Address, addressFromWords } from '../base/address.ts';
import { type Decoded, inner, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { concatenate, OctetBuilder } from './octetBuilder.ts';

export const ipv6HeaderLength = 40;
/** Offsets from the start of the header, octets. */
export const ipv6At = { payloadLength: 4, nextHeader: 6, hopLimit: 7, source: 8, destination: 24 } as const;

/** The sixteen octets at `at` as one integer. */
export function ipv6AddressAt(octets: Uint8Array, at: number): Address {
  return addressFromWords(uint32(octets, at), uint32(octets, at + 4), uint32(octets, at + 8), uint32(octets, at + 12));
}

export interface Ipv6Header {
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** Octets after the fixed header, as written; 0 for a jumbogram (RFC 2675). */
  readonly payloadLength: number;
  /** Of the fixed header: extension headers are not skipped here. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Address;
  readonly destination: Address;
  /** What follows the fixed header, limited by the payload length. Borrowed. */
  readonly payload: Region;
}

/** `undefined` when the version is not 6. */
export function readIpv6(region: Region): Decoded<Ipv6Header> {
  const fault = within(region, ipv6HeaderLength, 'ipv6');
  if (fault) return fault;
  const { octets, at } = region;
  const first = uint32(octets, at);
  if (first >>> 28 !== 6) return undefined;
  const payloadLength = uint16(octets, at + ipv6At.payloadLength);
  const available = region.end - at - ipv6HeaderLength;
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    payloadLength,
    nextHeader: uint8(octets, at + ipv6At.nextHeader),
    hopLimit: uint8(octets, at + ipv6At.hopLimit),
    source: ipv6AddressAt(octets, at + ipv6At.source),
    destination: ipv6AddressAt(octets, at + ipv6At.destination),
    payload: inner(region, ipv6HeaderLength, payloadLength === 0 ? available : payloadLength, 'ipv6.payloadLength'),
  };
}

export interface Ipv6Fields {
  readonly source: Address;
  readonly destination: Address;
  readonly nextHeader: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
}

/** A whole packet. Extension headers are part of `payload` (`encodeIpv6Options`, `encodeIpv6Fragment`). */
export function encodeIpv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const header = new OctetBuilder()
    .uint32(((6 << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0)) >>> 0)
    .uint16(payload.length)
    .uint8(fields.nextHeader)
    .uint8(fields.hopLimit ?? 64)
    .ipv6(fields.source)
    .ipv6(fields.destination);
  return concatenate(header.finish(), payload);
}
