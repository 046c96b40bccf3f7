/** The receivers of logs of the running box: what they take goes into the store, and their books beside it, minute by minute. */

import { deriveId } from '../base/ids.ts';
import type { Microseconds } from '../base/time.ts';
import type { LogSource, ReceiverBooks } from '../logs/edge/logSink.ts';
import { type LogReceivers, type ReceiversConfiguration, type ReceiversOptions, startLogReceivers } from '../logs/edge/receivers.ts';
import type { EventRecord } from '../record/event.ts';
import { type HealthRecord, healthKind } from '../record/health.ts';
import type { RecordKind } from '../record/kind.ts';
import type { CommitRow, Store } from '../store/store.ts';
import { storeEvents } from './storeEvents.ts';
import type { WatchLog } from './watchLog.ts';

export interface LogReceptionOptions {
  readonly sensor: string;
  readonly configuration: ReceiversConfiguration;
  readonly log: WatchLog;
  /** Events were committed. */
  readonly onFacts?: () => void;
  readonly receivers?: ReceiversOptions;
}

const booksEveryMs = 60_000;

export class LogReception {
  private receivers: LogReceivers | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private readonly startedAt: Microseconds = Date.now() * 1000;
  private readonly alreadyStored = new Map<LogSource['receiver'], number>();
  private readonly before = new Map<LogSource['receiver'], { readonly at: Microseconds; readonly books: ReceiverBooks }>();

  constructor(
    private readonly store: Store,
    private readonly options: LogReceptionOptions,
  ) {}

  /** Throws a `Failure` when something cannot be listened on. */
  async start(): Promise<LogReceivers> {
    const { configuration, log, receivers: given } = this.options;
    const never = new AbortController().signal;
    const onNotice = (notice: string) => log.warn(notice);
    this.receivers = await startLogReceivers(configuration, (events, source) => this.take(events, source), never, { onNotice, ...given });
    this.timer = setInterval(() => void this.writeBooks(), booksEveryMs);
    return this.receivers;
  }

  /** Resolves when everything that was received is stored, and its books too. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.receivers?.close();
    await this.writeBooks();
  }

  private async take(events: readonly EventRecord[], source: LogSource): Promise<void> {
    const fresh = await storeEvents(this.store, events);
    const { receiver } = source;
    this.alreadyStored.set(receiver, (this.alreadyStored.get(receiver) ?? 0) + events.length - fresh.length);
    if (fresh.length > 0) this.options.onFacts?.();
  }

  private writeBooks(): Promise<void> {
    this.writing = this.writing.then(async () => {
      const rows = this.rows(Date.now() * 1000);
      if (rows.length === 0) return;
      await this.store
        .commit(
          [],
          undefined,
          rows.map(({ row }): CommitRow => [healthKind as unknown as RecordKind, row]),
        )
        .then(() => {
          for (const { receiver, now } of rows) this.before.set(receiver, now);
        })
        // They are counted on, and written with the next ones.
        .catch((error: Error) => this.options.log.warn(`the books of the log receivers could not be stored: ${error.message}`));
    });
    return this.writing;
  }

  /** One row for each receiver that has counted anything since its last. */
  private rows(at: Microseconds) {
    return (this.receivers?.books() ?? []).flatMap((current) => {
      const { receiver } = current;
      const known = this.alreadyStored.get(receiver) ?? 0;
      const refused = known === 0 ? { ...current.refused } : { ...current.refused, 'already-stored': known };
      const books: ReceiverBooks = { ...current, out: current.out - known, refused, dropped: { ...current.dropped } };
      const before = this.before.get(receiver);
      const row: HealthRecord = {
        sensor: this.options.sensor,
        capture: deriveId('receiver', this.options.sensor, receiver, this.startedAt),
        interface: receiver,
        stage: 'logs',
        unit: 'records',
        from: before?.at ?? this.startedAt,
        until: at,
        carried: before?.books.held ?? 0,
        in: books.in - (before?.books.in ?? 0),
        out: books.out - (before?.books.out ?? 0),
        held: books.held,
        refused: since(books.refused, before?.books.refused),
        dropped: since(books.dropped, before?.books.dropped),
      };
      const isQuiet = row.in + row.out + row.held + (row.carried ?? 0) + Object.keys({ ...row.refused, ...row.dropped }).length === 0;
      return isQuiet ? [] : [{ receiver, row, now: { at, books } }];
    });
  }
}

function since(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const grown = Object.entries(now).map(([reason, count]): [string, number] => [reason, count - (before[reason] ?? 0)]);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}
