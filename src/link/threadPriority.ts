/** How soon this thread runs when it has something to do while others have as well (sched(7)). */

import { getPriority, setPriority } from 'node:os';
import { type Native, native } from './native.ts';

const roundRobin = 2;
/** Processes that this one starts do not inherit it. */
const resetOnFork = 0x4000_0000;
/** Above everything ordinary, below what the kernel itself runs so; one thread may not take more than 95 % of a processor this way. */
const realTimePriority = 10;
const niceness = -10;

/**
 * Puts the calling thread before all ordinary ones, so that a thread that meters beside it costs it microseconds and not a slice of
 * milliseconds. Returns why that was not possible, in words; `undefined` where it was.
 */
export function runBeforeOthers(): string | undefined {
  let library: Native;
  try {
    library = native();
  } catch (error) {
    return `answers wait their turn beside other threads: ${(error as Error).message}`;
  }
  const parameters = new Uint8Array(Int32Array.of(realTimePriority).buffer);
  if (library.sched_setscheduler(0, roundRobin | resetOnFork, parameters) === 0) return undefined;
  try {
    if (getPriority() > niceness) setPriority(niceness);
    return 'answers run at a raised priority, not in real time: that takes CAP_SYS_NICE, and a limit for real-time threads above zero';
  } catch {
    return 'answers wait their turn beside other threads: a raised priority takes CAP_SYS_NICE';
  }
}
