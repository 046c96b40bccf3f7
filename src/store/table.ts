/** Rows of one record kind on their way into its table, 512 at a time, so that filling a chunk does not hold up the thread for long. */

import { setImmediate as yieldThread } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { type Field, fieldsOf, type RecordKind } from '../record/kind.ts';
import { bindValue, duckType } from './column.ts';

/** DuckDB's own chunks hold 2,048 rows. */
export const chunkRows = 512;

export class Table {
  private constructor(
    readonly kind: RecordKind,
    /** In the order of the table, which differs from the declaration where a migration added a column. */
    private readonly fields: readonly Field[],
  ) {}

  static async of(connection: DuckDBConnection, kind: RecordKind): Promise<Table> {
    const reader = await connection.runAndReadAll(
      "SELECT column_name FROM duckdb_columns() WHERE table_name = $1 AND schema_name = 'main' ORDER BY column_index",
      [kind.name],
    );
    const declared = new Map(fieldsOf(kind).map((field) => [field.name, field]));
    const fields = reader.getRows().map(([name]) => declared.get(String(name)));
    if (fields.length !== declared.size || fields.includes(undefined)) {
      throw new Error(`unreachable: the table ${kind.name} does not match its declaration; a migration is missing`);
    }
    return new Table(kind, fields as Field[]);
  }

  /** Appends inside the connection's transaction. Values are copied. */
  async append(connection: DuckDBConnection, rows: readonly Record<string, unknown>[]): Promise<void> {
    const appender = await connection.createAppender(this.kind.name);
    for (let start = 0; start < rows.length; start += chunkRows) {
      if (start > 0) await yieldThread();
      const part = rows.slice(start, start + chunkRows);
      const chunk = DuckDBDataChunk.create(
        this.fields.map((field) => duckType(field.column)),
        part.length,
      );
      this.fields.forEach((field, index) => {
        chunk.setColumnValues(
          index,
          part.map((row) => bindValue(field.column, row[field.name] ?? null)),
        );
      });
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}
