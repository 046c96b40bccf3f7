/**
 * A receiver for benches. Prints READY when it listens, and its figures as JSON when it is interrupted.
 *
 * Usage: node liveReceiver.js INTERFACE ring|libpcap [--retire MS] [--stall MS] [--latency]
 */

import { Worker } from 'node:worker_threads';
import type { Task } from './meteringWorker.ts';

const [, , name = '', source = 'ring', ...words] = process.argv;
const numberAfter = (flag: string, otherwise: number) => (words.includes(flag) ? Number(words[words.indexOf(flag) + 1]) : otherwise);
const stop = new Int32Array(new SharedArrayBuffer(4));
const task: Task = {
  interface: name,
  source: source as Task['source'],
  retireMs: numberAfter('--retire', 10),
  stallMs: numberAfter('--stall', 0),
  latency: words.includes('--latency'),
  stop,
};
const worker = new Worker(new URL('./meteringWorker.js', import.meta.url), { workerData: task });
worker.on('message', (text: string) => process.stdout.write(`${text}\n`));
process.on('SIGINT', () => {
  Atomics.store(stop, 0, 1);
  Atomics.notify(stop, 0);
});
