/** IPv6 extension headers (RFC 8200 §4, AH: RFC 4302, Mobility: RFC 6275, HIP: RFC 7401, Shim6: RFC 5533; uniform format: RFC 6564). */

import { type Fault, looping, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { OctetBuilder } from './octetBuilder.ts';

/** Next Header values that are extension headers which can be skipped. ESP (50) hides what follows and is not one. */
export const extension = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  authentication: 51,
  none: 59,
  destinationOptions: 60,
  mobility: 135,
  hostIdentity: 139,
  shim6: 140,
} as const;

/** More headers than this in one packet are an attack or damage (RFC 8504 §5.3 lets a host limit them; real packets have one to three). */
export const extensionHeadersWalked = 32;

export function isIpv6Extension(nextHeader: number): boolean {
  switch (nextHeader) {
    case extension.hopByHop:
    case extension.routing:
    case extension.fragment:
    case extension.authentication:
    case extension.destinationOptions:
    case extension.mobility:
    case extension.hostIdentity:
    case extension.shim6:
      return true;
    default:
      return false;
  }
}

/** Whole length in octets of the extension header of kind `nextHeader` at `at`, at least 8. Two octets must be there. */
export function ipv6ExtensionLengthAt(nextHeader: number, octets: Uint8Array, at: number): number {
  if (nextHeader === extension.fragment) return 8;
  // AH alone counts in words of four octets, minus two (RFC 4302 §2.2).
  if (nextHeader === extension.authentication) return Math.max(8, (uint8(octets, at + 1) + 2) * 4);
  return (uint8(octets, at + 1) + 1) * 8;
}

/** Where the chain of extension headers ends, and what a fragment header in it said. */
export interface Ipv6Chain {
  /** Of what follows the chain. */
  readonly protocol: number;
  /** Offset of what follows the chain. */
  readonly at: number;
  /** Kinds of the headers passed, in order. */
  readonly headers: readonly number[];
  readonly fragment: { readonly offset: number; readonly moreFragments: boolean; readonly identification: number } | undefined;
}

/** Follows the chain that starts at `region.at` with a header of kind `nextHeader`, which may be none at all. */
export function readIpv6Chain(region: Region, nextHeader: number): Ipv6Chain | Fault {
  const headers: number[] = [];
  let fragment: Ipv6Chain['fragment'];
  let protocol = nextHeader;
  let rest = region;
  while (isIpv6Extension(protocol)) {
    if (headers.length === extensionHeadersWalked) return looping('ipv6.extension', rest.at, `more than ${extensionHeadersWalked} headers`);
    const fault = within(rest, 8, 'ipv6.extension');
    if (fault) return fault;
    const { octets, at } = rest;
    const length = ipv6ExtensionLengthAt(protocol, octets, at);
    const cut = within(rest, length, 'ipv6.extension');
    if (cut) return cut;
    headers.push(protocol);
    if (protocol === extension.fragment) {
      const word = uint16(octets, at + 2);
      fragment = { offset: word & 0xfff8, moreFragments: (word & 1) !== 0, identification: uint32(octets, at + 4) };
    }
    protocol = uint8(octets, at);
    rest = { octets, at: at + length, end: rest.end, limitedBy: rest.limitedBy };
    if (fragment !== undefined && fragment.offset > 0) break;
  }
  return { protocol, at: rest.at, headers, fragment };
}

/** A Hop-by-Hop or Destination Options header: `options` are type, length, value as they go on the wire; PadN fills up to eight. */
export function encodeIpv6Options(nextHeader: number, options: Uint8Array): Uint8Array {
  const header = new OctetBuilder().uint8(nextHeader).uint8(0).octets(options);
  const missing = (8 - (header.length % 8)) % 8;
  if (missing === 1) header.uint8(0);
  if (missing > 1)
    header
      .uint8(1)
      .uint8(missing - 2)
      .fill(missing - 2);
  return header.finish().with(1, header.length / 8 - 1);
}

/** The eight octets of a Fragment header; `offset` in octets, a multiple of eight. */
export function encodeIpv6Fragment(fields: {
  readonly nextHeader: number;
  readonly offset: number;
  readonly moreFragments: boolean;
  readonly identification: number;
}): Uint8Array {
  return new OctetBuilder()
    .uint8(fields.nextHeader)
    .uint8(0)
    .uint16((fields.offset & 0xfff8) | (fields.moreFragments ? 1 : 0))
    .uint32(fields.identification)
    .finish();
}
