/**
 * A receiver for benches. Prints READY when it listens, and its figures as JSON when it is interrupted.
 *
 * Usage: node liveReceiver.js INTERFACE ring|libpcap [--retire MS] [--stall MS] [--latency]
 */

import { BufferPool, createPool } from '../../src/watch/bufferPool.ts';
import { counterOctets } from '../../src/watch/captureCounters.ts';
import { startCaptureThread } from '../../src/watch/captureThread.ts';
import type { Task, Told } from './meteringWorker.ts';

const [, , name = '', source = 'ring', ...words] = process.argv;
const numberAfter = (flag: string, otherwise: number) => (words.includes(flag) ? Number(words[words.indexOf(flag) + 1]) : otherwise);
const pool = new BufferPool(createPool(16, 256 * 1024, counterOctets));
const task: Task = {
  interface: name,
  source: source as Task['source'],
  retireMs: numberAfter('--retire', 10),
  stallMs: numberAfter('--stall', 0),
  latency: words.includes('--latency'),
  pool: pool.memory,
};
const worker = startCaptureThread(new URL('./meteringWorker.js', import.meta.url), { workerData: task });
worker.on('message', (told: Told) => {
  if ('text' in told) process.stdout.write(`${told.text}\n`);
  else pool.release(told.buffer);
});
process.on('SIGINT', () => pool.askToEnd());
