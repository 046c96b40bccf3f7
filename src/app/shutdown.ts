/** Orderly ends: the first SIGINT or SIGTERM asks the work to stop and lets it drain, the second leaves at once. */

import type { EventEmitter } from 'node:events';

export const shutdownSignals = ['SIGINT', 'SIGTERM'] as const;
export type ShutdownSignal = (typeof shutdownSignals)[number];

export interface ShutdownOptions {
  /** Where signals come from; this process unless told otherwise. */
  readonly source?: Pick<EventEmitter, 'on' | 'off'>;
  /** How to leave at once; never returns in real life. */
  readonly leave?: (exitCode: number) => void;
  /** Told once, at the first signal: to say on stderr that it was heard. */
  readonly onRequest?: (signal: ShutdownSignal) => void;
}

export class Shutdown {
  private readonly controller = new AbortController();
  private readonly source: Pick<EventEmitter, 'on' | 'off'>;
  private readonly listener: (signal: ShutdownSignal) => void;

  constructor(options: ShutdownOptions = {}) {
    const { source = process, leave = (exitCode) => process.exit(exitCode), onRequest } = options;
    this.source = source;
    this.listener = (signal) => {
      // 128 + SIGINT. A person who asks twice wants out, whatever is still being written: facts survive kill −9.
      if (this.controller.signal.aborted) return leave(130);
      onRequest?.(signal);
      this.controller.abort(new DOMException(`stopped by ${signal}`, 'AbortError'));
    };
    for (const name of shutdownSignals) source.on(name, this.listener);
  }

  /** Hand it to everything that takes time. Its reason is an `AbortError`. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops listening, so that signals end the process as usual and the process may end by itself. */
  close(): void {
    for (const name of shutdownSignals) this.source.off(name, this.listener);
  }
}
