/**
 * Numbered steps forward, from an empty file to today's schema. A step is never edited once released; the next is added.
 *
 * Tables of record kinds are made from their declarations. A field that a kind gained later is added by its own step,
 * with `ADD COLUMN IF NOT EXISTS`, because a new file already has it from step 1.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import { Failure } from '../base/failure.ts';
import { clockKind } from '../record/clock.ts';
import { correctionKind } from '../record/correction.ts';
import { claimKind, darkKind, visibilityKind } from '../record/dark.ts';
import { decisionKind } from '../record/decision.ts';
import { destinationKind, deviceKind, judgementKind } from '../record/judged.ts';
import { type RecordKind, tableDefinition } from '../record/kind.ts';
import { recordKinds } from '../record/kinds.ts';
import { usageKind } from '../record/usage.ts';
import { rollUpNewDay, rollUpTables } from './rollUp.ts';

interface Migration {
  readonly version: number;
  /** What it does, for the schema table. */
  readonly what: string;
  readonly statements: () => readonly string[];
  /** Afterwards, for each UTC day that holds flows. */
  readonly ofEachDay?: (from: number) => readonly string[];
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    what: 'tables of all record kinds; units that are stale',
    statements: () => [
      ...recordKinds.map(tableDefinition),
      // Which unit of derived records no longer follows from the facts: written in the same commit as the facts.
      'CREATE TABLE "stale" ("unit" VARCHAR NOT NULL, "subject" VARCHAR NOT NULL, "day" TIMESTAMP)',
      // What the derived records were made with: versions of rules, digest of the knowledge base.
      'CREATE TABLE "basis" ("name" VARCHAR NOT NULL, "value" VARCHAR NOT NULL)',
      // What the facts with the evidence `configuration` were made from.
      'CREATE TABLE "operator" ("value" VARCHAR NOT NULL)',
    ],
  },
  {
    version: 2,
    what: 'clocks that hosts send, and corrections of the clock of a log',
    statements: () => [clockKind, correctionKind].map((kind) => ifNotExists(tableDefinition(kind as unknown as RecordKind))),
  },
  {
    version: 3,
    what: 'who used which address, and who turned to addresses that nobody has',
    statements: () =>
      [usageKind, claimKind, darkKind, visibilityKind].map((kind) => ifNotExists(tableDefinition(kind as unknown as RecordKind))),
  },
  {
    version: 4,
    what: 'books of spans that follow each other: what was held from the span before',
    statements: () => ['ALTER TABLE "health" ADD COLUMN IF NOT EXISTS "carried" BIGINT'],
  },
  {
    version: 5,
    what: 'decisions of operators; envelopes of destinations and doubts about devices',
    statements: () => [
      ifNotExists(tableDefinition(decisionKind as unknown as RecordKind)),
      ...[deviceKind, judgementKind, destinationKind]
        .map((kind) => kind as unknown as RecordKind)
        .flatMap((kind) => [`DROP TABLE IF EXISTS "${kind.name}"`, tableDefinition(kind)]),
      // Without a basis everything is derived from the facts again.
      'DELETE FROM "basis"',
    ],
  },
  {
    version: 6,
    what: 'judgements and flows of machines without a log, added up by day: in another form since step 7',
    statements: () => [],
  },
  {
    version: 7,
    what: 'what was added up by day in states with somebody at the keyboard lies apart from the rest',
    statements: () => ['exchange', 'unjudged'].map((name) => `DROP TABLE IF EXISTS "${name}"`).concat(rollUpTables),
    ofEachDay: (from) => rollUpNewDay(from).map(({ sql }) => sql),
  },
];

/** A new file has the table of every kind from step 1. */
const ifNotExists = (statement: string) => statement.replace(/^CREATE TABLE /, 'CREATE TABLE IF NOT EXISTS ');

export const schemaVersion = Math.max(...migrations.map((migration) => migration.version));

/**
 * Brings the file to `schemaVersion`, each step in a transaction of its own. Returns the version found.
 *
 * @param until a test makes a file of an older yoban
 */
export async function migrate(connection: DuckDBConnection, until = schemaVersion): Promise<number> {
  await connection.run('CREATE TABLE IF NOT EXISTS "schema" ("version" INTEGER NOT NULL, "what" VARCHAR NOT NULL)');
  const reader = await connection.runAndReadAll('SELECT coalesce(max("version"), 0) FROM "schema"');
  const found = Number(reader.getRows()[0]?.[0] ?? 0);
  if (found > schemaVersion) {
    throw new Failure(
      'STORE_NEWER',
      `the store has schema ${found}, this yoban knows up to ${schemaVersion}`,
      'use a newer yoban, or another --data folder',
    );
  }
  for (const migration of migrations.filter(({ version }) => version > found && version <= until)) {
    await connection.run('BEGIN');
    for (const statement of migration.statements()) await connection.run(statement);
    if (migration.ofEachDay) {
      for (const from of await daysOfFlows(connection)) for (const statement of migration.ofEachDay(from)) await connection.run(statement);
    }
    await connection.run('INSERT INTO "schema" VALUES ($1, $2)', [migration.version, migration.what]);
    await connection.run('COMMIT');
  }
  return found;
}

/** Starts of the UTC days that hold flows, and with them judgements. */
async function daysOfFlows(connection: DuckDBConnection): Promise<number[]> {
  const reader = await connection.runAndReadAll(`SELECT DISTINCT epoch_us(date_trunc('day', "minute")) FROM "flow" ORDER BY 1`);
  return reader.getRows().map(([from]) => Number(from));
}
