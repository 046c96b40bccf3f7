/** Questions about what was derived: timelines, judgements, destinations, and what waits to be derived anew. */

import { z } from 'zod';
import { correctionKind } from '../../record/correction.ts';
import { choice, count, instant, mac, text, texts, uint32s } from '../../record/field.ts';
import { confidences, hostStates, intervalKind, machineStates, personStates } from '../../record/interval.ts';
import { destinationKind, deviceKind, judgementKind } from '../../record/judged.ts';
import { allOf, defineQuestion } from '../question.ts';
import { flowSides } from '../rollUp.ts';
import { inPart, spanValues, timestamp } from './wholeDays.ts';

const nothing = z.strictObject({});
const quantities = ['sentPackets', 'sentOctets', 'receivedPackets', 'receivedOctets'] as const;
const window = z.strictObject({ from: z.number(), to: z.number() });

export const devices = allOf(deviceKind);
export const destinations = allOf(destinationKind);
export const destinationsById = defineQuestion({
  name: 'destinations-by-id',
  parameters: z.strictObject({ ids: z.array(z.string()) }),
  row: destinationKind.schema,
  statement: ({ ids }) => ({
    sql: `SELECT * FROM "destination" WHERE "id" IN (SELECT unnest(from_json($1, '["VARCHAR"]'))) ORDER BY "id"`,
    values: [JSON.stringify(ids)],
  }),
});
export const intervals = allOf(intervalKind);
export const corrections = allOf(correctionKind);

export const correctionsOfHost = defineQuestion({
  name: 'corrections-of-host',
  parameters: z.strictObject({ host: z.string() }),
  row: correctionKind.schema,
  statement: ({ host }) => ({ sql: 'SELECT * FROM "correction" WHERE "host" = $1 ORDER BY "from"', values: [host] }),
});

export const intervalsOfHost = defineQuestion({
  name: 'intervals-of-host',
  parameters: z.strictObject({ host: z.string() }),
  row: intervalKind.schema,
  statement: ({ host }) => ({ sql: 'SELECT * FROM "interval" WHERE "host" = $1 ORDER BY "axis", "from"', values: [host] }),
});

export const judgementsOfDay = defineQuestion({
  name: 'judgements-of-day',
  parameters: z.strictObject({ mac: z.number(), from: z.number(), to: z.number() }),
  row: judgementKind.schema,
  statement: ({ mac: device, from, to }) => ({
    sql: `SELECT * FROM "judgement" WHERE "mac" = $1 AND "minute" >= ${timestamp(2)} AND "minute" < ${timestamp(3)} ORDER BY ALL`,
    values: [BigInt(device), BigInt(from), BigInt(to)],
  }),
});

export const judgementsBetween = defineQuestion({
  name: 'judgements-between',
  parameters: window,
  row: judgementKind.schema,
  statement: ({ from, to }) => ({
    sql: `SELECT * FROM "judgement" WHERE "minute" >= ${timestamp(1)} AND "minute" < ${timestamp(2)} ORDER BY ALL`,
    values: [BigInt(from), BigInt(to)],
  }),
});

export const usedDestinations = defineQuestion({
  name: 'used-destinations',
  parameters: nothing,
  row: z.strictObject({ destination: text('Id of a destination that a judgement points to.') }),
  statement: () => ({ sql: 'SELECT DISTINCT "destination" FROM "judgement" ORDER BY 1', values: [] }),
});

/** What each judged device exchanged with each destination in each interval, and minute by minute. */
export const judgedTraffic = defineQuestion({
  name: 'judged-traffic',
  parameters: window,
  row: z.strictObject({
    mac: mac('The device.'),
    state: choice(hostStates, 'Its state.'),
    confidence: choice(confidences, 'Confidence of the state.'),
    intervalFrom: instant('Start of the machine interval that says so.').nullable(),
    destination: text('Id of the destination.'),
    sentPackets: count('Packets sent by the device.'),
    sentOctets: count('Octets sent by the device.'),
    receivedPackets: count('Packets unicast to the device.'),
    receivedOctets: count('Octets unicast to the device.'),
    minutes: uint32s('Minutes with traffic, as minutes since the epoch, ascending; the next four lists run in parallel.'),
    sentPacketsByMinute: uint32s('Packets sent; 2^32 - 1 stands for more.'),
    sentOctetsByMinute: uint32s('Octets sent; 2^32 - 1 stands for more.'),
    receivedPacketsByMinute: uint32s('Packets received; 2^32 - 1 stands for more.'),
    receivedOctetsByMinute: uint32s('Octets received; 2^32 - 1 stands for more.'),
    contradictions: count('Minutes in which the device sent though it could not.'),
    firstAt: instant('First packet.'),
    lastAt: instant('Last packet.'),
  }),
  statement: ({ from, to }) => ({
    sql: `SELECT "mac", "state", "confidence", "intervalFrom", "destination", ${quantities.map((name) => `sum("${name}")::BIGINT AS "${name}"`).join(', ')},
        list("at" ORDER BY "at") AS "minutes",
        ${quantities.map((name) => `list(least("${name}", 4294967295)::UINTEGER ORDER BY "at") AS "${name}ByMinute"`).join(', ')},
        count(*) FILTER ("contradiction") AS "contradictions", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt"
      FROM (SELECT "mac", "state", "confidence", "intervalFrom", "destination", (epoch_us("minute") // 60000000)::UINTEGER AS "at",
          ${quantities.map((name) => `sum("${name}")::BIGINT AS "${name}"`).join(', ')},
          bool_or("contradiction") AS "contradiction", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt"
        FROM "judgement" WHERE "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)} GROUP BY ALL)
      GROUP BY "mac", "state", "confidence", "intervalFrom", "destination" ORDER BY ALL`,
    values: [BigInt(from), BigInt(to)],
  }),
});

/**
 * How many names below one domain a judged device was told the addresses of in one hour. A domain is the last two labels, or
 * three where the second is one of those that registries give away below (`co.jp`).
 */
export const askedNames = defineQuestion({
  name: 'asked-names',
  parameters: z.strictObject({ ...window.shape, mac: z.number().nullable() }),
  row: z.strictObject({
    mac: mac('The device.'),
    state: choice(hostStates, 'Its state in that minute.'),
    confidence: choice(confidences, 'Confidence of the state.'),
    hour: instant('Start of the UTC hour.'),
    domain: text('The domain.'),
    names: texts('Different names below it, sorted, at most a thousand.'),
  }),
  statement: ({ from, to, mac: client }) => ({
    // Of machines that have been judged at all, and busy hours first, whatever the state: of ten million minutes only theirs have to be
    // looked up.
    sql: `WITH asked AS (
        SELECT "clientMac" AS "mac", date_trunc('minute', "from") AS "minute", "name", string_split("name", '.') AS "labels" FROM "name"
        WHERE "evidence" IN ('dns', 'https-record') AND "from" >= ${timestamp(1)} AND "from" < ${timestamp(2)} AND ($3 IS NULL OR "clientMac" = $3)
          AND "clientMac" IN (SELECT "mac" FROM "exchange")),
      domains AS (SELECT "mac", "minute", date_trunc('hour', "minute") AS "hour", "name",
        array_to_string("labels"[CASE WHEN len("labels"[-1]) = 2 AND "labels"[-2] IN ('ac', 'co', 'com', 'edu', 'go', 'gov', 'gr', 'lg', 'ne', 'net', 'or', 'org')
          THEN -3 ELSE -2 END:], '.') AS "domain" FROM asked WHERE len("labels") > 2),
      busy AS (SELECT "mac", "hour", "domain" FROM domains GROUP BY ALL HAVING count(DISTINCT "name") >= 10 OR max(len("name")) >= 60),
      kept AS (SELECT * FROM domains SEMI JOIN busy USING ("mac", "hour", "domain"))
      SELECT "mac", "state", "confidence", "hour", "domain", list_sort(list(DISTINCT "name"))[1:1000] AS "names"
      FROM kept JOIN (SELECT DISTINCT "mac", "minute", "state", "confidence" FROM "judgement" SEMI JOIN kept USING ("mac", "minute")) USING ("mac", "minute")
      GROUP BY ALL HAVING count(DISTINCT "name") >= 10 OR max(len("name")) >= 60 ORDER BY ALL`,
    values: [BigInt(from), BigInt(to), client === null ? null : BigInt(client)],
  }),
});

/** Machines for which no log tells their state: what they exchanged, seen from their inside addresses. */
export const unjudgedTraffic = defineQuestion({
  name: 'unjudged-traffic',
  parameters: window,
  row: z.strictObject({
    mac: mac('The machine.'),
    packets: count('Packets that it sent, or that were unicast to it.'),
    octets: count('Octets of these packets.'),
  }),
  // An address of the far side that passes a router is not the router's own.
  statement: (window) => ({
    sql: `SELECT "mac", sum("packets")::BIGINT AS "packets", sum("octets")::BIGINT AS "octets" FROM (
        SELECT "mac", "address", "packets", "octets" FROM "unjudged" WHERE ${inPart.whole}
        UNION ALL SELECT "mac", "address", "packets", "octets" FROM ${flowSides(`AND ${inPart.before}`)}
        UNION ALL SELECT "mac", "address", "packets", "octets" FROM ${flowSides(`AND ${inPart.after}`)}) AS side
      JOIN (SELECT "mac", "addresses" FROM "device" WHERE "host" IS NULL) AS machine USING ("mac")
      WHERE len("addresses") = 0 OR list_contains("addresses", "address") GROUP BY "mac" ORDER BY "mac"`,
    values: spanValues(window),
  }),
});

/** How long each host was in each pair of states, machine and person, where both are known. */
export const hoursByStates = defineQuestion({
  name: 'hours-by-states',
  parameters: z.strictObject({ from: z.number(), to: z.number(), host: z.string().nullable() }),
  row: z.strictObject({
    host: text('The host.'),
    machine: choice(machineStates, 'What the machine was.'),
    person: choice(personStates, 'Whether a person was there.'),
    microseconds: count('How long.'),
  }),
  // The intervals of an axis touch: each begin says what holds until the next begin on that axis.
  statement: ({ from, to, host }) => ({
    sql: `WITH span AS (SELECT "host", "axis", "state", greatest("from", ${timestamp(1)}) AS "from", least("to", ${timestamp(2)}) AS "to" FROM "interval"
          WHERE "from" < ${timestamp(2)} AND "to" > ${timestamp(1)} AND ($3 IS NULL OR "host" = $3)),
        edge AS (SELECT "host", "from" AS "begin", max("state") FILTER ("axis" = 'machine') AS "machine", max("state") FILTER ("axis" = 'person') AS "person"
          FROM (SELECT "host", "axis", "state", "from" FROM span UNION ALL SELECT "host", "axis", '', max("to") FROM span GROUP BY "host", "axis") GROUP BY ALL),
        piece AS (SELECT "host", last_value("machine" IGNORE NULLS) OVER known AS "machine", last_value("person" IGNORE NULLS) OVER known AS "person",
          "begin", lead("begin") OVER (PARTITION BY "host" ORDER BY "begin") AS "end" FROM edge
          WINDOW known AS (PARTITION BY "host" ORDER BY "begin" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
      SELECT "host", "machine", "person", sum(epoch_us("end") - epoch_us("begin"))::BIGINT AS "microseconds" FROM piece
        WHERE "machine" <> '' AND "person" <> '' AND "end" IS NOT NULL GROUP BY ALL ORDER BY ALL`,
    values: [BigInt(from), BigInt(to), host],
  }),
});

export const staleUnits = defineQuestion({
  name: 'stale-units',
  parameters: nothing,
  row: z.strictObject({
    unit: choice(['devices', 'host', 'clock', 'device-day', 'destinations'], 'What kind of unit.'),
    subject: text('MAC address as a number, host name, or empty.'),
    day: instant('Start of the UTC day.').nullable(),
  }),
  statement: () => ({ sql: 'SELECT "unit", "subject", "day" FROM "stale" ORDER BY ALL', values: [] }),
});

/** What the derived records were made with. */
export const basis = defineQuestion({
  name: 'basis',
  parameters: nothing,
  row: z.strictObject({ name: text('What.'), value: text('Its version or digest.') }),
  statement: () => ({ sql: 'SELECT "name", "value" FROM "basis" ORDER BY "name"', values: [] }),
});
