/** Classic capture files (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds. */

import { Fault, malformed } from '../base/octets.ts';
import { CaptureError } from './captureError.ts';
import { CutSource } from './cutSource.ts';
import { type CaptureInterface, type FrameBlock, type FrameSource, linkType as linkTypes } from './frameBlock.ts';
import { FaultList, FrameRows } from './frameRows.ts';
import type { OctetWindow } from './octetWindow.ts';
import { outOfRange } from './timeStamp.ts';

export const pcapMagic = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, modified: 0xa1b2cd34 } as const;

const fileHeaderLength = 24;
const recordHeaderLength = 16;
const at = { versionMajor: 4, versionMinor: 6, snapLength: 16, linkType: 20 };

/**
 * A record longer than this is damage, whatever the snap length says. It is libpcap's bound; a file whose own snap
 * length is larger (up to `largestSnapLength`) may use that.
 */
export const usualSnapLength = 262_144;
export const largestSnapLength = 16 * 1024 * 1024;

/** Octets that one record may hold; records longer than a small snap length are accepted. */
export function recordLimit(snapLength: number): number {
  return snapLength <= largestSnapLength ? Math.max(snapLength, usualSnapLength) : usualSnapLength;
}

export class PcapSource implements FrameSource {
  readonly format = 'pcap';
  readonly interfaces: CaptureInterface[] = [];
  private readonly damage = new FaultList();
  private readonly rows = new FrameRows();
  private readonly limit: number;
  private stopped = false;

  private constructor(
    private readonly window: OctetWindow,
    private readonly littleEndian: boolean,
    private readonly ticksPerMicrosecond: number,
  ) {
    const view = window.view;
    const snapLength = view.getUint32(window.at + at.snapLength, littleEndian);
    this.limit = recordLimit(snapLength);
    // The upper 16 bits say whether frames end in a frame check sequence, and are no part of the link type.
    const number = view.getUint32(window.at + at.linkType, littleEndian) & 0xffff;
    // Raw IP was 12 or 14 in files written by systems that stored their own DLT_RAW.
    const linkType = number === 12 || number === 14 ? linkTypes.raw : number;
    const ticksPerSecond = ticksPerMicrosecond === 1 ? 1_000_000n : 1_000_000_000n;
    this.interfaces.push({ index: 0, linkType, name: undefined, snapLength, ticksPerSecond, offsetSeconds: 0n });
    window.at += fileHeaderLength;
  }

  /** `magic` in the byte order `littleEndian` stands at the start of the window. A file cut in its header has no interface and one fault. */
  static async open(window: OctetWindow, magic: number, littleEndian: boolean, path: string): Promise<FrameSource> {
    if (!(await window.fill(fileHeaderLength))) {
      return new CutSource('pcap', window, new Fault('pcap', 'truncated', 0, fileHeaderLength, window.available, 'capture'));
    }
    const major = window.view.getUint16(window.at + at.versionMajor, littleEndian);
    const minor = window.view.getUint16(window.at + at.versionMinor, littleEndian);
    if (major !== 2 || minor !== 4) {
      throw new CaptureError(
        'CAPTURE_UNSUPPORTED_VERSION',
        `${path} is a pcap file of version ${major}.${minor}, and only 2.4 is known`,
        'rewrite it with `editcap -F pcapng`',
      );
    }
    return new PcapSource(window, littleEndian, magic === pcapMagic.nanoseconds ? 1000 : 1);
  }

  get faults(): readonly Fault[] {
    return this.damage.faults;
  }

  get octetsRead(): number {
    return this.window.octetsRead;
  }

  async *blocks(signal?: AbortSignal): AsyncIterable<FrameBlock> {
    while (!this.stopped) {
      signal?.throwIfAborted();
      const needed = this.readRecords();
      if (this.rows.count > 0) yield this.rows;
      else if (!this.stopped && !(await this.window.fill(needed, signal))) {
        if (this.window.available > 0)
          this.stopAt(new Fault('pcap', 'truncated', this.window.position, needed, this.window.available, 'capture'));
        break;
      }
    }
    if (this.window.sourceFault) this.damage.add(this.window.sourceFault);
    await this.window.drain(signal);
  }

  /** Takes the records that lie whole in the window; the result is how many octets the next one needs. */
  private readRecords(): number {
    const { window, rows, littleEndian, ticksPerMicrosecond } = this;
    const { view, end } = window;
    rows.begin(window.octets);
    while (!rows.isFull) {
      const start = window.at;
      if (end - start < recordHeaderLength) return recordHeaderLength;
      const captured = view.getUint32(start + 8, littleEndian);
      if (captured > this.limit) {
        this.stopAt(malformed('pcap', window.position, `pcap.capturedLength ${captured} > ${this.limit}`));
        return 0;
      }
      const length = recordHeaderLength + captured;
      if (end - start < length) return length;
      const fraction = view.getUint32(start + 4, littleEndian);
      const micros = ticksPerMicrosecond === 1 ? fraction : Math.floor(fraction / ticksPerMicrosecond);
      const picoseconds = ticksPerMicrosecond === 1 ? 0 : (fraction % 1000) * 1000;
      const time = view.getUint32(start, littleEndian) * 1_000_000 + micros;
      // Unsigned 32-bit seconds end in 2106, so the time is always one that a record can hold.
      if (outOfRange(time) !== undefined) throw new Error('unreachable: 32-bit seconds beyond the year 2255');
      rows.append(time, 0, start + recordHeaderLength, start + length, view.getUint32(start + 12, littleEndian), picoseconds);
      window.at = start + length;
    }
    return recordHeaderLength;
  }

  private stopAt(fault: Fault): void {
    this.damage.add(fault);
    this.stopped = true;
  }

  async close(): Promise<void> {
    await this.window.close();
  }
}
