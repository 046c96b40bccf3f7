/** What can be known of two machines whose logs cannot be told apart. */

import { type TruthSpan, type WrittenTruthSpan, writeSpan } from './axisTruth.ts';
import type { HostLife } from './hostLife.ts';

interface Lived {
  readonly life: HostLife;
  readonly end: number;
}

/** Where both agree: that, or nothing. Where they differ, or only one has a log: nothing may be said with confidence. */
export function mergedTruth(a: Lived, b: Lived, axis: 'machine' | 'person'): WrittenTruthSpan[] {
  const spans = [a, b].map(({ life, end }) => life[axis].spans(end)) as [TruthSpan[], TruthSpan[]];
  const edges = [...new Set(spans.flat().flatMap(({ from, to }) => [from, to]))].toSorted((one, other) => one - other);
  const at = (list: readonly TruthSpan[], time: number) => list.find(({ from, to }) => from <= time && time < to);
  return edges.slice(0, -1).map((from, i) => {
    const [one, other] = [at(spans[0], from), at(spans[1], from)];
    const to = edges[i + 1] as number;
    const toleranceUs = Math.max(one?.fromToleranceUs ?? 0, other?.fromToleranceUs ?? 0, 3_000_000);
    if (one && other && one.state === other.state)
      return writeSpan({
        from,
        to,
        state: one.state,
        accepted: ['unknown', ...one.accepted],
        really: one.really,
        fromToleranceUs: toleranceUs,
      });
    return writeSpan({ from, to, state: 'unknown', accepted: [], really: null, fromToleranceUs: toleranceUs });
  });
}
