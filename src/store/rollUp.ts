/**
 * What a month of pages and reports reads instead of ten million rows.
 *
 * `unattended` and `attended`: judgements added up by device, UTC day, destination and state, replaced in the commit that
 * replaces them; `exchange` is both. `unjudged`: flows added up by machine, UTC day and address, for machines without a log,
 * in the commit that takes their marks away. None holds anything of its own.
 */

import { day } from '../base/time.ts';
import { confidences, type HostState, hostStates } from '../record/interval.ts';
import type { Statement } from './question.ts';

/** States in which nobody is at the keyboard. Most questions are about them, and most rows about the others: they lie apart. */
export const unattendedStates: readonly HostState[] = ['modern-sleep', 's3', 'hibernate', 'off', 'screen-off', 'absent', 'locked'];
const quoted = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');
const isUnattended = `"state" IN (${quoted(unattendedStates)})`;
const exchangeTables = [
  { table: 'unattended', holds: isUnattended },
  { table: 'attended', holds: `NOT (${isUnattended})` },
] as const;

/** A state and how sure it is, as the sums hold them: comparing texts would take longer than adding up. */
export const stateColumns = `"state"::"hostState" AS "state", "confidence"::"hostConfidence" AS "confidence"`;

/** In the step of the schema that brought them in this form. */
export const rollUpTables = [
  `CREATE TYPE "hostState" AS ENUM (${quoted(hostStates)})`,
  `CREATE TYPE "hostConfidence" AS ENUM (${quoted(confidences)})`,
  ...exchangeTables.map(
    ({ table }) => `CREATE TABLE "${table}" ("mac" BIGINT NOT NULL, "day" TIMESTAMP NOT NULL, "state" "hostState" NOT NULL,
  "confidence" "hostConfidence" NOT NULL, "destination" VARCHAR NOT NULL, "sentPackets" BIGINT NOT NULL, "sentOctets" BIGINT NOT NULL,
  "receivedPackets" BIGINT NOT NULL, "receivedOctets" BIGINT NOT NULL, "minutes" UINTEGER[] NOT NULL, "contradictions" BIGINT NOT NULL,
  "firstAt" TIMESTAMP NOT NULL, "lastAt" TIMESTAMP NOT NULL)`,
  ),
  `CREATE VIEW "exchange" AS ${exchangeTables.map(({ table }) => `SELECT * FROM "${table}"`).join(' UNION ALL ')}`,
  `CREATE TABLE "unjudged" ("mac" BIGINT NOT NULL, "day" TIMESTAMP NOT NULL, "address" UHUGEINT, "packets" BIGINT NOT NULL, "octets" BIGINT NOT NULL)`,
];

/** One row's worth of sums over judgements; `minutes` are minutes since the epoch, ascending, each once. */
export const judgementSums = `sum("sentPackets")::BIGINT AS "sentPackets", sum("sentOctets")::BIGINT AS "sentOctets",
  sum("receivedPackets")::BIGINT AS "receivedPackets", sum("receivedOctets")::BIGINT AS "receivedOctets",
  list_sort(list(DISTINCT (epoch_us("minute") // 60000000)::UINTEGER)) AS "minutes",
  count(DISTINCT {'minute': "minute", 'interval': "intervalFrom"}) FILTER ("contradiction") AS "contradictions", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt"`;

/** Added up once, then laid apart: what takes time is to find the judgements. */
const fill = (where: string, values: Statement['values'] = []): Statement[] => [
  {
    sql: `CREATE OR REPLACE TEMP TABLE "summed" AS SELECT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day", ${stateColumns},
      "destination", ${judgementSums} FROM "judgement" WHERE ${where} GROUP BY ALL ORDER BY ALL`,
    values,
  },
  ...exchangeTables.map(({ table, holds }) => ({ sql: `INSERT INTO "${table}" SELECT * FROM "summed" WHERE ${holds}`, values: [] })),
  { sql: 'DROP TABLE "summed"', values: [] },
];

/** Both sides of each flow, as the machine on that side sees it. */
export const flowSides = (where: string) => `(SELECT "sourceMac" AS "mac", "sourceAddress" AS "address", "minute", "firstAt", "lastAt",
    "sourcePackets" + "destinationPackets" AS "packets", "sourceOctets" + "destinationOctets" AS "octets" FROM "flow" WHERE "sourceMac" IS NOT NULL ${where}
  UNION ALL SELECT "destinationMac", "destinationAddress", "minute", "firstAt", "lastAt",
    "sourcePackets" + "destinationPackets", "sourceOctets" + "destinationOctets" FROM "flow" WHERE "destinationMac" IS NOT NULL ${where})`;

const fillUnjudged = (
  where: string,
  on: string,
) => `INSERT INTO "unjudged" SELECT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day", "address",
  sum("packets")::BIGINT, sum("octets")::BIGINT FROM ${flowSides(where)} AS side ${on} GROUP BY "mac", "day", "address" ORDER BY ALL`;

/** One UTC day of all machines, of a store that has no sums of it yet: the different minutes of a month at once do not fit into the memory. */
export function rollUpNewDay(from: number): Statement[] {
  const within = `"minute" >= make_timestamp(${from}) AND "minute" < make_timestamp(${from + day})`;
  return [...fill(within), { sql: fillUnjudged(`AND ${within}`, ''), values: [] }];
}

/** Of all machines and days whose marks are in `stale`, before the marks go. `from`, `to`: the days that they span. */
export function rollUpStale(from: number, to: number): Statement[] {
  const marks = `(SELECT "subject"::BIGINT AS "mac", "day" FROM "stale" WHERE "unit" = 'device-day' AND "day" >= make_timestamp($1::BIGINT) AND "day" < make_timestamp($2::BIGINT)
    AND "subject" NOT IN (SELECT "mac"::VARCHAR FROM "device" WHERE "host" IS NOT NULL))`;
  const values = [BigInt(from), BigInt(to)];
  const where = 'AND "minute" >= make_timestamp($1::BIGINT) AND "minute" < make_timestamp($2::BIGINT)';
  return [
    { sql: `DELETE FROM "unjudged" WHERE ("mac", "day") IN ${marks}`, values },
    { sql: fillUnjudged(where, `WHERE ("mac", date_trunc('day', "minute")::TIMESTAMP) IN ${marks}`), values },
  ];
}

/** After the judgements of one device and day were written. */
export function rollUpDay(mac: number, from: number): Statement[] {
  const values = [BigInt(mac), BigInt(from)];
  return [
    ...exchangeTables.map(({ table }) => ({
      sql: `DELETE FROM "${table}" WHERE "mac" = $1 AND "day" = make_timestamp($2::BIGINT)`,
      values,
    })),
    ...fill(`"mac" = $1 AND "minute" >= make_timestamp($2::BIGINT) AND "minute" < make_timestamp($2::BIGINT + ${day})`, values),
  ];
}
