/**
 * The box at work: live sessions on all mirror interfaces, their facts into the store, their books beside them.
 *
 * Facts and the books that count them go into one commit, and a buffer is given back to its worker when that commit is on disk. So the books
 * are true after kill −9 too, and a store that stands still fills first the buffers, then the flow table, and then refuses, counted.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Failure } from '../base/failure.ts';
import { formatTime } from '../base/time.ts';
import type { LiveOptions } from '../link/liveSource.ts';
import { captureKind } from '../record/capture.ts';
import { type HealthRecord, healthKind, imbalance } from '../record/health.ts';
import type { RecordKind } from '../record/kind.ts';
import type { Statement } from '../store/question.ts';
import { Slice } from '../store/slices.ts';
import type { CommitRow, Store } from '../store/store.ts';
import { closeCutSessions } from './cutSessions.ts';
import type { FactBatch } from './factReader.ts';
import { HealthLine } from './healthLine.ts';
import type { FlowWatcher } from './liveFacts.ts';
import { LiveSession, type SessionMessage } from './liveSession.ts';
import { OneDirection } from './oneDirection.ts';
import { PatientStore } from './patientStore.ts';
import type { WatchLog } from './watchLog.ts';

export interface ObservationOptions {
  readonly sensor: string;
  /** One for each mirror interface; `mustExist`: an interface that is not there now is a mistake. */
  readonly interfaces: readonly { readonly live: LiveOptions; readonly mustExist: boolean }[];
  readonly maxFlows: number;
  readonly log: WatchLog;
  /** Drains and ends. */
  readonly signal: AbortSignal;
  /** Facts were committed. */
  readonly onFacts?: () => void;
  /** See each flow beside the store. */
  readonly watchers?: readonly FlowWatcher[];
  readonly buffers?: number;
  readonly bufferOctets?: number;
}

/** Buffers read for one commit: what is read is put into the store's buffer in one go. */
const buffersPerCommit = 2;
const commitEveryMs = 250;
/** Records between two looks at the clock. */
const recordsPerLook = 100;
const healthEveryMs = 60_000;
const restartMs = { first: 1000, longest: 30_000 };

interface Received {
  readonly session: LiveSession;
  readonly message: SessionMessage;
}

export class Observation {
  private readonly sessions = new Map<string, LiveSession>();
  private readonly inbox: Received[] = [];
  private wake: () => void = () => undefined;
  private readonly restartAfterMs = new Map<string, number>();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private readonly health = new HealthLine();
  private readonly oneDirection = new OneDirection();
  /** How long the thread of the store was held up by anything. */
  private readonly delay = monitorEventLoopDelay({ resolution: 5 });
  private failure: Error | undefined;
  private readonly patient: PatientStore;

  constructor(
    private readonly store: Store,
    private readonly options: ObservationOptions,
  ) {
    this.patient = new PatientStore(store, options.log, options.signal);
  }

  /** Runs until the signal; throws what keeps an interface from being captured at all. */
  async run(): Promise<void> {
    const { log, signal, interfaces } = this.options;
    for (const line of await closeCutSessions(this.store, this.options.sensor)) log.warn(line);
    const stop = () => this.end();
    signal.addEventListener('abort', stop, { once: true });
    const timer = setInterval(() => this.tell(), healthEveryMs);
    this.delay.enable();
    try {
      if (signal.aborted) return;
      for (const { live } of interfaces) this.start(live);
      await this.consume();
      this.tell();
    } finally {
      clearInterval(timer);
      this.delay.disable();
      for (const restart of this.restarts) clearTimeout(restart);
      signal.removeEventListener('abort', stop);
    }
    if (this.failure) throw this.failure;
  }

  private start(live: LiveOptions): void {
    const { sensor, maxFlows, buffers, bufferOctets } = this.options;
    const sizes = { ...(buffers === undefined ? {} : { buffers }), ...(bufferOctets === undefined ? {} : { bufferOctets }) };
    const session = new LiveSession({ sensor, live, maxFlows, ...sizes }, this.store, Date.now() * 1000, (from, message) => {
      this.inbox.push({ session: from, message });
      this.wake();
    });
    this.sessions.set(live.interface, session);
  }

  private end(): void {
    for (const session of this.sessions.values()) session.askToEnd();
    this.wake();
  }

  private get isDone(): boolean {
    return [...this.sessions.values()].every(({ isClosed }) => isClosed) && (this.restarts.size === 0 || this.options.signal.aborted);
  }

  private async consume(): Promise<void> {
    let committedAtMs = performance.now();
    while (!this.isDone) {
      const buffers = () => this.inbox.filter(({ message }) => message.kind === 'batch').length;
      if (this.inbox.length === 0) await this.sleepUntilWoken(healthEveryMs);
      const leftMs = committedAtMs + commitEveryMs - performance.now();
      if (leftMs > 0 && buffers() < buffersPerCommit && !this.options.signal.aborted) await this.sleepUntilWoken(leftMs);
      await this.work();
      committedAtMs = performance.now();
    }
  }

  private async sleepUntilWoken(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }

  /** Reads what came, writes it, and gives the buffers back. */
  private async work(): Promise<void> {
    const read: { session: LiveSession; buffer: number }[] = [];
    const books: HealthRecord[] = [];
    const touched = new Set<LiveSession>();
    const ended: { session: LiveSession; how: 'complete' | 'cut' }[] = [];
    while (this.inbox.length > 0 && read.length < buffersPerCommit) {
      const { session, message } = this.inbox.shift() as Received;
      if (message.kind === 'batch') {
        const batch = session.batch(message.buffer);
        await this.read(batch, session);
        const before = session.books.counters;
        books.push(...session.count(batch));
        read.push({ session, buffer: message.buffer });
        if (batch.records > 0 || session.books.counters.received !== before.received || books.length > 0) touched.add(session);
      } else if (message.kind === 'ended' || message.kind === 'died') {
        if (message.kind === 'died') this.bury(session, message.error);
        ended.push({ session, how: message.kind === 'died' ? 'cut' : 'complete' });
        touched.add(session);
      } else this.hear(session, message);
    }
    // A capture that never began leaves nothing behind.
    if (this.failure) touched.clear();
    if (touched.size > 0) await this.write([...touched], books, new Map(ended.map(({ session, how }) => [session, how])));
    for (const { session, buffer } of read) session.release(buffer);
    for (const { session } of ended) session.isClosed = true;
    if (touched.size > 0) this.options.onFacts?.();
    this.complainOfBooks(books);
  }

  private async read(batch: FactBatch, session: LiveSession): Promise<void> {
    const slice = new Slice();
    let at = batch.read(session.facts, undefined, recordsPerLook);
    while (at !== undefined) {
      if (slice.isOver) await slice.rest();
      at = batch.read(session.facts, at, recordsPerLook);
    }
  }

  private async write(
    sessions: readonly LiveSession[],
    closed: readonly HealthRecord[],
    ended: ReadonlyMap<LiveSession, 'complete' | 'cut'>,
  ) {
    const statements: Statement[] = [];
    const own: CommitRow[] = [];
    const keepBooks = () => {
      for (const session of sessions) {
        const rows = [...closed.filter(({ capture }) => capture === session.id), ...session.books.open()];
        const from = Math.min(...rows.map((row) => row.from));
        statements.push({
          sql: 'DELETE FROM "health" WHERE "capture" = $1 AND "from" >= make_timestamp($2::BIGINT)',
          values: [session.id, BigInt(from)],
        });
        for (const row of rows) own.push([healthKind as unknown as RecordKind, row]);
        const { record, erase } = session.capture(ended.get(session));
        statements.push(erase);
        own.push([captureKind as unknown as RecordKind, record]);
      }
    };
    const watchers = [this.oneDirection, ...(this.options.watchers ?? [])];
    for (const session of sessions) session.facts.append(watchers);
    keepBooks();
    await this.patient.commit(statements, own);
    if (sessions.every(({ facts }) => facts.waiting === 0)) return;
    statements.length = 0;
    own.length = 0;
    for (const session of sessions) statements.push(...session.facts.replace());
    for (const session of sessions) session.books.take(session.books.counters, session.rows);
    keepBooks();
    await this.patient.commit(statements, own);
  }

  private hear(session: LiveSession, message: Exclude<SessionMessage, { kind: 'batch' | 'ended' | 'died' }>): void {
    const { log } = this.options;
    switch (message.kind) {
      case 'interface': {
        const { kind, message: text } = message.event;
        const mustExist = this.options.interfaces.some(({ live, mustExist: must }) => live.interface === session.name && must);
        if (kind === 'missing' && mustExist) {
          this.failure ??= new Failure(
            'INTERFACE_MISSING',
            `there is no interface ${session.name}`,
            '`ip link` lists those that there are',
          );
          this.end();
          return;
        }
        const isGood = kind === 'opened' || kind === 'up' || kind === 'returned' || kind === 'plugged';
        if (isGood && message.state.status === 'up') log.info(text);
        else log.warn(text);
        if (message.source === 'libpcap' && session.state === undefined) log.warn(`${session.name}: libpcap does not tell what it loses`);
        if (isGood) this.restartAfterMs.delete(session.name);
        session.learnInterface(message);
        return;
      }
      case 'refused':
        this.failure ??= new Failure(message.code, message.message, message.advice);
        this.end();
        return;
      case 'faults':
        session.learnFaults(message.faults, message.leftOut);
        return;
      default:
        message satisfies never;
    }
  }

  /** The box survives a worker that dies: its session is closed with the loss in its books, and another one begins. */
  private bury(session: LiveSession, error: Error): void {
    session.lose();
    const { held } = session.books.counters;
    this.options.log.error(`${session.name}: its capture ended: ${error.message}; ${held} packets that it held are lost`);
    if (this.options.signal.aborted || this.failure) return;
    const afterMs = this.restartAfterMs.get(session.name) ?? restartMs.first;
    this.restartAfterMs.set(session.name, Math.min(afterMs * 2, restartMs.longest));
    const restart = setTimeout(() => {
      this.restarts.delete(restart);
      this.start(session.options.live);
      this.wake();
    }, afterMs);
    this.restarts.add(restart);
  }

  private complainOfBooks(rows: readonly HealthRecord[]): void {
    for (const row of rows) {
      const missing = imbalance(row);
      if (missing === 0) continue;
      this.options.log.error(`the books of ${row.interface} do not balance: ${row.stage} cannot account for ${missing} ${row.unit}`, {
        minute: formatTime(row.from),
      });
    }
  }

  private tell(): void {
    const details = { heldUpMs: Math.round(this.delay.max / 1e6), heldUpMsP99: Math.round(this.delay.percentile(99) / 1e6) };
    for (const session of this.sessions.values()) {
      const { text, isLoss } = this.health.of(session);
      if (isLoss) this.options.log.warn(text, details);
      else this.options.log.info(text, details);
    }
    this.delay.reset();
    for (const line of this.oneDirection.judge()) this.options.log.warn(line);
  }
}
