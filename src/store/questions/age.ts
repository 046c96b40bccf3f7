/** Questions about facts that are older than they are to be kept: whom it concerns that they go, and the statements that take them away. */

import { z } from 'zod';
import type { Microseconds } from '../../base/time.ts';
import { instant, mac, text } from '../../record/field.ts';
import { nameMemory } from '../../record/sighting.ts';
import { defineQuestion, type Statement } from '../question.ts';

const before = z.strictObject({ before: z.number() });
const moment = 'make_timestamp($1::BIGINT)';
/** What somebody replayed he wants to look at, however old it is. */
const isLive = `"capture" IN (SELECT "id" FROM "capture" WHERE "kind" = 'live')`;
const isReceived = `NOT EXISTS (SELECT 1 FROM "capture" WHERE "kind" = 'log' AND "time" BETWEEN "firstAt" AND "lastAt")`;

/** Machines and days of which flows would go. */
export const oldDeviceDays = defineQuestion({
  name: 'old-device-days',
  parameters: before,
  row: z.strictObject({ mac: mac('The machine.'), day: instant('Start of the UTC day.') }),
  statement: ({ before: at }) => ({
    sql: `SELECT DISTINCT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day" FROM (
        SELECT unnest(["sourceMac", "destinationMac"]) AS "mac", "minute" FROM "flow" WHERE "minute" < ${moment} AND ${isLive})
      WHERE "mac" IS NOT NULL ORDER BY ALL`,
    values: [BigInt(at)],
  }),
});

/** Hosts of which events would go. */
export const hostsOfOldEvents = defineQuestion({
  name: 'hosts-of-old-events',
  parameters: before,
  row: z.strictObject({ host: text('The host.') }),
  statement: ({ before: at }) => ({
    sql: `SELECT DISTINCT "host" FROM "event" WHERE "time" < ${moment} AND ${isReceived} ORDER BY "host"`,
    values: [BigInt(at)],
  }),
});

/** Flows of live sessions before `at`, the names that they could still have been sent to, and what was seen and booked beside them. */
export function deleteOldFlows(at: Microseconds): Statement[] {
  const gone = (table: string, column: string, until = at): Statement => ({
    sql: `DELETE FROM "${table}" WHERE "${column}" < ${moment} AND ${isLive}`,
    values: [BigInt(until)],
  });
  return [
    gone('flow', 'minute'),
    gone('name', 'from', at - 2 * nameMemory),
    gone('binding', 'from'),
    gone('network', 'from'),
    gone('clock', 'capturedAt'),
    {
      sql: `DELETE FROM "health" WHERE "until" < ${moment} AND "capture" NOT IN (SELECT "id" FROM "capture" WHERE "kind" <> 'live')`,
      values: [BigInt(at)],
    },
    {
      sql: `DELETE FROM "capture" WHERE "kind" = 'live' AND "state" <> 'reading' AND "lastAt" < ${moment}`,
      values: [BigInt(at - 2 * nameMemory)],
    },
  ];
}

/** Events before `at` that receivers took. */
export function deleteOldEvents(at: Microseconds): Statement[] {
  return [{ sql: `DELETE FROM "event" WHERE "time" < ${moment} AND ${isReceived}`, values: [BigInt(at)] }];
}
