/**
 * Zstandard streams (RFC 8878), unpacked block by block, so that a step gives some 128 KiB: fzstd
 * waits for 18 octets before the first. The only place that knows the package `fzstd`,
 * which unpacks and neither bounds memory nor tells where a frame ends: both are done here. Checksums of frames are not compared.
 */

import { Decompress } from 'fzstd';
import { Fault, malformed, unsupported } from '../base/octets.ts';
import type { OctetSource } from './octetSource.ts';
import { OctetWindow } from './octetWindow.ts';

export const zstdMagic = 0xfd2f_b528;
/** Frames to be passed over (§3.1.2): 16 magic numbers. */
const skippableMagic = 0x184d_2a5;

/** What `zstd -d` accepts without being asked to take more. */
const largestWindow = 128 * 1024 * 1024;
/** What every decoder should take (§3.1.1.1.2). */
const usualWindow = 8 * 1024 * 1024;
const largestBlock = 128 * 1024;
/** fzstd moves its whole window for each block: many tiny blocks in a large window would keep it busy for hours. */
const tinyBlock = 4096;
const blocksBeforeDoubt = 1024;

const blockType = { raw: 0, rle: 1, compressed: 2 } as const;
const checksumLength = 4;

export function isZstd(magicLittleEndian: number): boolean {
  return magicLittleEndian === zstdMagic || magicLittleEndian >>> 4 === skippableMagic;
}

export class ZstdOctets implements OctetSource {
  fault: Fault | undefined;
  private readonly window: OctetWindow;
  /** Unpacked and not yet asked for. */
  private ready: Uint8Array = new Uint8Array(0);
  private frame: Decompress | undefined;
  private hasChecksum = false;
  private windowLength = 0;
  private ended = false;
  private blocks = 0;
  private unpacked = 0;

  /** `head`: octets already taken from `file`. */
  constructor(
    private readonly file: OctetSource,
    head: Uint8Array,
  ) {
    this.window = new OctetWindow(file, head);
  }

  get octetsRead(): number {
    return this.file.octetsRead;
  }

  async read(into: Uint8Array, at: number, end: number): Promise<number> {
    while (this.ready.length === 0) {
      if (this.ended || this.fault) return 0;
      if (this.frame) await this.readBlock(this.frame);
      else await this.beginFrame();
    }
    const count = Math.min(this.ready.length, end - at);
    into.set(this.ready.subarray(0, count), at);
    this.ready = this.ready.subarray(count);
    return count;
  }

  /** Octets that must be there; `false` sets the fault. */
  private async need(octets: number): Promise<boolean> {
    if (await this.window.fill(octets)) return true;
    this.fault = new Fault('zstd', 'truncated', this.window.position, octets, this.window.available, 'capture');
    return false;
  }

  private async beginFrame(): Promise<void> {
    const { window } = this;
    if (!(await window.fill(1))) {
      this.ended = true;
      return;
    }
    if (!(await this.need(4))) return;
    const magic = window.view.getUint32(window.at, true);
    if (magic >>> 4 === skippableMagic) return this.skipFrame();
    if (magic !== zstdMagic) {
      this.fault = malformed('zstd', window.position, `zstd.magic 0x${magic.toString(16)}`);
      return;
    }
    if (!(await this.need(5))) return;
    const length = headerLength(window.octets[window.at + 4] as number);
    if (!(await this.need(length))) return;
    const header = readHeader(window.view, window.at);
    this.fault = header.needsDictionary
      ? unsupported('zstd', window.position, 'zstd.dictionaryId')
      : header.isReserved
        ? malformed('zstd', window.position, 'zstd.frameHeaderDescriptor has its reserved bit set')
        : header.windowLength > largestWindow
          ? unsupported('zstd', window.position, `zstd.windowSize ${header.windowLength} > ${largestWindow}`)
          : undefined;
    if (this.fault) return;
    this.hasChecksum = header.hasChecksum;
    this.windowLength = header.windowLength;
    this.frame = new Decompress((octets) => {
      this.ready = this.ready.length === 0 ? octets.slice() : joined(this.ready, octets);
    });
    this.push(this.frame, length);
  }

  private async skipFrame(): Promise<void> {
    if (!(await this.need(8))) return;
    const length = 8 + this.window.view.getUint32(this.window.at + 4, true);
    const passed = await this.window.skip(length);
    if (passed < length) this.fault = new Fault('zstd', 'truncated', this.window.position, length - passed, 0, 'capture');
  }

  private async readBlock(frame: Decompress): Promise<void> {
    const { window } = this;
    if (!(await this.need(3))) return;
    const head = (window.view.getUint16(window.at, true) | ((window.octets[window.at + 2] as number) << 16)) >>> 0;
    const type = (head >>> 1) & 3;
    const size = head >>> 3;
    if (size > largestBlock || type > blockType.compressed) {
      this.fault = malformed(
        'zstd',
        window.position,
        size > largestBlock ? `zstd.blockSize ${size} > ${largestBlock}` : 'zstd.blockType 3',
      );
      return;
    }
    const isLast = (head & 1) === 1;
    const length = 3 + (type === blockType.rle ? 1 : size) + (isLast && this.hasChecksum ? checksumLength : 0);
    if (!(await this.need(length))) return;
    this.push(frame, length);
    this.blocks++;
    this.unpacked += this.ready.length;
    if (this.blocks > blocksBeforeDoubt && this.windowLength > usualWindow && this.unpacked < this.blocks * tinyBlock)
      this.fault ??= malformed('zstd', window.position, `blocks of less than ${tinyBlock} octets in a window of ${this.windowLength}`);
    if (isLast) this.frame = undefined;
  }

  /** Hands the next octets to fzstd, which may keep them: they are copied. */
  private push(frame: Decompress, length: number): void {
    const { window } = this;
    const octets = window.octets.slice(window.at, window.at + length);
    try {
      frame.push(octets);
    } catch (error) {
      this.fault = malformed('zstd', window.position, `zstd: ${(error as Error).message}`);
    }
    window.at += length;
  }

  async drain(signal?: AbortSignal): Promise<void> {
    await this.file.drain(signal);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

const dictionaryLengths = [0, 1, 2, 4] as const;
const contentSizeLengths = [0, 2, 4, 8] as const;

/** Frame header (§3.1.1.1): the descriptor says which fields follow. */
function fieldsOf(descriptor: number) {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryLength = dictionaryLengths[(descriptor & 3) as 0 | 1 | 2 | 3];
  const contentSizeLength = contentSizeLengths[(descriptor >>> 6) as 0 | 1 | 2 | 3] || (isSingleSegment ? 1 : 0);
  return { isSingleSegment, dictionaryLength, contentSizeLength };
}

function headerLength(descriptor: number): number {
  const { isSingleSegment, dictionaryLength, contentSizeLength } = fieldsOf(descriptor);
  return 5 + (isSingleSegment ? 0 : 1) + dictionaryLength + contentSizeLength;
}

function readHeader(view: DataView, at: number) {
  const descriptor = view.getUint8(at + 4);
  const { isSingleSegment, dictionaryLength, contentSizeLength } = fieldsOf(descriptor);
  const littleEndian = (offset: number, length: number) => {
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + view.getUint8(at + offset + i);
    return value;
  };
  const dictionaryAt = isSingleSegment ? 5 : 6;
  const contentSize = littleEndian(dictionaryAt + dictionaryLength, contentSizeLength) + (contentSizeLength === 2 ? 256 : 0);
  const windowDescriptor = view.getUint8(at + 5);
  const base = 2 ** (10 + (windowDescriptor >>> 3));
  return {
    hasChecksum: (descriptor & 4) !== 0,
    isReserved: (descriptor & 8) !== 0,
    needsDictionary: littleEndian(dictionaryAt, dictionaryLength) !== 0,
    windowLength: isSingleSegment ? contentSize : base + (base / 8) * (windowDescriptor & 7),
  };
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}
