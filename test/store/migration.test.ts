import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { day, hour, minute } from '../../src/base/time.ts';
import { address as addressField, count, instant, mac, text, uint32s } from '../../src/record/field.ts';
import { type FlowRecord, flowKind } from '../../src/record/flow.ts';
import { hostStates } from '../../src/record/interval.ts';
import { type JudgementRecord, judgementKind } from '../../src/record/judged.ts';
import type { RecordKind } from '../../src/record/kind.ts';
import { Database } from '../../src/store/database.ts';
import { migrate, schemaVersion } from '../../src/store/migration.ts';
import { defineQuestion } from '../../src/store/question.ts';
import { Store } from '../../src/store/store.ts';
import { Table } from '../../src/store/table.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { rollUpAll } from './rollUpAll.ts';
import { at, sampleFlow } from './sampleFlow.ts';

const start = at('2021-01-10T00:00:00Z');
const flows = Array.from({ length: 30 }, (_, n): FlowRecord => sampleFlow({ minute: start + n * 5 * hour, sourceMac: 1 + (n % 3) }));
const judgements = Array.from({ length: 90 }, (_, n): JudgementRecord => {
  const from = start + (n >> 1) * 97 * minute;
  return {
    mac: 1 + (n % 3),
    minute: from,
    state: hostStates[n % hostStates.length] as JudgementRecord['state'],
    intervalFrom: null,
    confidence: n % 4 === 0 ? 'low' : 'high',
    destination: `destination-${n % 5}`,
    peerAddress: null,
    sentPackets: n,
    sentOctets: 60 * n,
    receivedPackets: n % 7,
    receivedOctets: 70 * (n % 7),
    firstAt: from + n,
    lastAt: from + 20_000_000 + n,
    contradiction: n % 11 === 0,
  };
});

const exchange = defineQuestion({
  name: 'exchange-of-test',
  parameters: z.strictObject({}),
  row: z.strictObject({
    mac: mac(''),
    day: instant(''),
    state: text(''),
    confidence: text(''),
    destination: text(''),
    sentPackets: count(''),
    sentOctets: count(''),
    receivedPackets: count(''),
    receivedOctets: count(''),
    minutes: uint32s(''),
    contradictions: count(''),
    firstAt: instant(''),
    lastAt: instant(''),
  }),
  statement: () => ({ sql: 'SELECT * FROM "exchange" ORDER BY ALL', values: [] }),
});
const unjudged = defineQuestion({
  name: 'unjudged-of-test',
  parameters: z.strictObject({}),
  row: z.strictObject({ mac: mac(''), day: instant(''), address: addressField('').nullable(), packets: count(''), octets: count('') }),
  statement: () => ({ sql: 'SELECT * FROM "unjudged" ORDER BY ALL', values: [] }),
});

async function sumsOf(folder: string) {
  const store = await Store.open(folder);
  try {
    return { exchange: await store.ask(exchange, {}), unjudged: await store.ask(unjudged, {}) };
  } finally {
    await store.close();
  }
}

/** A file as an older yoban left it: its steps of the schema, and rows. */
async function oldStore(t: TestContext, version: number, statements: readonly string[] = []): Promise<string> {
  const folder = await temporaryFolder(t);
  const database = await Database.open(folder);
  const connection = await database.connect();
  await migrate(connection, version);
  for (const [kind, rows] of [
    [flowKind as unknown as RecordKind, flows],
    [judgementKind as unknown as RecordKind, judgements],
  ] as const) {
    const table = await Table.of(connection, kind);
    const buffer = table.take();
    for (const row of rows) buffer.push(row);
    await buffer.write(connection);
  }
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  database.close();
  return folder;
}

async function freshStore(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  const store = await Store.open(folder);
  for (const row of flows) store.append(flowKind, row);
  for (const row of judgements) store.append(judgementKind, row);
  await rollUpAll(store);
  await store.close();
  return folder;
}

describe('a store of an older yoban', () => {
  it('that has flows and judgements and no sums is added up as a fresh one is', async (t) => {
    const fresh = await sumsOf(await freshStore(t));
    assert.equal(new Set(fresh.exchange.map(({ state }) => state)).size, hostStates.length);
    assert.ok(fresh.unjudged.length >= 7 * 2, 'both sides of the flows of a week');
    assert.equal(
      fresh.exchange.reduce((sum, row) => sum + row.sentPackets, 0),
      judgements.reduce((sum, row) => sum + row.sentPackets, 0),
    );
    assert.deepEqual(await sumsOf(await oldStore(t, 5)), fresh);
  });

  it('whose sums lie in one table, as step 6 once made it, has them where they are read now', async (t) => {
    const made = [
      `CREATE TABLE "exchange" ("mac" BIGINT, "day" TIMESTAMP, "state" VARCHAR, "minutes" UINTEGER[])`,
      `INSERT INTO "exchange" VALUES (1, make_timestamp(${start + day}), 'off', [1])`,
      `CREATE TABLE "unjudged" ("mac" BIGINT, "day" TIMESTAMP, "address" UHUGEINT, "packets" BIGINT, "octets" BIGINT)`,
      `INSERT INTO "unjudged" VALUES (1, make_timestamp(${start + day}), NULL, 1, 1)`,
    ];
    assert.deepEqual(await sumsOf(await oldStore(t, 6, made)), await sumsOf(await freshStore(t)));
  });

  it('is not touched again once it is up to date, and one of a newer yoban is refused', async (t) => {
    const folder = await oldStore(t, 5);
    const first = await sumsOf(folder);
    assert.deepEqual(await sumsOf(folder), first);
    const database = await Database.open(folder);
    const connection = await database.connect();
    assert.equal(await migrate(connection), schemaVersion);
    await connection.run(`INSERT INTO "schema" VALUES (${schemaVersion + 1}, 'of tomorrow')`);
    connection.closeSync();
    database.close();
    await assert.rejects(Store.open(folder), { code: 'STORE_NEWER' });
  });
});
