/** Facts that are older than they are to be kept are deleted. So far those of the watch of dark addresses. */

import type { Microseconds } from '../base/time.ts';
import type { Statement } from '../store/question.ts';

export interface DarkRetention {
  /** Contacts with dark addresses, with what they rest on. */
  readonly darkUs: Microseconds;
  /** The inventory is kept at least as long as an address counts as used. */
  readonly ownerMemoryUs: Microseconds;
}

/** What is to be deleted at `nowUs`. A contact goes as a whole, some time after its last slice. */
export function forgetDark({ darkUs, ownerMemoryUs }: DarkRetention, nowUs: Microseconds): Statement[] {
  const before = (keptUs: Microseconds) => [BigInt(Math.floor(nowUs - keptUs))];
  const moment = 'make_timestamp($1::BIGINT)';
  const contact = ['sensor', 'interface', 'askerMac', 'target', 'claimedAt'].map((name) => `"${name}"`).join(', ');
  return [
    {
      sql: `DELETE FROM "dark" WHERE (${contact}) IN (SELECT (${contact}) FROM "dark" GROUP BY ${contact} HAVING max("to") < ${moment})`,
      values: before(darkUs),
    },
    { sql: `DELETE FROM "claim" WHERE "at" < ${moment}`, values: before(darkUs) },
    { sql: `DELETE FROM "visibility" WHERE "at" < ${moment}`, values: before(darkUs) },
    { sql: `DELETE FROM "usage" WHERE "lastAt" < ${moment}`, values: before(Math.max(darkUs, ownerMemoryUs)) },
  ];
}
