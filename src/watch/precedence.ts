/**
 * When a capture thread goes before those that can wait, such as casework: once its code is compiled.
 *
 * The compiler's threads are ordinary ones. Before them, a thread that keeps its processor busy with code that is not compiled yet keeps them from
 * compiling it, for so long that a full mirror port overruns the ring: at 470,000 frames/s on one processor 4 of 12 starts lost frames, and
 * none of 12 where the thread waited.
 */

import { setPriority } from 'node:os';

/** Nice value; Linux has one for each thread. */
const captureNice = -10;
/** What nearly all frames need is compiled within half of it, even at the highest rate. */
const compiledAfterMs = 1000;

export class Precedence {
  private firstAtMs = Number.POSITIVE_INFINITY;
  private isDecided = false;

  /** To be called after each look at the source, with how many frames came. */
  afterStep(frames: number): void {
    if (this.isDecided) return;
    const now = performance.now();
    if (frames > 0 && this.firstAtMs === Number.POSITIVE_INFINITY) this.firstAtMs = now;
    if (now - this.firstAtMs < compiledAfterMs) return;
    this.isDecided = true;
    try {
      setPriority(0, captureNice);
    } catch {
      // Without CAP_SYS_NICE it takes its turn like everybody.
    }
  }
}
