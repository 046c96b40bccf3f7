/** What all answers of the pages and the API share: the span of time, pages of a list, how much of a list is shown. */

import type { z } from 'zod';
import { formatTime } from '../../base/time.ts';
import { type Inquiry, onePage, partOf } from '../inquiry.ts';

export type Answer<T extends z.ZodType> = z.infer<T>;

export const windowOf = ({ from, to, span }: Inquiry) => ({
  from: span === null ? null : formatTime(from),
  to: span === null ? null : formatTime(to),
});

export const instantOrNull = (at: number | null) => (at === null ? null : formatTime(at));

export function page<T>(inquiry: Inquiry, number: string | undefined, asked: readonly T[]) {
  const { rows, isLast } = onePage(asked);
  return { ...windowOf(inquiry), items: [...rows], next: isLast ? null : Number(number ?? 1) + 1 };
}

/** A page of what is in memory already. */
export const pageOf = <T>(inquiry: Inquiry, number: string | undefined, all: readonly T[]) => {
  const { limit, offset } = partOf(number);
  return page(inquiry, number, all.slice(offset, offset + limit));
};

export const shown = { open: 50, hosts: 100, destinations: 500 } as const;
