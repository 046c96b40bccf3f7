/** Columns of plain text for a terminal or a mail: aligned, no rules, no colours. */

import { printable } from '../base/printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Characters of one cell: a sender must not stretch the table with a name of its choice. The last column stretches nothing. */
const longestCell = 200;
const longestLastCell = 600;

/** Each line ends without blanks; cells are made safe to print, and cut where they are too long. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], indent = '  '): string[] {
  const safe = (cell: string, i: number) => printable(cell, i < columns.length - 1 ? longestCell : longestLastCell);
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(safe))];
  const widths = columns.map((_, i) => cells.reduce((width, row) => Math.max(width, (row[i] ?? '').length), 0));
  return cells.map((row) => {
    const padded = columns.map(({ align }, i) => {
      const cell = row[i] ?? '';
      const width = widths[i] as number;
      return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${indent}${padded.join('  ')}`.trimEnd();
  });
}
