/** Internet Control Message Protocol for IPv4 (RFC 792). */

import { type Decoded, type Region, uint8, uint16, within } from '../base/octets.ts';
import { internetChecksum } from './checksum.ts';
import { OctetBuilder } from './octetBuilder.ts';

/** Type, code and checksum; what follows is the message body to which `payloadAt` of a batch points. */
export const icmpHeaderLength = 4;
export const icmpv4Type = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echo: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

/** Errors, which quote the packet that caused them (RFC 1122 §3.2.2). */
export function isIcmpv4Error(type: number): boolean {
  switch (type) {
    case icmpv4Type.unreachable:
    case icmpv4Type.sourceQuench:
    case icmpv4Type.redirect:
    case icmpv4Type.timeExceeded:
    case icmpv4Type.parameterProblem:
      return true;
    default:
      return false;
  }
}

export interface IcmpHeader {
  readonly type: number;
  readonly code: number;
  readonly checksumIsRight: boolean;
  /** What follows type, code and checksum. Borrowed. */
  readonly body: Region;
}

export function readIcmpv4(region: Region): Decoded<IcmpHeader> {
  const fault = within(region, icmpHeaderLength, 'icmp');
  if (fault) return fault;
  const { octets, at, end, limitedBy } = region;
  return {
    type: uint8(octets, at),
    code: uint8(octets, at + 1),
    checksumIsRight: internetChecksum(octets, at, end) === 0,
    body: { octets, at: at + icmpHeaderLength, end, limitedBy },
  };
}

export interface IcmpEcho {
  readonly identifier: number;
  readonly sequence: number;
}

/** The body of an echo request or reply, of ICMP and of ICMPv6. */
export function readIcmpEcho(body: Region): Decoded<IcmpEcho> {
  const fault = within(body, 4, 'icmp.echo');
  if (fault) return fault;
  return { identifier: uint16(body.octets, body.at), sequence: uint16(body.octets, body.at + 2) };
}

export interface IcmpEchoFields extends IcmpEcho {
  readonly type: number;
  readonly code?: number;
}

/** A whole message with the right checksum. */
export function encodeIcmpv4Echo(fields: IcmpEchoFields, data: Uint8Array): Uint8Array {
  const body = new OctetBuilder().uint16(fields.identifier).uint16(fields.sequence).octets(data).finish();
  return encodeIcmpv4(fields.type, fields.code ?? 0, body);
}

/** An error that quotes `quoted`: the start of the packet that caused it, header included. */
export function encodeIcmpv4Error(type: number, code: number, quoted: Uint8Array): Uint8Array {
  return encodeIcmpv4(type, code, new OctetBuilder().uint32(0).octets(quoted).finish());
}

function encodeIcmpv4(type: number, code: number, body: Uint8Array): Uint8Array {
  const message = new OctetBuilder().uint8(type).uint8(code).uint16(0).octets(body);
  return message.setUint16(2, internetChecksum(message.finish())).finish();
}
