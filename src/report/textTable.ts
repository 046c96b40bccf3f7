/** Columns of plain text for a terminal or a mail: aligned, no rules, no colours. */

import { printable } from '../base/printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Each line ends without blanks; cells are made safe to print. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], indent = '  '): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  return cells.map((row) => {
    const padded = columns.map(({ align }, i) => {
      const cell = row[i] ?? '';
      const width = widths[i] as number;
      return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${indent}${padded.join('  ')}`.trimEnd();
  });
}
