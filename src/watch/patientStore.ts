/**
 * Commits of a box that goes on capturing whatever its disk does: they wait until the store takes them.
 *
 * A disk that is full stops nothing but the writing: buffers and tables fill, and then refusals are counted.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../base/failure.ts';
import type { Statement } from '../store/question.ts';
import type { CommitRow, Store } from '../store/store.ts';
import type { WatchLog } from './watchLog.ts';

const retryMs = 2000;
/** How long a store that refuses may hold up the end. */
const patienceAtEndMs = 10_000;

export class PatientStore {
  private isRefusing = false;

  /** @param signal the end is near */
  constructor(
    private readonly store: Store,
    private readonly log: WatchLog,
    private readonly signal: AbortSignal,
  ) {}

  /** Until it is on disk. Throws a `Failure` when the store still refuses some time after the signal. */
  async commit(statements: readonly Statement[], own: readonly CommitRow[]): Promise<void> {
    let endingSinceMs: number | undefined;
    for (;;) {
      try {
        await this.store.commit(statements, undefined, own);
        if (this.isRefusing) this.log.info('the store takes rows again');
        this.isRefusing = false;
        return;
      } catch (error) {
        const reason = (error as Error).message.split('\n')[0] as string;
        if (!this.isRefusing) this.log.error(`the store takes no rows: ${reason}; capturing goes on until its tables are full`);
        this.isRefusing = true;
        if (this.signal.aborted) endingSinceMs ??= performance.now();
        if (endingSinceMs !== undefined && performance.now() - endingSinceMs > patienceAtEndMs) {
          throw new Failure('STORE_REFUSES', `what was captured last could not be stored: ${reason}`, 'free some space on its disk', {
            cause: error,
          });
        }
        await sleep(retryMs);
      }
    }
  }
}
