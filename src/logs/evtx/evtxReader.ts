/**
 * An EVTX file that comes in pieces (libevtx, "Windows XML Event Log (EVTX) format"): a header block of 4096 octets, then
 * chunks of 64 KiB. The header of a live copy is stale ("dirty"), so nothing in it is believed: the chunks are the truth.
 */

import { crc32 } from '../../base/crc32.ts';
import { FaultTally } from '../../base/faultTally.ts';
import { Fault, latin1, malformed, uint16LittleEndian, uint32LittleEndian } from '../../base/octets.ts';
import type { LogCounters, LogEntry, WholeEvent } from '../logEntry.ts';
import { chunkLength, isUnused, readChunk } from './chunk.ts';
import { PlainRecords } from './plainRecord.ts';

const headerBlock = 4096;
const at = { major: 38, blockLength: 40, flags: 120, checksum: 124 } as const;
const dirtyFlag = 1;

export class EvtxReader {
  readonly faults = new FaultTally();
  readonly counters: LogCounters = { seen: 0, parsed: 0, failed: 0, recovered: 0 };
  /** The file was not closed: its header is stale, which is normal for a copy of a live log. */
  dirty = false;
  /** Records in slack beside those recovered: there, and not readable any more. */
  unreadableInSlack = 0;
  readonly plain = new PlainRecords();
  private readonly block = Buffer.alloc(chunkLength);
  private filled = 0;
  private fileAt = 0;
  private headerRead = false;

  /** `whole`: what is wanted of each event beside its record. */
  constructor(readonly whole: WholeEvent | undefined = undefined) {}

  /** Events of the chunks that became complete. `piece` is borrowed for the call. */
  push(piece: Uint8Array): LogEntry[] {
    const entries: LogEntry[] = [];
    let taken = 0;
    while (taken < piece.length) {
      const wanted = this.headerRead ? chunkLength : headerBlock;
      const part = piece.subarray(taken, taken + wanted - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      taken += part.length;
      if (!this.headerRead && this.filled >= 8 && latin1(this.block, 0, 8) === 'ElfChnk\0') this.headerRead = true;
      else if (this.filled === wanted) this.takeBlock(entries);
    }
    return entries;
  }

  /** The file ends: what is left is a chunk that was cut off, of which the whole records are still read. */
  end(): LogEntry[] {
    const entries: LogEntry[] = [];
    if (!this.headerRead) this.faults.add(new Fault('evtx-file', 'truncated', 0, headerBlock, this.filled, 'capture'));
    else if (this.filled > 0) {
      this.faults.add(new Fault('evtx-chunk', 'truncated', this.fileAt, chunkLength, this.filled, 'capture'));
      this.block.fill(0, this.filled);
      this.takeBlock(entries);
    }
    return entries;
  }

  private takeBlock(entries: LogEntry[]): void {
    if (this.headerRead) {
      if (!isUnused(this.block)) readChunk(this.block, this.fileAt, this, entries);
    } else {
      this.readHeader();
      this.headerRead = true;
    }
    this.fileAt += this.filled;
    this.filled = 0;
  }

  private readHeader(): void {
    const { block } = this;
    this.dirty = (uint32LittleEndian(block, at.flags) & dirtyFlag) !== 0;
    if (crc32(block, 0, at.flags) !== uint32LittleEndian(block, at.checksum))
      this.faults.add(malformed('evtx-file', 0, 'checksum of the header'));
    if (uint16LittleEndian(block, at.major) !== 3) this.faults.add(malformed('evtx-file', at.major, 'version is not 3'));
    if (uint16LittleEndian(block, at.blockLength) !== headerBlock)
      this.faults.add(malformed('evtx-file', at.blockLength, 'header block is not 4096 octets'));
  }
}
