/**
 * The system of record: one writer, one reader connection, both in the main thread.
 *
 * Facts are buffered and committed together with the marks of what they make stale, so that no interruption can leave
 * derived records behind that do not know they are old.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { z } from 'zod';
import type { CaptureRecord } from '../record/capture.ts';
import type { RecordKind } from '../record/kind.ts';
import { recordKinds } from '../record/kinds.ts';
import { AnswerMemory, keyOfQuestion } from './answerMemory.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { Gate } from './gate.ts';
import { migrate } from './migration.ts';
import { type Answers, answer, type Question, type Statement } from './question.ts';
import { captures } from './questions/facts.ts';
import type { RowBuffer } from './rowBuffer.ts';
import { Table } from './table.ts';

/** A unit of derived records: a device's day, a host's timeline, or all destinations. */
export interface StaleUnit {
  readonly unit: 'device-day' | 'host' | 'clock' | 'devices' | 'destinations';
  /** MAC address as a decimal number, host name, or empty. */
  readonly subject: string;
  /** Start of the UTC day, for `device-day`. */
  readonly day: number | null;
}

/** A unit that was worked on: its mark goes, unless facts that came since the work began made it stale again. */
export interface SettledUnit {
  readonly unit: StaleUnit;
  /** What `revisionOf` said before its facts were read. */
  readonly revision: number;
}

/** Rows of one commit alone: they are not buffered again when it fails. */
export type CommitRow = readonly [kind: RecordKind, row: Record<string, unknown>];

const keyOf = ({ unit, subject, day }: StaleUnit) => `${unit}/${subject}/${day}`;

/**
 * Rows held back before a commit, and after whose writing memory is given back to the machine. Below 2,048 the write rate falls off; what
 * DuckDB needs for the commit and for the checkpoint that follows grows with the rows in it.
 */
const commitRows = 4096;
/** Marks of stale units remembered. */
const mostMarked = 200_000;

/** Of those that may be given up: of the four threads that Node has for such work, commits find one free. */
const questionsAtOnce = 2;

export class Store implements Answers {
  /** Mostly one buffer a kind; more when a commit failed. */
  private readonly pending = new Map<Table, RowBuffer[]>();
  private readonly pendingStale = new Map<string, StaleUnit>();
  /** How often each unit was marked on disk by this process. */
  private readonly revisions = new Map<string, number>();
  /** Marks that are on disk, as far as it is known: most flows mark again what is marked. */
  private readonly marked = new Set<string>();
  private pendingRows = 0;
  private commitCount = 0;
  /** Transactions that others can see. */
  private written = 0;
  private readonly remembered = new AnswerMemory();
  private rows = 0;
  private releaseAtRows = commitRows;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly gate = new Gate(questionsAtOnce);

  private constructor(
    readonly folder: string,
    private readonly database: Database,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
    private readonly tables: ReadonlyMap<RecordKind, Table>,
  ) {}

  static async open(folder: string, options: DatabaseOptions = {}): Promise<Store> {
    const database = await Database.open(folder, options);
    try {
      const writer = await database.connect();
      await migrate(writer);
      const tables = new Map<RecordKind, Table>();
      for (const kind of recordKinds) tables.set(kind, await Table.of(writer, kind));
      return new Store(folder, database, writer, await database.connect(), tables);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Takes a row into the buffer. Call `commitWhenFull` or `commit` to write. */
  append<Schema extends z.ZodObject>(kind: RecordKind<Schema>, row: z.infer<Schema>): void {
    const table = this.tableOf(kind as unknown as RecordKind);
    let rows = this.pending.get(table)?.at(-1);
    if (!rows) {
      rows = table.take();
      this.pending.set(table, [rows]);
    }
    rows.push(row);
    this.pendingRows++;
  }

  /** Buffered like rows, and committed with them. */
  markStale(unit: StaleUnit): void {
    this.pendingStale.set(keyOf(unit), unit);
  }

  /** Changes with each commit that marks the unit: read it before the facts from which the unit is made. */
  revisionOf(unit: StaleUnit): number {
    return this.revisions.get(keyOf(unit)) ?? 0;
  }

  /** Changes when the buffer is taken for a commit: what was marked before must be marked again. */
  get commits(): number {
    return this.commitCount;
  }

  get isFull(): boolean {
    return this.pendingRows >= commitRows;
  }

  /** Rows on disk that this store was given since it was opened. */
  get committedRows(): number {
    return this.rows;
  }

  /**
   * Writes all that is buffered, after the given statements and before those that add it up, in one transaction. What was
   * taken is on disk when the promise resolves; after a failure nothing of it is, and it is buffered again, so that the next commit writes it.
   */
  commit(
    statements: readonly Statement[] = [],
    settled?: SettledUnit,
    own: readonly CommitRow[] = [],
    afterwards: readonly Statement[] = [],
  ): Promise<void> {
    this.commitCount++;
    const rows = [...this.pending];
    const stale = [...this.pendingStale.values()];
    this.pending.clear();
    this.pendingStale.clear();
    this.pendingRows = 0;
    return this.inTurn(async () => {
      await this.writer.run('BEGIN');
      try {
        if (settled && this.revisionOf(settled.unit) === settled.revision) await this.removeMark(settled.unit);
        for (const { sql, values, takesMarks } of statements) {
          await this.writer.run(sql, [...values]);
          if (takesMarks) this.marked.clear();
        }
        for (const [, parts] of rows) for (const part of parts) await part.write(this.writer);
        for (const kind of new Set(own.map(([of]) => of)))
          await this.writeOwn(
            this.tableOf(kind),
            own.flatMap(([of, row]) => (of === kind ? [row] : [])),
          );
        for (const { sql, values } of afterwards) await this.writer.run(sql, [...values]);
        await this.insertStale(stale.filter((unit) => !this.marked.has(keyOf(unit))));
        await this.writer.run('COMMIT');
        this.written++;
        if (this.marked.size > mostMarked) this.marked.clear();
        for (const unit of stale) {
          const key = keyOf(unit);
          this.revisions.set(key, (this.revisions.get(key) ?? 0) + 1);
          this.marked.add(key);
        }
      } catch (error) {
        await this.writer.run('ROLLBACK').catch(() => undefined);
        this.takeBack(rows, stale);
        throw error;
      }
      this.release(rows);
      if (this.rows < this.releaseAtRows) return;
      this.releaseAtRows = this.rows + commitRows;
      await this.database.releaseFreedMemory(this.writer);
    });
  }

  private async writeOwn(table: Table, rows: readonly Record<string, unknown>[]): Promise<void> {
    const buffer = table.take();
    for (const row of rows) buffer.push(row);
    try {
      await buffer.write(this.writer);
    } finally {
      table.release(buffer);
    }
  }

  private release(rows: readonly [Table, readonly RowBuffer[]][]): void {
    for (const [table, parts] of rows) {
      for (const part of parts) {
        this.rows += part.count;
        table.release(part);
      }
    }
  }

  private takeBack(rows: readonly [Table, readonly RowBuffer[]][], stale: readonly StaleUnit[]): void {
    for (const [table, parts] of rows) {
      this.pending.set(table, [...parts, ...(this.pending.get(table) ?? [])]);
      for (const { count } of parts) this.pendingRows += count;
    }
    for (const unit of stale) this.markStale(unit);
  }

  private tableOf(kind: RecordKind): Table {
    const table = this.tables.get(kind);
    if (!table) throw new Error(`unreachable: ${kind.name} is not in the list of kinds`);
    return table;
  }

  private removeMark(mark: StaleUnit): Promise<unknown> {
    const { unit, subject, day } = mark;
    this.marked.delete(keyOf(mark));
    return this.writer.run(
      'DELETE FROM "stale" WHERE "unit" = $1 AND "subject" = $2 AND "day" IS NOT DISTINCT FROM make_timestamp($3::BIGINT)',
      [unit, subject, day === null ? null : BigInt(day)],
    );
  }

  /** All at once: a capture of a large network marks a hundred thousand machines. */
  private async insertStale(units: readonly StaleUnit[]): Promise<void> {
    if (units.length === 0) return;
    const list = (values: readonly unknown[]) => JSON.stringify(values);
    await this.writer.run(
      `INSERT INTO "stale" SELECT * FROM (SELECT unnest(from_json($1, '["VARCHAR"]')), unnest(from_json($2, '["VARCHAR"]')),
         make_timestamp(unnest(from_json($3, '["BIGINT"]')))) EXCEPT SELECT "unit", "subject", "day" FROM "stale"`,
      [list(units.map(({ unit }) => unit)), list(units.map(({ subject }) => subject)), list(units.map(({ day }) => day))],
    );
  }

  /** Sees what is committed, not what is buffered. */
  ask<P extends z.ZodObject, R extends z.ZodObject>(
    question: Question<P, R>,
    parameters: z.infer<P>,
    signal?: AbortSignal,
  ): Promise<z.infer<R>[]> {
    if (!signal) return answer(this.reader, question, parameters);
    const apart = () => this.gate.pass(() => this.askApart(question, parameters, signal), signal);
    return this.remembered.through(keyOfQuestion(question.name, parameters), () => this.written, apart);
  }

  /** On a connection of its own, so that giving the question up disturbs nobody else's. */
  private async askApart<P extends z.ZodObject, R extends z.ZodObject>(
    question: Question<P, R>,
    parameters: z.infer<P>,
    signal: AbortSignal,
  ): Promise<z.infer<R>[]> {
    const connection = await this.database.connect();
    const giveUp = () => connection.interrupt();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await answer(connection, question, parameters);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
      connection.closeSync();
    }
  }

  async captureById(id: string): Promise<CaptureRecord | undefined> {
    return (await this.ask(captures, {})).find((record) => record.id === id);
  }

  /** What is buffered is not written: commit first. */
  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    this.reader.closeSync();
    this.writer.closeSync();
    this.database.close();
  }

  /** Transactions of the one writer stand in line. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
