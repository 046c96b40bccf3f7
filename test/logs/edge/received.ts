/** A sink for tests of receivers: keeps what it is given, each event once, and can fail or wait on demand. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { LogSink, LogSource } from '../../../src/logs/edge/logSink.ts';
import type { EventRecord } from '../../../src/record/event.ts';

export class Received {
  readonly events = new Map<string, EventRecord>();
  readonly sources: LogSource[] = [];
  calls = 0;
  failing = false;
  /** Until it is resolved, nothing is committed. */
  gate: Promise<void> = Promise.resolve();

  readonly sink: LogSink = async (events, source) => {
    this.calls++;
    await this.gate;
    if (this.failing) throw new Error('the disk is full');
    for (const event of events) this.events.set(event.id, event);
    this.sources.push(source);
  };

  get recordIds(): (number | null)[] {
    return [...this.events.values()].map(({ recordId }) => recordId).sort((a, b) => (a ?? 0) - (b ?? 0));
  }
}

/** Polls; a test that never gets there fails by its own time limit. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(10);
}
