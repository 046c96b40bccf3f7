/**
 * Questions about traffic by state, over any span of time: whole UTC days from the sums in `exchange`, what is left at both
 * ends from the judgements themselves. Both give the same as the judgements alone.
 */

import { z } from 'zod';
import { type Quantity, stretches } from '../../record/envelope.ts';
import { choice, count, instant, mac, text, uint32s } from '../../record/field.ts';
import { type Confidence, confidences, type HostState, hostStates } from '../../record/interval.ts';
import { defineQuestion } from '../question.ts';
import { judgementSums, stateColumns, unattendedStates } from '../rollUp.ts';
import { inPart, spanValues, timestamp } from './wholeDays.ts';

const span = { from: z.number(), to: z.number() };

/**
 * Sums by device, day, state and destination; its values are those of the span. A judgement counts that overlaps it.
 *
 * @param states which rows count, of each part
 * @param wholeDays where the sums of whole days are read, and which of these count
 */
function partOfSpan(where: string, states = '', wholeDays = { table: 'exchange', states }): string {
  const end = (part: 'before' | 'after') =>
    `SELECT "mac", date_trunc('day', "minute")::TIMESTAMP AS "day", ${stateColumns}, "destination", ${judgementSums} FROM "judgement"
      WHERE ${inPart[part]} ${states} ${where} GROUP BY ALL`;
  return `(SELECT * FROM "${wholeDays.table}" WHERE ${inPart.whole} ${wholeDays.states} ${where}
    UNION ALL BY NAME ${end('before')} UNION ALL BY NAME ${end('after')})`;
}

/** Constants of the program, not of the asker: the schema of the parameters lets nothing else through. */
const isOneOf = (column: 'state' | 'confidence', type: string, values: readonly string[]) =>
  values.length === 0 ? 'FALSE' : `"${column}" IN (${values.map((value) => `'${value}'::"${type}"`).join(', ')})`;
const counted = z.strictObject({ ...span, states: z.array(z.enum(hostStates)), confidences: z.array(z.enum(confidences)) });
const isSure = ({ confidences: sure }: z.infer<typeof counted>) =>
  confidences.every((one) => sure.includes(one)) ? '' : `AND ${isOneOf('confidence', 'hostConfidence', sure)}`;
const isCounted = (parameters: z.infer<typeof counted>) => `AND ${isOneOf('state', 'hostState', parameters.states)} ${isSure(parameters)}`;
/** Of states that count. */
function countedPart(parameters: z.infer<typeof counted>, where = ''): string {
  const states = isCounted(parameters);
  if (!parameters.states.every((state) => unattendedStates.includes(state))) return partOfSpan(where, states);
  const areAll = unattendedStates.every((state) => parameters.states.includes(state));
  return partOfSpan(where, states, { table: 'unattended', states: areAll ? isSure(parameters) : states });
}
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
  judgedAs: count('A bit for each state and confidence in which it was judged: see `waysOf`.'),
  devices: count('Devices that exchanged something with this destination in these states, this one included.'),
});
const pairDetails = `list("minutes") FILTER (${isOpen}) AS "lists",
  bit_or(1::UBIGINT << (enum_code("state") * ${confidences.length} + enum_code("confidence")))::BIGINT AS "judgedAs"`;

/** What the bits of `judgedAs` stand for; in the order of texts such as `modern-sleep/high`. */
export function waysOf(judgedAs: number): { readonly state: HostState; readonly confidence: Confidence }[] {
  return ways.filter(({ bit }) => Math.floor(judgedAs / bit) % 2 === 1).map(({ state, confidence }) => ({ state, confidence }));
}
const ways = hostStates
  .flatMap((state, i) => confidences.map((confidence, j) => ({ state, confidence, bit: 2 ** (i * confidences.length + j) })))
  .sort((a, b) => (`${a.state}/${a.confidence}` < `${b.state}/${b.confidence}` ? -1 : 1));

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
    const part = countedPart(parameters);
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

/** A rule may be exceeded where what it explains is more than the least that its envelope bounds, or where sums tell nothing. */
const mayExceed = (names: string) =>
  `bool_or("boundsMean") OR (bool_or("application" = 'dns') AND ${names}) OR ${boundedQuantities.map((quantity) => `${sumOf[quantity]} > min("${quantity}Bound")`).join(' OR ')}`;

/** Tens of thousands of pairs may be open: see `column.ts`. */
const pairAsDoubles = [
  ...['mac', 'sentPackets', 'sentOctets', 'receivedPackets', 'receivedOctets', 'contradictions', 'judgedAs'].map(
    (name) => `pair."${name}"::DOUBLE AS "${name}"`,
  ),
  ...['firstAt', 'lastAt'].map((name) => `epoch_us("${name}")::DOUBLE AS "${name}"`),
].join(', ');

/**
 * As `countedTraffic`, of all devices, without what can only be found explained: neither is it open by itself, nor did a
 * device send though it could not, nor do the sums of all that its rule explains to the device leave room for an excess.
 * Where they leave none to all devices together, they are not looked at one by one.
 */
export const openTraffic = defineQuestion({
  name: 'open-traffic',
  parameters: z.strictObject({
    ...counted.shape,
    askers: z.array(z.number()).describe('Devices that asked for so many names that it may be too many.'),
  }),
  row: pairRow,
  statement: ({ askers, ...parameters }) => ({
    sql: `WITH bound AS MATERIALIZED (SELECT "envelope", ("envelope"->>'$.sentOctetsPerPacket') IS NOT NULL OR ("envelope"->>'$.receivedOctetsPerPacket') IS NOT NULL AS "boundsMean",
        ${boundedQuantities.map(lowestBound)} FROM (SELECT DISTINCT "envelope" FROM "destination" WHERE "envelope" IS NOT NULL)),
      known AS MATERIALIZED (SELECT "id" AS "destination", "status", CASE WHEN "envelope" IS NOT NULL THEN "rule" END AS "rule", "application", bound.* EXCLUDE ("envelope")
        FROM "destination" LEFT JOIN bound USING ("envelope")),
      whole AS MATERIALIZED (SELECT "destination", ${sums} FROM ${countedPart(parameters)} AS part GROUP BY "destination"),
      tight AS (SELECT "rule" FROM whole JOIN known USING ("destination") WHERE "rule" IS NOT NULL GROUP BY "rule"
        HAVING ${mayExceed(`len(from_json($6, '["BIGINT"]')) > 0`)}),
      looked AS MATERIALIZED (SELECT "destination" FROM whole JOIN known USING ("destination")
        WHERE "status" <> 'explained' OR "contradictions" > 0 OR "rule" IN (SELECT "rule" FROM tight)),
      pair AS MATERIALIZED (SELECT "mac", "destination", ${sums}, ${pairDetails}
        FROM ${countedPart(parameters, 'AND "destination" IN (SELECT "destination" FROM looked)')} AS part GROUP BY "mac", "destination"),
      doubtful AS (SELECT "mac", "rule" FROM pair JOIN known USING ("destination") WHERE "rule" IS NOT NULL GROUP BY "mac", "rule"
        HAVING ${mayExceed(`list_contains(from_json($6, '["BIGINT"]'), "mac")`)}),
      shared AS (SELECT "destination", count(*) AS "devices" FROM pair GROUP BY "destination")
      SELECT ${pairAsDoubles}, "destination", "devices"::DOUBLE AS "devices", coalesce(flatten("lists"), []) AS "minutes"
      FROM pair JOIN known USING ("destination") JOIN shared USING ("destination") LEFT JOIN doubtful USING ("mac", "rule")
      WHERE "status" <> 'explained' OR pair."contradictions" > 0 OR doubtful."rule" IS NOT NULL ORDER BY pair."mac", "destination"`,
    values: [...spanValues(parameters), JSON.stringify(askers)],
  }),
});

/** What each device exchanged in states that count, whoever with. */
export const countedPackets = defineQuestion({
  name: 'counted-packets',
  parameters: counted,
  row: z.strictObject({ mac: mac('The device.'), packets: count('Packets that it sent, or that were unicast to it.') }),
  statement: (parameters) => ({
    sql: `SELECT "mac", sum("sentPackets" + "receivedPackets")::BIGINT AS "packets" FROM ${countedPart(parameters)} AS part GROUP BY "mac" ORDER BY "mac"`,
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
    sql: `SELECT "mac", "state"::VARCHAR AS "state", sum("sentPackets" + "receivedPackets")::BIGINT AS "packets",
        sum("sentOctets" + "receivedOctets")::BIGINT AS "octets", sum("contradictions")::BIGINT AS "contradictions"
      FROM ${partOfSpan('AND ($6 IS NULL OR "mac" = $6)')} AS part GROUP BY ALL ORDER BY "mac", "state"`,
    values: [...spanValues(window), device === null ? null : BigInt(device)],
  }),
});
