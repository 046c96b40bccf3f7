/**
 * Asking a store again and again for hours without standing in anybody's way: through the socket of whoever holds it, or
 * by holding it while questions come, and letting go soon after, so that a replay may begin.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { type Access, reachStore } from './access.ts';
import type { DatabaseOptions } from './database.ts';
import type { Answers, Question } from './question.ts';
import { StoreServer } from './server.ts';
import type { Store } from './store.ts';

export interface VisitorOptions extends DatabaseOptions {
  /** Let go when nobody asked for so long. */
  readonly idleMs?: number;
  /** Let go for a moment after so long, though questions keep coming. */
  readonly longestMs?: number;
  /** Work to do before the first answer whenever this process came to hold the store. */
  readonly onHold?: (store: Store) => Promise<void>;
}

/** Where this process holds the store, it captures nothing that a second thread could starve. */
export const visitorThreads = 2;

/** Others who wait for the store look ten times a second. */
const pauseMs = 250;

interface Held {
  readonly store: Store;
  readonly server: StoreServer;
  readonly sinceMs: number;
}

export class StoreVisitor implements Answers {
  private held: Promise<Held | undefined> | undefined;
  private leaving: Promise<void> | undefined;
  private asking = 0;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly folder: string,
    private readonly options: VisitorOptions = {},
  ) {}

  async ask<P extends z.ZodObject, R extends z.ZodObject>(
    question: Question<P, R>,
    parameters: z.infer<P>,
    signal?: AbortSignal,
  ): Promise<z.infer<R>[]> {
    await this.leaving;
    signal?.throwIfAborted();
    if (this.isClosed) throw new Error('unreachable: a question after the visit has ended');
    this.asking++;
    try {
      const access = await this.reach();
      try {
        return await (access.kind === 'holder' ? access.store : access.client).ask(question, parameters, signal);
      } finally {
        if (access.kind === 'asker') await access.client.close();
      }
    } finally {
      this.asking--;
      await this.considerLeaving();
    }
  }

  private async reach(): Promise<Access> {
    const held = await this.held;
    if (held) return { kind: 'holder', store: held.store };
    const { idleMs: _, longestMs: __, onHold, ...options } = this.options;
    // Questions that come at once must not open the store twice: only the first reaches, the others wait for it.
    let access: Access | undefined;
    const first = this.held === undefined;
    this.held ??= (async () => {
      access = await reachStore(this.folder, { threads: visitorThreads, ...options });
      if (access.kind === 'asker') return undefined;
      const { store } = access;
      let server: StoreServer | undefined;
      try {
        server = await StoreServer.listen(store);
        await onHold?.(store);
        return { store, server, sinceMs: performance.now() };
      } catch (error) {
        // A socket that stays would answer the next question, for a store that is closed.
        await server?.close();
        await store.close();
        throw error;
      }
    })();
    const opening = this.held;
    try {
      const opened = await opening;
      if (opened) return { kind: 'holder', store: opened.store };
      if (first && access) return access;
    } finally {
      if ((await opening.catch(() => undefined)) === undefined && this.held === opening) this.held = undefined;
    }
    return this.reach();
  }

  private async considerLeaving(): Promise<void> {
    const held = await this.held?.catch(() => undefined);
    if (!held) return;
    clearTimeout(this.timer);
    if (performance.now() - held.sinceMs >= (this.options.longestMs ?? 5000)) await this.leave(held, pauseMs);
    else if (this.asking === 0) this.timer = setTimeout(() => void this.leave(held, 0), this.options.idleMs ?? 1000);
  }

  /** New questions wait; those that are being answered are waited for. */
  private leave(held: Held, afterwardsMs: number): Promise<void> {
    this.leaving ??= (async () => {
      while (this.asking > 0) await sleep(5);
      this.held = undefined;
      await held.server.close();
      await held.store.close();
      if (!this.isClosed) await sleep(afterwardsMs);
      this.leaving = undefined;
    })();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const held = await this.held?.catch(() => undefined);
    if (held && !this.leaving) await this.leave(held, 0);
    await this.leaving;
  }
}
