/** The worker of `liveReceiver.ts`: the loop of the running box over a live source, with a buffer pool whose facts nobody stores. */

import { parentPort, workerData } from 'node:worker_threads';
import type { FrameBlock } from '../../src/link/frameBlock.ts';
import type { LiveOptions } from '../../src/link/liveSource.ts';
import { native } from '../../src/link/native.ts';
import { SupervisedSource } from '../../src/link/supervisedSource.ts';
import { BufferPool, type PoolMemory } from '../../src/watch/bufferPool.ts';
import { CaptureLoop, type PolledSource } from '../../src/watch/captureLoop.ts';
import { takePrecedence } from '../../src/watch/captureThread.ts';

export interface Task {
  readonly interface: string;
  readonly source: LiveOptions['source'];
  readonly retireMs: number;
  /** The consumer sleeps this long once, a second after the first frame; 0 for not at all. */
  readonly stallMs: number;
  /** Measured for frames that come a second after the first one or later: until then the code is being compiled. */
  readonly latency: boolean;
  readonly pool: PoolMemory;
}

export type Told = { readonly buffer: number } | { readonly text: string };

/** Microseconds a class of the latency histogram is wide, and how many there are. */
const [classUs, classes] = [50, 20_000];

/** A source between the loop and the real one: when a block is given back, all of its frames have been counted. */
class TimedSource implements PolledSource {
  readonly latencies = new Uint32Array(classes);
  private readonly clock = new Uint8Array(16);
  private readonly clockView = new DataView(this.clock.buffer);
  private block: FrameBlock | undefined;
  private fromUs = 0;

  constructor(private readonly source: PolledSource) {}

  get interface() {
    return this.source.interface;
  }

  poll(timeoutMs: number): FrameBlock | undefined {
    this.block = this.source.poll(timeoutMs);
    return this.block;
  }

  release(): void {
    const { block } = this;
    if (block !== undefined && block.count > 0) {
      if (this.fromUs === 0) this.fromUs = (block.capturedAtUs[0] as number) + 1_000_000;
      if ((block.capturedAtUs[0] as number) >= this.fromUs) this.measure(block);
    }
    this.source.release();
  }

  statistics() {
    return this.source.statistics();
  }

  close(): void {
    this.source.close();
  }

  private measure(block: FrameBlock): void {
    native().clock_gettime(0, this.clock);
    const now = this.clockView.getUint32(0, true) * 1_000_000 + this.clockView.getUint32(8, true) / 1000;
    for (let row = 0; row < block.count; row++) {
      const at = Math.max(0, Math.min(classes - 1, Math.floor((now - (block.capturedAtUs[row] as number)) / classUs)));
      this.latencies[at] = (this.latencies[at] as number) + 1;
    }
  }
}

const tell = (told: Told) => parentPort?.postMessage(told);

function receive(task: Task): void {
  const pool = new BufferPool(task.pool);
  const loop = new CaptureLoop(pool, {
    capture: 'bench',
    maxFlows: 1_000_000,
    hashSeed: 'bench',
    nowUs: () => Date.now() * 1000,
    seal: (buffer) => tell({ buffer }),
  });
  const options: LiveOptions = { ...task, filter: '', ringMiB: 64, promiscuous: true };
  const source = new SupervisedSource(options, () => {});
  const timed = new TimedSource(source);
  loop.open(task.latency ? timed : source);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  // As the capture thread of the running box.
  takePrecedence();
  tell({ text: 'READY' });
  let stallAtMs = task.stallMs > 0 ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
  while (!pool.isAskedToEnd) {
    const came = loop.step(20);
    if (stallAtMs === Number.MAX_VALUE) continue;
    if (stallAtMs === Number.POSITIVE_INFINITY && came > 0) stallAtMs = performance.now() + 1000;
    if (performance.now() < stallAtMs) continue;
    Atomics.wait(sleeper, 0, 0, task.stallMs);
    stallAtMs = Number.MAX_VALUE;
  }
  loop.finish();
  while (!loop.drain()) Atomics.wait(sleeper, 0, 0, 5);
  const { frames, octets, records, received, dropped, freezes, seenTwice, tableFull, timeOutOfRange, lossIsInvisible } = loop.counted;
  const figures = {
    frames,
    octets,
    records,
    refused: seenTwice + tableFull + timeOutOfRange,
    received,
    ...(lossIsInvisible ? {} : { dropped, freezes }),
    p50Ms: percentile(timed.latencies, 0.5),
    p99Ms: percentile(timed.latencies, 0.99),
  };
  tell({ text: JSON.stringify(figures) });
}

/** Upper bound of the class in which the share lies, ms. */
function percentile(counts: Uint32Array, share: number): number {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  let seen = 0;
  for (let at = 0; at < counts.length; at++) {
    seen += counts[at] as number;
    if (seen >= wanted) return ((at + 1) * classUs) / 1000;
  }
  return 0;
}

receive(workerData as Task);
