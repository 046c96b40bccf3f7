/** Questions about facts: what was read, and what derivation starts from. */

import { z } from 'zod';
import { captureKind } from '../../record/capture.ts';
import { clockKind } from '../../record/clock.ts';
import { decisionKind } from '../../record/decision.ts';
import { eventKind } from '../../record/event.ts';
import { address, choice, count, instant, mac, text, uint8 } from '../../record/field.ts';
import { flowKind } from '../../record/flow.ts';
import { healthKind } from '../../record/health.ts';
import { nameKind } from '../../record/sighting.ts';
import { allOf, defineQuestion } from '../question.ts';
import { noOwnClaim } from './ownClaim.ts';

const nothing = z.strictObject({});
const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;

export const captures = allOf(captureKind);
export const health = allOf(healthKind);
export const decisions = allOf(decisionKind);

export const healthOfCapture = defineQuestion({
  name: 'health-of-capture',
  parameters: z.strictObject({ capture: z.string() }),
  row: healthKind.schema,
  statement: ({ capture }) => ({ sql: 'SELECT * FROM "health" WHERE "capture" = $1 ORDER BY "from", "stage"', values: [capture] }),
});

/** What is on disk of a capture. */
export const rowsOfCapture = defineQuestion({
  name: 'rows-of-capture',
  parameters: z.strictObject({ capture: z.string() }),
  row: z.strictObject({ rows: count('Facts of all kinds.'), packets: count('Packets in its flow slices.') }),
  statement: ({ capture }) => ({
    sql: `SELECT (SELECT count(*) FROM "flow" WHERE "capture" = $1) + (SELECT count(*) FROM "name" WHERE "capture" = $1)
        + (SELECT count(*) FROM "binding" WHERE "capture" = $1) + (SELECT count(*) FROM "network" WHERE "capture" = $1)
        + (SELECT count(*) FROM "clock" WHERE "capture" = $1) AS "rows",
      (SELECT coalesce(sum("sourcePackets" + "destinationPackets"), 0)::BIGINT FROM "flow" WHERE "capture" = $1) AS "packets"`,
    values: [capture],
  }),
});

/** What was there and never came into the capture, by interface or file: what the link stage booked as dropped. */
export const framesLost = defineQuestion({
  name: 'frames-lost',
  parameters: nothing,
  row: z.strictObject({ interface: text('Name of the interface or file.'), frames: count('Frames that were lost.') }),
  statement: () => ({
    sql: `SELECT "interface", sum(list_sum([CAST("dropped"->>reason AS BIGINT) FOR reason IN json_keys("dropped")]))::BIGINT AS "frames" FROM "health"
      WHERE "stage" = 'link' AND "dropped" <> '{}' GROUP BY "interface" HAVING "frames" > 0 ORDER BY "interface"`,
    values: [],
  }),
});

export const totals = defineQuestion({
  name: 'totals',
  parameters: nothing,
  row: z.strictObject({
    captures: count('Capture files and sessions.'),
    flows: count('Flow slices.'),
    events: count('Log events.'),
    intervals: count('Host-state intervals.'),
    judgements: count('Judgements.'),
    destinations: count('Destinations.'),
    stale: count('Units that wait to be derived anew.'),
  }),
  statement: () => ({
    sql: `SELECT (SELECT count(*) FROM "capture") AS "captures", (SELECT count(*) FROM "flow") AS "flows",
      (SELECT count(*) FROM "event") AS "events", (SELECT count(*) FROM "interval") AS "intervals",
      (SELECT count(*) FROM "judgement") AS "judgements", (SELECT count(*) FROM "destination") AS "destinations",
      (SELECT count(*) FROM "stale") AS "stale"`,
    values: [],
  }),
});

/** From when to when there are facts. */
export const span = defineQuestion({
  name: 'span',
  parameters: nothing,
  row: z.strictObject({ from: instant('Earliest fact.').nullable(), to: instant('Latest fact.').nullable() }),
  statement: () => ({
    sql: `SELECT min("at") AS "from", max("at") AS "to" FROM (
      SELECT min("firstAt") AS "at" FROM "flow" UNION ALL SELECT max("lastAt") FROM "flow"
      UNION ALL SELECT min("time") FROM "event" WHERE NOT "recovered" UNION ALL SELECT max("time") FROM "event" WHERE NOT "recovered"
      UNION ALL SELECT min("from") FROM "dark" UNION ALL SELECT max("to") FROM "dark")`,
    values: [],
  }),
});

export const eventsOfHost = defineQuestion({
  name: 'events-of-host',
  parameters: z.strictObject({ host: z.string() }),
  row: eventKind.schema,
  statement: ({ host }) => ({ sql: 'SELECT * FROM "event" WHERE "host" = $1 ORDER BY "id"', values: [host] }),
});

/** What is stored under the given ids: several where two forms of log tell one event differently. */
export const knownEvents = defineQuestion({
  name: 'known-events',
  parameters: z.strictObject({ ids: z.array(z.string()) }),
  row: eventKind.schema,
  statement: ({ ids }) => ({
    sql: `SELECT * FROM "event" WHERE "id" IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`,
    values: [JSON.stringify(ids)],
  }),
});

/** Enough to tell which names are one machine: every renaming (EventLog 6011), and the last event under each name. */
export const renamings = defineQuestion({
  name: 'renamings',
  parameters: nothing,
  row: eventKind.schema,
  statement: () => ({
    sql: `SELECT * FROM "event" WHERE NOT "recovered" AND ("eventId" = 6011
      OR "id" IN (SELECT arg_max("id", "time") FROM "event" WHERE NOT "recovered" GROUP BY "host")) ORDER BY "id"`,
    values: [],
  }),
});

export const hosts = defineQuestion({
  name: 'hosts',
  parameters: nothing,
  row: z.strictObject({ host: text('A host of which there are events.'), events: count('How many.') }),
  statement: () => ({ sql: 'SELECT "host", count(*) AS "events" FROM "event" GROUP BY "host" ORDER BY "host"', values: [] }),
});

/** Every distinct binding, and every machine without one, with the latest time at which it was seen. */
export const bindings = defineQuestion({
  name: 'bindings',
  parameters: nothing,
  row: z.strictObject({
    mac: mac('The machine.'),
    address: address('An address of it.').nullable(),
    hostName: text('A name of it.').nullable(),
    evidence: text('What showed it.'),
    firstSeen: instant('First sighting.'),
    lastSeen: instant('Latest sighting.'),
  }),
  statement: () => ({
    // A machine that nothing was bound to has still sent frames.
    sql: `SELECT "mac", "address", "hostName", "evidence", min("from") AS "firstSeen", max("from") AS "lastSeen" FROM "binding" WHERE ${noOwnClaim} GROUP BY ALL
      UNION ALL SELECT "sourceMac", NULL, NULL, 'flow', min("minute"), max("minute") FROM "flow"
        WHERE "sourceMac" IS NOT NULL AND "sourceMac" NOT IN (SELECT "mac" FROM "binding") GROUP BY "sourceMac"
      ORDER BY "mac", "address", "hostName", "evidence"`,
    values: [],
  }),
});

/** What the network taught about itself, each thing once for each who taught it. */
export const network = defineQuestion({
  name: 'network',
  parameters: nothing,
  row: z.strictObject({
    what: choice(['prefix', 'router', 'resolver'], 'What was taught.'),
    address: address('Prefix or address.'),
    prefixLength: uint8('Length over 128 bits.').nullable(),
    evidence: text('How it was taught.'),
    toldBy: mac('Who taught it.').nullable(),
    hours: count('Different UTC hours in which it was taught.'),
    firstSeen: instant('When it was taught first.'),
  }),
  statement: () => ({
    sql: `SELECT "what", "address", "prefixLength", "evidence", "toldBy", count(DISTINCT date_trunc('hour', "from")) AS "hours", min("from") AS "firstSeen"
      FROM "network" GROUP BY "what", "address", "prefixLength", "evidence", "toldBy" ORDER BY ALL`,
    values: [],
  }),
});

/** Flow slices in which a machine took part, as sender or as the one unicast receiver. */
export const flowsOfDevice = defineQuestion({
  name: 'flows-of-device',
  parameters: z.strictObject({ mac: z.number(), from: z.number(), to: z.number() }),
  row: flowKind.schema,
  statement: ({ mac: device, from, to }) => ({
    sql: `SELECT * FROM "flow" WHERE "minute" >= ${timestamp(2)} AND "minute" < ${timestamp(3)} AND ("sourceMac" = $1 OR "destinationMac" = $1)
      ORDER BY ALL`,
    values: [BigInt(device), BigInt(from), BigInt(to)],
  }),
});

export const flowsBetween = defineQuestion({
  name: 'flows-between',
  parameters: z.strictObject({ from: z.number(), to: z.number() }),
  row: flowKind.schema,
  statement: ({ from, to }) => ({
    sql: `SELECT * FROM "flow" WHERE "firstAt" >= ${timestamp(1)} AND "firstAt" < ${timestamp(2)} ORDER BY "firstAt", "capture", "sourceAddress", "destinationAddress", "sourcePort", "destinationPort"`,
    values: [BigInt(from), BigInt(to)],
  }),
});

/** Names that a client learnt in a span of time. */
export const namesOfClient = defineQuestion({
  name: 'names-of-client',
  parameters: z.strictObject({ mac: z.number(), from: z.number(), to: z.number() }),
  row: nameKind.schema,
  statement: ({ mac: client, from, to }) => ({
    sql: `SELECT * FROM "name" WHERE "clientMac" = $1 AND "from" >= ${timestamp(2)} AND "from" < ${timestamp(3)} ORDER BY ALL`,
    values: [BigInt(client), BigInt(from), BigInt(to)],
  }),
});

/** The UTC days on which a machine took part in a flow. */
export const daysOfDevice = defineQuestion({
  name: 'days-of-device',
  parameters: z.strictObject({ mac: z.number() }),
  row: z.strictObject({ day: instant('Start of the UTC day.') }),
  statement: ({ mac: device }) => ({
    sql: `SELECT DISTINCT date_trunc('day', "minute")::TIMESTAMP AS "day" FROM "flow" WHERE "sourceMac" = $1 OR "destinationMac" = $1 ORDER BY 1`,
    values: [BigInt(device)],
  }),
});

/** The machines and UTC days that a capture holds flows of. */
export const deviceDaysOfCapture = defineQuestion({
  name: 'device-days-of-capture',
  parameters: z.strictObject({ capture: z.string() }),
  row: z.strictObject({ mac: mac('The machine.'), day: instant('Start of the UTC day.') }),
  statement: ({ capture }) => ({
    sql: `SELECT DISTINCT unnest(["sourceMac", "destinationMac"]) AS "mac", date_trunc('day', "minute")::TIMESTAMP AS "day" FROM "flow"
      WHERE "capture" = $1 AND "sourceMac" IS NOT NULL AND "destinationMac" IS NOT NULL ORDER BY ALL`,
    values: [capture],
  }),
});

/** What the operator's facts were made from. */
export const operatorFacts = defineQuestion({
  name: 'operator-facts',
  parameters: nothing,
  row: z.strictObject({ value: text('The facts as JSON.') }),
  statement: () => ({ sql: 'SELECT "value" FROM "operator"', values: [] }),
});

/** What time the machines of one host said it was. */
export const clocksOfMachine = defineQuestion({
  name: 'clocks-of-machine',
  parameters: z.strictObject({ mac: z.number() }),
  row: clockKind.schema,
  statement: ({ mac: machine }) => ({ sql: 'SELECT * FROM "clock" WHERE "mac" = $1 ORDER BY ALL', values: [BigInt(machine)] }),
});

/** The UTC minutes of a span in which machines other than this one sent something: by then the capture was running. */
export const minutesOfOthers = defineQuestion({
  name: 'minutes-of-others',
  parameters: z.strictObject({ macs: z.array(z.number()), from: z.number(), to: z.number() }),
  row: z.strictObject({ minute: instant('Start of the UTC minute.') }),
  statement: ({ macs, from, to }) => ({
    sql: `SELECT DISTINCT "minute" FROM "flow" WHERE "minute" >= ${timestamp(2)} AND "minute" < ${timestamp(3)}
      AND "sourceMac" NOT IN (SELECT unnest(from_json($1, '["BIGINT"]'))) AND "destinationMac" NOT IN (SELECT unnest(from_json($1, '["BIGINT"]')))
      ORDER BY 1`,
    values: [JSON.stringify(macs), BigInt(from), BigInt(to)],
  }),
});
