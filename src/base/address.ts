/**
 * Internet and link addresses as integers.
 *
 * An IP address is one 128-bit bigint; IPv4 sits in `::ffff:0:0/96` (RFC 4291 §2.5.5.2), so one integer orders and
 * compares both. A MAC address is a number below 2^48. Text is RFC 5952 for IPv6 and lower-case with colons for MACs.
 */

/** 128 bits; IPv4-mapped for IPv4. */
export type Address = bigint;
/** 48 bits. */
export type Mac = number;

/** All addresses whose first `length` bits (of 128) equal those of `address`. */
export interface Prefix {
  readonly address: Address;
  /** Bits, counted over 128: an IPv4 /24 is 120. */
  readonly length: number;
}

const ipv4Mapped = 0xffffn;
const twoTo32 = 0x1_0000_0000;
export const broadcastMac: Mac = 0xffff_ffff_ffff;

export function addressFromIpv4(word: number): Address {
  return (ipv4Mapped << 32n) | BigInt(word);
}

/** Four 32-bit words, most significant first. */
export function addressFromWords(w0: number, w1: number, w2: number, w3: number): Address {
  // Below 2^53, as IPv4-mapped addresses are: one bigint instead of seven.
  if (w0 === 0 && w1 === 0 && w2 < 0x20_0000) return BigInt(w2 * twoTo32 + w3);
  return (BigInt(w0) << 96n) | (BigInt(w1) << 64n) | (BigInt(w2) << 32n) | BigInt(w3);
}

export function isIpv4(address: Address): boolean {
  return address >> 32n === ipv4Mapped;
}

/** The 32 bits of an IPv4 address. Meaningless for IPv6. */
export function ipv4Word(address: Address): number {
  return Number(address & 0xffff_ffffn);
}

export function formatAddress(address: Address): string {
  if (isIpv4(address)) {
    const word = ipv4Word(address);
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  const groups = Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn));
  const { start, length } = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let word = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    word = word * 256 + Number(part);
  }
  return word;
}

/** `undefined` when the text is not one IPv4 or IPv6 address. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : addressFromIpv4(word);
  }
  let head = text;
  const lastColon = text.lastIndexOf(':');
  if (text.includes('.')) {
    const word = parseIpv4(text.slice(lastColon + 1));
    if (word === undefined) return undefined;
    head = `${text.slice(0, lastColon + 1)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  const halves = head.split('::');
  if (halves.length > 2) return undefined;
  const groupsOf = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const left = groupsOf(halves[0]);
  const right = groupsOf(halves[1]);
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let address = 0n;
  for (const group of [...left, ...Array<string>(missing).fill('0'), ...right]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    address = (address << 16n) | BigInt(`0x${group}`);
  }
  return address;
}

/** Accepts `10.0.0.0/8`, `fd00::/8` and a bare address; `undefined` for anything else. Host bits are cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const [left = '', right, ...more] = text.split('/');
  const address = parseAddress(left);
  if (address === undefined || more.length > 0) return undefined;
  if (right === undefined) return { address, length: 128 };
  if (!/^\d{1,3}$/.test(right)) return undefined;
  const offset = left.includes(':') ? 0 : 96;
  if (Number(right) + offset > 128) return undefined;
  return makePrefix(address, Number(right) + offset);
}

/** `length` counts over 128 bits. Host bits are cleared. */
export function makePrefix(address: Address, length: number): Prefix {
  const hostBits = BigInt(128 - length);
  return { address: (address >> hostBits) << hostBits, length };
}

export function contains(prefix: Prefix, address: Address): boolean {
  const hostBits = BigInt(128 - prefix.length);
  return prefix.address >> hostBits === address >> hostBits;
}

export function formatPrefix(prefix: Prefix): string {
  const offset = isIpv4(prefix.address) && prefix.length >= 96 ? 96 : 0;
  return `${formatAddress(prefix.address)}/${prefix.length - offset}`;
}

export function formatMac(mac: Mac): string {
  const digits = mac.toString(16).padStart(12, '0');
  return (digits.match(/../g) as string[]).join(':');
}

/** Accepts colons, hyphens and Cisco dots; `undefined` when the text is not one MAC address. */
export function parseMac(text: string): Mac | undefined {
  const form = /^([0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i;
  if (!form.test(text)) return undefined;
  return Number.parseInt(text.replace(/[:.-]/g, ''), 16);
}

/** Multicast and broadcast: the group bit of IEEE 802-2014 §8.2.2. */
export function isGroupMac(mac: Mac): boolean {
  return Math.floor(mac / 2 ** 40) % 2 === 1;
}
