/**
 * Events as an EVTX file (libevtx, "Windows XML Event Log (EVTX) format"): a header block, then chunks of 64 KiB. Written from
 * the published description and from what real files look like, not from Yoban's reader; checked by programs of others.
 */

import { crc32 } from '../../base/crc32.ts';
import type { EventRecord } from '../../record/event.ts';
import { ChunkWriter } from './chunkWriter.ts';

export const headerBlockLength = 4096;

/** Chunks of `events` in their order, 64 KiB each; memory is bounded by one chunk. Returns what the header block has to say. */
export function* encodeEvtxChunks(events: Iterable<EventRecord>): Generator<Uint8Array, { chunks: number; records: bigint }> {
  let chunk = new ChunkWriter();
  let [chunks, records] = [0, 0n];
  for (const event of events) {
    records++;
    if (chunk.add(event, records)) continue;
    yield chunk.finish();
    chunks++;
    chunk = new ChunkWriter();
    if (!chunk.add(event, records)) throw new Error('unreachable: an event longer than a chunk, which Windows does not write');
  }
  if (records === 0n) return { chunks, records };
  yield chunk.finish();
  return { chunks: chunks + 1, records };
}

/** The first 4096 octets of a file that was closed well. */
export function encodeEvtxHeader({ chunks, records }: { readonly chunks: number; readonly records: bigint }): Uint8Array {
  const octets = new Uint8Array(headerBlockLength);
  const view = new DataView(octets.buffer);
  octets.set([...'ElfFile\0'].map((character) => character.charCodeAt(0)));
  view.setBigUint64(16, BigInt(Math.max(0, chunks - 1)), true);
  view.setBigUint64(24, records + 1n, true);
  view.setUint32(32, 128, true);
  view.setUint16(36, 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, headerBlockLength, true);
  // A count of 16 bits: beyond it the chunks themselves are the truth.
  view.setUint16(42, Math.min(chunks, 0xffff), true);
  view.setUint32(124, crc32(octets, 0, 120), true);
  return octets;
}

/** A log as Windows keeps it: by record id, each once. */
export function encodeEvtx(events: readonly EventRecord[]): Uint8Array {
  const byId = new Map(events.map((event) => [event.recordId, event]));
  const ordered = [...byId.values()].sort((a, b) => (a.recordId ?? 0) - (b.recordId ?? 0));
  const chunks: Uint8Array[] = [];
  const encoder = encodeEvtxChunks(ordered);
  let step = encoder.next();
  for (; !step.done; step = encoder.next()) chunks.push(step.value);
  const file = new Uint8Array(headerBlockLength + chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  file.set(encodeEvtxHeader(step.value));
  chunks.reduce((at, chunk) => {
    file.set(chunk, at);
    return at + chunk.length;
  }, headerBlockLength);
  return file;
}
