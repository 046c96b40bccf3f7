/** Capture files in the pcapng format (draft-ietf-opsawg-pcapng): several sections, byte orders and interfaces in one file. */

import { Fault, looping, malformed, unsupported } from '../base/octets.ts';
import type { Microseconds } from '../base/time.ts';
import { CaptureError } from './captureError.ts';
import { CutSource } from './cutSource.ts';
import type { CaptureInterface, FrameBlock, FrameSource, InterfaceStatistics } from './frameBlock.ts';
import { FaultList, FrameRows } from './frameRows.ts';
import type { OctetWindow } from './octetWindow.ts';
import { type ReadInterface, readInterface, readStatistics } from './pcapngInterface.ts';
import { NameList } from './pcapngNames.ts';
import { largestSnapLength } from './pcapSource.ts';
import { outOfRange } from './timeStamp.ts';

export const blockType = {
  section: 0x0a0d0d0a,
  interface: 1,
  oldPacket: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  enhancedPacket: 6,
} as const;
export const byteOrderMagic = 0x1a2b3c4d;

/** Type, total length, and the total length once more at the end. */
const blockFrame = 12;
/** Type, total length, byte-order magic, version. */
const sectionHead = 16;
const shortest: Readonly<Record<number, number>> = {
  [blockType.section]: 28,
  [blockType.interface]: 20,
  [blockType.oldPacket]: 32,
  [blockType.simplePacket]: 16,
  [blockType.names]: 12,
  [blockType.statistics]: 24,
  [blockType.enhancedPacket]: 32,
};
/** Only blocks that are looked at must fit in memory; others are skipped at any length. */
const longestBlock = largestSnapLength + 64 * 1024;
/** `FrameBlock.interfaceIndex` has 16 bits. */
const mostInterfaces = 0x1_0000;

export class PcapngSource implements FrameSource {
  readonly format = 'pcapng';
  readonly interfaces: CaptureInterface[] = [];
  readonly statistics = new Map<number, InterfaceStatistics>();
  readonly addressNames = new NameList();
  private readonly damage = new FaultList();
  private readonly rows = new FrameRows();
  private littleEndian = true;
  /** Interfaces of the section being read; `interfaces` holds those of the whole file. */
  private section: ReadInterface[] = [];
  /** Blocks without a time stamp of their own take the time of the frame before them. */
  private lastTime: Microseconds = 0;
  private lastPicoseconds = 0;
  private stopped = false;
  private timeFaulted = false;
  /** Octets still to be passed over. */
  private skipping = 0;

  private constructor(private readonly window: OctetWindow) {}

  /** The first four octets of the window are those of a section header. A file cut in it has one fault and no frame. */
  static async open(window: OctetWindow, path: string): Promise<FrameSource> {
    if (!(await window.fill(sectionHead))) {
      return new CutSource('pcapng', window, new Fault('pcapng', 'truncated', 0, sectionHead, window.available, 'capture'));
    }
    const littleEndian = sectionOrder(window);
    if (littleEndian === undefined) {
      throw new CaptureError('CAPTURE_UNKNOWN_FORMAT', `${path} starts like pcapng but has no byte-order magic`, 'capture it again');
    }
    const major = window.view.getUint16(window.at + 12, littleEndian);
    if (major !== 1) {
      throw new CaptureError(
        'CAPTURE_UNSUPPORTED_VERSION',
        `${path} is a pcapng file of version ${major}, and only version 1 is known`,
        'rewrite it with `editcap -F pcapng`',
      );
    }
    return new PcapngSource(window);
  }

  get faults(): readonly Fault[] {
    return this.damage.faults;
  }

  get octetsRead(): number {
    return this.window.octetsRead;
  }

  async *blocks(signal?: AbortSignal): AsyncIterable<FrameBlock> {
    const { window } = this;
    while (!this.stopped) {
      signal?.throwIfAborted();
      const needed = this.readBlocks();
      if (this.rows.count > 0) yield this.rows;
      else if (this.skipping > 0) {
        const wanted = this.skipping;
        this.skipping = 0;
        const passed = await window.skip(wanted, signal);
        if (passed < wanted) this.stopAt(new Fault('pcapng', 'truncated', window.position, wanted - passed, 0, 'capture'));
      } else if (!this.stopped && !(await window.fill(needed, signal))) {
        if (window.available > 0) this.stopAt(new Fault('pcapng', 'truncated', window.position, needed, window.available, 'capture'));
        break;
      }
    }
    if (window.sourceFault) this.damage.add(window.sourceFault);
    await window.drain(signal);
  }

  /** Takes the blocks that lie whole in the window; the result is how many octets the next one needs. */
  private readBlocks(): number {
    const { window, rows } = this;
    rows.begin(window.octets);
    while (!rows.isFull && !this.stopped) {
      if (window.available < blockFrame) return blockFrame;
      const { view, at } = window;
      const type = view.getUint32(at, this.littleEndian);
      // The type of a section header reads the same in both orders; everything after it follows the order that it sets.
      if (type === blockType.section && !this.enterSection()) return 0;
      const length = view.getUint32(at + 4, this.littleEndian);
      const least = shortest[type];
      if (length < blockFrame) this.stopAt(looping('pcapng', window.position, `pcapng.blockLength ${length} < ${blockFrame}`));
      else if (length % 4 !== 0) this.stopAt(malformed('pcapng', window.position, `pcapng.blockLength ${length} is no multiple of 4`));
      else if (least === undefined) {
        this.skipping = length;
        return blockFrame;
      } else if (length > longestBlock) this.stopAt(malformed('pcapng', window.position, `pcapng.blockLength ${length} > ${longestBlock}`));
      else if (window.available < length) return length;
      else if (view.getUint32(at + length - 4, this.littleEndian) !== length) {
        this.stopAt(malformed('pcapng', window.position, 'pcapng.blockLength differs at the end of the block'));
      } else {
        if (length < least) this.damage.add(new Fault('pcapng', 'overrun', window.position, least, length, 'pcapng.blockLength'));
        else this.readBlock(type, at, length);
        window.at = at + length;
        if (this.damage.isFull) this.stopped = true;
      }
    }
    return blockFrame;
  }

  /** Sets the byte order; `false` when the section cannot be read. */
  private enterSection(): boolean {
    const littleEndian = sectionOrder(this.window);
    if (littleEndian === undefined) this.stopAt(malformed('pcapng', this.window.position, 'pcapng.byteOrderMagic'));
    else this.littleEndian = littleEndian;
    return littleEndian !== undefined;
  }

  private readBlock(type: number, at: number, length: number): void {
    const { view } = this.window;
    const uint32 = (offset: number) => view.getUint32(at + offset, this.littleEndian);
    const uint16 = (offset: number) => view.getUint16(at + offset, this.littleEndian);
    if (type === blockType.enhancedPacket) this.readPacket(uint32(8), uint32(12), uint32(16), uint32(20), uint32(24), at, length);
    else if (type === blockType.oldPacket) this.readPacket(uint16(8), uint32(12), uint32(16), uint32(20), uint32(24), at, length);
    else if (type === blockType.simplePacket) this.readSimplePacket(uint32(8), at, length);
    else if (type === blockType.interface) this.describeInterface(at, length);
    else if (type === blockType.statistics) this.readStatistics(uint32(8), at, length);
    else if (type === blockType.names) this.readNames(at, length);
    else this.beginSection(uint16(12), uint16(14));
  }

  private beginSection(major: number, minor: number): void {
    if (major !== 1) this.stopAt(unsupported('pcapng', this.window.position, `pcapng.version ${major}.${minor}`));
    this.section = [];
  }

  private describeInterface(at: number, length: number): void {
    const { view, position } = this.window;
    const index = this.interfaces.length;
    if (index === mostInterfaces) {
      this.stopAt(malformed('pcapng', position, `more than ${mostInterfaces} interfaces`));
      return;
    }
    const read = readInterface(new DataView(view.buffer, at + 8, length - blockFrame), this.littleEndian, index, position + 8);
    for (const fault of read.faults) this.damage.add(fault);
    this.section.push(read);
    this.interfaces.push(read.described);
  }

  private readStatistics(number: number, at: number, length: number): void {
    const { view, position } = this.window;
    const described = this.section[number]?.described;
    if (!described) {
      this.damage.add(malformed('pcapng', position, 'pcapng.interfaceId was never described'));
      return;
    }
    const { statistics, fault } = readStatistics(new DataView(view.buffer, at + 8, length - blockFrame), this.littleEndian, position + 8);
    if (fault) this.damage.add(fault);
    // They are counted from the start, so a later block takes the place of an earlier one.
    this.statistics.set(described.index, statistics);
  }

  private readNames(at: number, length: number): void {
    const { view, position } = this.window;
    const fault = this.addressNames.read(new DataView(view.buffer, at + 8, length - blockFrame), this.littleEndian, position + 8);
    if (fault) this.damage.add(fault);
  }

  private readPacket(number: number, high: number, low: number, captured: number, original: number, at: number, length: number): void {
    const read = this.section[number];
    const { position } = this.window;
    const room = length - 32;
    if (!read || captured > room) {
      if (!read) this.damage.add(malformed('pcapng', position, 'pcapng.interfaceId was never described'));
      else this.damage.add(new Fault('pcapng', 'overrun', position + 28, captured, room, 'pcapng.blockLength'));
      return;
    }
    const time = read.toTime(high, low);
    const nearest = outOfRange(time);
    if (nearest !== undefined && !this.timeFaulted) {
      this.timeFaulted = true;
      this.damage.add(malformed('pcapng', position, 'pcapng.timestamp lies outside the years 1970 to 2255'));
    }
    this.lastTime = nearest ?? time;
    this.lastPicoseconds = nearest === undefined ? (read.toPicoseconds?.(high, low) ?? 0) : 0;
    this.rows.append(this.lastTime, read.described.index, at + 28, at + 28 + captured, original, this.lastPicoseconds);
  }

  /** Simple Packet Blocks belong to the first interface of the section and hold what its snap length lets through (§4.4). */
  private readSimplePacket(original: number, at: number, length: number): void {
    const read = this.section[0];
    if (!read) {
      this.damage.add(malformed('pcapng', this.window.position, 'pcapng.simplePacket before any interface'));
      return;
    }
    const limit = Math.min(read.described.snapLength || original, original);
    const captured = Math.min(limit, length - 16);
    this.rows.append(this.lastTime, read.described.index, at + 12, at + 12 + captured, original, this.lastPicoseconds);
  }

  private stopAt(fault: Fault): void {
    this.damage.add(fault);
    this.stopped = true;
  }

  async close(): Promise<void> {
    await this.window.close();
  }
}

/** `true` for little-endian; `undefined` when the octets after the block length are no byte-order magic. */
function sectionOrder(window: OctetWindow): boolean | undefined {
  if (window.view.getUint32(window.at + 8, true) === byteOrderMagic) return true;
  if (window.view.getUint32(window.at + 8, false) === byteOrderMagic) return false;
  return undefined;
}
