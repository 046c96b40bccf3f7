/** The Internet checksum (RFC 1071) and the pseudo headers of UDP, TCP and ICMPv6 (RFC 768, RFC 9293 §3.1, RFC 8200 §8.1). */

import { type Address, isIpv4 } from '../base/address.ts';
import { uint16 } from '../base/octets.ts';

/** One's complement sum of the 16-bit words in `[at, end)`, not complemented; an odd last octet is padded with zero. */
export function onesComplementSum(octets: Uint8Array, at: number, end: number, initial = 0): number {
  let sum = initial;
  let from = at;
  for (; from + 1 < end; from += 2) sum += uint16(octets, from);
  if (from < end) sum += (octets[from] as number) << 8;
  return fold(sum);
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** The checksum to write into a header whose checksum field is zero. Over a header that carries its checksum it is 0. */
export function internetChecksum(octets: Uint8Array, at = 0, end = octets.length, initial = 0): number {
  return ~onesComplementSum(octets, at, end, initial) & 0xffff;
}

/** Sum of the pseudo header for `length` octets of `protocol`: pass it on as `initial`. */
export function pseudoHeaderSum(source: Address, destination: Address, protocol: number, length: number): number {
  // The IPv4 pseudo header holds the same words in another order; ::ffff: must not be summed, it is not on the wire.
  const words = isIpv4(source) && isIpv4(destination) ? 2 : 8;
  let sum = protocol + (length >>> 16) + (length & 0xffff);
  for (let i = 0; i < words; i++) {
    const shift = BigInt(16 * i);
    sum += Number((source >> shift) & 0xffffn) + Number((destination >> shift) & 0xffffn);
  }
  return fold(sum);
}
