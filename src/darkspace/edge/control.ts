/** Starts the control process of a service port and takes what it tells. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../base/failure.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions, FromControl, SeenAddress, ToControl } from './message.ts';

export interface ControlSink {
  /** To be stored; ids follow from content, so that twice is the same as once. */
  readonly records: (records: DarkRecords) => void;
  readonly health: (health: DarkHealth) => void;
  /** The process ended though nobody asked it to. */
  readonly lost: (failure: Failure) => void;
}

export interface Control {
  /** Addresses that the metering of a mirror port showed as sources: those of this link are in use. */
  metered(addresses: readonly SeenAddress[]): void;
  /** Every claim is given back, and what is left is told, before the promise resolves. */
  close(): Promise<void>;
}

const seenOfMessage = 5000;
const closeWithinMs = 3000;

/** Resolves when the port listens; throws a `Failure` where it cannot. */
export async function startControl(options: DarkWatchOptions, known: readonly SeenAddress[], sink: ControlSink): Promise<Control> {
  const child = fork(fileURLToPath(new URL('./controlProcess.js', import.meta.url)), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const running = new RunningControl(child, sink, options.service);
  await running.started(options, known);
  return running;
}

class RunningControl implements Control {
  private isClosing = false;
  private isStarted = false;
  private failure: Failure | undefined;
  private readonly gone: Promise<void>;
  private settle: { resolve: () => void; reject: (failure: Failure) => void } | undefined;
  private onAwake: (() => void) | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly sink: ControlSink,
    private readonly service: string,
  ) {
    this.gone = new Promise((resolve) => child.once('exit', () => resolve()));
    child.on('error', () => undefined);
    child.on('message', (message: FromControl) => this.take(message));
    child.once('exit', (code, signal) => this.exited(code, signal));
  }

  started(options: DarkWatchOptions, known: readonly SeenAddress[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.onAwake = () => {
        this.tell({ kind: 'start', options });
        // Before the first frame is fetched: messages are taken in their order.
        this.inPieces('known', known);
      };
    });
  }

  private tell(message: ToControl): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private take(message: FromControl): void {
    switch (message.kind) {
      case 'asleep':
        this.onAwake?.();
        return;
      case 'started':
        this.isStarted = true;
        this.settle?.resolve();
        return;
      case 'records':
        this.sink.records(message.records);
        return;
      case 'health':
        this.sink.health(message.health);
        return;
      case 'failed':
        this.failure = new Failure(message.code, message.message, message.advice);
        return;
      case 'ended':
        return;
      default:
        message satisfies never;
    }
  }

  private exited(code: number | null, signal: string | null): void {
    const failure =
      this.failure ??
      new Failure(
        'CONTROL_ENDED',
        `the control process of ${this.service} ended (${signal ?? `exit code ${code}`})`,
        'see the log; dark addresses are not watched any more',
      );
    if (!this.isStarted) this.settle?.reject(failure);
    else if (!this.isClosing) this.sink.lost(failure);
  }

  metered(addresses: readonly SeenAddress[]): void {
    this.inPieces('metered', addresses);
  }

  private inPieces(kind: 'known' | 'metered', addresses: readonly SeenAddress[]): void {
    for (let at = 0; at < addresses.length; at += seenOfMessage) this.tell({ kind, addresses: addresses.slice(at, at + seenOfMessage) });
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.tell({ kind: 'stop' });
    const timer = setTimeout(() => this.child.kill('SIGKILL'), closeWithinMs);
    await this.gone;
    clearTimeout(timer);
  }
}
