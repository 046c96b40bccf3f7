/** How large a ring is cut, and how often its reader looks. */

import type { RingShape } from './packetSocket.ts';

/** Header, address and padding that the kernel puts before a frame take at least this many octets. */
const leastOctetsPerFrame = 80;
const bufferedMs = 2000;
const usualRetireMs = 10;

/**
 * A block that is not full is handed over after the retire time all the same, so that what can be buffered is blocks × time: many small blocks.
 * From three quarters full on, the kernel may drop a frame when the retire time ends at the same moment: two seconds are aimed at, so that
 * a consumer may stall for one. A block holds the largest frame that segmentation offload makes, 64 KiB.
 */
export function ringShape(ringMiB: number, retireMs: number): RingShape {
  const largest = 256 * 1024;
  const ringOctets = ringMiB * 1024 * 1024;
  const blockOctets = (ringOctets / largest) * retireMs >= bufferedMs ? largest : largest / 2;
  return { blockOctets, blocks: ringOctets / blockOctets, retireMs };
}

/** Frames of one block at most. */
export function mostFrames({ blockOctets }: RingShape): number {
  return Math.ceil(blockOctets / leastOctetsPerFrame);
}

/**
 * How long a reader that found nothing rests before it looks again. Code and tables are far from a processor that was idle, so that fewer and
 * longer spells of work cost a fifth less. A quarter of the ring is what a link of 5 Gbit/s fills meanwhile. Whoever asks for a shorter
 * retire time than is usual wants frames soon.
 */
export function ringRestMs(ringMiB: number, retireMs: number): number {
  const octetsPerMs = 625_000;
  return retireMs < usualRetireMs ? 0 : Math.min(2 * retireMs, Math.floor((ringMiB * 1024 * 1024) / 4 / octetsPerMs));
}
