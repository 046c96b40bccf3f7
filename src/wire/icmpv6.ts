/** Internet Control Message Protocol for IPv6 (RFC 4443). Neighbour discovery: `ndp.ts`; multicast listeners: `mld.ts`. */

import type { Address } from '../base/address.ts';
import { type Decoded, type Region, uint8, within } from '../base/octets.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { type IcmpEchoFields, type IcmpHeader, icmpHeaderLength } from './icmpv4.ts';
import { ipProtocol } from './ipv4.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const icmpv6Type = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echo: 128,
  echoReply: 129,
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
  listenerReportV2: 143,
} as const;

/** Errors, which quote the packet that caused them (RFC 4443 §2.1: the high bit of the type is clear). */
export function isIcmpv6Error(type: number): boolean {
  return type < 128;
}

/** The checksum covers a pseudo header, hence the addresses. */
export function readIcmpv6(region: Region, source: Address, destination: Address): Decoded<IcmpHeader> {
  const fault = within(region, icmpHeaderLength, 'icmpv6');
  if (fault) return fault;
  const { octets, at, end, limitedBy } = region;
  const sum = pseudoHeaderSum(source, destination, ipProtocol.icmpv6, end - at);
  return {
    type: uint8(octets, at),
    code: uint8(octets, at + 1),
    checksumIsRight: internetChecksum(octets, at, end, sum) === 0,
    body: { octets, at: at + icmpHeaderLength, end, limitedBy },
  };
}

/** The two addresses of the packet, for the pseudo header. */
export interface Icmpv6Addresses {
  readonly source: Address;
  readonly destination: Address;
}

/** A whole message with the right checksum around a body that is already in wire form. */
export function encodeIcmpv6(addresses: Icmpv6Addresses, type: number, code: number, body: Uint8Array): Uint8Array {
  const message = new OctetBuilder().uint8(type).uint8(code).uint16(0).octets(body);
  const sum = pseudoHeaderSum(addresses.source, addresses.destination, ipProtocol.icmpv6, message.length);
  return message.setUint16(2, internetChecksum(message.finish(), 0, message.length, sum)).finish();
}

export function encodeIcmpv6Echo(fields: IcmpEchoFields & Icmpv6Addresses, data: Uint8Array): Uint8Array {
  const body = new OctetBuilder().uint16(fields.identifier).uint16(fields.sequence).octets(data).finish();
  return encodeIcmpv6(fields, fields.type, fields.code ?? 0, body);
}

/** An error that quotes `quoted`: the start of the packet that caused it, header included. */
export function encodeIcmpv6Error(addresses: Icmpv6Addresses, type: number, code: number, quoted: Uint8Array): Uint8Array {
  return encodeIcmpv6(addresses, type, code, new OctetBuilder().uint32(0).octets(quoted).finish());
}
