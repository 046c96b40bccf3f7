/**
 * Keeps what is derived up to the facts while these go on arriving: one pass at a time, with pauses, so that it takes a fraction of the
 * thread. Whoever brought facts in one go (logs, a capture) asks for a pass at once and waits for it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Casework, type SettleOptions } from '../casework/casework.ts';
import type { Store } from '../store/store.ts';
import type { WatchLog } from './watchLog.ts';

/** Between two passes, at least; and as many times as long as the pass took. */
const pauseMs = 5000;
const pausePerPass = 3;

export class CaseworkLoop {
  private turn: Promise<void> = Promise.resolve();
  private isWanted = true;
  private lastComplaint = '';

  constructor(
    private readonly store: Store,
    private readonly options: Omit<SettleOptions, 'once' | 'signal'>,
    private readonly log: WatchLog,
  ) {}

  /** Facts came: the next pass has something to do. */
  wake(): void {
    this.isWanted = true;
  }

  /** Until the signal. A pass that fails is told once and tried again: its marks are still there. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begunAtMs = performance.now();
      if (this.isWanted) {
        this.isWanted = false;
        await this.settle(signal).catch((error: Error) => this.complain(error, signal));
      }
      const tookMs = performance.now() - begunAtMs;
      await sleep(Math.max(pauseMs, tookMs * pausePerPass), undefined, { signal }).catch(() => undefined);
    }
    await this.turn.catch(() => undefined);
  }

  /** One pass over all that is stale now, after the one under way. */
  settle(signal: AbortSignal): Promise<void> {
    const work = () => new Casework(this.store, { ...this.options, once: true, signal }).settle();
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private complain(error: Error, signal: AbortSignal): void {
    this.isWanted = true;
    if (signal.aborted || error.message === this.lastComplaint) return;
    this.lastComplaint = error.message;
    this.log.error(`what is derived could not be brought up to the facts: ${error.message.split('\n')[0]}`);
  }
}
