/**
 * How a field's value travels: DuckDB → memory ↔ JSON on the socket. One row of this table for each column type. Towards DuckDB: `columnBuffer.ts`.
 * Nothing here loads DuckDB: who asks through the socket does without it, and starts in half the time.
 *
 * In memory an instant is microseconds in a number, an address a bigint, a MAC a number: see `record/field.ts`. An answer of very many rows may
 * bring these as DOUBLE, exact up to 2^53: no object is made for each.
 */

import type { DuckDBListValue, DuckDBTimestampValue } from '@duckdb/node-api';
import type { ColumnType } from '../record/field.ts';

interface Codec {
  /** DuckDB → memory. */
  readonly read: (value: never) => unknown;
  /** Memory → what `JSON.stringify` can write without loss. */
  readonly toJson: (value: never) => unknown;
  /** What `JSON.parse` gave → memory. */
  readonly fromJson: (value: never) => unknown;
}

const same = (value: never): never => value;
const plain: Codec = { read: same, toJson: same, fromJson: same };
const bigintText = { toJson: (value: bigint) => value.toString(), fromJson: (value: string) => BigInt(value) };

const listOf = (element: Codec): Codec => ({
  // The items are a fresh array of this value's own: where nothing is to be converted it is the list.
  read: (value: DuckDBListValue) => (element.read === same ? value.items : value.items.map((item) => element.read(item as never))),
  toJson: (values: readonly never[]) => values.map(element.toJson),
  fromJson: (values: readonly never[]) => values.map(element.fromJson),
});

const address: Codec = { read: same, ...bigintText };

const codecs: Readonly<Record<ColumnType, Codec>> = {
  VARCHAR: plain,
  BOOLEAN: plain,
  UTINYINT: plain,
  USMALLINT: plain,
  UINTEGER: plain,
  DOUBLE: plain,
  BIGINT: { ...plain, read: (value: bigint) => Number(value) },
  TIMESTAMP: {
    ...plain,
    read: (value: DuckDBTimestampValue | number) => (typeof value === 'number' ? value : Number(value.micros)),
  },
  UHUGEINT: address,
  'VARCHAR[]': listOf(plain),
  'UTINYINT[]': listOf(plain),
  'USMALLINT[]': listOf(plain),
  'UINTEGER[]': listOf(plain),
  'UHUGEINT[]': listOf(address),
  // Kept as JSON text, so that DuckDB's own JSON functions work on it.
  JSON: { read: (value: string) => JSON.parse(value), toJson: same, fromJson: same },
};

const through = (convert: (value: never) => unknown, value: unknown) => (value === null ? null : convert(value as never));

export const readValue = (column: ColumnType, value: unknown): unknown => through(codecs[column].read, value);
/** All values of a column; `values` itself where nothing is to be converted. */
export const readValues = (column: ColumnType, values: readonly unknown[]): readonly unknown[] =>
  codecs[column].read === same ? values : values.map((value) => readValue(column, value));
export const valueToJson = (column: ColumnType, value: unknown): unknown => through(codecs[column].toJson, value);
export const valueFromJson = (column: ColumnType, value: unknown): unknown => through(codecs[column].fromJson, value);
