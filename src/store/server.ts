/**
 * Whoever holds the store answers for it: a Unix socket in the data folder, readable by its owner only.
 *
 * Only the named questions are answered, and they only read; a request is bounded in size. A running box takes orders too, by name: who can
 * open the socket may write the file as well.
 */

import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Failure } from '../base/failure.ts';
import { answerFields } from './question.ts';
import { questionsByName } from './questions/all.ts';
import { type SocketPath, socketPath } from './socketPath.ts';
import type { Store } from './store.ts';
import { encodeRow, type Reply, request } from './wireFormat.ts';

/**
 * Does what it was asked, and returns what can be written as JSON. The signal: whoever asked has gone.
 */
export type Order = (parameters: unknown, say: (progress: string) => void, signal: AbortSignal) => Promise<unknown>;
export type Orders = ReadonlyMap<string, Order>;

/** The code of the failure by which a holder says that it takes no such order. */
export const noSuchOrder = 'STORE_ORDER';

const longestRequest = 64 * 1024;
const rowsPerLine = 1000;

export class StoreServer {
  private constructor(
    private readonly server: Server,
    private readonly path: SocketPath,
    private readonly open: Set<Socket>,
  ) {}

  /** The store's lock is held by then, so a socket that lies there already belongs to a process that is gone. */
  static async listen(store: Store, orders: Orders = new Map()): Promise<StoreServer> {
    const path = await socketPath(store.folder);
    await unlink(path.path).catch(() => undefined);
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => socket.destroy());
      serve(store, orders, socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          new Failure(
            'STORE_SOCKET',
            `no socket can be opened in ${store.folder}: ${cause.message}`,
            'put the data folder on a file system that allows sockets',
            { cause },
          ),
        ),
      );
      server.listen(path.path, resolve);
    });
    await chmod(path.path, 0o600);
    return new StoreServer(server, path, open);
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await this.path.close();
  }
}

function serve(store: Store, orders: Orders, socket: Socket): void {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  let received = 0;
  socket.on('data', (octets: Buffer) => {
    // A line that never ends would otherwise grow in memory.
    received = octets.includes(10) ? 0 : received + octets.length;
    if (received > longestRequest) socket.destroy();
  });
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  let turn: Promise<void> = Promise.resolve();
  lines.on('line', (line) => {
    turn = turn.then(() => respond(store, orders, socket, line, gone.signal)).catch(() => socket.destroy() as unknown as undefined);
  });
}

async function respond(store: Store, orders: Orders, socket: Socket, line: string, gone: AbortSignal): Promise<void> {
  const send = (message: Reply) => new Promise<void>((resolve) => socket.write(`${JSON.stringify(message)}\n`, () => resolve()));
  try {
    const asked = request.parse(JSON.parse(line));
    if ('order' in asked) {
      const order = orders.get(asked.order);
      if (!order) throw new Failure(noSuchOrder, 'the process that holds the store takes no orders', 'wait until that process ends');
      const result = await order(asked.parameters, (progress) => void send({ progress }), gone);
      return await send({ result });
    }
    const { question: name, parameters } = asked;
    const question = questionsByName.get(name);
    if (!question)
      throw new Failure('STORE_QUESTION', `the store does not know the question ${name}`, 'use the same version of yoban on both sides');
    const fields = answerFields(question);
    const rows = await store.ask(question, question.parameters.parse(parameters), gone);
    for (let start = 0; start < rows.length && !socket.destroyed; start += rowsPerLine) {
      await send({ rows: rows.slice(start, start + rowsPerLine).map((row) => encodeRow(fields, row)) });
    }
    await send({ done: true });
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure(
            'STORE_REQUEST',
            `the request was not understood: ${(error as Error).message}`,
            'use the same version of yoban on both sides',
          );
    await send({ failure: { code: failure.code, message: failure.message, advice: failure.advice } });
  }
}
