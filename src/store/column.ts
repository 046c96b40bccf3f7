/**
 * How a field's value travels: DuckDB → memory ↔ JSON on the socket. One row of this table for each column type. Towards DuckDB: `columnBuffer.ts`.
 *
 * In memory an instant is microseconds in a number, an address a bigint, a MAC a number: see `record/field.ts`. An answer of very many rows may
 * bring these as DOUBLE, exact up to 2^53: no object is made for each.
 */

import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBListValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  LIST,
  TIMESTAMP,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { ColumnType } from '../record/field.ts';

interface Codec {
  readonly type: DuckDBType;
  /** DuckDB → memory. */
  readonly read: (value: never) => unknown;
  /** Memory → what `JSON.stringify` can write without loss. */
  readonly toJson: (value: never) => unknown;
  /** What `JSON.parse` gave → memory. */
  readonly fromJson: (value: never) => unknown;
}

const same = (value: never): never => value;
const plain = (type: DuckDBType): Codec => ({ type, read: same, toJson: same, fromJson: same });
const bigintText = { toJson: (value: bigint) => value.toString(), fromJson: (value: string) => BigInt(value) };

const listOf = (element: Codec): Codec => ({
  type: LIST(element.type),
  // The items are a fresh array of this value's own: where nothing is to be converted it is the list.
  read: (value: DuckDBListValue) => (element.read === same ? value.items : value.items.map((item) => element.read(item as never))),
  toJson: (values: readonly never[]) => values.map(element.toJson),
  fromJson: (values: readonly never[]) => values.map(element.fromJson),
});

const address: Codec = { type: UHUGEINT, read: same, ...bigintText };

const codecs: Readonly<Record<ColumnType, Codec>> = {
  VARCHAR: plain(VARCHAR),
  BOOLEAN: plain(BOOLEAN),
  UTINYINT: plain(UTINYINT),
  USMALLINT: plain(USMALLINT),
  UINTEGER: plain(UINTEGER),
  DOUBLE: plain(DOUBLE),
  BIGINT: { ...plain(BIGINT), read: (value: bigint) => Number(value) },
  TIMESTAMP: {
    ...plain(TIMESTAMP),
    read: (value: DuckDBTimestampValue | number) => (typeof value === 'number' ? value : Number(value.micros)),
  },
  UHUGEINT: address,
  'VARCHAR[]': listOf(plain(VARCHAR)),
  'UTINYINT[]': listOf(plain(UTINYINT)),
  'USMALLINT[]': listOf(plain(USMALLINT)),
  'UINTEGER[]': listOf(plain(UINTEGER)),
  'UHUGEINT[]': listOf(address),
  // Kept as JSON text, so that DuckDB's own JSON functions work on it.
  JSON: { type: VARCHAR, read: (value: string) => JSON.parse(value), toJson: same, fromJson: same },
};

const through = (convert: (value: never) => unknown, value: unknown) => (value === null ? null : convert(value as never));

export const duckType = (column: ColumnType): DuckDBType => codecs[column].type;
export const readValue = (column: ColumnType, value: unknown): unknown => through(codecs[column].read, value);
/** All values of a column; `values` itself where nothing is to be converted. */
export const readValues = (column: ColumnType, values: readonly unknown[]): readonly unknown[] =>
  codecs[column].read === same ? values : values.map((value) => readValue(column, value));
export const valueToJson = (column: ColumnType, value: unknown): unknown => through(codecs[column].toJson, value);
export const valueFromJson = (column: ColumnType, value: unknown): unknown => through(codecs[column].fromJson, value);
