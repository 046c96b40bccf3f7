/** Asking the process that holds a store, through its socket. */

import { connect, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import type { z } from 'zod';
import { Failure } from '../base/failure.ts';
import { type Answers, answerFields, type Question } from './question.ts';
import { noSuchOrder } from './server.ts';
import { socketPath } from './socketPath.ts';
import { decodeRow, type Reply, reply } from './wireFormat.ts';

export class StoreClient implements Answers {
  private readonly lines: AsyncIterator<string>;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly socket: Socket,
    private readonly reader: Interface,
  ) {
    this.lines = reader[Symbol.asyncIterator]();
  }

  /** `undefined` when nobody listens: no holder, or a socket left behind by one that is gone. */
  static async connect(folder: string): Promise<StoreClient | undefined> {
    const path = await socketPath(folder).catch(() => undefined);
    if (!path) return undefined;
    const socket = connect(path.path);
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    await path.close();
    if (!connected) return undefined;
    socket.on('error', () => socket.destroy());
    return new StoreClient(socket, createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }));
  }

  /** A question that is given up takes the connection with it: that is how its holder learns of it. */
  ask<P extends z.ZodObject, R extends z.ZodObject>(
    question: Question<P, R>,
    parameters: z.infer<P>,
    signal?: AbortSignal,
  ): Promise<z.infer<R>[]> {
    const work = async () => {
      const giveUp = () => this.socket.destroy();
      signal?.throwIfAborted();
      signal?.addEventListener('abort', giveUp, { once: true });
      try {
        return (await this.exchange(question as unknown as Question, parameters as Record<string, unknown>)) as z.infer<R>[];
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    };
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Has the holder do something; `undefined` when it takes no such order. */
  async order(order: string, parameters: Record<string, unknown>, onProgress: (text: string) => void): Promise<unknown> {
    this.socket.write(`${JSON.stringify({ order, parameters })}\n`);
    for (;;) {
      const message = await this.next();
      if ('failure' in message) {
        if (message.failure.code === noSuchOrder) return undefined;
        throw new Failure(message.failure.code, message.failure.message, message.failure.advice);
      }
      if ('progress' in message) onProgress(message.progress);
      if ('result' in message) return message.result;
    }
  }

  private async next(): Promise<Reply> {
    const line = await this.lines.next();
    if (line.done) throw new Failure('STORE_GONE', 'the process that holds the store ended before it had answered', 'ask again');
    return reply.parse(JSON.parse(line.value));
  }

  private async exchange(question: Question, parameters: Record<string, unknown>): Promise<Record<string, unknown>[]> {
    const fields = answerFields(question);
    this.socket.write(`${JSON.stringify({ question: question.name, parameters })}\n`);
    const rows: Record<string, unknown>[] = [];
    for (;;) {
      const message = await this.next();
      if ('failure' in message) throw new Failure(message.failure.code, message.failure.message, message.failure.advice);
      if (!('rows' in message || 'done' in message)) throw new Error('unreachable: an answer without rows');
      if ('done' in message) return rows;
      for (const values of message.rows) rows.push(decodeRow(fields, values));
    }
  }

  async close(): Promise<void> {
    this.reader.close();
    this.socket.destroy();
  }
}
