/** What a page or an API answer starts from: who is asked, about which span of time, and how to give up. */

import { z } from 'zod';
import { parseMac } from '../base/address.ts';
import { day, dayOf, formatTime, type Microseconds, parseTime } from '../base/time.ts';
import type { Explanation } from '../record/explanation.ts';
import type { Answers } from '../store/question.ts';
import { span } from '../store/questions/facts.ts';

export const policies = ['sleep', 'no-person', 'strict'] as const;
export type Policy = (typeof policies)[number];

export interface ConsoleOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly policy: Policy;
  readonly explanations: readonly Explanation[];
  readonly version: string;
}

/** Years that the store can hold, and that are written with four digits. */
const [earliest, latest] = [0, Date.UTC(2200, 0, 1) * 1000];

export const instantParameter = z
  .string()
  .max(40)
  .refine((text) => {
    const at = parseTime(text, 'utc');
    return at !== undefined && at >= earliest && at <= latest;
  }, 'an instant in UTC, such as 2021-01-10T09:00Z');
export const macParameter = z
  .string()
  .max(20)
  .refine((text) => parseMac(text) !== undefined, 'a MAC address, such as 02:00:5e:10:00:01');

/** What every page and answer may be asked for. */
export const commonParameters = z.object({
  from: instantParameter.optional().describe('Start, UTC; without it the day thirty days before the last fact.'),
  to: instantParameter.optional().describe('End, exclusive, UTC; without it the last fact.'),
  policy: z.enum(policies).optional().describe('When "no user started it".'),
});
export type CommonParameters = z.infer<typeof commonParameters>;

export const pageSize = 100;
export const pagedParameters = commonParameters.extend({
  page: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'a page from 1 to 99999')
    .optional()
    .describe(`Which part of the rows, from 1; ${pageSize} rows each.`),
});

export interface Inquiry {
  readonly answers: Answers;
  readonly options: ConsoleOptions;
  readonly policy: Policy;
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
  /** From the first to the last fact; null where the store is empty. */
  readonly span: { readonly from: Microseconds; readonly to: Microseconds } | null;
}

/** Every question of the inquiry is given up with `signal`. */
export function giveUpWith(answers: Answers, signal: AbortSignal): Answers {
  return { ask: (question, parameters) => answers.ask(question, parameters, signal) };
}

/** From midnight, UTC: whole days are added up already. */
const defaultDays = 30;

export async function beginInquiry(
  answers: Answers,
  options: ConsoleOptions,
  { from, to, policy }: CommonParameters,
): Promise<Inquiry | { readonly fault: string }> {
  const [known] = await answers.ask(span, {});
  const facts = known?.from == null || known.to === null ? null : { from: known.from, to: known.to };
  const until = to === undefined ? (facts?.to ?? 0) + 1 : (parseTime(to, 'utc') as number);
  const begin = from === undefined ? Math.max(facts?.from ?? 0, dayOf(until - defaultDays * day)) : (parseTime(from, 'utc') as number);
  if (until < begin) return { fault: `from ${formatTime(begin)} lies after to ${formatTime(until)}` };
  return { answers, options, policy: policy ?? options.policy, from: begin, to: until, span: facts };
}

/** Rows of one page, and whether there are more: one row beyond the page is asked for. */
export function onePage<T>(rows: readonly T[]): { readonly rows: readonly T[]; readonly isLast: boolean } {
  return { rows: rows.slice(0, pageSize), isLast: rows.length <= pageSize };
}
export const partOf = (page: string | undefined) => ({ limit: pageSize + 1, offset: (Number(page ?? 1) - 1) * pageSize });
