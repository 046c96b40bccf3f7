/**
 * The control process: one a service port, with a clock and an event loop of its own, so that nothing else can make it late. (The native
 * packages that send cannot be loaded in worker threads.) It ends with the process that started it, however that one ends.
 */

import { Failure } from '../../base/failure.ts';
import { DarkWatch } from './darkWatch.ts';
import type { FromControl, ToControl } from './message.ts';

/** Messages that the other side has not taken yet; beyond that, records are kept back. */
const mostUnsent = 64;
let unsent = 0;
let watch: DarkWatch | undefined;

function tell(message: FromControl): boolean {
  if (!process.send || !process.connected) return false;
  unsent++;
  process.send(message, () => {
    unsent--;
  });
  return true;
}

function leave(): void {
  watch?.stop();
  // Whoever started this is gone, or is waiting: the kernel takes back sockets and rules in either case.
  setTimeout(() => process.exit(1), 3000).unref();
}

function fail(error: unknown): void {
  const failure =
    error instanceof Failure ? error : new Failure('CONTROL_FAILED', String((error as Error).stack ?? error), 'report it, with the log');
  tell({ kind: 'failed', code: failure.code, message: failure.message, advice: failure.advice });
}

async function start(message: Extract<ToControl, { kind: 'start' }>): Promise<void> {
  try {
    watch = new DarkWatch(message.options, {
      hasRoom: () => unsent < mostUnsent,
      records: (records) => tell({ kind: 'records', records }),
      health: (health) => tell({ kind: 'health', health }),
    });
    tell({ kind: 'started' });
    await watch.run();
    tell({ kind: 'health', health: watch.health() });
    tell({ kind: 'ended' });
  } catch (error) {
    fail(error);
  }
  if (process.connected) process.disconnect();
}

// The terminal sends its signals to the whole group; only the process that started this decides when it ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', leave);
process.on('message', (message: ToControl) => {
  switch (message.kind) {
    case 'start':
      void start(message);
      return;
    case 'known':
      watch?.know(message.addresses);
      return;
    case 'metered':
      watch?.metered(message.addresses);
      return;
    case 'stop':
      watch?.stop();
      return;
    default:
      message satisfies never;
  }
});
tell({ kind: 'asleep' });
