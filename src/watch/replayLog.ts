/** One log file into the store: its events, each once, and the marks of the hosts whose timeline they may change. */

import { basename } from 'node:path';
import { openLog } from '../logs/edge/logFile.ts';
import { type CaptureRecord, captureKind } from '../record/capture.ts';
import { type EventRecord, eventKind } from '../record/event.ts';
import { healthKind } from '../record/health.ts';
import { knownEvents } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';
import { identifyFile } from './captureIdentity.ts';
import { StageLedger } from './ledger.ts';
import type { ReplayOptions } from './replayCapture.ts';

export interface ReplayLogOptions extends ReplayOptions {
  /** Of logs whose times name none. */
  readonly zone?: string;
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
  const log = await openLog(path, options.zone === undefined ? {} : { zone: options.zone });
  const ledger = new StageLedger('logs', 'records');
  let [firstAt, lastAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const batch of log) {
    options.signal?.throwIfAborted();
    const fresh = await unknownEvents(store, batch);
    ledger.out += fresh.length;
    if (fresh.length < batch.length) ledger.refuse('already-stored', batch.length - fresh.length);
    for (const event of fresh) {
      store.append(eventKind, event);
      store.markStale({ unit: 'host', subject: event.host, day: null });
      // A host that was not known before may be tied to a machine now.
      store.markStale({ unit: 'devices', subject: '', day: null });
      firstAt = Math.min(firstAt, event.time);
      lastAt = Math.max(lastAt, event.time);
    }
    // Events are asked for among what is committed, so a batch is committed before the next is compared.
    await store.commit();
  }
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

/**
 * Without those that are stored word for word, and without repetitions within the batch. Two forms of one event are both
 * kept: which of them tells more is for the timeline to say, whatever came first.
 */
async function unknownEvents(store: Store, batch: readonly EventRecord[]): Promise<EventRecord[]> {
  const word = (event: EventRecord) => JSON.stringify(Object.entries(event).sort());
  const stored = new Set((await store.ask(knownEvents, { ids: batch.map(({ id }) => id) })).map(word));
  return batch.filter((event) => {
    const text = word(event);
    if (stored.has(text)) return false;
    stored.add(text);
    return true;
  });
}
