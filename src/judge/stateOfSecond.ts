/** What state a host was in during one second: traffic is judged second by second. */

import { type Microseconds, second } from '../base/time.ts';
import { type Confidence, type HostInterval, type HostState, hostStates } from '../record/interval.ts';

export interface SecondState {
  readonly state: HostState;
  /** Start of the machine interval; null where no interval covers the second. */
  readonly intervalFrom: Microseconds | null;
  readonly confidence: Confidence;
}

const nothingKnown: SecondState = { state: 'unknown', intervalFrom: null, confidence: 'low' };

/** Index of the first stretch that ends after `at`, by bisection. */
function firstEndingAfter(stretches: readonly HostInterval[], at: Microseconds): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle] as HostInterval).to <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Later in `hostStates` is more awake, or less known: either must not be taken for sleep. */
const wakefulness = ({ state }: SecondState) => hostStates.indexOf(state);

function stateIn(stretch: HostInterval, from: Microseconds, to: Microseconds): SecondState {
  const guarded = from < stretch.from + stretch.fromGuardUs || to > stretch.to - stretch.toGuardUs;
  return { state: stretch.state, intervalFrom: stretch.machineFrom, confidence: guarded ? 'low' : stretch.confidence };
}

/**
 * The state of the second that begins at `at`. Of all stretches that the second touches, however short, the most wakeful
 * one counts (of equals the first), so that what a user may have started is never counted as started by nobody. A second
 * that no stretch covers to its end is unknown. In a guard band the state stands, with low confidence.
 *
 * @param stretches sorted by time, not overlapping
 */
export function stateOfSecond(stretches: readonly HostInterval[], at: Microseconds): SecondState {
  const end = at + second;
  let found: SecondState | undefined;
  let covered = at;
  for (let i = firstEndingAfter(stretches, at); covered < end; i++) {
    const stretch = stretches[i];
    if (!stretch || stretch.from > covered) return nothingKnown;
    const state = stateIn(stretch, at, end);
    if (!found || wakefulness(state) > wakefulness(found)) found = state;
    covered = stretch.to;
  }
  return found ?? nothingKnown;
}
