/** Commits what a store holds back, and adds all of its days up from nothing, as the step of the schema does that brought the sums. */

import { z } from 'zod';
import { instant } from '../../src/record/field.ts';
import { defineQuestion, type Statement } from '../../src/store/question.ts';
import { rollUpNewDay } from '../../src/store/rollUp.ts';
import type { Store } from '../../src/store/store.ts';

const days = defineQuestion({
  name: 'days-of-test',
  parameters: z.strictObject({}),
  row: z.strictObject({ day: instant('Start of a UTC day with judgements or flows.') }),
  statement: () => ({
    sql: `SELECT DISTINCT date_trunc('day', "minute")::TIMESTAMP AS "day" FROM (SELECT "minute" FROM "judgement" UNION ALL SELECT "minute" FROM "flow") ORDER BY 1`,
    values: [],
  }),
});

/** @param statements before the rows that are held back */
export async function rollUpAll(store: Store, statements: readonly Statement[] = []): Promise<void> {
  await store.commit(statements);
  const empty = ['unattended', 'attended', 'unjudged'].map((table) => ({ sql: `DELETE FROM "${table}"`, values: [] }));
  await store.commit([...empty, ...(await store.ask(days, {})).flatMap(({ day }) => rollUpNewDay(day))]);
}
