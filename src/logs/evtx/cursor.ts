/**
 * Reads forward through octets of a chunk. The first thing that is wrong sticks: from then on every getter gives 0 and every
 * loop that asks `good` ends, so that one check at the end of a record is enough.
 */

import { Fault, uint16LittleEndian, uint32LittleEndian } from '../../base/octets.ts';

/** Up to this many characters a loop is faster than a call of the runtime. */
const shortText = 8;

export class Cursor {
  fault: Fault | undefined;

  constructor(
    readonly octets: Buffer,
    public at: number,
    readonly end: number,
  ) {}

  get good(): boolean {
    return this.fault === undefined;
  }

  /** The first reason stays. */
  fail(because: string): void {
    this.fault ??= new Fault('evtx-record', 'malformed', this.at, 0, 0, because);
  }

  /** True when `length` octets are there; otherwise the fault is set and the cursor stays at the end. */
  private has(length: number): boolean {
    if (this.fault !== undefined) return false;
    if (this.end - this.at >= length) return true;
    this.fault = new Fault('evtx-record', 'overrun', this.at, length, Math.max(0, this.end - this.at), 'record size');
    return false;
  }

  uint8(): number {
    if (!this.has(1)) return 0;
    return this.octets[this.at++] as number;
  }

  uint16(): number {
    if (!this.has(2)) return 0;
    this.at += 2;
    return uint16LittleEndian(this.octets, this.at - 2);
  }

  uint32(): number {
    if (!this.has(4)) return 0;
    this.at += 4;
    return uint32LittleEndian(this.octets, this.at - 4);
  }

  skip(length: number): void {
    if (this.has(length)) this.at += length;
  }

  /** Copied text of `characters` UTF-16 code units. */
  text(characters: number): string {
    const length = characters * 2;
    if (!this.has(length)) return '';
    this.at += length;
    return utf16Text(this.octets, this.at - length, this.at);
  }

  /** The next octet without moving; 0 at the end. */
  get next(): number {
    return this.fault === undefined && this.at < this.end ? (this.octets[this.at] as number) : 0;
  }
}

/** Copied text of the UTF-16 code units from `at` up to `end`; a surrogate that stands alone stays as it is. */
export function utf16Text(octets: Buffer, at: number, end: number): string {
  if (end - at > shortText * 2) return octets.toString('utf16le', at, end);
  let text = '';
  for (let i = at; i + 1 < end; i += 2) text += String.fromCharCode(uint16LittleEndian(octets, i));
  return text;
}
