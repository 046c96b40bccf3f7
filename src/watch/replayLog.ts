/** One log file into the store: its events, each once, and the marks of the hosts whose timeline they may change. */

import { basename } from 'node:path';
import { type LogReading, openLog } from '../logs/edge/logFile.ts';
import { type CaptureRecord, captureKind } from '../record/capture.ts';
import type { EventRecord } from '../record/event.ts';
import { healthKind } from '../record/health.ts';
import type { Store } from '../store/store.ts';
import { identifyFile } from './captureIdentity.ts';
import { StageLedger } from './ledger.ts';
import type { ReplayOptions } from './replayCapture.ts';
import { storeEvents } from './storeEvents.ts';

const eventsPerCommit = 2048;

export interface ReplayLogOptions extends ReplayOptions {
  readonly reading?: LogReading;
}

export interface ReplayedLog {
  readonly record: CaptureRecord;
  /** Events that were not stored before. */
  readonly events: number;
  readonly alreadyStored: boolean;
}

export async function replayLog(path: string, store: Store, options: ReplayLogOptions): Promise<ReplayedLog> {
  const identity = await identifyFile(path, 'log', store, options.signal);
  const known = identity.alreadyStored ? await store.captureById(identity.id) : undefined;
  if (known) return { record: known, events: 0, alreadyStored: true };
  const log = await openLog(path, options.reading);
  const ledger = new StageLedger('logs', 'records');
  let [firstAt, lastAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = async (events: readonly EventRecord[]) => {
    options.signal?.throwIfAborted();
    const fresh = await storeEvents(store, events);
    ledger.out += fresh.length;
    if (fresh.length < events.length) ledger.refuse('already-stored', events.length - fresh.length);
    for (const { time } of fresh) {
      firstAt = Math.min(firstAt, time);
      lastAt = Math.max(lastAt, time);
    }
  };
  let waiting: EventRecord[] = [];
  for await (const batch of log) {
    waiting.push(...batch);
    if (waiting.length < eventsPerCommit) continue;
    await take(waiting);
    waiting = [];
  }
  await take(waiting);
  const { seen, failed, recovered } = log.counters;
  ledger.in = seen + recovered;
  if (failed > 0) ledger.refuse('damaged', failed);
  const record: CaptureRecord = {
    id: identity.id,
    sensor: options.sensor,
    kind: 'log',
    format: log.format,
    name: basename(path),
    state: 'complete',
    contentSha256: identity.contentSha256,
    octets: identity.octets,
    linkTypes: [],
    frames: 0,
    records: log.records,
    firstAt: Number.isFinite(firstAt) ? firstAt : null,
    lastAt: Number.isFinite(lastAt) ? lastAt : null,
    faults: [...log.faults],
  };
  store.append(captureKind, record);
  const span = { from: record.firstAt ?? 0, until: (record.lastAt ?? 0) + 1 };
  store.append(healthKind, ledger.record({ sensor: options.sensor, capture: record.id, interface: record.name, ...span }));
  await store.commit(identity.supersedes.map(({ id }) => ({ sql: 'DELETE FROM "capture" WHERE "id" = $1', values: [id] })));
  return { record, events: ledger.out, alreadyStored: false };
}
