/** The worker of `liveReceiver.ts`: a live source, the walk over each frame and the meter, as in the running box, without a store. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openLiveSource } from '../../src/link/liveSource.ts';
import { native } from '../../src/link/native.ts';
import { Meter } from '../../src/meter/meter.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';

export interface Task {
  readonly interface: string;
  readonly source: 'ring' | 'libpcap';
  readonly retireMs: number;
  /** The consumer sleeps this long once, a second after the first frame; 0 for not at all. */
  readonly stallMs: number;
  /** Measured for frames that come a second after the first one or later: until then the code is being compiled. */
  readonly latency: boolean;
  /** Not 0: stop. */
  readonly stop: Int32Array;
}

/** Microseconds a class of the latency histogram is wide, and how many there are. */
const [classUs, classes] = [50, 20_000];

function receive(task: Task): void {
  const source = openLiveSource({ ...task, filter: '', ringMiB: 64, promiscuous: true });
  let flows = 0;
  const nothing = () => {};
  const meter = new Meter(
    { capture: 'bench', maxFlows: 1_000_000 },
    { flow: () => flows++, name: nothing, binding: nothing, network: nothing, clock: nothing },
  );
  const batch = new HeaderBatch();
  const latencies = new Uint32Array(classes);
  const clock = new Uint8Array(16);
  const clockView = new DataView(clock.buffer);
  const nowUs = () => {
    native().clock_gettime(0, clock);
    return clockView.getUint32(0, true) * 1_000_000 + clockView.getUint32(8, true) / 1000;
  };
  let frames = 0;
  let octets = 0;
  let latencyFromUs = 0;
  const empty = () => {
    meter.consume(batch);
    const firstUs = batch.capturedAtUs[0] as number;
    if (task.latency) {
      if (latencyFromUs === 0) latencyFromUs = firstUs + 1_000_000;
    }
    if (task.latency && firstUs >= latencyFromUs) {
      const now = nowUs();
      for (let row = 0; row < batch.count; row++) {
        const waited = Math.floor((now - (batch.capturedAtUs[row] as number)) / classUs);
        const at = Math.max(0, Math.min(classes - 1, waited));
        latencies[at] = (latencies[at] as number) + 1;
      }
    }
    batch.clear();
  };
  parentPort?.postMessage('READY');
  let stallAtMs = task.stallMs > 0 ? Number.POSITIVE_INFINITY : 0;
  while (Atomics.load(task.stop, 0) === 0) {
    const block = source.poll(50);
    if (block === undefined) continue;
    batch.octets = block.octets;
    const { linkType } = source.interface;
    for (let i = 0; i < block.count; i++) {
      const [at, end] = [block.at[i] as number, block.end[i] as number];
      appendFrame(
        batch,
        linkType,
        at,
        end,
        block.originalLength[i] as number,
        block.capturedAtUs[i] as number,
        block.firstFrameNumber + i,
        0,
      );
      octets += end - at;
      if (batch.isFull) empty();
    }
    if (batch.count > 0) empty();
    frames += block.count;
    if (task.stallMs === 0) continue;
    if (stallAtMs === Number.POSITIVE_INFINITY) stallAtMs = performance.now() + 1000;
    if (performance.now() >= stallAtMs) {
      Atomics.wait(task.stop, 0, 0, task.stallMs);
      stallAtMs = Number.MAX_VALUE;
    }
  }
  source.release();
  const statistics = source.statistics();
  meter.finish();
  const refused = Object.values(meter.counters.refused).reduce((sum, count) => sum + count, 0);
  source.close();
  parentPort?.postMessage(
    JSON.stringify({
      frames,
      octets,
      flows,
      refused,
      ...statistics,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
    }),
  );
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

// As the capture thread of the running box.
setPriority(0, -10);
receive(workerData as Task);
