/**
 * Everything that may be asked of the store, by name. The same questions are answered in the process that holds the
 * file and through its socket; nobody sends SQL over the socket.
 */

import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { z } from 'zod';
import { type Field, fieldsOf, type RecordKind } from '../record/kind.ts';
import { readValues } from './columnValue.ts';
import { Slice } from './slices.ts';

export interface Statement {
  readonly sql: string;
  readonly values: readonly DuckDBValue[];
  /** It takes marks of stale units away; the store remembers which there are. */
  readonly takesMarks?: true;
}

export interface Question<Parameters extends z.ZodObject = z.ZodObject, Row extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly parameters: Parameters;
  /** Fields of one row of the answer, declared like those of a record. */
  readonly row: Row;
  /** Columns of the result are matched to `row` by name. */
  readonly statement: (parameters: z.infer<Parameters>) => Statement;
}

export type AnswerOf<Q> = Q extends Question<z.ZodObject, infer Row> ? z.infer<Row>[] : never;
export type ParametersOf<Q> = Q extends Question<infer Parameters, z.ZodObject> ? z.infer<Parameters> : never;

/** Whoever can answer: the store itself, or another process through its socket. */
export interface Answers {
  /** @param signal gives the question up, wherever it is answered: for askers who may go away before they have their answer */
  ask<P extends z.ZodObject, R extends z.ZodObject>(
    question: Question<P, R>,
    parameters: z.infer<P>,
    signal?: AbortSignal,
  ): Promise<z.infer<R>[]>;
}

export function defineQuestion<P extends z.ZodObject, R extends z.ZodObject>(question: Question<P, R>): Question<P, R> {
  return Object.freeze(question);
}

/** All records of a kind, in the order of their identity: the same for every order of arrival. */
export function allOf<Row extends z.ZodObject>(kind: RecordKind<Row>): Question<z.ZodObject<Record<never, never>>, Row> {
  const order = kind.identity.map((name) => `"${name}"`).join(', ');
  return defineQuestion({
    name: `all-${kind.name}`,
    parameters: z.strictObject({}) as z.ZodObject<Record<never, never>>,
    row: kind.schema,
    statement: () => ({ sql: `SELECT * FROM "${kind.name}" ORDER BY ${order}`, values: [] }),
  });
}

export function answerFields(question: Pick<Question, 'row'>): readonly Field[] {
  return fieldsOf({ schema: question.row });
}

export async function answer<P extends z.ZodObject, R extends z.ZodObject>(
  connection: DuckDBConnection,
  question: Question<P, R>,
  parameters: z.infer<P>,
): Promise<z.infer<R>[]> {
  const { sql, values } = question.statement(parameters);
  const result = await connection.run(sql, [...values]);
  const fields = answerFields(question as unknown as Question);
  const positions = fields.map((field) => result.columnNames().indexOf(field.name));
  if (positions.includes(-1)) throw new Error(`unreachable: the question ${question.name} selects fewer columns than its row has`);
  const names = fields.map(({ name }) => name);
  const rows: z.infer<R>[] = [];
  // Chunk by chunk, column by column, with pauses: a long answer does not hold up the thread.
  const slice = new Slice();
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const { rowCount } = chunk;
    const columns: (readonly unknown[])[] = [];
    for (const [i, field] of fields.entries()) {
      columns.push(readValues(field.column, chunk.getColumnValues(positions[i] as number)));
      if (slice.isOver) await slice.rest();
    }
    for (let row = 0; row < rowCount; row++) {
      const one: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) one[names[i] as string] = columns[i]?.[row];
      rows.push(one as z.infer<R>);
    }
  }
  return rows;
}
