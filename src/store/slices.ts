/** Work in slices, so that the thread of the store is not held up: the socket, the console and what a capture hands over come in between. */

import { setImmediate as yieldThread } from 'node:timers/promises';

/** Two slices may follow each other before the thread turns to anything else: one behind an answer, and one behind the pause. */
const sliceMs = 5;

/** `if (slice.isOver) await slice.rest();` where a step of the work is done. */
export class Slice {
  private begunAtMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.begunAtMs >= sliceMs;
  }

  /** Lets others have the thread. */
  async rest(): Promise<void> {
    await yieldThread();
    this.begunAtMs = performance.now();
  }
}

/** Runs the steps to their end, with pauses. */
export async function inSlices<T>(steps: Iterator<void, T>): Promise<T> {
  const slice = new Slice();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (slice.isOver) await slice.rest();
  }
}
