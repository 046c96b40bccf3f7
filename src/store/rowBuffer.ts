/** Rows of one record kind that wait for a commit, column by column, and their way into the table. */

import { setImmediate as yieldThread } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Field } from '../record/kind.ts';
import { duckType } from './column.ts';
import { type ColumnBuffer, columnBuffer } from './columnBuffer.ts';

/** Few enough that filling a chunk does not hold up the thread for long. A multiple of 64; DuckDB's own chunks hold 2,048. */
export const chunkRows = 1024;

export class RowBuffer {
  count = 0;
  private readonly columns: readonly ColumnBuffer[];

  constructor(
    private readonly table: string,
    private readonly fields: readonly Field[],
  ) {
    this.columns = fields.map(({ column, nullable }) => columnBuffer(column, nullable));
  }

  /** Copies the values. */
  push(row: Record<string, unknown>): void {
    for (let i = 0; i < this.fields.length; i++) (this.columns[i] as ColumnBuffer).push(row[(this.fields[i] as Field).name]);
    this.count++;
  }

  /** Appends all rows inside the connection's transaction; they stay in the buffer. */
  async write(connection: DuckDBConnection): Promise<void> {
    const appender = await connection.createAppender(this.table);
    // Its memory is freed when the collector finds it, which knows nothing of its size: so one for all.
    const chunk = DuckDBDataChunk.create(this.fields.map(({ column }) => duckType(column)));
    for (let from = 0; from < this.count; from += chunkRows) {
      if (from > 0) await yieldThread();
      const rows = Math.min(chunkRows, this.count - from);
      chunk.reset();
      chunk.rowCount = rows;
      for (const [i, column] of this.columns.entries()) column.fill(duckdb.data_chunk_get_vector(chunk.chunk, i), from, rows);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  clear(): void {
    this.count = 0;
    for (const column of this.columns) column.clear();
  }
}
