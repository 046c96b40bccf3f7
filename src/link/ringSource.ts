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
import { blockWord, readBlock, statusUser, tagOctets } from './ringBlock.ts';
import { mostFrames, ringRestMs, ringShape } from './ringShape.ts';

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
    private readonly restMs: number,
    readonly reason: string,
    firstFrameNumber: number,
  ) {
    const memory = native().view(address, shape.blockOctets * shape.blocks);
    this.ring = blockMemory(memory);
    this.signedWords = new Int32Array(memory);
    this.spill = new BlockSpill(shape.blockOctets, shape.blocks);
    this.blockWords = shape.blockOctets / 4;
    this.frames = new FrameRows(mostFrames(shape), firstFrameNumber);
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
      const source = new RingSource(
        socket,
        shape,
        address,
        index,
        described,
        promiscuous,
        ringRestMs(ringMiB, retireMs),
        reason,
        options.firstFrameNumber ?? 1,
      );
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
      this.touched = readBlock(spilled, 0, this.frames);
      return this.frames;
    }
    if (!this.isReady(this.current)) {
      const restMs = Math.min(this.restMs, timeoutMs);
      if (restMs > 0) this.socket.rest(restMs);
      if (restMs === 0 || (restMs < timeoutMs && !this.isReady(this.current))) this.socket.wait(timeoutMs - restMs);
      if (!this.isReady(this.current)) return undefined;
    }
    this.lent = 'ring';
    this.touched = readBlock(this.ring, this.current * this.blockWords, this.frames);
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
    Atomics.store(this.signedWords, this.current * this.blockWords + blockWord.status, 0);
    this.current = this.current + 1 === this.shape.blocks ? 0 : this.current + 1;
  }

  /** Where a quarter of the ring waits to be read, all of it is copied out: the rest fills up sooner than that can be read. */
  private relieve(): void {
    const { blocks, blockOctets } = this.shape;
    if (!this.isReady((this.current + blocks / 4) % blocks)) return;
    while (!this.spill.isFull && this.isReady(this.current)) {
      const octets = this.ring.words[this.current * this.blockWords + blockWord.octets] as number;
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
    return !this.closed && (Atomics.load(this.signedWords, at * this.blockWords + blockWord.status) & statusUser) !== 0;
  }
}
