/**
 * What every source of frames hands over: a block of captured frames that share one buffer.
 *
 * `link/` knows where a frame lies, when it was captured, and on which interface; what its octets mean is for `wire/`.
 */

import type { Address } from '../base/address.ts';
import type { Fault } from '../base/octets.ts';

/** LINKTYPE_ values of the pcap registry that sources name. Others are passed on as their number. */
export const linkType = { null: 0, ethernet: 1, raw: 101, loop: 108, linuxCooked: 113, ipv4: 228, ipv6: 229, linuxCooked2: 276 } as const;

/** One interface of a capture; pcap has one, each pcapng section its own list. Numbered over the whole file, from 0. */
export interface CaptureInterface {
  readonly index: number;
  readonly linkType: number;
  readonly name: string | undefined;
  /** Frames cut at this many octets; 0 when not limited. */
  readonly snapLength: number;
  /** Ticks a second of its time stamps: 1e6, 1e9, or what if_tsresol says. */
  readonly ticksPerSecond: bigint;
  /** Seconds to add to its time stamps (if_tsoffset). */
  readonly offsetSeconds: bigint;
}

/** What the program that captured says of one interface, counted from the start of its capture. It is a claim of the file. */
export interface InterfaceStatistics {
  /** Packets that reached the interface (isb_ifrecv); `undefined` where it was not said. */
  readonly received: number | undefined;
  readonly droppedByInterface: number;
  readonly droppedBySystem: number;
}

/** Names that the program that captured had looked up, in whatever way: a claim of the file, and no evidence of a name. */
export interface AddressNames {
  readonly names: readonly { readonly address: Address; readonly name: string }[];
  /** Names for which there was no room. */
  readonly leftOut: number;
}

export const blockFrames = 1024;

/** Frames that share `octets`. Borrowed: valid until the next block is asked for. */
export interface FrameBlock {
  readonly octets: Uint8Array;
  readonly count: number;
  readonly capturedAtUs: Float64Array;
  /** What a finer clock says beyond `capturedAtUs`, 0 to 999,999; absent where sources count in microseconds. */
  readonly picoseconds?: Uint32Array;
  /** Position in the capture, from 1, of the first frame of this block. */
  readonly firstFrameNumber: number;
  readonly interfaceIndex: Uint16Array;
  readonly at: Uint32Array;
  readonly end: Uint32Array;
  readonly originalLength: Uint32Array;
}

/** A capture being read, block by block. */
export interface FrameSource {
  readonly format: 'pcap' | 'pcapng';
  /** Grows while a pcapng file is read. */
  readonly interfaces: readonly CaptureInterface[];
  /** Faults of the file itself (cut, damaged block, unsupported version); frames before a fault have been handed over. */
  readonly faults: readonly Fault[];
  /** The newest statistics of each interface that has some, by its index. */
  readonly statistics?: ReadonlyMap<number, InterfaceStatistics>;
  /** What a pcapng file says its addresses are called. */
  readonly addressNames?: AddressNames;
  /** Octets of the file consumed so far. */
  readonly octetsRead: number;
  blocks(signal?: AbortSignal): AsyncIterable<FrameBlock>;
  close(): Promise<void>;
}

/** Packets that never came into the file, over all interfaces. */
export function droppedBefore({ statistics }: FrameSource): { readonly byInterface: number; readonly bySystem: number } {
  let [byInterface, bySystem] = [0, 0];
  for (const { droppedByInterface, droppedBySystem } of statistics?.values() ?? []) {
    byInterface += droppedByInterface;
    bySystem += droppedBySystem;
  }
  return { byInterface, bySystem };
}
