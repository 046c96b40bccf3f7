/**
 * What a month of pages and reports reads instead of ten million rows.
 *
 * `exchange`: judgements added up by device, UTC day, destination and state, replaced in the commit that replaces them.
 * `unjudged`: flows added up by machine, UTC day and address, for machines without a log, in the commit that takes their
 * marks away. Neither holds anything of its own.
 */

import { day } from '../base/time.ts';
import type { Statement } from './question.ts';

/** In the step of the schema that brought them. */
export const rollUpTables = [
  `CREATE TABLE "exchange" ("mac" BIGINT NOT NULL, "day" TIMESTAMP NOT NULL, "state" VARCHAR NOT NULL,
  "confidence" VARCHAR NOT NULL, "destination" VARCHAR NOT NULL, "sentPackets" BIGINT NOT NULL, "sentOctets" BIGINT NOT NULL,
  "receivedPackets" BIGINT NOT NULL, "receivedOctets" BIGINT NOT NULL, "minutes" UINTEGER[] NOT NULL, "contradictions" BIGINT NOT NULL,
  "firstAt" TIMESTAMP NOT NULL, "lastAt" TIMESTAMP NOT NULL)`,
  `CREATE TABLE "unjudged" ("mac" BIGINT NOT NULL, "day" TIMESTAMP NOT NULL, "address" UHUGEINT, "packets" BIGINT NOT NULL, "octets" BIGINT NOT NULL)`,
];

/** One row's worth of sums over judgements; `minutes` are minutes since the epoch, ascending, each once. */
export const judgementSums = `sum("sentPackets")::BIGINT AS "sentPackets", sum("sentOctets")::BIGINT AS "sentOctets",
  sum("receivedPackets")::BIGINT AS "receivedPackets", sum("receivedOctets")::BIGINT AS "receivedOctets",
  list_sort(list(DISTINCT (epoch_us("minute") // 60000000)::UINTEGER)) AS "minutes",
  count(DISTINCT {'minute': "minute", 'interval': "intervalFrom"}) FILTER ("contradiction") AS "contradictions", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt"`;

const fill = (
  where: string,
) => `INSERT INTO "exchange" SELECT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day", "state", "confidence",
  "destination", ${judgementSums} FROM "judgement" ${where} GROUP BY ALL ORDER BY ALL`;

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

/** From nothing, for a store that has flows and judgements and no sums yet. */
export function rollUpAll(): Statement[] {
  return [
    { sql: 'DELETE FROM "exchange"', values: [] },
    { sql: fill(''), values: [] },
    { sql: 'DELETE FROM "unjudged"', values: [] },
    { sql: fillUnjudged('', ''), values: [] },
  ];
}

/** One UTC day of all machines, of a store that has no sums of it yet: the different minutes of a month at once do not fit into the memory. */
export function rollUpNewDay(from: number): Statement[] {
  const within = `"minute" >= make_timestamp(${from}) AND "minute" < make_timestamp(${from + day})`;
  return [
    { sql: fill(`WHERE ${within}`), values: [] },
    { sql: fillUnjudged(`AND ${within}`, ''), values: [] },
  ];
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
    { sql: 'DELETE FROM "exchange" WHERE "mac" = $1 AND "day" = make_timestamp($2::BIGINT)', values },
    { sql: fill(`WHERE "mac" = $1 AND "minute" >= make_timestamp($2::BIGINT) AND "minute" < make_timestamp($2::BIGINT + ${day})`), values },
  ];
}
