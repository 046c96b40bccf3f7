/**
 * Logs over syslog, by TCP (RFC 6587, either framing) and by UDP (RFC 5426, one message a datagram) on one address. Events wait
 * in a queue of bounded length for the sink: connections are not read meanwhile, and datagrams that do not fit are dropped and
 * counted.
 */

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { Failure } from '../../base/failure.ts';
import { Fault } from '../../base/octets.ts';
import type { EventRecord } from '../../record/event.ts';
import { entryOfSyslog } from '../eventSyslog.ts';
import { SyslogFraming } from '../syslogFraming.ts';
import { count, type LogSink, openBooks, type ReceiverBooks, type ReceiverOptions } from './logSink.ts';

export interface SyslogReceiverOptions extends ReceiverOptions {
  readonly mostConnections?: number | undefined;
  /** Events that wait for the sink at most. */
  readonly mostWaiting?: number | undefined;
}

const mostInCall = 1000;
const gatherMs = 100;
const againMs = 1000;
const idleMs = 15 * 60_000;

interface Waiting {
  readonly event: EventRecord;
  readonly from: string;
}

export class SyslogReceiver {
  readonly books: ReceiverBooks = openBooks('syslog');
  private readonly server: Server;
  private readonly datagrams: DatagramSocket;
  private readonly connections = new Set<Socket>();
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly sink: LogSink,
    private readonly host: string,
    private readonly options: SyslogReceiverOptions,
  ) {
    this.server = createServer((connection) => this.accept(connection));
    this.server.maxConnections = options.mostConnections ?? 256;
    this.server.on('drop', () => count(this.books.dropped, 'too-many-connections'));
    this.datagrams = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    this.datagrams.on('message', (octets, { address }) => this.take(new TextDecoder().decode(octets), address, true));
  }

  private get mostWaiting(): number {
    return this.options.mostWaiting ?? 20_000;
  }

  /** TCP and UDP on one port, which is the result. */
  async listen(port: number): Promise<number> {
    const { server, datagrams, host } = this;
    const failed = (cause: Error) =>
      new Failure('LOGS_LISTEN', `cannot listen for syslog on ${host} port ${port} (${cause.message})`, 'change logs.syslog.listen', {
        cause,
      });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(failed(cause)));
      server.listen(port, host, resolve);
    });
    const address = server.address();
    const bound = typeof address === 'object' && address ? address.port : port;
    await new Promise<void>((resolve, reject) => {
      datagrams.once('error', (cause) => reject(failed(cause)));
      datagrams.bind(bound, host, resolve);
    }).catch((error: unknown) => {
      server.close();
      throw error;
    });
    datagrams.on('error', (error) => this.options.onNotice?.(`syslog over UDP: ${error.message}`));
    return bound;
  }

  /** What was received is handed over first. */
  async close(): Promise<void> {
    this.closed = true;
    for (const connection of this.connections) connection.destroy();
    await Promise.all([
      new Promise((resolve) => this.server.close(resolve)),
      new Promise<void>((resolve) => this.datagrams.close(() => resolve())),
    ]);
    clearTimeout(this.timer);
    await this.flushing;
    await this.flush();
    count(this.books.dropped, 'store-failed', this.waiting.length);
    this.waiting = [];
    this.books.held = 0;
  }

  private accept(connection: Socket): void {
    this.connections.add(connection);
    const from = connection.remoteAddress ?? '';
    const framing = new SyslogFraming();
    connection.setTimeout(idleMs, () => connection.destroy());
    connection.on('error', () => connection.destroy());
    connection.on('close', () => {
      for (const message of framing.end()) this.take(message, from, false);
      this.connections.delete(connection);
    });
    connection.on('data', (octets) => {
      const { messages, fault } = framing.push(octets);
      for (const message of messages) this.take(message, from, false);
      if (fault) {
        this.books.in++;
        count(this.books.refused, 'framing');
        this.options.onNotice?.(`syslog from ${from}: ${fault.limitedBy}; the connection was closed`);
        connection.destroy();
      } else if (this.waiting.length >= this.mostWaiting) {
        connection.pause();
        this.wake(0);
      }
    });
  }

  private take(message: string, from: string, mayDrop: boolean): void {
    if (message.trim() === '') return;
    this.books.in++;
    const entry = entryOfSyslog(message, 0, { zone: this.options.zone });
    if (entry instanceof Fault) count(this.books.refused, entry.limitedBy);
    else if (mayDrop && this.waiting.length >= this.mostWaiting) count(this.books.dropped, 'queue-full');
    else {
      this.waiting.push({ event: entry.record, from });
      this.books.held = this.waiting.length;
      this.wake(gatherMs);
    }
  }

  private wake(afterMs: number): void {
    if (this.closed || this.flushing || (this.timer && afterMs > 0)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.flushing = this.flush().then((isDone) => {
        this.flushing = undefined;
        if (this.waiting.length > 0) this.wake(isDone ? 0 : againMs);
      });
    }, afterMs);
  }

  /** Everything that waits, sender by sender. False when the sink failed: what is left waits on. */
  private async flush(): Promise<boolean> {
    while (this.waiting.length > 0) {
      const [first] = this.waiting;
      let length = 1;
      while (length < Math.min(mostInCall, this.waiting.length) && this.waiting[length]?.from === first?.from) length++;
      const events = this.waiting.slice(0, length).map(({ event }) => event);
      try {
        await this.sink(events, { receiver: 'syslog', name: first?.from ?? '', format: 'syslog' });
      } catch (error) {
        this.options.onNotice?.(`syslog: the store failed (${error instanceof Error ? error.message : error}); it is tried again`);
        return false;
      }
      this.waiting.splice(0, length);
      this.books.out += length;
      this.books.held = this.waiting.length;
      if (this.waiting.length < this.mostWaiting / 2) for (const connection of this.connections) connection.resume();
    }
    return true;
  }
}
