/** The truth of one axis of one host: what was, and what a right reader of the log must say about it. */

import { formatTime, type Microseconds, second } from '../../base/time.ts';

export interface TruthSpan {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
  /** What a right answer says; `unknown` where the log holds no evidence. */
  readonly state: string;
  /** Other answers that are right as well. */
  readonly accepted: readonly string[];
  /** What truly was; `null` where nobody can say. A confident answer that differs from it, and is not right as above, is wrong. */
  readonly really: string | null;
  /** How far off a right answer may begin it: what the log itself leaves open. */
  readonly fromToleranceUs: Microseconds;
}

export interface TruthDoubt {
  readonly accepted?: readonly string[];
  readonly really?: string | null;
  readonly toleranceUs?: Microseconds;
}

/** SleepTime lies one to two seconds before its 42; a logon has two records within a second or so. */
const usualTolerance = 3 * second;

/** A span with its times as texts, for `truth.json`. */
export interface WrittenTruthSpan extends Omit<TruthSpan, 'from' | 'to'> {
  readonly from: string;
  readonly to: string;
}

export class AxisTruth {
  private readonly starts: Omit<TruthSpan, 'to'>[] = [];

  /** From `at` on: a state of `record/interval.ts`. Goes by time. */
  become(at: Microseconds, state: string, { accepted = [], really = state, toleranceUs = usualTolerance }: TruthDoubt = {}): void {
    if (at < (this.starts.at(-1)?.from ?? 0)) throw new Error('unreachable: a truth that goes back in time');
    this.starts.push({ from: at, state, accepted, really, fromToleranceUs: toleranceUs });
  }

  get now(): string {
    return this.starts.at(-1)?.state ?? 'unknown';
  }

  /** Nothing before `at` can be known from what is left of the log. */
  forgetBefore(at: Microseconds): void {
    const known = this.starts.findLast(({ from }) => from <= at);
    const index = this.starts.findIndex(({ from }) => from > at);
    const later = index < 0 ? [] : this.starts.slice(index);
    const earlier = this.starts.filter(({ from }) => from < at).map((start) => ({ ...start, state: 'unknown', accepted: [] }));
    this.starts.splice(0, this.starts.length, ...earlier, ...(known ? [{ ...known, from: at }] : []), ...later);
  }

  /** What told of it before `at` is gone, and other logs tell less: these answers are right as well. */
  doubtBefore(at: Microseconds, accepted: readonly string[]): void {
    const doubted = this.starts.map((start) => (start.from < at ? { ...start, accepted: [...start.accepted, ...accepted] } : start));
    this.starts.splice(0, this.starts.length, ...doubted);
  }

  /** Spans touch; neighbours that are alike are one. */
  spans(end: Microseconds): TruthSpan[] {
    const spans: TruthSpan[] = [];
    for (const [i, start] of this.starts.entries()) {
      const to = this.starts[i + 1]?.from ?? end;
      if (to <= start.from) continue;
      const last = spans.at(-1);
      if (last && last.state === start.state && last.really === start.really && `${last.accepted}` === `${start.accepted}`)
        spans[spans.length - 1] = { ...last, to };
      else spans.push({ ...start, to });
    }
    return spans;
  }
}

export const writeSpan = ({ from, to, ...rest }: TruthSpan): WrittenTruthSpan => ({ from: formatTime(from), to: formatTime(to), ...rest });
