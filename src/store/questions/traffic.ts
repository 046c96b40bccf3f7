/**
 * Questions about traffic by state, over any span of time: whole UTC days from the sums in `exchange`, what is left at both
 * ends from the judgements themselves. Both give the same as the judgements alone.
 */

import { z } from 'zod';
import { day, dayOf, minuteOf } from '../../base/time.ts';
import { type Quantity, stretches } from '../../record/envelope.ts';
import { choice, count, instant, mac, text, texts, uint32s } from '../../record/field.ts';
import { confidences, hostStates } from '../../record/interval.ts';
import { defineQuestion } from '../question.ts';
import { judgementSums } from '../rollUp.ts';

const span = { from: z.number(), to: z.number() };
type Span = { readonly from: number; readonly to: number };

const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;

/** Sums by device, day, state and destination; its values are $1 to $5. A judgement counts that overlaps the span. */
function partOfSpan(where: string): string {
  return `(SELECT * FROM "exchange" WHERE "day" >= ${timestamp(4)} AND "day" < ${timestamp(5)} ${where}
    UNION ALL BY NAME
    SELECT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day", "state", "confidence", "destination", ${judgementSums} FROM "judgement"
      WHERE "minute" >= ${timestamp(3)} AND "minute" < ${timestamp(2)} AND ("minute" < ${timestamp(4)} OR "minute" >= ${timestamp(5)})
        AND "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)} ${where} GROUP BY ALL)`;
}

function spanValues({ from, to }: Span): bigint[] {
  const [firstWhole, lastWhole] = [dayOf(from + day - 1), dayOf(to)];
  const [wholeFrom, wholeTo] = firstWhole < lastWhole ? [firstWhole, lastWhole] : [to, to];
  return [from, to, minuteOf(from), wholeFrom, wholeTo].map(BigInt);
}

/** Constants of the program, not of the asker: the schema of the parameters lets nothing else through. */
const oneOf = (values: readonly string[]) => (values.length === 0 ? `('')` : `(${values.map((value) => `'${value}'`).join(', ')})`);
const counted = z.strictObject({ ...span, states: z.array(z.enum(hostStates)), confidences: z.array(z.enum(confidences)) });
const isCounted = ({ states, confidences: sure }: z.infer<typeof counted>) =>
  `AND "state" IN ${oneOf(states)} AND "confidence" IN ${oneOf(sure)}`;
const isOpen = `"destination" IN (SELECT "id" FROM "destination" WHERE "status" <> 'explained')`;

const sums = `sum("sentPackets")::BIGINT AS "sentPackets", sum("sentOctets")::BIGINT AS "sentOctets",
  sum("receivedPackets")::BIGINT AS "receivedPackets", sum("receivedOctets")::BIGINT AS "receivedOctets",
  sum("contradictions")::BIGINT AS "contradictions", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt"`;

const pairRow = z.strictObject({
  mac: mac('The device.'),
  destination: text('Id of the destination.'),
  sentPackets: count('Packets sent by the device.'),
  sentOctets: count('Octets sent by the device.'),
  receivedPackets: count('Packets unicast to the device.'),
  receivedOctets: count('Octets unicast to the device.'),
  minutes: uint32s('Minutes with traffic, as minutes since the epoch, in any order; empty where the destination is explained.'),
  contradictions: count('Minutes in which the device sent though it could not.'),
  firstAt: instant('First packet.'),
  lastAt: instant('Last packet.'),
  judgedAs: texts('States in which it was judged, each with its confidence: `modern-sleep/high`.'),
  devices: count('Devices that exchanged something with this destination in these states, this one included.'),
});
const pairDetails = `list("minutes") FILTER (${isOpen}) AS "lists", list_sort(list(DISTINCT "state" || '/' || "confidence")) AS "judgedAs"`;

/** What each device exchanged with each destination in states that count. */
export const countedTraffic = defineQuestion({
  name: 'counted-traffic',
  parameters: z.strictObject({
    ...counted.shape,
    mac: z.number().nullable(),
    destination: z.string().nullable(),
  }),
  row: pairRow,
  statement: ({ mac: device, destination, ...parameters }) => {
    const wanted = `AND ($6 IS NULL OR "mac" = $6) AND ($7 IS NULL OR "destination" = $7)`;
    const part = partOfSpan(isCounted(parameters));
    // Of one machine alone nobody can tell how many others do the same.
    const devices =
      device === null
        ? 'count(*) OVER (PARTITION BY "destination")'
        : `coalesce((SELECT count(DISTINCT "mac") FROM ${part} AS part WHERE "destination" = pair."destination" AND "lists" IS NOT NULL), 1)`;
    return {
      sql: `WITH pair AS (SELECT "mac", "destination", ${sums}, ${pairDetails} FROM ${part} AS part WHERE TRUE ${wanted} GROUP BY "mac", "destination")
        SELECT pair.*, ${devices} AS "devices", coalesce(flatten("lists"), []) AS "minutes" FROM pair ORDER BY "mac", "destination"`,
      values: [...spanValues(parameters), device === null ? null : BigInt(device), destination],
    };
  },
});

/** The lowest bound of each quantity, whatever the stretch of time: `least` passes over those that an envelope does not have. */
const lowestBound = (quantity: Quantity) =>
  `least(${Object.keys(stretches).map((stretch) => `("envelope"->>'$.${stretch}.${quantity}')::BIGINT`)}) AS "${quantity}Bound"`;
/** A sum of a month above a bound of an hour may be an excess; one below it cannot. */
const sumOf: Readonly<Record<Quantity, string>> = {
  sentPackets: 'sum("sentPackets")',
  sentOctets: 'sum("sentOctets")',
  receivedPackets: 'sum("receivedPackets")',
  receivedOctets: 'sum("receivedOctets")',
  sentData: 'sum("sentOctets")',
  farEnds: 'count(*)',
};
const boundedQuantities = Object.keys(sumOf) as Quantity[];

/**
 * As `countedTraffic`, of all devices, without what can only be found explained: neither is it open by itself, nor did a
 * device send though it could not, nor do the sums of all that its rule explains to the device leave room for an excess.
 */
export const openTraffic = defineQuestion({
  name: 'open-traffic',
  parameters: z.strictObject({
    ...counted.shape,
    askers: z.array(z.number()).describe('Devices that asked for so many names that it may be too many.'),
  }),
  row: pairRow,
  statement: ({ askers, ...parameters }) => {
    const part = partOfSpan(isCounted(parameters));
    return {
      sql: `WITH pair AS MATERIALIZED (SELECT "mac", "destination", ${sums} FROM ${part} AS part GROUP BY "mac", "destination"),
        bound AS MATERIALIZED (SELECT "envelope", ("envelope"->>'$.sentOctetsPerPacket') IS NOT NULL OR ("envelope"->>'$.receivedOctetsPerPacket') IS NOT NULL AS "boundsMean",
          ${boundedQuantities.map(lowestBound)} FROM (SELECT DISTINCT "envelope" FROM "destination" WHERE "envelope" IS NOT NULL)),
        known AS MATERIALIZED (SELECT "id" AS "destination", "status", CASE WHEN "envelope" IS NOT NULL THEN "rule" END AS "rule", "application", bound.* EXCLUDE ("envelope")
          FROM "destination" LEFT JOIN bound USING ("envelope")),
        doubtful AS (SELECT "mac", "rule" FROM pair JOIN known USING ("destination") WHERE "rule" IS NOT NULL GROUP BY "mac", "rule"
          HAVING bool_or("boundsMean") OR (bool_or("application" = 'dns') AND list_contains(from_json($6, '["BIGINT"]'), "mac"))
            OR ${boundedQuantities.map((quantity) => `${sumOf[quantity]} > min("${quantity}Bound")`).join(' OR ')}),
        wanted AS MATERIALIZED (SELECT pair.* FROM pair JOIN known USING ("destination") LEFT JOIN doubtful USING ("mac", "rule")
          WHERE "status" <> 'explained' OR "contradictions" > 0 OR doubtful."rule" IS NOT NULL),
        shared AS (SELECT "destination", count(*) AS "devices" FROM pair GROUP BY "destination"),
        detail AS (SELECT "mac", "destination", ${pairDetails} FROM ${part} AS part SEMI JOIN wanted USING ("mac", "destination") GROUP BY "mac", "destination")
        SELECT wanted.*, "judgedAs", "devices", coalesce(flatten("lists"), []) AS "minutes"
        FROM wanted JOIN detail USING ("mac", "destination") JOIN shared USING ("destination") ORDER BY "mac", "destination"`,
      values: [...spanValues(parameters), JSON.stringify(askers)],
    };
  },
});

/** What each device exchanged in states that count, whoever with. */
export const countedPackets = defineQuestion({
  name: 'counted-packets',
  parameters: counted,
  row: z.strictObject({ mac: mac('The device.'), packets: count('Packets that it sent, or that were unicast to it.') }),
  statement: (parameters) => ({
    sql: `SELECT "mac", sum("sentPackets" + "receivedPackets")::BIGINT AS "packets" FROM ${partOfSpan(isCounted(parameters))} AS part GROUP BY "mac" ORDER BY "mac"`,
    values: spanValues(parameters),
  }),
});

const quantities = ['sentPackets', 'sentOctets', 'receivedPackets', 'receivedOctets'] as const;

/** Minute by minute, what some devices exchanged with some destinations in states that count. */
export const minutesOfPairs = defineQuestion({
  name: 'minutes-of-pairs',
  // The n-th machine with the n-th destination.
  parameters: z.strictObject({ ...counted.shape, macs: z.array(z.number()), destinations: z.array(z.string()) }),
  row: z.strictObject({
    mac: mac('The device.'),
    destination: text('Id of the destination.'),
    minutes: uint32s('Minutes with traffic, as minutes since the epoch, ascending; the next four lists run in parallel.'),
    sentPacketsByMinute: uint32s('Packets sent; 2^32 - 1 stands for more.'),
    sentOctetsByMinute: uint32s('Octets sent; 2^32 - 1 stands for more.'),
    receivedPacketsByMinute: uint32s('Packets received; 2^32 - 1 stands for more.'),
    receivedOctetsByMinute: uint32s('Octets received; 2^32 - 1 stands for more.'),
  }),
  statement: ({ macs, destinations, ...parameters }) => ({
    sql: `SELECT "mac", "destination", list("at" ORDER BY "at") AS "minutes",
        ${quantities.map((name) => `list(least("${name}", 4294967295)::UINTEGER ORDER BY "at") AS "${name}ByMinute"`).join(', ')}
      FROM (SELECT "mac", "destination", (epoch_us("minute") // 60000000)::UINTEGER AS "at", ${quantities.map((name) => `sum("${name}") AS "${name}"`).join(', ')}
        FROM "judgement" SEMI JOIN (SELECT unnest(from_json($3, '["BIGINT"]')) AS "mac", unnest(from_json($4, '["VARCHAR"]')) AS "destination") AS pair
          USING ("mac", "destination")
        WHERE "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)} ${isCounted(parameters)} GROUP BY ALL)
      GROUP BY "mac", "destination" ORDER BY "mac", "destination"`,
    values: [BigInt(parameters.from), BigInt(parameters.to), JSON.stringify(macs), JSON.stringify(destinations)],
  }),
});

/** What each judged device exchanged in each state, whoever with. */
export const trafficByState = defineQuestion({
  name: 'traffic-by-state',
  parameters: z.strictObject({ ...span, mac: z.number().nullable() }),
  row: z.strictObject({
    mac: mac('The device.'),
    state: choice(hostStates, 'Its state.'),
    packets: count('Packets that it sent, or that were unicast to it.'),
    octets: count('Octets of these packets.'),
    contradictions: count('Minutes, each far end by itself, in which it sent though it could not.'),
  }),
  statement: ({ mac: device, ...window }) => ({
    sql: `SELECT "mac", "state", sum("sentPackets" + "receivedPackets")::BIGINT AS "packets",
        sum("sentOctets" + "receivedOctets")::BIGINT AS "octets", sum("contradictions")::BIGINT AS "contradictions"
      FROM ${partOfSpan('AND ($6 IS NULL OR "mac" = $6)')} AS part GROUP BY "mac", "state" ORDER BY "mac", "state"`,
    values: [...spanValues(window), device === null ? null : BigInt(device)],
  }),
});
