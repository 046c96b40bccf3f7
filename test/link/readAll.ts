/** Reads a whole capture into plain values, and keeps test files in a folder of their own. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Fault } from '../../src/base/octets.ts';
import { openCapture } from '../../src/link/captureFile.ts';
import type { CaptureInterface } from '../../src/link/frameBlock.ts';

export interface ReadFrame {
  readonly number: number;
  readonly capturedAtUs: number;
  readonly interfaceIndex: number;
  readonly originalLength: number;
  /** Copied out of the block, in hexadecimal. */
  readonly octets: string;
}

export interface ReadCapture {
  readonly format: string;
  readonly interfaces: readonly CaptureInterface[];
  readonly faults: readonly Fault[];
  readonly frames: readonly ReadFrame[];
  readonly octetsRead: number;
  /** Of what `onChunk` saw. */
  readonly sha256: string;
}

export async function readAll(path: string, signal?: AbortSignal): Promise<ReadCapture> {
  const hash = createHash('sha256');
  const source = await openCapture(path, { onChunk: (octets) => hash.update(octets) });
  try {
    const frames: ReadFrame[] = [];
    for await (const block of source.blocks(signal)) {
      for (let row = 0; row < block.count; row++) {
        frames.push({
          number: block.firstFrameNumber + row,
          capturedAtUs: block.capturedAtUs[row] as number,
          interfaceIndex: block.interfaceIndex[row] as number,
          originalLength: block.originalLength[row] as number,
          octets: Buffer.from(block.octets.subarray(block.at[row], block.end[row])).toString('hex'),
        });
      }
    }
    const { format, interfaces, faults, octetsRead } = source;
    return { format, interfaces, faults, frames, octetsRead, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}

/** A folder that is gone after the tests of the file. */
export function testFolder(): { readonly path: string; write(name: string, octets: Uint8Array | string): string } {
  const path = mkdtempSync(join(tmpdir(), 'yoban-link-'));
  after(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(name, octets) {
      const file = join(path, name);
      writeFileSync(file, octets);
      return file;
    },
  };
}
