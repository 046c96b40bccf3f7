/**
 * A span of time in three parts: the whole UTC days in it, whose sums are kept, and what lies before and after them. Each part is a range
 * of its own: a choice of two ranges would be looked for in every row.
 */

import { day, dayOf, minuteOf } from '../../base/time.ts';

export const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;

/** $1 to $5 of a statement about a span. */
export function spanValues({ from, to }: { readonly from: number; readonly to: number }): bigint[] {
  const [firstWhole, lastWhole] = [dayOf(from + day - 1), dayOf(to)];
  const [wholeFrom, wholeTo] = firstWhole < lastWhole ? [firstWhole, lastWhole] : [to, to];
  return [from, to, minuteOf(from), wholeFrom, wholeTo].map(BigInt);
}

const overlaps = `"firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)}`;

/** Conditions on rows of a day, and on rows of a minute that begin and end somewhere. */
export const inPart = {
  before: `"minute" >= ${timestamp(3)} AND "minute" < ${timestamp(4)} AND ${overlaps}`,
  whole: `"day" >= ${timestamp(4)} AND "day" < ${timestamp(5)}`,
  after: `"minute" >= ${timestamp(5)} AND "minute" < ${timestamp(2)} AND ${overlaps}`,
} as const;
