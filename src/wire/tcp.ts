/** Transmission Control Protocol (RFC 9293 §3.1). */

import type { Address } from '../base/address.ts';
import { after, type Decoded, malformed, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { ipProtocol } from './ipv4.ts';
import { concatenate, OctetBuilder } from './octetBuilder.ts';

export const tcpHeaderLength = 20;
export const tcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10, urg: 0x20, ece: 0x40, cwr: 0x80 } as const;

/** Octets of the header at `at`, options included, as its own data offset says: 0 to 60. */
export function tcpHeaderLengthAt(octets: Uint8Array, at: number): number {
  return (uint8(octets, at + 12) >>> 4) * 4;
}

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Octets, options included: 20 to 60. */
  readonly headerLength: number;
  /** Bits of `tcpFlag`. */
  readonly flags: number;
  readonly window: number;
  /** Borrowed. */
  readonly payload: Region;
}

export function readTcp(region: Region): Decoded<TcpHeader> {
  const fault = within(region, tcpHeaderLength, 'tcp');
  if (fault) return fault;
  const { octets, at } = region;
  const headerLength = tcpHeaderLengthAt(octets, at);
  if (headerLength < tcpHeaderLength) return malformed('tcp', at, 'tcp.dataOffset < 5');
  const cut = within(region, headerLength, 'tcp');
  if (cut) return cut;
  return {
    sourcePort: uint16(octets, at),
    destinationPort: uint16(octets, at + 2),
    sequence: uint32(octets, at + 4),
    acknowledgement: uint32(octets, at + 8),
    headerLength,
    flags: uint8(octets, at + 13),
    window: uint16(octets, at + 14),
    payload: after(region, headerLength),
  };
}

export interface TcpFields {
  /** With `destination` for the pseudo header: IPv4-mapped for IPv4. */
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Bits of `tcpFlag`. */
  readonly flags: number;
  readonly window?: number;
  /** At most 40 octets; padded to a multiple of four with End of Option List. */
  readonly options?: Uint8Array;
}

/** A whole segment with the right checksum. */
export function encodeTcp(fields: TcpFields, payload: Uint8Array): Uint8Array {
  const header = new OctetBuilder()
    .uint16(fields.sourcePort)
    .uint16(fields.destinationPort)
    .uint32(fields.sequence)
    .uint32(fields.acknowledgement)
    .uint16(0)
    .uint16(fields.window ?? 64240)
    .uint32(0)
    .octets(fields.options ?? [])
    .padTo(4);
  header.setUint16(12, ((header.length / 4) << 12) | fields.flags);
  const segment = concatenate(header.finish(), payload);
  const sum = pseudoHeaderSum(fields.source, fields.destination, ipProtocol.tcp, segment.length);
  const checksum = internetChecksum(segment, 0, segment.length, sum);
  segment[16] = checksum >>> 8;
  segment[17] = checksum & 0xff;
  return segment;
}
