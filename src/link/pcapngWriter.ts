/** Writes captures: pcapng with one section and one interface, times in microseconds. Equal frames give equal files on every machine. */

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Microseconds } from '../base/time.ts';
import { CaptureError } from './captureError.ts';
import { blockType, byteOrderMagic } from './pcapngSource.ts';

export interface PcapngInterface {
  /** LINKTYPE_ number. */
  readonly linkType: number;
  readonly interfaceName: string;
  /** Octets after which frames were cut; 0 when not limited. */
  readonly snapLength: number;
}

const bufferOctets = 256 * 1024;
const enhancedPacketOctets = 32;

/** Blocks are written little-endian whatever the machine is. Writing is synchronous and buffered: nothing is queued without bound. */
export class PcapngWriter {
  private readonly octets = new Uint8Array(bufferOctets);
  private length = 0;
  private descriptor: number | undefined;
  /** Octets handed to the file so far. */
  octetsWritten = 0;

  private constructor(
    descriptor: number,
    private readonly path: string,
  ) {
    this.descriptor = descriptor;
  }

  /** An existing file is replaced. Throws `CaptureError` when it cannot be written. */
  static async open(path: string, described: PcapngInterface): Promise<PcapngWriter> {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'w');
    } catch (cause) {
      throw writeError(path, cause);
    }
    const writer = new PcapngWriter(descriptor, path);
    writer.append(encodeSectionHeader());
    writer.append(encodeInterface(described));
    return writer;
  }

  /** The octets are copied. `originalLength` is what was on the wire, where more than `octets`. */
  write(capturedAtUs: Microseconds, octets: Uint8Array, originalLength: number = octets.length): void {
    const padded = octets.length + (-octets.length & 3);
    const total = enhancedPacketOctets + padded;
    if (this.length + total > bufferOctets) this.flush();
    // A frame larger than the buffer goes out on its own.
    const target = total > bufferOctets ? new Uint8Array(total) : this.octets.subarray(this.length, this.length + total);
    const view = new DataView(target.buffer, target.byteOffset, total);
    view.setUint32(0, blockType.enhancedPacket, true);
    view.setUint32(4, total, true);
    view.setUint32(8, 0, true);
    view.setUint32(12, Math.floor(capturedAtUs / 0x1_0000_0000), true);
    view.setUint32(16, capturedAtUs % 0x1_0000_0000, true);
    view.setUint32(20, octets.length, true);
    view.setUint32(24, originalLength, true);
    target.set(octets, 28);
    target.fill(0, 28 + octets.length, 28 + padded);
    view.setUint32(total - 4, total, true);
    if (total > bufferOctets) this.writeOut(target);
    else this.length += total;
  }

  private append(block: Uint8Array): void {
    this.octets.set(block, this.length);
    this.length += block.length;
  }

  flush(): void {
    this.writeOut(this.octets.subarray(0, this.length));
    this.length = 0;
  }

  private writeOut(octets: Uint8Array): void {
    if (this.descriptor === undefined) throw new Error('unreachable: written to after close');
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(this.descriptor, octets, at);
    } catch (cause) {
      throw writeError(this.path, cause);
    }
    this.octetsWritten += octets.length;
  }

  async close(): Promise<void> {
    if (this.descriptor === undefined) return;
    try {
      this.flush();
    } finally {
      closeSync(this.descriptor);
      this.descriptor = undefined;
    }
  }
}

function writeError(path: string, cause: unknown): CaptureError {
  const code = String((cause as { code?: unknown } | undefined)?.code ?? cause);
  const advice = code === 'ENOSPC' ? 'make room on the disk' : 'check that the folder exists and may be written';
  return new CaptureError('CAPTURE_WRITE_FAILED', `writing ${path} failed (${code})`, advice, { cause });
}

function encodeSectionHeader(): Uint8Array {
  const octets = new Uint8Array(28);
  const view = new DataView(octets.buffer);
  view.setUint32(0, blockType.section, true);
  view.setUint32(4, octets.length, true);
  view.setUint32(8, byteOrderMagic, true);
  view.setUint16(12, 1, true);
  // The length of the section is left open (−1), as every program that writes while capturing does.
  view.setBigInt64(16, -1n, true);
  view.setUint32(24, octets.length, true);
  return octets;
}

function encodeInterface(described: PcapngInterface): Uint8Array {
  const name = new TextEncoder().encode(described.interfaceName);
  const options = name.length === 0 ? 0 : 4 + name.length + (-name.length & 3) + 4;
  const octets = new Uint8Array(20 + options);
  const view = new DataView(octets.buffer);
  view.setUint32(0, blockType.interface, true);
  view.setUint32(4, octets.length, true);
  view.setUint16(8, described.linkType, true);
  view.setUint32(12, described.snapLength, true);
  if (name.length > 0) {
    view.setUint16(16, 2, true);
    view.setUint16(18, name.length, true);
    octets.set(name, 20);
  }
  view.setUint32(octets.length - 4, octets.length, true);
  return octets;
}
