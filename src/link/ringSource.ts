/**
 * Frames from a ring that the kernel fills: AF_PACKET with TPACKET_V3 (Documentation/networking/packet_mmap.rst). Frames are read where the
 * kernel put them, without a copy; where the reader is behind, blocks are copied out (`blockSpill.ts`). Words are read in the order of the
 * machine, which is little-endian (`native.ts` refuses others).
 */

import { type BlockMemory, BlockSpill, blockMemory } from './blockSpill.ts';
import { compileFilter } from './captureFilter.ts';
import type { CaptureInterface, FrameBlock } from './frameBlock.ts';
import { FrameRows } from './frameRows.ts';
import { linkTypeOf } from './hardwareType.ts';
import { missingInterface } from './liveError.ts';
import { defaultSnapLength, type InterfaceState, type LiveOptions, type LiveSource, type LiveStatistics } from './liveSource.ts';
import { native } from './native.ts';
import { PacketSocket, type RingShape } from './packetSocket.ts';

/** Offsets in tpacket_block_desc, in 32-bit words. */
const block = { status: 2, frames: 3, firstFrameAt: 4, octets: 5 } as const;
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
const statusUser = 1;
const tagValid = 0x10;
const tagProtocolValid = 0x40;

/** Octets of a line of the cache, and how many at the start of a frame are read by those who look at it: of a short one all. */
const lineOctets = 64;
const [shortFrame, headTouched] = [176, 80];

/** An 802.1Q tag; the kernel takes the outermost one out of the frame. */
const tagOctets = 4;
const macOctets = 12;

/** Header, address and padding that the kernel puts before a frame take at least this many octets. */
const leastOctetsPerFrame = 80;

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

const bufferedMs = 2000;

export class RingSource implements LiveSource {
  readonly kind = 'ring';
  readonly broken = false;
  readonly interface: CaptureInterface;
  private readonly ring: BlockMemory;
  private readonly signedWords: Int32Array;
  /** Blocks for which there was no time yet; they come before those in the ring. */
  private readonly spill: BlockSpill;
  /** Of the block that is lent out. */
  private readonly frames: FrameRows;
  private readonly blockWords: number;
  /** The block that the kernel fills next, or that is lent out. */
  private current = 0;
  private lent: 'nothing' | 'ring' | 'spill' = 'nothing';
  /** Of no meaning: kept so that the reading is not left out. */
  protected touched = 0;
  private received = 0;
  private dropped = 0;
  private freezes = 0;
  private lastName: string;
  private closed = false;

  private constructor(
    private readonly socket: PacketSocket,
    private readonly shape: RingShape,
    private readonly address: bigint,
    private index: number,
    described: CaptureInterface,
    private readonly promiscuous: boolean,
    readonly reason: string,
    firstFrameNumber: number,
  ) {
    const memory = native().view(address, shape.blockOctets * shape.blocks);
    this.ring = blockMemory(memory);
    this.signedWords = new Int32Array(memory);
    this.spill = new BlockSpill(shape.blockOctets, shape.blocks);
    this.blockWords = shape.blockOctets / 4;
    this.frames = new FrameRows(Math.ceil(shape.blockOctets / leastOctetsPerFrame), firstFrameNumber);
    this.frames.begin(this.ring.octets);
    this.interface = described;
    this.lastName = described.name ?? '';
  }

  static open(options: LiveOptions, reason: string): RingSource {
    const { interface: name, filter, promiscuous, retireMs, ringMiB, snapLength = defaultSnapLength } = options;
    const socket = new PacketSocket(name);
    try {
      const index = socket.indexOf(name);
      if (index === undefined) throw missingInterface(name);
      const shape = ringShape(ringMiB, retireMs);
      const frameLinkType = linkTypeOf(socket, name);
      const described = { index: 0, linkType: frameLinkType, name, snapLength, ticksPerSecond: 1_000_000n, offsetSeconds: 0n };
      socket.ignoreOutgoing();
      socket.stampOnArrival();
      if (filter.trim() !== '' || snapLength !== defaultSnapLength)
        socket.attachFilter(compileFilter(filter, name, frameLinkType, snapLength));
      const address = socket.createRing(shape, tagOctets);
      const source = new RingSource(socket, shape, address, index, described, promiscuous, reason, options.firstFrameNumber ?? 1);
      source.attach(index);
      return source;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  poll(timeoutMs: number): FrameBlock | undefined {
    this.release();
    this.relieve();
    const spilled = this.spill.first;
    if (spilled) {
      this.lent = 'spill';
      this.frames.octets = spilled.octets;
      this.fill(spilled, 0);
      return this.frames;
    }
    if (!this.isReady(this.current)) {
      this.socket.wait(timeoutMs);
      if (!this.isReady(this.current)) return undefined;
    }
    this.lent = 'ring';
    this.fill(this.ring, this.current * this.blockWords);
    return this.frames;
  }

  release(): void {
    const { lent } = this;
    if (lent === 'nothing') return;
    this.lent = 'nothing';
    this.frames.begin(this.ring.octets);
    if (lent === 'spill') this.spill.drop();
    else this.giveBack();
  }

  private giveBack(): void {
    Atomics.store(this.signedWords, this.current * this.blockWords + block.status, 0);
    this.current = this.current + 1 === this.shape.blocks ? 0 : this.current + 1;
  }

  /** Where a quarter of the ring waits to be read, all of it is copied out: the rest fills up sooner than that can be read. */
  private relieve(): void {
    const { blocks, blockOctets } = this.shape;
    if (!this.isReady((this.current + blocks / 4) % blocks)) return;
    while (!this.spill.isFull && this.isReady(this.current)) {
      const octets = this.ring.words[this.current * this.blockWords + block.octets] as number;
      this.spill.take(this.ring.octets, this.current * blockOctets, Math.min(octets, blockOctets));
      this.giveBack();
    }
  }

  statistics(): LiveStatistics {
    if (!this.closed) {
      const counts = this.socket.takeCounts();
      this.received += counts.received;
      this.dropped += counts.dropped;
      this.freezes += counts.freezes;
    }
    return { received: this.received, dropped: this.dropped, freezes: this.freezes };
  }

  state(): InterfaceState {
    const name = this.closed ? undefined : this.socket.nameOf(this.index);
    const flags = name === undefined ? undefined : this.socket.flagsOf(name);
    if (name === undefined || flags === undefined) return { status: 'gone', name: this.lastName, mtu: 0, carrier: false };
    this.lastName = name;
    return { status: flags.up ? 'up' : 'down', name, mtu: this.socket.mtuOf(name) ?? 0, carrier: flags.carrier };
  }

  /** Ring, filter and counts stay as they are. */
  resume(): boolean {
    const name = this.interface.name ?? '';
    const index = this.closed ? undefined : this.socket.indexOf(name);
    if (index === undefined || linkTypeOf(this.socket, name) !== this.interface.linkType) return false;
    this.attach(index);
    this.lastName = name;
    return true;
  }

  close(): void {
    if (this.closed) return;
    this.release();
    this.statistics();
    this.spill.clear();
    this.closed = true;
    this.socket.close();
    // Pages of nothing replace the ring: its memory is free, and a view that somebody still holds stays harmless.
    const [readWrite, privateFixedEmpty] = [0x3, 0x2 | 0x10 | 0x20 | 0x4000];
    native().mmap(this.address, this.shape.blockOctets * this.shape.blocks, readWrite, privateFixedEmpty, -1);
  }

  private attach(index: number): void {
    this.socket.bind(index);
    if (this.promiscuous) this.socket.becomePromiscuous(index);
    this.index = index;
  }

  private isReady(at: number): boolean {
    // Atomic, or the loop around it could read the word once and for all; and nothing of the block is read before its status.
    return !this.closed && (Atomics.load(this.signedWords, at * this.blockWords + block.status) & statusUser) !== 0;
  }

  /** @param at where the block begins, in words */
  private fill(memory: BlockMemory, at: number): void {
    const { frames } = this;
    const { words, octets } = memory;
    let touched = 0;
    const count = words[at + block.frames] as number;
    let frame = at + (words[at + block.firstFrameAt] as number) / 4;
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
    this.touched = touched;
  }
}

/** Moves both MAC addresses into the room before the frame and writes the tag that the kernel took out where it was. */
function restoreTag({ view, words }: BlockMemory, begins: number, frame: number): void {
  for (let i = begins; i < begins + macOctets; i += 4) view.setUint32(i - tagOctets, view.getUint32(i));
  const known = (words[frame + header.status] as number) & tagProtocolValid;
  view.setUint16(begins + macOctets - tagOctets, known ? (words[frame + header.tagProtocol] as number) & 0xffff : 0x8100);
  view.setUint16(begins + macOctets - 2, (words[frame + header.tagControl] as number) & 0xffff);
}
