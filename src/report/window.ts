/** The span of time that a report or page is about. */

import { day, dayOf, type Microseconds } from '../base/time.ts';

export interface Window {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
}

/** From the first to the last fact, where there are some. */
export type KnownSpan = { readonly from: Microseconds | null; readonly to: Microseconds | null } | null;

/** The same facts in whole UTC days, which are added up already: before the first and after the last fact there is nothing to count. */
export function wholeDays({ from, to }: Window, span?: KnownSpan): Window {
  if (span?.from == null || span.to == null) return { from, to };
  return { from: from <= span.from ? Math.min(from, dayOf(span.from)) : from, to: to > span.to ? Math.max(to, dayOf(span.to) + day) : to };
}
