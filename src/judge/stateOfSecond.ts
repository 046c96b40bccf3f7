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

/** The stretch that holds `at`, by bisection; `undefined` between and outside of the stretches. */
function stretchAt(stretches: readonly HostInterval[], at: Microseconds): HostInterval | undefined {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle] as HostInterval).to <= at) low = middle + 1;
    else high = middle;
  }
  const found = stretches[low];
  return found && found.from <= at ? found : undefined;
}

/** Later in `hostStates` is more awake, or less known: either must not be taken for sleep. */
const wakefulness = (state: HostState) => hostStates.indexOf(state);

function stateOf(stretch: HostInterval | undefined, from: Microseconds, to: Microseconds): SecondState {
  if (!stretch) return nothingKnown;
  const guarded = from < stretch.from + stretch.fromGuardUs || to > stretch.to - stretch.toGuardUs;
  return { state: stretch.state, intervalFrom: stretch.machineFrom, confidence: guarded ? 'low' : stretch.confidence };
}

/**
 * The state of the second that begins at `at`. A second on an edge belongs to the more wakeful side, so that what a user
 * may have started is never counted as started by nobody. In a guard band the state stands, with low confidence.
 *
 * @param stretches sorted by time, not overlapping
 */
export function stateOfSecond(stretches: readonly HostInterval[], at: Microseconds): SecondState {
  const begin = stateOf(stretchAt(stretches, at), at, at + second);
  const end = stateOf(stretchAt(stretches, at + second - 1), at, at + second);
  if (begin.intervalFrom === end.intervalFrom && begin.state === end.state) return begin;
  return wakefulness(begin.state) >= wakefulness(end.state) ? begin : end;
}
