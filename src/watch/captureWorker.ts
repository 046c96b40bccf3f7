/**
 * The thread of one capture: polls, decodes, meters, until main asks it to end. It never returns to its event loop, so that nothing comes
 * between two looks at the ring; main speaks to it through shared memory.
 */

import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../base/failure.ts';
import { type InterfaceEvent, SupervisedSource } from '../link/supervisedSource.ts';
import { BufferPool } from './bufferPool.ts';
import { CaptureLoop } from './captureLoop.ts';
import type { CaptureMessage, CaptureOrder } from './captureMessage.ts';
import { takePrecedence } from './captureThread.ts';

const pollMs = 20;
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

function open(): SupervisedSource | undefined {
  const early: InterfaceEvent[] = [];
  let source: SupervisedSource | undefined;
  const hear = (event: InterfaceEvent) => {
    if (source) tell({ kind: 'interface', event, state: source.state(), source: source.kind, linkType: source.interface?.linkType });
    else early.push(event);
  };
  try {
    source = new SupervisedSource(order.live, hear);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message, advice } = error;
    tell({ kind: 'refused', code, message, advice });
    return undefined;
  }
  early.forEach(hear);
  return source;
}

function run(source: SupervisedSource): void {
  takePrecedence();
  loop.open(source);
  let faultsToldAtMs = performance.now();
  while (!pool.isAskedToEnd) {
    loop.step(pollMs);
    const now = performance.now();
    if (now - faultsToldAtMs >= faultsEveryMs) {
      tell({ kind: 'faults', faults: loop.faults, leftOut: loop.meter.leftOut });
      faultsToldAtMs = now;
    }
  }
  loop.finish();
  while (!loop.drain()) sleep(drainMs);
  tell({ kind: 'faults', faults: loop.faults, leftOut: loop.meter.leftOut });
}

try {
  const source = open();
  if (source) run(source);
  tell({ kind: 'ended' });
} finally {
  // A ring would outlive its thread.
  loop.closeSource();
}
