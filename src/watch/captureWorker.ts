/**
 * The thread of one capture: polls, decodes, meters, until main asks it to end. It never returns to its event loop, so that nothing comes
 * between two looks at the ring; main speaks to it through shared memory.
 */

import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../base/failure.ts';
import { type InterfaceState, type LiveSource, openLiveSource } from '../link/liveSource.ts';
import { BufferPool } from './bufferPool.ts';
import { CaptureLoop } from './captureLoop.ts';
import type { CaptureMessage, CaptureOrder } from './captureMessage.ts';

const pollMs = 20;
/** How often the state of the interface is looked at, and a missing one looked for. */
const supervisionMs = 250;
const faultsEveryMs = 10_000;
const drainMs = 5;

const order = workerData as CaptureOrder;
const pool = new BufferPool(order.pool);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const sleep = (ms: number) => void Atomics.wait(sleeper, 0, 0, ms);
const tell = (message: CaptureMessage) => parentPort?.postMessage(message);

const loop = new CaptureLoop(pool, {
  capture: order.capture,
  maxFlows: order.maxFlows,
  // Nobody outside can know it, so that nobody can make long chains in the tables.
  hashSeed: randomUUID(),
  nowUs: () => Date.now() * 1000,
  seal: (buffer) => tell({ kind: 'batch', buffer }),
});

let source: LiveSource | undefined;
let lastState = '';
let lastRefusal = '';

function open(): void {
  try {
    source = openLiveSource(order.live);
    loop.open(source);
    const state = source.state();
    lastState = JSON.stringify(state);
    lastRefusal = '';
    tell({ kind: 'opened', source: source.kind, reason: source.reason, linkType: source.interface.linkType, state });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message, advice } = error;
    if (message !== lastRefusal) tell({ kind: 'refused', code, message, advice, isWaiting: true });
    lastRefusal = message;
  }
}

function supervise(): void {
  if (!source) {
    open();
    return;
  }
  const state = source.state();
  tellState(state);
  if (state.status !== 'gone') return;
  loop.closeSource();
  source = undefined;
  lastRefusal = 'gone';
}

function tellState(state: InterfaceState): void {
  const text = JSON.stringify(state);
  if (text === lastState) return;
  lastState = text;
  tell({ kind: 'state', state });
}

function run(): void {
  let supervisedAtMs = Number.NEGATIVE_INFINITY;
  let faultsToldAtMs = performance.now();
  while (!pool.isAskedToEnd) {
    const startedAtMs = performance.now();
    if (startedAtMs - supervisedAtMs >= supervisionMs) {
      supervise();
      supervisedAtMs = startedAtMs;
    }
    const frames = loop.step(pollMs);
    const now = performance.now();
    // A socket with an error, or none at all, does not wait by itself.
    if (frames === 0 && now - startedAtMs < pollMs / 2) sleep(pollMs);
    if (now - faultsToldAtMs >= faultsEveryMs) {
      tell({ kind: 'faults', faults: loop.faults, leftOut: loop.meter.leftOut });
      faultsToldAtMs = now;
    }
  }
  loop.finish();
  while (!loop.drain()) sleep(drainMs);
  tell({ kind: 'faults', faults: loop.faults, leftOut: loop.meter.leftOut });
  tell({ kind: 'ended' });
}

try {
  run();
} finally {
  // A ring would outlive its thread.
  loop.closeSource();
}
