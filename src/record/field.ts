/**
 * How one field of a record is declared: once, here, with its meaning, its shape in memory and its column in the store.
 *
 * Table definitions, the field reference and the checks at the edges follow from these declarations.
 */

import { z } from 'zod';
import type { Address, Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';

/** DuckDB types that records use, and with them how a value travels: see `store/column.ts`. */
export type ColumnType =
  | 'VARCHAR'
  | 'BOOLEAN'
  | 'UTINYINT'
  | 'USMALLINT'
  | 'UINTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'UHUGEINT'
  | 'TIMESTAMP'
  | 'VARCHAR[]'
  | 'USMALLINT[]'
  | 'UTINYINT[]'
  | 'UINTEGER[]'
  | 'UHUGEINT[]'
  | 'JSON';

/** What the store and the documentation need to know of a field beyond its zod schema. */
export interface FieldMeta {
  readonly column: ColumnType;
  readonly description: string;
  /** What kind of value it is, where the column type alone does not tell. */
  readonly semantic?: 'mac' | 'address' | 'instant';
}

const declared = z.registry<FieldMeta>();

function declare<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
  declared.add(schema, meta);
  return schema;
}

/** The declaration of a field, found through `nullable`. */
export function fieldMeta(schema: z.ZodType): FieldMeta {
  const meta = declared.get(schema) ?? (schema instanceof z.ZodNullable ? declared.get(schema.unwrap() as z.ZodType) : undefined);
  if (!meta) throw new Error('unreachable: a record field was not declared through record/field.ts');
  return meta;
}

export const text = (description: string) => declare(z.string(), { column: 'VARCHAR', description });
export const truth = (description: string) => declare(z.boolean(), { column: 'BOOLEAN', description });
export const choice = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  declare(z.enum(values), { column: 'VARCHAR', description: `${description} One of: ${values.join(', ')}.` });

/** Microseconds since the epoch, UTC. */
export const instant = (description: string) =>
  declare(z.number().int() as z.ZodType<Microseconds>, { column: 'TIMESTAMP', description, semantic: 'instant' });
/** 128 bits, IPv4-mapped for IPv4: see `base/address.ts`. */
export const address = (description: string) =>
  declare(z.bigint().nonnegative() as z.ZodType<Address>, { column: 'UHUGEINT', description, semantic: 'address' });
export const addresses = (description: string) =>
  declare(z.array(z.bigint().nonnegative()) as z.ZodType<Address[]>, { column: 'UHUGEINT[]', description, semantic: 'address' });
/** 48 bits as one number. */
export const mac = (description: string) =>
  declare(z.number().int().nonnegative() as z.ZodType<Mac>, { column: 'BIGINT', description, semantic: 'mac' });

/** A whole number from 0 to 2^53 − 1. */
export const count = (description: string) => declare(z.number().int().nonnegative(), { column: 'BIGINT', description });
export const integer = (description: string) => declare(z.number().int(), { column: 'BIGINT', description });
export const uint8 = (description: string) => declare(z.number().int().min(0).max(0xff), { column: 'UTINYINT', description });
export const uint16 = (description: string) => declare(z.number().int().min(0).max(0xffff), { column: 'USMALLINT', description });
export const uint32 = (description: string) => declare(z.number().int().min(0).max(0xffff_ffff), { column: 'UINTEGER', description });

export const texts = (description: string) => declare(z.array(z.string()), { column: 'VARCHAR[]', description });
export const uint8s = (description: string) => declare(z.array(z.number().int().min(0).max(0xff)), { column: 'UTINYINT[]', description });
export const uint16s = (description: string) =>
  declare(z.array(z.number().int().min(0).max(0xffff)), { column: 'USMALLINT[]', description });
export const uint32s = (description: string) =>
  declare(z.array(z.number().int().min(0).max(0xffff_ffff)), { column: 'UINTEGER[]', description });

/** A value of the given schema, kept as JSON text. */
export const json = <T extends z.ZodType>(schema: T, description: string) => declare(schema, { column: 'JSON', description });
