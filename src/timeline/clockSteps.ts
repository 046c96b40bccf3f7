/**
 * Changes of the host's clock (Kernel-General 1, Security 4616).
 *
 * A forward step that no sleep explains is time of which the log knows nothing: a paused or suspended virtual machine leaves
 * no other trace. The deltas in the events are computed here: `TimeDeltaInMs` can hold nonsense near −2^63.
 */

import { type Microseconds, minute, second } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import type { MachineState } from '../record/interval.ts';
import { is } from './eventKey.ts';
import { instantField, numberField } from './fields.ts';
import type { Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

export interface ClockChange {
  readonly oldTime: Microseconds;
  readonly newTime: Microseconds;
  /** 1 application or component, 2 synchronised with the hardware clock; absent in 2008 R2. */
  readonly reason: number | undefined;
}

/** Rule of the unknown stretches that forward steps leave. */
export const steppedForward = 'the clock stepped forward without a sleep: paused, or the clock was wrong';

/** Corrections by the time service are far below; what is below does not move an interval. */
const smallestStep = second;
/** A clock that is set right so soon after the start was wrong at the start. */
const soonAfterBoot = 10 * minute;

/** The time service does not let a clock go wrong by more; a pause does. */
const largeStep = 15 * minute;

export function clockChange(event: EventRecord): ClockChange | undefined {
  const security = is(event, 'security-auditing', 4616);
  if (!security && !is(event, 'kernel-general', 1)) return undefined;
  const newTime = instantField(event, 'NewTime');
  const oldTime = instantField(event, security ? 'PreviousTime' : 'OldTime');
  if (newTime === undefined || oldTime === undefined) return undefined;
  const reason = numberField(event, 'Reason');
  // Another zone is another way to write the same time.
  return reason === 3 && !security ? undefined : { oldTime, newTime, reason };
}

/**
 * Unknown stretches for forward steps, `events` in the order of writing. Sleeps are laid over them later and so explain
 * theirs. `bootTimes`: when the machine started, ascending; `wakeTimes`: when it woke.
 */
export function clockGaps(
  events: readonly WrittenEvent[],
  bootTimes: readonly Microseconds[],
  wakeTimes: readonly Microseconds[],
): Span<MachineState>[] {
  const gaps: Span<MachineState>[] = [];
  for (const [i, event] of events.entries()) {
    const change = clockChange(event.record);
    if (!change || change.newTime - change.oldTime <= smallestStep) continue;
    // What was stamped before it was moved with it.
    if ((events[i - 1]?.repairUs ?? 0) - event.repairUs > (change.newTime - change.oldTime) / 2) continue;
    const oldTime = change.oldTime + event.repairUs;
    const boot = bootTimes.findLast((at) => at <= oldTime);
    const clockWasWrong = boot !== undefined && oldTime - boot <= soonAfterBoot;
    // A guest that was paused in its sleep wakes by a clock that stood still.
    const woke = change.newTime - change.oldTime > largeStep ? wakeTimes.find((at) => at <= oldTime && oldTime - at <= minute) : undefined;
    gaps.push({
      from: clockWasWrong ? boot : (woke ?? oldTime),
      to: change.newTime + event.repairUs,
      state: 'unknown',
      confidence: 'low',
      evidence: [event.record.id],
      fromGuardUs: 0,
      toGuardUs: 0,
      rule: steppedForward,
    });
  }
  return gaps;
}
