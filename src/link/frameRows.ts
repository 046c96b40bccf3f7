/** The rows of a `FrameBlock` being filled, reused for every block, and the bounded list of what was wrong with a file. */

import { type Fault, malformed } from '../base/octets.ts';
import type { Microseconds } from '../base/time.ts';
import { blockFrames, type FrameBlock } from './frameBlock.ts';

export class FrameRows implements FrameBlock {
  octets: Uint8Array = new Uint8Array(0);
  count = 0;
  readonly capturedAtUs: Float64Array;
  readonly picoseconds: Uint32Array;
  readonly interfaceIndex: Uint16Array;
  readonly at: Uint32Array;
  readonly end: Uint32Array;
  readonly originalLength: Uint32Array;

  constructor(
    private readonly rows = blockFrames,
    public firstFrameNumber = 1,
  ) {
    this.capturedAtUs = new Float64Array(rows);
    this.picoseconds = new Uint32Array(rows);
    this.interfaceIndex = new Uint16Array(rows);
    this.at = new Uint32Array(rows);
    this.end = new Uint32Array(rows);
    this.originalLength = new Uint32Array(rows);
  }

  get isFull(): boolean {
    return this.count === this.rows;
  }

  /** Empties the rows; those that follow point into `octets`. */
  begin(octets: Uint8Array): void {
    this.firstFrameNumber += this.count;
    this.count = 0;
    this.octets = octets;
  }

  append(capturedAtUs: Microseconds, interfaceIndex: number, at: number, end: number, originalLength: number, picoseconds = 0): void {
    const row = this.count++;
    this.capturedAtUs[row] = capturedAtUs;
    this.picoseconds[row] = picoseconds;
    this.interfaceIndex[row] = interfaceIndex;
    this.at[row] = at;
    this.end[row] = end;
    this.originalLength[row] = originalLength;
  }
}

/** A file with more faults than this is given up: it is not damaged, it is something else. */
export const faultsKept = 1000;

export class FaultList {
  readonly faults: Fault[] = [];

  get isFull(): boolean {
    return this.faults.length > faultsKept;
  }

  add(fault: Fault): void {
    if (this.isFull) return;
    this.faults.push(fault);
    if (this.faults.length === faultsKept) this.faults.push(malformed(fault.layer, fault.at, `more than ${faultsKept} faults in one file`));
  }
}
