/** The type of DuckDB for each column type. */

import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
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

const types: Readonly<Record<ColumnType, DuckDBType>> = {
  VARCHAR,
  BOOLEAN,
  UTINYINT,
  USMALLINT,
  UINTEGER,
  DOUBLE,
  BIGINT,
  TIMESTAMP,
  UHUGEINT,
  'VARCHAR[]': LIST(VARCHAR),
  'UTINYINT[]': LIST(UTINYINT),
  'USMALLINT[]': LIST(USMALLINT),
  'UINTEGER[]': LIST(UINTEGER),
  'UHUGEINT[]': LIST(UHUGEINT),
  JSON: VARCHAR,
};

export const duckType = (column: ColumnType): DuckDBType => types[column];
