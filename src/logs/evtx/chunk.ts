/**
 * One chunk of an EVTX file: 64 KiB, complete in itself (libevtx, "Chunk"). Header of 512 octets with two checksums, then
 * records one after the other, then slack in which older records may still stand.
 */

import { crc32 } from '../../base/crc32.ts';
import type { FaultTally } from '../../base/faultTally.ts';
import { Fault, latin1, malformed, uint32LittleEndian, uint64LittleEndian } from '../../base/octets.ts';
import { recordOf } from '../eventRecord.ts';
import type { LogCounters, LogEntry, WholeEvent } from '../logEntry.ts';
import { writeXml } from '../xmlElement.ts';
import { ChunkSpace } from './binXml.ts';
import { Cursor } from './cursor.ts';
import { Instantiation } from './instance.ts';
import type { PlainRecords } from './plainRecord.ts';
import { PlainText } from './plainText.ts';

export const chunkLength = 0x10000;
const headerLength = 512;
const at = { lastRecordId: 32, freeSpace: 48, recordsChecksum: 52, flags: 120, headerChecksum: 124, tables: 128 } as const;
const flag = { noChecksum: 2 } as const;
const recordSignature = 0x0000_2a2a;
/** Signature, size, record id, time; after the binary XML the size once more. */
const recordHeader = 24;
const shortestRecord = recordHeader + 4;

export interface ChunkContext {
  readonly faults: FaultTally;
  readonly counters: LogCounters;
  /** Records in slack whose templates or names have been overwritten: nothing can be read of them any more. */
  unreadableInSlack: number;
  readonly plain: PlainRecords;
  /** What is wanted beside the record. */
  readonly whole: WholeEvent | undefined;
}

/** Whether nothing was ever written here: the rest of a file that was laid out in advance. */
export function isUnused(octets: Buffer): boolean {
  for (let i = 0; i < 8; i++) if (octets[i] !== 0) return false;
  return uint32LittleEndian(octets, headerLength) !== recordSignature;
}

/** The live records in the order of writing, then those recovered from slack. `octets`: the chunk, borrowed for the call. */
export function readChunk(octets: Buffer, fileAt: number, context: ChunkContext, entries: LogEntry[]): void {
  const trusted = checkHeader(octets, fileAt, context);
  const space = new ChunkSpace(octets);
  const limit = trusted ? uint32LittleEndian(octets, at.freeSpace) : liveExtent(octets);
  let position = headerLength;
  let previous: bigint | undefined;
  while (isRecordAt(octets, position, limit)) {
    previous = uint64LittleEndian(octets, position + 8);
    readLive(space, position, fileAt, context, entries);
    position += uint32LittleEndian(octets, position + 4);
  }
  if (position < limit) readBehindDamage(space, position, limit, previous, fileAt, context, entries);
  recover(space, limit, context, entries);
}

/** Where the live records end when the header does not tell: where their numbers stop to follow each other. */
function liveExtent(octets: Buffer): number {
  let end = headerLength;
  let previous: bigint | undefined;
  for (let position = headerLength; position + shortestRecord <= octets.length; ) {
    if (!isRecordAt(octets, position, octets.length)) {
      position += 4;
      continue;
    }
    const recordId = uint64LittleEndian(octets, position + 8);
    const skipped = previous === undefined ? 0n : recordId - previous - 1n;
    if (skipped < 0n || skipped > BigInt(Math.floor((position - end) / shortestRecord))) break;
    previous = recordId;
    position += uint32LittleEndian(octets, position + 4);
    end = position;
  }
  return end;
}

/** False when the chunk's own words about its extent cannot be believed. */
function checkHeader(octets: Buffer, fileAt: number, { faults }: ChunkContext): boolean {
  if (latin1(octets, 0, 8) !== 'ElfChnk\0') {
    faults.add(malformed('evtx-chunk', fileAt, 'signature'));
    return false;
  }
  const freeSpace = uint32LittleEndian(octets, at.freeSpace);
  if (freeSpace < headerLength || freeSpace > octets.length) {
    faults.add(malformed('evtx-chunk', fileAt, 'free space outside of the chunk'));
    return false;
  }
  const stated = uint32LittleEndian(octets, at.headerChecksum);
  // Some tools write no checksums, with or without the flag that says so.
  if (stated === 0 || (uint32LittleEndian(octets, at.flags) & flag.noChecksum) !== 0) return true;
  if (stated !== crc32(octets, at.tables, headerLength, crc32(octets, 0, at.flags))) {
    faults.add(malformed('evtx-chunk', fileAt, 'checksum of the header'));
    return false;
  }
  if (uint32LittleEndian(octets, at.recordsChecksum) !== crc32(octets, headerLength, freeSpace))
    faults.add(malformed('evtx-chunk', fileAt, 'checksum of the records'));
  return true;
}

/** Signature, a size that fits and advances, and either the same size at the end or another record right behind. */
function isRecordAt(octets: Buffer, position: number, limit: number): boolean {
  if (position + shortestRecord > limit || uint32LittleEndian(octets, position) !== recordSignature) return false;
  const size = uint32LittleEndian(octets, position + 4);
  if (size < shortestRecord || size > limit - position) return false;
  const next = position + size;
  if (uint32LittleEndian(octets, next - 4) === size) return true;
  return next + 4 <= limit && uint32LittleEndian(octets, next) === recordSignature;
}

function readLive(space: ChunkSpace, position: number, fileAt: number, context: ChunkContext, entries: LogEntry[]): void {
  context.counters.seen++;
  const entry = readRecord(space, position, fileAt, false, context);
  if (entry instanceof Fault) {
    context.counters.failed++;
    context.faults.add(entry);
    return;
  }
  context.counters.parsed++;
  entries.push(entry);
}

/** Live records behind damaged ones, and a fault for each record that the numbers say is missing between. */
function readBehindDamage(
  space: ChunkSpace,
  start: number,
  limit: number,
  before: bigint | undefined,
  fileAt: number,
  context: ChunkContext,
  entries: LogEntry[],
): void {
  const { octets } = space;
  let previous = before;
  let damageAt: number | undefined = start;
  for (let position = start; position + shortestRecord <= limit; ) {
    if (!isRecordAt(octets, position, limit)) {
      damageAt ??= position;
      position += 4;
      continue;
    }
    const recordId = uint64LittleEndian(octets, position + 8);
    if (damageAt !== undefined) countLost(missing(previous, recordId, position - damageAt), fileAt + damageAt, context);
    damageAt = undefined;
    previous = recordId;
    readLive(space, position, fileAt, context, entries);
    position += uint32LittleEndian(octets, position + 4);
  }
  const last = uint64LittleEndian(octets, at.lastRecordId);
  if (damageAt !== undefined) countLost(missing(previous, last + 1n, limit - damageAt), fileAt + damageAt, context);
}

/** How many records stood in `room` octets between two numbers; at least one. A number that says the impossible is not believed. */
function missing(previous: bigint | undefined, next: bigint, room: number): number {
  const most = Math.max(1, Math.floor(room / shortestRecord));
  const between = previous === undefined ? 1n : next - previous - 1n;
  return between >= 1n && between <= BigInt(most) ? Number(between) : 1;
}

function countLost(records: number, fileAt: number, { counters, faults }: ChunkContext): void {
  counters.seen += records;
  counters.failed += records;
  for (let i = 0; i < records; i++) faults.add(malformed('evtx-record', fileAt, 'no record where one should be'));
}

/** Records behind the live ones: left over from an earlier use of the chunk. What does not read well was never promised. */
function recover(space: ChunkSpace, start: number, context: ChunkContext, entries: LogEntry[]): void {
  const { octets } = space;
  for (let position = start; position + shortestRecord <= octets.length; ) {
    if (!isRecordAt(octets, position, octets.length)) {
      position += 4;
      continue;
    }
    const entry = readRecord(space, position, 0, true, context);
    if (entry instanceof Fault) {
      const end = position + uint32LittleEndian(octets, position + 4);
      if (uint32LittleEndian(octets, end - 4) === end - position) context.unreadableInSlack++;
      position += 4;
      continue;
    }
    context.counters.recovered++;
    entries.push(entry);
    position += uint32LittleEndian(octets, position + 4);
  }
}

function readRecord(space: ChunkSpace, position: number, fileAt: number, recovered: boolean, context: ChunkContext): LogEntry | Fault {
  const { plain, whole } = context;
  const size = uint32LittleEndian(space.octets, position + 4);
  const [from, to] = [position + recordHeader, position + size - 4];
  if (whole !== 'element') {
    const record = plain.read(space, from, to, recovered);
    if (record && whole === undefined) return { record, element: undefined };
    const text = record && plain.last ? new PlainText(space, plain).write(plain.last.event) : undefined;
    if (record && text !== undefined) return { record, element: undefined, text };
  }
  const cursor = new Cursor(space.octets, from, to);
  const nodes = space.readFragment(cursor, false);
  if (cursor.fault) return cursor.fault;
  const instantiation = new Instantiation(space, fileAt + position);
  const event = instantiation.make(nodes).find((element) => element.name === 'Event');
  if (instantiation.fault) return instantiation.fault;
  if (!event) return malformed('evtx-record', fileAt + position, 'no Event in it');
  const record = recordOf(event, fileAt + position, recovered);
  if (record instanceof Fault) return record;
  // The header's record id is not compared: an export with a query numbers its records anew and keeps EventRecordID.
  if (whole === 'text') return { record, element: undefined, text: writeXml(event) };
  return { record, element: whole === 'element' ? event : undefined };
}
