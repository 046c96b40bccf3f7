/** Where received events go, and the books of those who receive them. */

import type { EventRecord } from '../../record/event.ts';

export interface LogSource {
  readonly receiver: 'drop' | 'http' | 'syslog';
  /** File name, or address of the sender. */
  readonly name: string;
  /** `evtx`, `event-xml`, `json`, `syslog`. */
  readonly format: string;
}

/**
 * Takes events. Resolves when they are committed, and not before: only then a sender is told, or a file counted as read. Knows
 * events that it has already (by host, channel and record id), because receivers hand over a log again when it has grown.
 */
export type LogSink = (events: readonly EventRecord[], source: LogSource) => Promise<void>;

/** in = out + refused + dropped + held at all times. Records, not octets. */
export interface ReceiverBooks {
  readonly receiver: LogSource['receiver'];
  in: number;
  out: number;
  held: number;
  readonly refused: Record<string, number>;
  readonly dropped: Record<string, number>;
}

export function openBooks(receiver: LogSource['receiver']): ReceiverBooks {
  return { receiver, in: 0, out: 0, held: 0, refused: {}, dropped: {} };
}

export function count(into: Record<string, number>, reason: string, records = 1): void {
  if (records > 0) into[reason] = (into[reason] ?? 0) + records;
}

/** One call of the sink at a time, in the order of asking: receivers share one store. */
export function oneAtATime(sink: LogSink): LogSink {
  let last: Promise<void> = Promise.resolve();
  return (events, source) => {
    const mine = last.then(() => sink(events, source));
    last = mine.catch(() => undefined);
    return mine;
  };
}

export interface ReceiverOptions {
  /** `+09:00` or `Z`: the zone of hosts whose log names none. Without it such records are refused. */
  readonly zone?: string | undefined;
  /** One line for the operator: what, where, what to do. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}
