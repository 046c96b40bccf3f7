/**
 * Reading octets that nobody vouches for. The only file that compares an offset with a length.
 *
 * A reader asks once whether a region is there (`within`) and then reads it with getters that cannot fail.
 * Getters are unchecked on purpose: the one check stands before them, not inside them.
 */

/**
 * truncated: the capture ended before the layer did. overrun: a length field promised fewer octets than the layer needs.
 * malformed: the octets are there but say something that the standard forbids. loop: pointers or lengths that do not advance.
 */
export type FaultKind = 'truncated' | 'overrun' | 'malformed' | 'loop' | 'unsupported';

/** Why a layer could not be read. A value to be counted and kept: returned, never thrown, never logged per packet. */
export class Fault {
  constructor(
    readonly layer: string,
    readonly kind: FaultKind,
    /** Offset of the region from the start of its buffer, octets. */
    readonly at: number,
    /** Octets that the layer needs from `at`. */
    readonly needed: number,
    /** Octets that were there from `at`. */
    readonly had: number,
    /** What set the limit: the capture ended (`capture`), a length field said so (`ipv4.totalLength`), or the rule that was broken. */
    readonly limitedBy: string,
  ) {}
}

/** A stretch of a frame. Borrowed: valid only until the frame's buffer is given back. */
export interface Region {
  readonly octets: Uint8Array;
  readonly at: number;
  /** One past the last octet. */
  readonly end: number;
  readonly limitedBy: string;
}

/** A view or value of type `T`, a fault, or `undefined` when the octets are some other protocol, which is no fault. */
export type Decoded<T> = T | Fault | undefined;

/** `undefined` when `needed` octets are there; otherwise the fault that says what is missing. */
export function within(region: Region, needed: number, layer: string): Fault | undefined {
  return withinFrom(region, region.at, needed, layer);
}

/** The same from offset `at` of the region's buffer on: for walks that would make a region for every step. */
export function withinFrom(region: Region, at: number, needed: number, layer: string): Fault | undefined {
  const had = region.end - at;
  if (had >= needed) return undefined;
  const kind = region.limitedBy === 'capture' ? 'truncated' : 'overrun';
  return new Fault(layer, kind, at, needed, Math.max(had, 0), region.limitedBy);
}

/** The octets at `at` are there but forbidden; `because` names the field and the rule (`ipv4.headerLength < 20`). */
export function malformed(layer: string, at: number, because: string): Fault {
  return new Fault(layer, 'malformed', at, 0, 0, because);
}

/** A chain of lengths or pointers does not advance, or is longer than `because` allows. */
export function looping(layer: string, at: number, because: string): Fault {
  return new Fault(layer, 'loop', at, 0, 0, because);
}

/** The octets may be perfectly good, but Yoban does not read this kind; `because` names it (`pcapng.version 9.0`). */
export function unsupported(layer: string, at: number, because: string): Fault {
  return new Fault(layer, 'unsupported', at, 0, 0, because);
}

/** The part of `region` that starts `skip` octets in and holds at most `length`, because `limitedBy` says so. */
export function inner(region: Region, skip: number, length: number, limitedBy: string): Region {
  const at = Math.min(region.at + skip, region.end);
  const end = at + length;
  if (end >= region.end) return { octets: region.octets, at, end: region.end, limitedBy: region.limitedBy };
  return { octets: region.octets, at, end, limitedBy };
}

/** The rest of `region` after `skip` octets. */
export function after(region: Region, skip: number): Region {
  return { octets: region.octets, at: Math.min(region.at + skip, region.end), end: region.end, limitedBy: region.limitedBy };
}

export function uint8(octets: Uint8Array, at: number): number {
  return octets[at] as number;
}

export function uint16(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 8) | (octets[at + 1] as number);
}

export function uint24(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 16) | uint16(octets, at + 1);
}

/** Without `>>> 0`, addresses from 128.0.0.0 upwards would come out negative. */
export function uint32(octets: Uint8Array, at: number): number {
  return ((uint16(octets, at) << 16) | uint16(octets, at + 2)) >>> 0;
}

/** Six octets, such as a MAC address, as one integer below 2^48. */
export function uint48(octets: Uint8Array, at: number): number {
  return uint16(octets, at) * 0x1_0000_0000 + uint32(octets, at + 2);
}

export function uint16LittleEndian(octets: Uint8Array, at: number): number {
  return (octets[at] as number) | ((octets[at + 1] as number) << 8);
}

export function uint32LittleEndian(octets: Uint8Array, at: number): number {
  return (uint16LittleEndian(octets, at) | (uint16LittleEndian(octets, at + 2) << 16)) >>> 0;
}

export function uint64LittleEndian(octets: Uint8Array, at: number): bigint {
  return (BigInt(uint32LittleEndian(octets, at + 4)) << 32n) | BigInt(uint32LittleEndian(octets, at));
}

/** Copied text of `length` octets, each taken as one character (no decoding, cannot fail). */
export function latin1(octets: Uint8Array, at: number, length: number): string {
  let text = '';
  let i = at;
  const end = at + length;
  // Eight at a time: half of the time is in putting pieces together.
  for (; i + 8 <= end; i += 8)
    text += String.fromCharCode(
      uint8(octets, i),
      uint8(octets, i + 1),
      uint8(octets, i + 2),
      uint8(octets, i + 3),
      uint8(octets, i + 4),
      uint8(octets, i + 5),
      uint8(octets, i + 6),
      uint8(octets, i + 7),
    );
  for (; i < end; i++) text += String.fromCharCode(uint8(octets, i));
  return text;
}
