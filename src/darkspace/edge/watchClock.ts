/**
 * The time of the watch, and what is due by it. It is steady while the machine decides, and follows the wall clock in steps. After a step
 * all work is due at once: by the new time it may be hours away.
 */

import { type Microseconds, second } from '../../base/time.ts';

const everyUs = { housekeeping: second, handOut: 0.1 * second, guard: 10 * second, health: 10 * second, minute: 60 * second } as const;
/** Smaller differences from the wall clock are left alone. */
const smallestStepUs: Microseconds = second;
/** A pause between two turns that is longer than this was not meant. */
const heldUpAfterUs: Microseconds = 0.1 * second;

export class WatchClock {
  private wallOffsetUs: Microseconds = wallOffset();
  private readonly dueAtUs = { housekeeping: 0, handOut: 0, guard: 0, health: 0, minute: 0 };
  private turnedAtUs: Microseconds = Number.POSITIVE_INFINITY;
  timesHeldUp = 0;

  /** Whole microseconds of the time of day. */
  nowUs(): Microseconds {
    return Math.floor(steadyClock()) + this.wallOffsetUs;
  }

  /** Whether it is time for `work`. If so, it is due again when its interval has passed. */
  takeDue(work: keyof typeof everyUs, nowUs: Microseconds): boolean {
    if (nowUs < this.dueAtUs[work]) return false;
    this.dueAtUs[work] = nowUs + everyUs[work];
    return true;
  }

  /** Called at the start of each turn. Returns whether the one before is so long ago that the watch was held up meanwhile. */
  beginTurn(nowUs: Microseconds): boolean {
    const wasHeldUp = nowUs - this.turnedAtUs > heldUpAfterUs;
    this.turnedAtUs = nowUs;
    if (wasHeldUp) this.timesHeldUp++;
    return wasHeldUp;
  }

  /** Returns whether the wall clock was stepped, and the time of the watch with it. */
  followWallClock(): boolean {
    const offset = wallOffset();
    if (Math.abs(offset - this.wallOffsetUs) < smallestStepUs) return false;
    this.wallOffsetUs = offset;
    for (const work of ['housekeeping', 'handOut', 'guard', 'health', 'minute'] as const) this.dueAtUs[work] = 0;
    return true;
  }
}

/** Microseconds since some moment; never steps. */
function steadyClock(): Microseconds {
  return performance.now() * 1000;
}

/** What is to be added for the time of day; whole microseconds. */
function wallOffset(): Microseconds {
  return Math.round(Date.now() * 1000 - steadyClock());
}
