/**
 * What a box that runs for years forgets: facts of its own live sessions and receivers, when they are older than they are to be kept.
 *
 * Facts go by whole UTC days, a day later than asked for: what is judged of a day rests on the evening before. What was derived from them is
 * marked, and casework takes it away. Captures and logs that somebody replayed stay, however old they are.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { day, dayOf, type Microseconds } from '../base/time.ts';
import { deleteOldEvents, deleteOldFlows, hostsOfOldEvents, oldDeviceDays } from '../store/questions/age.ts';
import type { Store } from '../store/store.ts';
import type { WatchLog } from './watchLog.ts';

export interface KeptFor {
  /** Flows, and what was seen beside them: names, bindings, networks, clocks, books. */
  readonly flowUs: Microseconds;
  readonly eventUs: Microseconds;
}

const everyMs = 3_600_000;
/** After a start there is other work. */
const firstAfterMs = 60_000;

export class FactRetention {
  constructor(
    private readonly store: Store,
    private readonly keptFor: KeptFor,
    private readonly log: WatchLog,
    /** Something is gone: what rests on it is stale. */
    private readonly onForgotten: () => void,
  ) {}

  /** Until the signal. A store that refuses is told of, and asked again an hour later. */
  async run(signal: AbortSignal): Promise<void> {
    for (let waitMs = firstAfterMs; !signal.aborted; waitMs = everyMs) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.forget(Date.now() * 1000).catch((error: Error) => this.log.error(`what is old is not deleted: ${error.message}`));
    }
  }

  /** Deletes what is too old at `nowUs`, and marks what rests on it. */
  async forget(nowUs: Microseconds): Promise<void> {
    const flowsBefore = dayOf(nowUs - this.keptFor.flowUs) - day;
    const eventsBefore = dayOf(nowUs - this.keptFor.eventUs) - day;
    const days = await this.store.ask(oldDeviceDays, { before: flowsBefore });
    const hosts = await this.store.ask(hostsOfOldEvents, { before: eventsBefore });
    for (const { mac, day: at } of days) this.store.markStale({ unit: 'device-day', subject: String(mac), day: at });
    for (const { host } of hosts) this.store.markStale({ unit: 'host', subject: host, day: null });
    if (days.length + hosts.length > 0) this.store.markStale({ unit: 'devices', subject: '', day: null });
    await this.store.commit([...deleteOldFlows(flowsBefore), ...deleteOldEvents(eventsBefore)]);
    if (days.length + hosts.length > 0) this.onForgotten();
  }
}
