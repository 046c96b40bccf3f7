/** When "no user started it": three named policies. */

import type { Confidence, HostState } from '../record/interval.ts';

export const policies = ['sleep', 'no-person', 'strict'] as const;
export type Policy = (typeof policies)[number];

/** By the event log the machine slept or was off: the definition of Tsunoda et al. 2021, §3. */
const asleep: ReadonlySet<HostState> = new Set(['modern-sleep', 's3', 'hibernate', 'off']);
/** Nobody was at the keyboard. A remote user is somebody. */
const nobodyThere: ReadonlySet<HostState> = new Set([...asleep, 'screen-off', 'absent', 'locked']);

/** `strict` is `sleep` without guard bands and without weakly proven intervals. */
export function noUserStarted(policy: Policy, state: HostState, confidence: Confidence): boolean {
  switch (policy) {
    case 'sleep':
      return asleep.has(state);
    case 'no-person':
      return nobodyThere.has(state);
    case 'strict':
      return asleep.has(state) && confidence !== 'low';
    default:
      return policy satisfies never;
  }
}
