/** Holds the intervals that the timeline finds against the truth of a story. */

import { minute, parseTime, second } from '../../src/base/time.ts';
import type { IntervalRecord } from '../../src/record/interval.ts';
import type { WrittenTruthSpan } from '../../src/scenario/power/axisTruth.ts';
import type { PowerStory, TimelineTruth } from '../../src/scenario/power/powerStory.ts';
import { groupByHost } from '../../src/timeline/hostNames.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';

export interface Difference {
  /** What differs, alike in every seed: axis, expected state, found state and confidence. */
  readonly sign: string;
  /** Where and for how long, for whoever looks into it. */
  readonly detail: string;
  /** A state said with high or medium confidence that is neither the truth nor accepted. */
  readonly confident: boolean;
}

/** Resume noise is 3 to 40 s long: a guard band beyond a minute is no guard band, unless what lies beyond the edge is not known. */
const widestGuard = minute;

interface Expected {
  readonly span: WrittenTruthSpan;
  readonly from: number;
  readonly to: number;
  readonly widest: number;
}

export function storyDifferences(story: PowerStory): Difference[] {
  return story.truth.timelines.flatMap((timeline, i) => {
    const mark = story.truth.timelines.length > 1 ? `log ${'abc'[i]}: ` : '';
    return timelineDifferences(story, timeline).map((each) => ({ ...each, sign: mark + each.sign }));
  });
}

function timelineDifferences(story: PowerStory, timeline: TimelineTruth): Difference[] {
  const events = story.logs.filter(({ fileName }) => timeline.logFiles.includes(fileName)).flatMap((log) => log.events);
  const groups = groupByHost(events);
  if (groups.size !== 1) return [{ sign: `one host taken for ${groups.size}`, detail: [...groups.keys()].join(', '), confident: true }];
  const found = buildIntervals([...groups.values()][0] ?? []);
  return (['machine', 'person'] as const).flatMap((axis) =>
    axisDifferences(
      axis,
      timeline[axis],
      found.filter((interval) => interval.axis === axis),
    ),
  );
}

export function axisDifferences(axis: string, truth: readonly WrittenTruthSpan[], found: readonly IntervalRecord[]): Difference[] {
  const differences: Difference[] = [];
  for (const [i, span] of truth.entries()) {
    const neighbours = [truth[i - 1], span, truth[i + 1]];
    const expected: Expected = {
      span,
      // Where the edges of the truth are vague, nothing is asked; the last record may be stamped in whole seconds.
      from: (parseTime(span.from) as number) + span.fromToleranceUs,
      to: (parseTime(span.to) as number) - (truth[i + 1]?.fromToleranceUs ?? second),
      widest: neighbours.some((each) => each?.state === 'unknown') ? Number.MAX_SAFE_INTEGER : widestGuard,
    };
    if (expected.to > expected.from) differences.push(...spanDifferences(axis, expected, found));
  }
  return differences;
}

function spanDifferences(axis: string, { span, from, to, widest }: Expected, found: readonly IntervalRecord[]): Difference[] {
  const differences: Difference[] = [];
  const compare = (begin: number, end: number, state: string, confidence: string, rule: string) => {
    if (end <= begin || state === span.state || span.accepted.includes(state)) return;
    differences.push({
      sign: `${axis}: ${state} (${confidence}) for ${span.state}`,
      detail: `${((end - begin) / second).toFixed(1)} s, ${((begin - from) / second).toFixed(1)} s into ${span.state} from ${span.from}: ${rule}`,
      confident: confidence !== 'low' && state !== 'unknown' && state !== span.really,
    });
  };
  let covered = from;
  for (const interval of found) {
    const [begin, end] = [Math.max(from, interval.from), Math.min(to, interval.to)];
    if (end <= begin) continue;
    compare(covered, begin, 'unknown', 'none', 'no interval');
    covered = end;
    const sureFrom = Math.max(begin, interval.from + Math.min(interval.fromGuardUs, widest));
    const sureTo = Math.min(end, interval.to - Math.min(interval.toGuardUs, widest));
    compare(sureFrom, sureTo, interval.state, interval.confidence, interval.rule);
  }
  compare(covered, to, 'unknown', 'none', 'no interval');
  return differences;
}
