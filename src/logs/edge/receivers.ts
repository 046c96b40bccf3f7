/** All receivers of logs that the configuration asks for, together. */

import { Failure } from '../../base/failure.ts';
import { BearerToken } from './bearerToken.ts';
import { DropFolder, type DropFolderOptions } from './dropFolder.ts';
import { HttpReceiver, type HttpReceiverOptions } from './httpReceiver.ts';
import { type LogSink, oneAtATime, type ReceiverBooks } from './logSink.ts';
import { SyslogReceiver, type SyslogReceiverOptions } from './syslogReceiver.ts';

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `logs` of the configuration. */
export interface ReceiversConfiguration {
  /** Empty for none. */
  readonly drop: string;
  /** Empty for none. */
  readonly zone: string;
  readonly http: { readonly listen: Endpoint | null; readonly tokenFile: string };
  readonly syslog: { readonly listen: Endpoint | null };
}

export type ReceiversOptions = DropFolderOptions & HttpReceiverOptions & SyslogReceiverOptions;

export interface LogReceivers {
  /** Where they listen; `undefined` for those that do not. */
  readonly httpPort: number | undefined;
  readonly syslogPort: number | undefined;
  /** Of each receiver, as they stand. */
  books(): ReceiverBooks[];
  /** Stops receiving, and resolves when what was received is handed over. */
  close(): Promise<void>;
}

/**
 * Starts to receive. Throws a `Failure` when something cannot be listened on. Ends when `signal` aborts; `close` tells when that
 * is done.
 */
export async function startLogReceivers(
  configuration: ReceiversConfiguration,
  sink: LogSink,
  signal: AbortSignal,
  given: ReceiversOptions = {},
): Promise<LogReceivers> {
  const { drop, zone, http, syslog } = configuration;
  const options: ReceiversOptions = zone === '' ? given : { zone, ...given };
  const ordered = oneAtATime(sink);
  const stop = new AbortController();
  const receivers: { readonly books: ReceiverBooks; close(): Promise<void> }[] = [];
  const close = async () => {
    stop.abort();
    await Promise.all(receivers.map((receiver) => receiver.close()));
  };
  let [httpPort, syslogPort]: (number | undefined)[] = [];
  try {
    const token = http.listen && http.tokenFile !== '' ? await BearerToken.fromFile(http.tokenFile) : undefined;
    if (http.listen) {
      const receiver = new HttpReceiver(ordered, token, options);
      httpPort = await receiver.listen(http.listen.host, http.listen.port);
      receivers.push(receiver);
    }
    if (syslog.listen) {
      const receiver = new SyslogReceiver(ordered, syslog.listen.host, options);
      syslogPort = await receiver.listen(syslog.listen.port);
      receivers.push(receiver);
    }
    if (drop !== '') {
      const folder = new DropFolder(drop, ordered, options, stop.signal);
      await folder.start().catch((cause: unknown) => {
        throw new Failure('LOGS_DROP', `the folder ${drop} cannot be made or read`, 'change logs.drop, or its permissions', { cause });
      });
      receivers.push({ books: folder.books, close: () => folder.stopped() });
    }
  } catch (error) {
    await close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const closeOnce = () => {
    closing ??= close();
    return closing;
  };
  const onAbort = () => void closeOnce();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    httpPort,
    syslogPort,
    books: () => receivers.map(({ books }) => books),
    close: async () => {
      signal.removeEventListener('abort', onAbort);
      await closeOnce();
    },
  };
}
