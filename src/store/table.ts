/** One record kind's table: its columns as they lie in the file, and the buffers for rows on their way there. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type Field, fieldsOf, type RecordKind } from '../record/kind.ts';
import { RowBuffer } from './rowBuffer.ts';

export class Table {
  /** Buffers that were written, to be filled again. */
  private readonly spare: RowBuffer[] = [];

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

  /** An empty buffer. Give it back with `release`. */
  take(): RowBuffer {
    return this.spare.pop() ?? new RowBuffer(this.kind.name, this.fields);
  }

  release(buffer: RowBuffer): void {
    buffer.clear();
    this.spare.push(buffer);
  }
}
