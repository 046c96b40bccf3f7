/**
 * One block of a TPACKET_V3 ring: what the kernel wrote into it becomes rows (Documentation/networking/packet_mmap.rst). Words are read in the
 * order of the machine, which is little-endian (`native.ts` refuses others).
 */

import type { BlockMemory } from './blockSpill.ts';
import type { FrameRows } from './frameRows.ts';

/** Offsets in tpacket_block_desc, in 32-bit words. */
export const blockWord = { status: 2, frames: 3, firstFrameAt: 4, octets: 5 } as const;
/** Of the status: the block is handed over. */
export const statusUser = 1;

/** Offsets in tpacket3_hdr, in 32-bit words. */
const header = {
  nextAt: 0,
  seconds: 1,
  nanoseconds: 2,
  captured: 3,
  original: 4,
  status: 5,
  macAt: 6,
  tagControl: 8,
  tagProtocol: 9,
} as const;
const tagValid = 0x10;
const tagProtocolValid = 0x40;

/** Octets of a line of the cache, and how many at the start of a frame are read by those who look at it: of a short one all. */
const lineOctets = 64;
const [shortFrame, headTouched] = [176, 80];

/** An 802.1Q tag; the kernel takes the outermost one out of the frame. The room for it before a frame has been asked for (PACKET_RESERVE). */
export const tagOctets = 4;
const macOctets = 12;

/**
 * Appends all frames of the block that begins at word `at`; they stay where they are. What is returned means nothing: it was read on the way.
 */
export function readBlock(memory: BlockMemory, at: number, frames: FrameRows): number {
  const { words, octets } = memory;
  let touched = 0;
  const count = words[at + blockWord.frames] as number;
  let frame = at + (words[at + blockWord.firstFrameAt] as number) / 4;
  for (let i = 0; i < count; i++) {
    const begins = frame * 4 + ((words[frame + header.macAt] as number) & 0xffff);
    const captured = words[frame + header.captured] as number;
    const time = (words[frame + header.seconds] as number) * 1_000_000 + (((words[frame + header.nanoseconds] as number) / 1000) | 0);
    const tagged = (words[frame + header.status] as number) & tagValid && captured >= macOctets ? tagOctets : 0;
    if (tagged !== 0) restoreTag(memory, begins, frame);
    frames.append(time, 0, begins - tagged, begins + captured, (words[frame + header.original] as number) + tagged);
    // The kernel wrote the headers on another processor: asked for here, they arrive side by side; asked for by the decoder, one by one.
    const until = begins + (captured <= shortFrame ? captured : headTouched);
    for (let line = begins; line < until; line += lineOctets) touched ^= octets[line] as number;
    touched ^= octets[begins + captured - 1] as number;
    frame += (words[frame + header.nextAt] as number) / 4;
  }
  return touched;
}

/** Moves both MAC addresses into the room before the frame and writes the tag that the kernel took out where it was. */
function restoreTag({ view, words }: BlockMemory, begins: number, frame: number): void {
  for (let i = begins; i < begins + macOctets; i += 4) view.setUint32(i - tagOctets, view.getUint32(i));
  const known = (words[frame + header.status] as number) & tagProtocolValid;
  view.setUint16(begins + macOctets - tagOctets, known ? (words[frame + header.tagProtocol] as number) & 0xffff : 0x8100);
  view.setUint16(begins + macOctets - 2, (words[frame + header.tagControl] as number) & 0xffff);
}
