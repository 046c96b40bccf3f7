/** Internet Protocol version 4 (RFC 791; host rules: RFC 1122 §3.2.1). */

import { type Address, addressFromIpv4 } from '../base/address.ts';
import { type Decoded, inner, malformed, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { internetChecksum } from './checksum.ts';
import { concatenate, OctetBuilder } from './octetBuilder.ts';

/** IP protocol numbers (IANA registry) that the frame walk follows. */
export const ipProtocol = { icmp: 1, igmp: 2, tcp: 6, udp: 17, icmpv6: 58 } as const;

export const ipv4HeaderLength = 20;
/** Offsets from the start of the header, octets. */
export const ipv4At = {
  totalLength: 2,
  identification: 4,
  fragment: 6,
  timeToLive: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

/** Octets of the header whose first octet is at `at`, as its own length field says: 0 to 60. */
export function ipv4HeaderLengthAt(octets: Uint8Array, at: number): number {
  return (uint8(octets, at) & 0x0f) * 4;
}

/** The IPv4-mapped form of the four octets at `at`. */
export function ipv4AddressAt(octets: Uint8Array, at: number): Address {
  return addressFromIpv4(uint32(octets, at));
}

export interface Ipv4Header {
  /** Octets, options included: 20 to 60. */
  readonly headerLength: number;
  /** Octets of the packet, header included, as written. */
  readonly totalLength: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Octets. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  /** 32 bits. */
  readonly source: number;
  /** 32 bits. */
  readonly destination: number;
  readonly headerChecksumIsRight: boolean;
  /** What follows the header, limited by the total length. Borrowed. */
  readonly payload: Region;
}

/** `undefined` when the version is not 4. Options are read by `eachIpv4Option`. */
export function readIpv4(region: Region): Decoded<Ipv4Header> {
  const fault = within(region, ipv4HeaderLength, 'ipv4');
  if (fault) return fault;
  const { octets, at } = region;
  if (uint8(octets, at) >>> 4 !== 4) return undefined;
  const headerLength = ipv4HeaderLengthAt(octets, at);
  if (headerLength < ipv4HeaderLength) return malformed('ipv4', at, 'ipv4.headerLength < 20');
  const cut = within(region, headerLength, 'ipv4');
  if (cut) return cut;
  const totalLength = uint16(octets, at + ipv4At.totalLength);
  if (totalLength !== 0 && totalLength < headerLength) return malformed('ipv4', at, 'ipv4.totalLength < headerLength');
  const fragment = uint16(octets, at + ipv4At.fragment);
  // A network card that segments writes 0: the packet then ends where the frame does.
  const length = totalLength === 0 ? region.end - at - headerLength : totalLength - headerLength;
  return {
    headerLength,
    totalLength,
    identification: uint16(octets, at + ipv4At.identification),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    timeToLive: uint8(octets, at + ipv4At.timeToLive),
    protocol: uint8(octets, at + ipv4At.protocol),
    source: uint32(octets, at + ipv4At.source),
    destination: uint32(octets, at + ipv4At.destination),
    headerChecksumIsRight: internetChecksum(octets, at, at + headerLength) === 0,
    payload: inner(region, headerLength, length, 'ipv4.totalLength'),
  };
}

export interface Ipv4Fields {
  /** 32 bits. */
  readonly source: number;
  /** 32 bits. */
  readonly destination: number;
  readonly protocol: number;
  readonly timeToLive?: number;
  readonly identification?: number;
  /** At most 40 octets; padded to a multiple of four with End of Options. */
  readonly options?: Uint8Array;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** Octets, a multiple of eight. */
  readonly fragmentOffset?: number;
}

/** A whole packet with the right header checksum. */
export function encodeIpv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const header = new OctetBuilder()
    .uint16(0)
    .uint16(0)
    .uint16(fields.identification ?? 0)
    .uint16((fields.dontFragment ? 0x4000 : 0) | (fields.moreFragments ? 0x2000 : 0) | ((fields.fragmentOffset ?? 0) / 8))
    .uint8(fields.timeToLive ?? 64)
    .uint8(fields.protocol)
    .uint16(0)
    .uint32(fields.source)
    .uint32(fields.destination)
    .octets(fields.options ?? [])
    .padTo(4);
  header.setUint16(0, (0x40 | (header.length / 4)) << 8);
  header.setUint16(ipv4At.totalLength, header.length + payload.length);
  header.setUint16(ipv4At.checksum, internetChecksum(header.finish()));
  return concatenate(header.finish(), payload);
}
