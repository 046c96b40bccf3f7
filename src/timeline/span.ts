/** Stretches of time with a state, and laying one sequence of them over another. */

import type { Microseconds } from '../base/time.ts';
import type { Confidence } from '../record/interval.ts';

export interface Span<State extends string> {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
  readonly state: State;
  readonly confidence: Confidence;
  /** Ids of events. */
  readonly evidence: readonly string[];
  readonly fromGuardUs: Microseconds;
  readonly toGuardUs: Microseconds;
  readonly rule: string;
}

/** More ids than this prove nothing more. */
const evidenceKept = 24;

/** Sorted, without empty spans and without overlap: of two that overlap, the later one begins where the earlier ends. */
export function disjoint<State extends string>(spans: readonly Span<State>[]): Span<State>[] {
  const sorted = [...spans].sort((a, b) => a.from - b.from || a.to - b.to);
  const kept: Span<State>[] = [];
  for (const span of sorted) {
    const previous = kept.at(-1);
    const cut = previous && previous.to > span.from ? cutTo(span, previous.to, span.to) : span;
    if (cut.to > cut.from) kept.push(cut);
  }
  return kept;
}

/** `top` over `base`: where both say something, `top` holds. Both disjoint and sorted, and so is the result. */
export function overlay<State extends string>(base: readonly Span<State>[], top: readonly Span<State>[]): Span<State>[] {
  const result: Span<State>[] = [];
  let next = 0;
  for (const below of base) {
    let from = below.from;
    while (next < top.length && (top[next] as Span<State>).to <= from) result.push(top[next++] as Span<State>);
    while (next < top.length && (top[next] as Span<State>).from < below.to) {
      const above = top[next] as Span<State>;
      if (above.from > from) result.push(cutTo(below, from, above.from));
      from = Math.max(from, above.to);
      if (above.to > below.to) break;
      result.push(above);
      next++;
    }
    if (from < below.to) result.push(cutTo(below, from, below.to));
  }
  while (next < top.length) result.push(top[next++] as Span<State>);
  return result;
}

/** The part between `from` and `to`. An edge that was cut is the edge of the other span, whose guard stands for both. */
export function cutTo<State extends string>(span: Span<State>, from: Microseconds, to: Microseconds): Span<State> {
  const length = Math.max(0, to - from);
  return {
    ...span,
    from,
    to,
    fromGuardUs: Math.min(length, Math.max(0, span.from + span.fromGuardUs - from)),
    toGuardUs: Math.min(length, Math.max(0, to - (span.to - span.toGuardUs))),
  };
}

/** Everything inside [from, to), with `filler` where nothing is said. Neighbours that say the same become one. */
export function cover<State extends string>(
  spans: readonly Span<State>[],
  from: Microseconds,
  to: Microseconds,
  filler: Pick<Span<State>, 'state' | 'confidence' | 'rule'>,
): Span<State>[] {
  const ground: Span<State> = { ...filler, from, to, evidence: [], fromGuardUs: 0, toGuardUs: 0 };
  const covered = overlay([ground], disjoint(spans.map((span) => cutTo(span, Math.max(span.from, from), Math.min(span.to, to)))));
  const merged: Span<State>[] = [];
  for (const span of covered) {
    const last = merged.at(-1);
    if (last && last.state === span.state && last.confidence === span.confidence && last.rule === span.rule)
      merged[merged.length - 1] = {
        ...last,
        to: span.to,
        evidence: joinEvidence(last.evidence, span.evidence),
        toGuardUs: span.toGuardUs,
      };
    else if (span.to > span.from) merged.push(span);
  }
  return merged;
}

/** Without doubles; the first and the last ones where there are too many. */
export function joinEvidence(...lists: readonly (readonly string[])[]): string[] {
  const all = [...new Set(lists.flat())];
  if (all.length <= evidenceKept) return all;
  return [...all.slice(0, evidenceKept / 2), ...all.slice(-evidenceKept / 2)];
}

export function weaker(a: Confidence, b: Confidence): Confidence {
  const order: readonly Confidence[] = ['high', 'medium', 'low'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))] as Confidence;
}
