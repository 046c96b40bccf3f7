/** Of the box itself: what it read, what it explains things by, whether its books balance, as `contract.ts` publishes them. */

import { type HealthRecord, imbalance } from '../../record/health.ts';
import { blindSpots } from '../../report/dark.ts';
import { captures, totals } from '../../store/questions/facts.ts';
import { booksByStage, lossesByReason } from '../../store/questions/pages.ts';
import type * as contract from '../contract.ts';
import { type Inquiry, pageSize } from '../inquiry.ts';
import { type Answer, instantOrNull, pageOf } from './answer.ts';

export async function capturesOf(
  inquiry: Inquiry,
  { page: number }: { page?: string | undefined },
): Promise<Answer<typeof contract.capturesAnswer>> {
  const all = (await inquiry.answers.ask(captures, {})).sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.name < b.name ? -1 : 1));
  return pageOf(
    inquiry,
    number,
    all.map(({ id, kind, format, name, state, octets, frames, records, firstAt, lastAt, faults }) => ({
      id,
      kind,
      format,
      name,
      state,
      octets,
      frames,
      records,
      firstAt: instantOrNull(firstAt),
      lastAt: instantOrNull(lastAt),
      faults,
    })),
  );
}

export async function explanationsOf(
  inquiry: Inquiry,
  { page: number, text }: { page?: string | undefined; text?: string | undefined },
): Promise<Answer<typeof contract.explanationsAnswer>> {
  const wanted = text?.toLowerCase() ?? '';
  const rules = inquiry.options.explanations.map(({ id, pattern, protocol, scope, breadth, platform, reason, source, lastVerified }) => {
    return { id, pattern: pattern ?? null, protocol, scope, breadth, platform, reason, source, lastVerified };
  });
  return pageOf(
    inquiry,
    number,
    rules.filter((rule) => Object.values(rule).join('\n').toLowerCase().includes(wanted)),
  );
}

/** In the order in which frames pass the stages. */
const order = ['link', 'wire', 'meter', 'store', 'dark-frames', 'dark-questions', 'dark-packets', 'dark-rows', 'logs'];

export async function healthOf(inquiry: Inquiry): Promise<Answer<typeof contract.healthAnswer>> {
  const [books, [counted]] = await Promise.all([booksOf(inquiry), inquiry.answers.ask(totals, {})]);
  return { ...books, totals: counted ?? {} };
}

export async function booksOf({ answers }: Inquiry): Promise<Omit<Answer<typeof contract.healthAnswer>, 'totals'>> {
  const [losses, books, sessions] = await Promise.all([
    answers.ask(lossesByReason, {}),
    answers.ask(booksByStage, { limit: 10 * pageSize }),
    answers.ask(captures, {}),
  ]);
  const reasons = (stage: string, capture: string, kind: 'refused' | 'dropped') =>
    Object.fromEntries(
      losses
        .filter((loss) => loss.stage === stage && loss.capture === capture && loss.kind === kind)
        .map(({ reason, count }) => [reason, count]),
    );
  const stages = books
    .map(({ stage, interface: name, capture, unit, in: received, out, carried, held }) => ({
      stage,
      interface: name,
      unit,
      in: received,
      out,
      // What one span hands to the next is held by neither.
      carried: 0,
      held: held - carried,
      refused: reasons(stage, capture, 'refused'),
      dropped: reasons(stage, capture, 'dropped'),
    }))
    .sort((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage) || (a.interface < b.interface ? -1 : 1));
  const unfinished = sessions.filter(({ kind, state }) => state === 'reading' && kind !== 'live').map(({ name }) => name);
  const cutOff = sessions.filter(({ state }) => state === 'cut').map(({ name }) => name);
  const booksBalance = stages.every((stage) => imbalance(stage as Pick<HealthRecord, 'in' | 'out' | 'held' | 'refused' | 'dropped'>) === 0);
  return {
    balanced: unfinished.length === 0 && booksBalance,
    booksBalance,
    unfinished,
    cutOff,
    blindSpots: await blindSpots(answers),
    stages,
  };
}
