/** Questions about addresses: who used which, and who turned to those that nobody has. */

import { z } from 'zod';
import { visibilityKind } from '../../record/dark.ts';
import { address, count, instant, json, mac, text, texts } from '../../record/field.ts';
import { defineQuestion } from '../question.ts';
import { noOwnClaim } from './ownClaim.ts';

const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;
const window = z.strictObject({ from: z.number(), to: z.number() });

/** What was seen by the watch of a service port, and what captures showed. The operator's word is no sighting. */
const sightings = `SELECT "address", "mac", "firstAt", "lastAt", "frames", unnest(from_json("evidence", '["VARCHAR"]')) AS "evidence", "interface" FROM "usage"
  UNION ALL SELECT "address", "mac", "from", "from", 0, "evidence", 'capture' FROM "binding"
    WHERE "address" IS NOT NULL AND "evidence" NOT IN ('configuration', 'log') AND ${noOwnClaim}`;

/** Which device used which address in a span of time. */
export const addressUsage = defineQuestion({
  name: 'address-usage',
  parameters: window,
  row: z.strictObject({
    address: address('The address.'),
    mac: mac('The device.'),
    firstAt: instant('First sighting in the span.'),
    lastAt: instant('Last sighting in the span.'),
    evidence: texts('What showed it.'),
    frames: count('Frames that showed it, as far as they were counted.'),
    interfaces: texts('Service ports, or `capture`.'),
  }),
  statement: ({ from, to }) => ({
    sql: `WITH sighting AS (${sightings}), counted AS (SELECT "address", "mac", sum("frames")::BIGINT AS "frames" FROM "usage"
        WHERE "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)} GROUP BY ALL)
      SELECT "address", "mac", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt", list_sort(list(DISTINCT "evidence")) AS "evidence",
        coalesce(max(counted."frames"), 0)::BIGINT AS "frames", list_sort(list(DISTINCT "interface")) AS "interfaces"
      FROM sighting LEFT JOIN counted USING ("address", "mac")
      WHERE "firstAt" < ${timestamp(2)} AND "lastAt" >= ${timestamp(1)}
      GROUP BY "address", "mac" ORDER BY "address", "lastAt" DESC, "mac"`,
    values: [BigInt(from), BigInt(to)],
  }),
});

/** Addresses that were seen in use since a moment, each with the device that used it last. */
export const rememberedAddresses = defineQuestion({
  name: 'remembered-addresses',
  parameters: z.strictObject({ since: z.number() }),
  row: z.strictObject({ address: address('The address.'), mac: mac('The device.'), lastAt: instant('Last sighting.') }),
  statement: ({ since }) => ({
    sql: `SELECT "address", arg_max("mac", "lastAt") AS "mac", max("lastAt") AS "lastAt" FROM (${sightings})
      WHERE "lastAt" >= ${timestamp(1)} GROUP BY "address" ORDER BY "lastAt" DESC, "address"`,
    values: [BigInt(since)],
  }),
});

const services = z.array(z.strictObject({ protocol: z.number().int(), port: z.number().int().nullable(), packets: z.number().int() }));

/** Contacts with dark addresses, the slices of each taken together. */
export const darkContacts = defineQuestion({
  name: 'dark-contacts',
  parameters: window,
  row: z.strictObject({
    askerMac: mac('The machine that asked.'),
    askerAddress: address('The address that it asked from.'),
    target: address('The dark address.'),
    mode: text('`dry-run` or `answer`.'),
    interface: text('The service port.'),
    claimedAt: instant('When silence was taken as proof.'),
    solicitedAt: instant('When the first solicitation was heard.'),
    lastAt: instant('End of the last slice with anything in it.'),
    probes: count('Own solicitations to which nobody answered.'),
    solicitations: count('Solicitations by the asker.'),
    packets: count('Packets to the dark address.'),
    octets: count('Octets of these.'),
    services: json(z.array(services), 'Of each slice.'),
    payload: text('Start of the first data.').nullable(),
    evidence: texts('Capture files that hold the packets.'),
  }),
  statement: ({ from, to }) => ({
    sql: `SELECT "askerMac", min("askerAddress") AS "askerAddress", "target", "mode", "interface", "claimedAt", min("solicitedAt") AS "solicitedAt",
        max(coalesce("lastAt", "from")) AS "lastAt", max(json_array_length("probesAt"))::BIGINT AS "probes",
        sum("solicitations")::BIGINT AS "solicitations", sum("packets")::BIGINT AS "packets", sum("octets")::BIGINT AS "octets",
        '[' || string_agg("services", ',' ORDER BY "slice") || ']' AS "services", first("payload" ORDER BY "slice") FILTER ("payload" IS NOT NULL) AS "payload",
        list_sort(list(DISTINCT "evidence") FILTER ("evidence" IS NOT NULL)) AS "evidence"
      FROM "dark" WHERE "from" < ${timestamp(2)} AND "to" >= ${timestamp(1)}
      GROUP BY "askerMac", "target", "mode", "interface", "claimedAt" ORDER BY "askerMac", "solicitedAt", "target"`,
    values: [BigInt(from), BigInt(to)],
  }),
});

/** The latest verdict about each link. */
export const visibility = defineQuestion({
  name: 'visibility',
  parameters: z.strictObject({}),
  row: visibilityKind.schema,
  statement: () => ({
    sql: `SELECT * FROM "visibility" QUALIFY row_number() OVER (PARTITION BY "sensor", "interface" ORDER BY "at" DESC) = 1 ORDER BY "sensor", "interface"`,
    values: [],
  }),
});
