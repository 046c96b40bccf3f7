/** User Datagram Protocol (RFC 768; over IPv6 the checksum is compulsory: RFC 8200 §8.1). */

import type { Address } from '../base/address.ts';
import { type Decoded, inner, malformed, type Region, uint16, within } from '../base/octets.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { ipProtocol } from './ipv4.ts';
import { concatenate, OctetBuilder } from './octetBuilder.ts';

export const udpHeaderLength = 8;

export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Octets, header included, as written; 0 in a jumbogram (RFC 2675 §4). */
  readonly length: number;
  /** Limited by the length field. Borrowed. */
  readonly payload: Region;
}

export function readUdp(region: Region): Decoded<UdpHeader> {
  const fault = within(region, udpHeaderLength, 'udp');
  if (fault) return fault;
  const { octets, at } = region;
  const length = uint16(octets, at + 4);
  if (length !== 0 && length < udpHeaderLength) return malformed('udp', at, 'udp.length < 8');
  const available = region.end - at - udpHeaderLength;
  return {
    sourcePort: uint16(octets, at),
    destinationPort: uint16(octets, at + 2),
    length,
    payload: inner(region, udpHeaderLength, length === 0 ? available : length - udpHeaderLength, 'udp.length'),
  };
}

export interface UdpFields {
  /** With `destination` for the pseudo header: IPv4-mapped for IPv4. */
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A whole datagram with the right checksum. */
export function encodeUdp(fields: UdpFields, payload: Uint8Array): Uint8Array {
  const length = udpHeaderLength + payload.length;
  const header = new OctetBuilder().uint16(fields.sourcePort).uint16(fields.destinationPort).uint16(length).uint16(0).finish();
  const datagram = concatenate(header, payload);
  const sum = pseudoHeaderSum(fields.source, fields.destination, ipProtocol.udp, length);
  // A computed checksum of zero is sent as all ones, because zero means that there is none.
  const checksum = internetChecksum(datagram, 0, length, sum) || 0xffff;
  datagram[6] = checksum >>> 8;
  datagram[7] = checksum & 0xff;
  return datagram;
}
