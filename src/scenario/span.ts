/** Stretches of time in a story, and picking moments in them. */

import type { Microseconds } from '../base/time.ts';
import type { Random } from './random.ts';

export interface Span {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
}

/** Each span without `fromGuard` at its start and `toGuard` at its end; those that are too short for it disappear. */
export function shrink(spans: readonly Span[], fromGuard: Microseconds, toGuard: Microseconds): Span[] {
  return spans.map(({ from, to }) => ({ from: from + fromGuard, to: to - toGuard })).filter(({ from, to }) => to > from);
}

/** What lies between `spans`, which are in order and do not overlap, inside `whole`. */
export function between(whole: Span, spans: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let from = whole.from;
  for (const span of spans) {
    gaps.push({ from, to: span.from });
    from = span.to;
  }
  gaps.push({ from, to: whole.to });
  return gaps.filter((gap) => gap.to > gap.from);
}

/** A moment in one of `spans`, each as likely as it is long. */
export function momentIn(spans: readonly Span[], random: Random): Microseconds {
  const total = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  let left = Math.floor((random.uint32() / 0x1_0000_0000) * total);
  for (const { from, to } of spans) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  throw new Error('unreachable: no moment in no time');
}

/** `count` moments spread over `spans`: one in each of `count` equal shares of the time, as something periodic with jitter has them. */
export function spread(spans: readonly Span[], count: number, random: Random): Microseconds[] {
  const total = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  return Array.from({ length: count }, (_, i) => {
    let left = Math.floor(((i + random.below(1000) / 1000) * total) / count);
    for (const { from, to } of spans) {
      if (left < to - from) return from + left;
      left -= to - from;
    }
    throw new Error('unreachable: a share of the time lies outside of it');
  });
}

/** The part of each span that lies in `whole`. */
export function clip(spans: readonly Span[], whole: Span): Span[] {
  return shrink(
    spans.map(({ from, to }) => ({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) })),
    0,
    0,
  );
}

/** Whether something that starts at `at` and takes `duration` fits into one of `spans`. */
export function fits(spans: readonly Span[], at: Microseconds, duration: Microseconds): boolean {
  return spans.some(({ from, to }) => from <= at && at + duration <= to);
}
