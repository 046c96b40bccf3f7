/** Addresses that no single machine can own, so that none of them is ever dark. */

import { type Address, addressFromIpv4, contains, ipv4Word, isIpv4, type Prefix, parsePrefix } from '../base/address.ts';

export const unspecifiedIpv6: Address = 0n;
export const unspecifiedIpv4: Address = addressFromIpv4(0);
const loopbackIpv6: Address = 1n;
/** fe80::/10 is reserved, fe80::/64 is what hosts form addresses in (RFC 4291 §2.5.6). */
export const linkLocalPrefix = parsePrefix('fe80::/64') as Prefix;

/** Multicast of either family, and the limited broadcast address. */
export function isMulticast(address: Address): boolean {
  return isIpv4(address) ? ipv4Word(address) >>> 28 === 0xe || ipv4Word(address) === 0xffff_ffff : address >> 120n === 0xffn;
}

export function isLinkLocal(address: Address): boolean {
  return address >> 118n === 0x3fan;
}

/** Interface identifiers of RFC 5453: those of Ethernet's reserved block, and the highest 128, which RFC 2526 reserves for anycast. */
function isReservedIdentifier(identifier: bigint): boolean {
  if (identifier >= 0xfdff_ffff_ffff_ff80n && identifier <= 0xfdff_ffff_ffff_ffffn) return true;
  return identifier >= 0x0200_5eff_fe00_0000n && identifier <= 0x0200_5eff_fe00_5212n;
}

/**
 * Why `target`, which lies in `prefix`, can be nobody's; `undefined` when it can.
 * IPv6: subnet-router anycast (RFC 4291 §2.6.1), reserved anycast (RFC 2526 §2). IPv4: network and broadcast address (RFC 1122 §3.2.1.3).
 */
export function reservedBecause(target: Address, prefix: Prefix): string | undefined {
  const hostBits = BigInt(128 - prefix.length);
  const host = target & ((1n << hostBits) - 1n);
  if (isIpv4(target)) {
    // Point-to-point prefixes have neither (RFC 3021).
    if (hostBits < 2n) return undefined;
    if (host === 0n) return 'network address';
    return host === (1n << hostBits) - 1n ? 'broadcast address' : undefined;
  }
  if (hostBits > 1n && host === 0n) return 'subnet-router anycast';
  if (prefix.length === 64) return isReservedIdentifier(host) ? 'reserved anycast' : undefined;
  return hostBits > 7n && host >> 7n === (1n << (hostBits - 7n)) - 1n ? 'reserved anycast' : undefined;
}

/** Why no prefix can hold `target`; `undefined` when one may. */
export function neverUnicast(target: Address): string | undefined {
  if (isMulticast(target)) return 'multicast';
  if (isIpv4(target)) {
    const first = ipv4Word(target) >>> 24;
    if (first === 0) return 'unspecified';
    if (first === 127) return 'loopback';
    return first >= 240 ? 'reserved' : undefined;
  }
  if (target === unspecifiedIpv6) return 'unspecified';
  return target === loopbackIpv6 ? 'loopback' : undefined;
}

export function within(prefixes: readonly Prefix[], address: Address): boolean {
  return prefixes.some((prefix) => contains(prefix, address));
}
