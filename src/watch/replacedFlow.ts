/** The statement that takes away the early copy of a flow slice, for the commit that writes what takes its place. */

import type { Statement } from '../store/question.ts';
import type { ReplacedFlow } from './factReader.ts';

/** The columns that identify a slice, each as an expression for its parameter. */
const columns = [
  ['capture', (at: number) => `$${at}`],
  ['interface', (at: number) => `$${at}::USMALLINT`],
  ['minute', (at: number) => `make_timestamp($${at}::BIGINT)`],
  ['vlans', (at: number) => `from_json($${at}, '["USMALLINT"]')`],
  ['sourceMac', (at: number) => `$${at}::BIGINT`],
  ['destinationMac', (at: number) => `$${at}::BIGINT`],
  ['etherType', (at: number) => `$${at}::USMALLINT`],
  ['sourceAddress', (at: number) => `$${at}::UHUGEINT`],
  ['destinationAddress', (at: number) => `$${at}::UHUGEINT`],
  ['protocol', (at: number) => `$${at}::UTINYINT`],
  ['sourcePort', (at: number) => `$${at}::USMALLINT`],
  ['destinationPort', (at: number) => `$${at}::USMALLINT`],
  ['icmpType', (at: number) => `$${at}::UTINYINT`],
  ['icmpCode', (at: number) => `$${at}::UTINYINT`],
] as const;

export function eraseCopy({ key, packets }: ReplacedFlow): Statement {
  const same = columns.map(([name, expression], i) => `"${name}" IS NOT DISTINCT FROM ${expression(i + 1)}`).join(' AND ');
  const values = columns.map(([name]) => {
    const value = key[name];
    if (value === null || typeof value === 'string') return value;
    // As text: a parameter of 128 bits without sign has no type of its own.
    return Array.isArray(value) ? JSON.stringify(value) : String(value);
  });
  const sql = `DELETE FROM "flow" WHERE rowid IN (SELECT rowid FROM "flow" WHERE ${same}
    AND "sourcePackets" + "destinationPackets" = $${columns.length + 1}::BIGINT ORDER BY rowid DESC LIMIT 1)`;
  return { sql, values: [...values, String(packets)] };
}
