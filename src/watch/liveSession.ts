/**
 * One live session: an interface, from the start of its worker until it ended or died. Main's side of it.
 *
 * What the worker says arrives in order: buffers with facts and counters, changes of the interface, its end.
 */

import type { Worker } from 'node:worker_threads';
import type { FaultTotal } from '../base/faultTally.ts';
import { deriveId } from '../base/ids.ts';
import type { Microseconds } from '../base/time.ts';
import type { InterfaceState, LiveOptions } from '../link/liveSource.ts';
import type { CaptureRecord } from '../record/capture.ts';
import type { HealthRecord } from '../record/health.ts';
import type { Statement } from '../store/question.ts';
import type { Store } from '../store/store.ts';
import { BufferPool, createPool } from './bufferPool.ts';
import { CaptureBooks } from './captureBooks.ts';
import { counterOctets, readCounters } from './captureCounters.ts';
import type { CaptureMessage, CaptureOrder } from './captureMessage.ts';
import { startCaptureThread } from './captureThread.ts';
import { FactBatch } from './factReader.ts';
import { LiveFacts } from './liveFacts.ts';

export interface SessionOptions {
  readonly sensor: string;
  readonly live: LiveOptions;
  readonly maxFlows: number;
  readonly buffers?: number;
  readonly bufferOctets?: number;
}

/** 4 MiB a session: about 16,000 flows on their way. */
const usualBuffers = 16;
const usualBufferOctets = 256 * 1024;

export type SessionEnd = { readonly kind: 'ended' } | { readonly kind: 'died'; readonly error: Error };
export type SessionMessage = CaptureMessage | { readonly kind: 'died'; readonly error: Error };

export class LiveSession {
  readonly id: string;
  readonly facts: LiveFacts;
  readonly books: CaptureBooks;
  state: InterfaceState | undefined;
  isClosed = false;
  private readonly pool: BufferPool;
  private readonly worker: Worker;
  private record: CaptureRecord;
  private faults: readonly FaultTotal[] = [];
  /** Facts that bounds and doubts left out, by reason. */
  leftOut: Readonly<Record<string, number>> = {};

  constructor(
    readonly options: SessionOptions,
    store: Store,
    startedAt: Microseconds,
    onMessage: (session: LiveSession, message: SessionMessage) => void,
  ) {
    const { sensor, live, maxFlows, buffers = usualBuffers, bufferOctets = usualBufferOctets } = options;
    this.id = deriveId('live', sensor, live.interface, startedAt);
    this.facts = new LiveFacts(store, live.interface);
    this.books = new CaptureBooks({ sensor, capture: this.id, interface: live.interface }, startedAt);
    this.record = {
      id: this.id,
      sensor,
      kind: 'live',
      format: 'ring',
      name: live.interface,
      state: 'reading',
      contentSha256: null,
      octets: 0,
      linkTypes: [],
      frames: 0,
      records: 0,
      firstAt: null,
      lastAt: null,
      faults: [],
    };
    const memory = createPool(buffers, bufferOctets, counterOctets);
    this.pool = new BufferPool(memory);
    const order: CaptureOrder = { capture: this.id, maxFlows, live, pool: memory };
    this.worker = startCaptureThread(new URL('./captureWorker.js', import.meta.url), {
      workerData: order,
      name: `capture ${live.interface}`,
    });
    let died: Error | undefined;
    let hasEnded = false;
    this.worker.on('message', (message: CaptureMessage) => {
      if (message.kind === 'ended') hasEnded = true;
      onMessage(this, message);
    });
    this.worker.on('error', (error) => {
      died = error;
    });
    this.worker.on('exit', (exitCode) => {
      if (!hasEnded) onMessage(this, { kind: 'died', error: died ?? new Error(`its thread ended with ${exitCode}`) });
    });
  }

  get name(): string {
    return this.options.live.interface;
  }

  askToEnd(): void {
    this.pool.askToEnd();
  }

  learnInterface({ state, source = 'ring', linkType }: Extract<CaptureMessage, { kind: 'interface' }>): void {
    this.state = state;
    if (linkType === undefined) return;
    this.record = { ...this.record, format: source, linkTypes: [...new Set([...this.record.linkTypes, linkType])] };
  }

  learnFaults(faults: readonly FaultTotal[], leftOut: Readonly<Record<string, number>>): void {
    this.faults = faults;
    this.leftOut = leftOut;
  }

  batch(buffer: number): FactBatch {
    return new FactBatch(this.pool.words(buffer), this.id);
  }

  /** Its rows are on disk. */
  release(buffer: number): void {
    this.pool.release(buffer);
  }

  /** Takes the counters that came with a buffer whose records have been read; the rows of the minute that they close. */
  count(batch: FactBatch): HealthRecord[] {
    return this.books.take(batch.counters, this.rows);
  }

  /** The worker is gone: what it held is lost, and the books say so. */
  lose(): void {
    this.books.lose(readCounters(new Float64Array(this.pool.memory.counters), 0), this.rows, 'worker-died');
  }

  /** As if all that was read were on disk: true of the commit for which it is asked. */
  get rows() {
    const { taken, replaced, waiting } = this.facts;
    return { taken, stored: taken - replaced - waiting, replaced };
  }

  /** The record of the session as it stands, and the statement that takes the one before away. */
  capture(state: CaptureRecord['state'] = 'reading'): { record: CaptureRecord; erase: Statement } {
    const { octets, frames, firstAtUs, lastAtUs } = this.books.counters;
    const faults = this.faults.map(({ layer, kind, count }) => ({ layer, kind, count }));
    const times = { firstAt: firstAtUs || null, lastAt: lastAtUs || null };
    this.record = { ...this.record, state, octets, frames, ...times, faults };
    return { record: this.record, erase: { sql: 'DELETE FROM "capture" WHERE "id" = $1', values: [this.id] } };
  }
}
