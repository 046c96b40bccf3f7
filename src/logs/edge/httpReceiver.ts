/**
 * Logs over HTTP: `POST /logs` with the events as NDJSON or JSON, XML, syslog lines or EVTX, whatever form Yoban reads. The
 * answer comes after the commit; sending again is harmless, because the sink knows what it has.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../../base/failure.ts';
import { LogDecoder } from '../logDecoder.ts';
import { detectForm, detectionLength } from '../logForm.ts';
import type { BearerToken } from './bearerToken.ts';
import { LogError } from './logError.ts';
import { supported } from './logFile.ts';
import { count, type LogSink, openBooks, type ReceiverBooks, type ReceiverOptions } from './logSink.ts';

export interface HttpReceiverOptions extends ReceiverOptions {
  /** Octets of one body. */
  readonly mostOctets?: number | undefined;
  /** Requests that are read at one time. */
  readonly mostRequests?: number | undefined;
}

const graceMs = 5000;
const drainMs = 2000;
const mediaTypes: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/xml',
  'text/xml',
  'application/octet-stream',
  'application/x-ms-evtx',
  'application/syslog',
]);

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export class HttpReceiver {
  readonly books: ReceiverBooks = openBooks('http');
  private readonly server: Server;
  private active = 0;

  constructor(
    private readonly sink: LogSink,
    private readonly token: BearerToken | undefined,
    private readonly options: HttpReceiverOptions,
  ) {
    this.server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 120_000, headersTimeout: 10_000 }, (request, response) => {
      void this.answer(request, response);
    });
    this.server.maxConnections = 256;
  }

  /** Resolves with the port that it listens on. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause) => {
        reject(
          new Failure('LOGS_LISTEN', `cannot listen for logs on ${host} port ${port} (${cause.message})`, 'change logs.http.listen', {
            cause,
          }),
        );
      });
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Requests that have begun are answered, if they end soon. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.server.closeAllConnections(), graceMs);
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeIdleConnections();
    });
    clearTimeout(timer);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.active++;
    let status = 200;
    let body: object;
    let headers: Readonly<Record<string, string>> = {};
    try {
      this.check(request);
      body = await this.take(request);
    } catch (error) {
      if (request.errored) return void response.destroy();
      const refusal =
        error instanceof Refusal ? error : new Refusal(503, 'the events could not be stored; send them again', { 'retry-after': '10' });
      if (!(error instanceof Refusal))
        this.options.onNotice?.(`logs over HTTP: the store failed (${error instanceof Error ? error.message : error})`);
      ({ status, headers } = refusal);
      body = { error: refusal.message };
    } finally {
      this.active--;
    }
    const closing: Readonly<Record<string, string>> = request.complete ? {} : { connection: 'close' };
    response.writeHead(status, { 'content-type': 'application/json', ...headers, ...closing });
    response.end(`${JSON.stringify(body)}\n`);
    if (request.complete) return;
    // The rest of a refused body is thrown away for a moment, so that the sender gets to read the answer.
    request.resume();
    const timer = setTimeout(() => request.destroy(), drainMs);
    request.once('close', () => clearTimeout(timer));
  }

  private check(request: IncomingMessage): void {
    const { method, url, headers } = request;
    if (this.token && !this.token.accepts(headers.authorization))
      throw new Refusal(401, 'the token is missing or wrong: send "Authorization: Bearer …"', {
        'www-authenticate': 'Bearer realm="yoban logs"',
      });
    // A web page that an operator looks at can reach this address too, and says where it comes from.
    if (headers.origin !== undefined) throw new Refusal(403, 'web pages may not send logs');
    if ((url ?? '').split('?')[0] !== '/logs') throw new Refusal(404, 'logs are posted to /logs');
    if (method !== 'POST') throw new Refusal(405, 'logs are posted', { allow: 'POST' });
    const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!mediaTypes.has(type))
      throw new Refusal(415, `content-type ${JSON.stringify(type.slice(0, 100))} is none of ${[...mediaTypes].join(', ')}`);
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new Refusal(415, 'send the body without content-encoding');
    if (this.active > (this.options.mostRequests ?? 8))
      throw new Refusal(429, 'too many logs at one time; send again', { 'retry-after': '5' });
    if (Number(headers['content-length'] ?? 0) > this.mostOctets) this.tooLarge();
  }

  private get mostOctets(): number {
    return this.options.mostOctets ?? 256 * 1024 * 1024;
  }

  private tooLarge(): never {
    throw new Refusal(413, `more than ${this.mostOctets} octets; send the log in parts, or drop the file`);
  }

  private async take(request: IncomingMessage): Promise<object> {
    const name = request.socket.remoteAddress ?? '';
    let head: Buffer | undefined = Buffer.alloc(0);
    let decoder: LogDecoder | undefined;
    let format = '';
    let [octets, events] = [0, 0];
    const deliver = async (entries: ReturnType<LogDecoder['push']>) => {
      if (entries.length === 0) return;
      const records = entries.map(({ record }) => record);
      this.books.in += records.length;
      this.books.held += records.length;
      try {
        await this.sink(records, { receiver: 'http', name, format });
        this.books.out += records.length;
        events += records.length;
      } catch (error) {
        // The sender is told, and keeps them.
        this.books.in -= records.length;
        throw error;
      } finally {
        this.books.held -= records.length;
      }
    };
    const begin = () => {
      const form = this.formOf(head as Buffer);
      format = form.kind;
      decoder = new LogDecoder(form, { zone: this.options.zone });
      const first = head as Buffer;
      head = undefined;
      return decoder.push(first);
    };
    // The iterator alone would close the connection before the answer is sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const piece = chunk as Buffer;
      octets += piece.length;
      if (octets > this.mostOctets) this.tooLarge();
      if (decoder) await deliver(decoder.push(piece));
      else {
        head = Buffer.concat([head as Buffer, piece]);
        if (head.length >= detectionLength) await deliver(begin());
      }
    }
    if (octets === 0) throw new Refusal(400, 'the body is empty');
    if (!decoder) await deliver(begin());
    const reader = decoder as unknown as LogDecoder;
    await deliver(reader.end());
    const { failed } = reader.counters;
    this.books.in += failed;
    count(this.books.refused, 'damaged', failed);
    const answer = {
      events,
      refused: failed,
      faults: reader.faults,
      ...(reader.assumedEncoding ? { readAs: reader.assumedEncoding } : {}),
    };
    if (events === 0 && reader.faults.length > 0) throw new Refusal(400, `no event could be read: ${JSON.stringify(answer.faults)}`);
    return answer;
  }

  private formOf(head: Buffer) {
    try {
      return supported(detectForm(head.subarray(0, detectionLength)), 'the body');
    } catch (error) {
      if (error instanceof LogError) throw new Refusal(415, `${error.message}; ${error.advice}`);
      throw error;
    }
  }
}
