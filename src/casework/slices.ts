/** Work in slices, so that the thread of the store is not held up: the socket, the console and what a capture hands over come in between. */

import { setImmediate as yieldThread } from 'node:timers/promises';

const sliceMs = 10;
const rowsPerLook = 100;

/** Runs the steps to their end, with pauses. */
export async function inSlices<T>(steps: Iterator<void, T>): Promise<T> {
  let begunAtMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - begunAtMs < sliceMs) continue;
    await yieldThread();
    begunAtMs = performance.now();
  }
}

/** Whether two sets of records hold the same, in whatever order. */
export async function isSame(before: readonly unknown[], now: readonly unknown[]): Promise<boolean> {
  if (before.length !== now.length) return false;
  const [old, fresh] = [await inSlices(texts(before)), await inSlices(texts(now))];
  return old.every((text, i) => text === fresh[i]);
}

function* texts(rows: readonly unknown[]): Generator<void, string[]> {
  const written: string[] = [];
  for (const [i, row] of rows.entries()) {
    if (i % rowsPerLook === rowsPerLook - 1) yield;
    written.push(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  }
  return written.sort();
}
