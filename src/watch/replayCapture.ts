/** One capture file into the store. The same stages as live, without clocks. */

import { basename } from 'node:path';
import { minute, minuteOf } from '../base/time.ts';
import { openCapture } from '../link/captureFile.ts';
import type { FrameSource } from '../link/frameBlock.ts';
import { type CaptureRecord, captureKind } from '../record/capture.ts';
import { healthKind } from '../record/health.ts';
import { rowsOfCapture } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';
import { type FileIdentity, identifyFile } from './captureIdentity.ts';
import { CaptureMetering } from './captureMetering.ts';
import { eraseCapture } from './erase.ts';
import { FactSink } from './factSink.ts';
import { StageLedger } from './ledger.ts';

export interface ReplayProgress {
  readonly octetsDone: number;
  readonly octetsInAll: number;
  readonly framesDone: number;
}

export interface ReplayOptions {
  readonly sensor: string;
  readonly maxFlows: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayedCapture {
  readonly record: CaptureRecord;
  readonly flows: number;
  readonly alreadyStored: boolean;
}

/** A finished capture is skipped; an interrupted or grown one has its rows taken back and is read again. */
export async function replayCapture(path: string, store: Store, options: ReplayOptions): Promise<ReplayedCapture> {
  const identity = await identifyFile(path, 'capture', store, options.signal);
  const known = identity.alreadyStored ? await store.captureById(identity.id) : undefined;
  if (known) return { record: known, flows: 0, alreadyStored: true };
  const source = await openCapture(path);
  try {
    const begun = begin(path, identity, source, options.sensor);
    const erased = await Promise.all(identity.supersedes.map((record) => eraseCapture(store, record)));
    store.append(captureKind, begun);
    await store.commit(erased.flat());
    return await readInto(store, source, begun, options);
  } finally {
    await source.close();
  }
}

function begin(path: string, identity: FileIdentity, source: FrameSource, sensor: string): CaptureRecord {
  const { id, contentSha256, octets } = identity;
  const nothingYet = { linkTypes: [], frames: 0, records: 0, firstAt: null, lastAt: null, faults: [] };
  return {
    id,
    sensor,
    kind: 'capture',
    format: source.format,
    name: basename(path),
    state: 'reading',
    contentSha256,
    octets,
    ...nothingYet,
  };
}

async function readInto(store: Store, source: FrameSource, begun: CaptureRecord, options: ReplayOptions): Promise<ReplayedCapture> {
  const sink = new FactSink(store);
  const metering = new CaptureMetering(source, sink, {
    capture: begun.id,
    maxFlows: options.maxFlows,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await metering.run(async () => {
    if (store.isFull) await store.commit();
    options.onProgress?.({ octetsDone: metering.octetsRead, octetsInAll: begun.octets, framesDone: metering.frames });
  });
  // First the facts, so that the books can say what is on disk; until the record says `complete` they do not count.
  await store.commit();
  const rows = new StageLedger('store', 'rows');
  rows.in = sink.rows;
  rows.out = (await store.ask(rowsOfCapture, { capture: begun.id }))[0]?.rows ?? 0;
  const { frames, firstAt, lastAt, faults, linkTypes } = metering;
  const record: CaptureRecord = { ...begun, state: 'complete', frames, firstAt, lastAt, faults, linkTypes };
  const where = {
    sensor: record.sensor,
    capture: record.id,
    interface: record.name,
    from: minuteOf(firstAt ?? 0),
    until: minuteOf(lastAt ?? 0) + minute,
  };
  for (const stage of [metering.linkLedger(), metering.wire, metering.meterLedger(), rows]) store.append(healthKind, stage.record(where));
  store.append(captureKind, record);
  await store.commit([{ sql: 'DELETE FROM "capture" WHERE "id" = $1', values: [record.id] }]);
  return { record, flows: sink.flows, alreadyStored: false };
}
