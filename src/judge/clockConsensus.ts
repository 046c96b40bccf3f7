/** The difference that most evidence agrees on, at one moment: a vote, in which no single edge or stamp can decide. */

import { day, type Microseconds, second } from '../base/time.ts';
import type { ClockEvidence, Support } from './clockEvidence.ts';

export interface Consensus {
  /** Every difference between these is supported about as well as the best one. */
  readonly from: Microseconds;
  readonly to: Microseconds;
  readonly wakeEdges: number;
  readonly stamps: number;
}

/** thin: too little evidence agrees. ambiguous: another difference is supported nearly as well. */
export type NoConsensus = 'none' | 'thin' | 'ambiguous';

/** Two clocks drift apart by this much a second at most: what a crystal does, ten seconds a day. */
const drift = (10 * second) / day;
/** Evidence around one moment that is asked: the nearest of each kind. */
const askedOfEachKind = { wake: 12, stamp: 3 } as const;
/** Two wakes, or a wake and a stamp, even where one of them is a little weak. */
const enough = 1.4;
/** Another difference with more than this share of the best support makes the best one doubtful. */
const rivalShare = 0.7;
/** Less support than this below the best makes no difference. */
const tolerance = 0.2;
/** Differences closer than this are no rivals, but one answer seen unsharply. */
const oneAnswer = 90 * second;

const firstOf = ({ supports }: ClockEvidence) => supports[0]?.from ?? 0;

export type EvidenceByKind = Readonly<Record<ClockEvidence['kind'], readonly ClockEvidence[]>>;

/** Each kind ascending by time: `consensusAt` is asked at thousands of moments of the same evidence. */
export function byKind(evidence: readonly ClockEvidence[]): EvidenceByKind {
  const of = (kind: ClockEvidence['kind']) =>
    evidence.filter((each) => each.kind === kind).sort((a, b) => a.at - b.at || firstOf(a) - firstOf(b));
  return { wake: of('wake'), stamp: of('stamp') };
}

export function consensusAt(at: Microseconds, evidence: EvidenceByKind): Consensus | NoConsensus {
  const asked = (['wake', 'stamp'] as const).flatMap((kind) =>
    nearest(evidence[kind], at, askedOfEachKind[kind]).map((each) => ({
      kind,
      supports: each.supports.map((support) => widened(support, Math.abs(each.at - at) * drift)),
    })),
  );
  if (asked.length === 0) return 'none';
  const score = (difference: Microseconds) => asked.reduce((sum, { supports }) => sum + best(supports, difference), 0);
  const knees = asked.flatMap(({ supports }) => supports.flatMap(({ zeroFrom, from, to, zeroTo }) => [zeroFrom, from, to, zeroTo]));
  const points = [...new Set(knees)].sort((a, b) => a - b).map((difference) => ({ difference, score: score(difference) }));
  const top = points.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
  if (top.score < enough) return 'thin';
  const limit = top.score - tolerance;
  const index = points.indexOf(top);
  const from = edge(points.slice(0, index + 1).reverse(), limit);
  const to = edge(points.slice(index), limit);
  const rival = points.reduce(
    (most, { difference, score }) => (difference < from - oneAnswer || difference > to + oneAnswer ? Math.max(most, score) : most),
    0,
  );
  if (rival > rivalShare * top.score) return 'ambiguous';
  const middle = from + (to - from) / 2;
  const agreeing = (kind: ClockEvidence['kind']) => asked.filter((each) => each.kind === kind && best(each.supports, middle) > 0).length;
  return { from: Math.round(from), to: Math.round(to), wakeEdges: agreeing('wake'), stamps: agreeing('stamp') };
}

/** Of two that are equally far, the earlier one. `sorted`: ascending by time. */
function nearest(sorted: readonly ClockEvidence[], at: Microseconds, count: number): ClockEvidence[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as ClockEvidence).at < at) low = middle + 1;
    else high = middle;
  }
  const found: ClockEvidence[] = [];
  let [before, after] = [low - 1, low];
  while (found.length < count && (before >= 0 || after < sorted.length)) {
    const [earlier, later] = [sorted[before], sorted[after]];
    const isEarlier = earlier !== undefined && (later === undefined || at - earlier.at <= later.at - at);
    found.push((isEarlier ? earlier : later) as ClockEvidence);
    if (isEarlier) before--;
    else after++;
  }
  return found;
}

function widened({ zeroFrom, from, to, zeroTo, weight }: Support, by: Microseconds): Support {
  return { zeroFrom: zeroFrom - by, from: from - by, to: to + by, zeroTo: zeroTo + by, weight };
}

function best(supports: readonly Support[], difference: Microseconds): number {
  return supports.reduce((most, support) => Math.max(most, supportAt(support, difference)), 0);
}

function supportAt({ zeroFrom, from, to, zeroTo, weight }: Support, difference: Microseconds): number {
  if (difference >= from && difference <= to) return weight;
  if (difference <= zeroFrom || difference >= zeroTo) return 0;
  return weight * (difference < from ? (difference - zeroFrom) / (from - zeroFrom) : (zeroTo - difference) / (zeroTo - to));
}

/** Where the support first falls below `limit`, going from the first point on. */
function edge(points: readonly { readonly difference: Microseconds; readonly score: number }[], limit: number): Microseconds {
  let last = points[0] as { difference: Microseconds; score: number };
  for (const point of points.slice(1)) {
    if (point.score < limit)
      return last.difference + ((point.difference - last.difference) * (last.score - limit)) / (last.score - point.score);
    last = point;
  }
  return last.difference;
}
