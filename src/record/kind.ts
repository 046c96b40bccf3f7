/** What every kind of record has in common: its name, its fields, what identifies one, and what its table looks like. */

import type { z } from 'zod';
import { type FieldMeta, fieldMeta } from './field.ts';

/** fact: written once, holds nothing derived. derived: recomputed from facts and rules, replaced as a whole. */
export type RecordNature = 'fact' | 'derived';

export interface RecordKind<Schema extends z.ZodObject = z.ZodObject> {
  /** Also the name of its table. */
  readonly name: string;
  readonly nature: RecordNature;
  /** What one record is, in one sentence. */
  readonly description: string;
  readonly schema: Schema;
  /** Fields that together identify one record. */
  readonly identity: readonly (keyof z.infer<Schema> & string)[];
}

export type RecordOf<Kind extends { readonly schema: z.ZodObject }> = z.infer<Kind['schema']>;

export interface Field extends FieldMeta {
  readonly name: string;
  readonly nullable: boolean;
}

export function defineKind<Schema extends z.ZodObject>(kind: RecordKind<Schema>): RecordKind<Schema> {
  return Object.freeze(kind);
}

/** Asked for each record and each answer; to find out whether a field may be null takes a parse that fails. */
const knownFields = new WeakMap<z.ZodObject, readonly Field[]>();

/** The fields in the order in which they were declared, which is the order of the columns. */
export function fieldsOf({ schema }: Pick<RecordKind, 'schema'>): readonly Field[] {
  const known = knownFields.get(schema);
  if (known) return known;
  const fields = Object.entries(schema.shape).map(([name, declared]) => {
    const field = declared as z.ZodType;
    return { name, nullable: field.safeParse(null).success, ...fieldMeta(field) };
  });
  knownFields.set(schema, fields);
  return fields;
}

/**
 * `CREATE TABLE` for one kind. No primary key and no index: they cost half of the write rate and 60 % more disk, and
 * identity is kept by the capture record instead.
 */
export function tableDefinition(kind: RecordKind): string {
  const columns = fieldsOf(kind).map((field) => `  "${field.name}" ${field.column}${field.nullable ? '' : ' NOT NULL'}`);
  return `CREATE TABLE "${kind.name}" (\n${columns.join(',\n')}\n)`;
}
