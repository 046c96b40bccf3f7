/** Questions behind pages: bounded, and a part at a time. */

import { z } from 'zod';
import { eventKind } from '../../record/event.ts';
import { choice, count, instant, text } from '../../record/field.ts';
import { flowKind } from '../../record/flow.ts';
import { confidences, hostStates, intervalKind } from '../../record/interval.ts';
import { judgementKind } from '../../record/judged.ts';
import { defineQuestion } from '../question.ts';

const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;
const span = { from: z.number(), to: z.number() };
/** At most so many rows of an answer, after so many that are passed over. */
const part = { limit: z.number().int().min(1).max(10_000), offset: z.number().int().min(0).max(100_000_000) };
const oneOf = (values: readonly string[]) => (values.length === 0 ? `('')` : `(${values.map((value) => `'${value}'`).join(', ')})`);

/** Packets of one machine over time, added up in steps. */
export const packetCurve = defineQuestion({
  name: 'packet-curve',
  parameters: z.strictObject({
    ...span,
    mac: z.number(),
    stepUs: z.number().int().min(60_000_000),
    judged: z.boolean(),
    states: z.array(z.enum(hostStates)),
  }),
  row: z.strictObject({
    at: instant('Start of the step.'),
    sent: count('Packets that the machine sent.'),
    received: count('Packets unicast to it.'),
    open: count('Of both, packets in these states with destinations that are not explained, or that it could not have sent.'),
  }),
  statement: ({ from, to, mac, stepUs, judged, states }) => {
    const step = `make_timestamp(((epoch_us("minute") // $4) * $4)::BIGINT)`;
    const within = `"minute" >= ${timestamp(2)} AND "minute" < ${timestamp(3)}`;
    return {
      sql: judged
        ? `SELECT ${step} AS "at", sum("sentPackets")::BIGINT AS "sent", sum("receivedPackets")::BIGINT AS "received",
             coalesce(sum("sentPackets" + "receivedPackets") FILTER ("state" IN ${oneOf(states)} AND ("contradiction" OR "destination" IN (SELECT "id" FROM "destination" WHERE "status" <> 'explained'))), 0)::BIGINT AS "open"
           FROM "judgement" WHERE "mac" = $1 AND ${within} GROUP BY 1 ORDER BY 1`
        : `SELECT ${step} AS "at", sum(CASE WHEN "sourceMac" = $1 THEN "sourcePackets" ELSE "destinationPackets" END)::BIGINT AS "sent",
             sum(CASE WHEN "sourceMac" = $1 THEN "destinationPackets" ELSE "sourcePackets" END)::BIGINT AS "received", 0::BIGINT AS "open"
           FROM "flow" WHERE ("sourceMac" = $1 OR "destinationMac" = $1) AND ${within} GROUP BY 1 ORDER BY 1`,
      values: [BigInt(mac), BigInt(from), BigInt(to), BigInt(stepUs)],
    };
  },
});

export const intervalsOfSpan = defineQuestion({
  name: 'intervals-of-span',
  parameters: z.strictObject({ ...span, host: z.string(), limit: part.limit }),
  row: intervalKind.schema,
  statement: ({ from, to, host, limit }) => ({
    sql: `SELECT * FROM "interval" WHERE "host" = $1 AND "to" > ${timestamp(2)} AND "from" < ${timestamp(3)} ORDER BY "axis", "from" LIMIT $4`,
    values: [host, BigInt(from), BigInt(to), limit],
  }),
});

export const eventsOfSpan = defineQuestion({
  name: 'events-of-span',
  parameters: z.strictObject({ ...span, host: z.string(), ...part }),
  row: eventKind.schema,
  statement: ({ from, to, host, limit, offset }) => ({
    sql: `SELECT * FROM "event" WHERE "host" = $1 AND "time" >= ${timestamp(2)} AND "time" < ${timestamp(3)} ORDER BY "time", "recordId", "id" LIMIT $4 OFFSET $5`,
    values: [host, BigInt(from), BigInt(to), limit, offset],
  }),
});

/** Judgements: what one number of packets is made of. */
export const judgementsOfSpan = defineQuestion({
  name: 'judgements-of-span',
  parameters: z.strictObject({
    ...span,
    mac: z.number().nullable(),
    destination: z.string().nullable(),
    states: z.array(z.enum(hostStates)),
    confidences: z.array(z.enum(confidences)),
    ...part,
  }),
  row: judgementKind.schema,
  statement: ({ from, to, mac, destination, states, confidences: sure, limit, offset }) => ({
    sql: `SELECT * FROM "judgement" WHERE "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)} AND ($3 IS NULL OR "mac" = $3)
        AND ($4 IS NULL OR "destination" = $4) AND "state" IN ${oneOf(states)} AND "confidence" IN ${oneOf(sure)}
      ORDER BY "minute", "mac", "destination", "firstAt", "state" LIMIT $5 OFFSET $6`,
    values: [BigInt(from), BigInt(to), mac === null ? null : BigInt(mac), destination, limit, offset],
  }),
});

export const flowsOfSpan = defineQuestion({
  name: 'flows-of-span',
  parameters: z.strictObject({ ...span, mac: z.number().nullable(), ...part }),
  row: flowKind.schema,
  statement: ({ from, to, mac, limit, offset }) => ({
    sql: `SELECT * FROM "flow" WHERE "firstAt" >= ${timestamp(1)} AND "firstAt" < ${timestamp(2)} AND "minute" >= ${timestamp(1)} - INTERVAL 1 MINUTE
        AND "minute" < ${timestamp(2)} AND ($3 IS NULL OR "sourceMac" = $3 OR "destinationMac" = $3)
      ORDER BY "firstAt", "capture", "sourceAddress", "destinationAddress", "sourcePort", "destinationPort" LIMIT $4 OFFSET $5`,
    values: [BigInt(from), BigInt(to), mac === null ? null : BigInt(mac), limit, offset],
  }),
});

/** The books of every stage, all spans of time added up; reasons apart, in `lossesByReason`. */
export const booksByStage = defineQuestion({
  name: 'books-by-stage',
  parameters: z.strictObject({ limit: part.limit }),
  row: z.strictObject({
    stage: text('Name of the stage.'),
    interface: text('Name of the interface or file.'),
    capture: text('The capture.'),
    unit: text('What is counted.'),
    in: count('Received.'),
    out: count('Handed on.'),
    carried: count('Held from the spans before.'),
    held: count('Held at the ends of the spans.'),
  }),
  statement: ({ limit }) => ({
    sql: `SELECT "stage", "interface", "capture", "unit", sum("in")::BIGINT AS "in", sum("out")::BIGINT AS "out", sum(coalesce("carried", 0))::BIGINT AS "carried",
        sum("held")::BIGINT AS "held" FROM "health" GROUP BY ALL ORDER BY max("until") DESC, "interface", "capture", "stage" LIMIT $1`,
    values: [limit],
  }),
});

export const lossesByReason = defineQuestion({
  name: 'losses-by-reason',
  parameters: z.strictObject({}),
  row: z.strictObject({
    stage: text('Name of the stage.'),
    capture: text('The capture.'),
    kind: choice(['refused', 'dropped'], 'On purpose or lost.'),
    reason: text('Why.'),
    count: count('How many.'),
  }),
  statement: () => ({
    // A row for each stage and minute, and most of them say the same: each different text is read once.
    sql: `SELECT "stage", "capture", "kind", "key" AS "reason", sum("value"::BIGINT * "times")::BIGINT AS "count" FROM (${(
      ['refused', 'dropped'] as const
    )
      .map(
        (kind) =>
          `SELECT "stage", "capture", '${kind}' AS "kind", "key", "value", "times"
            FROM (SELECT "stage", "capture", "${kind}", count(*) AS "times" FROM "health" WHERE "${kind}" <> '{}' GROUP BY ALL), json_each("${kind}")`,
      )
      .join(' UNION ALL ')}) GROUP BY ALL ORDER BY ALL`,
    values: [],
  }),
});
