import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { textTable } from '../../src/report/textTable.ts';

const columns = [{ title: 'host' }, { title: 'packets', align: 'right' as const }, { title: 'why' }];

describe('a table as text', () => {
  it('aligns its columns and leaves no blanks at the end of a line', () =>
    assert.deepEqual(
      textTable(columns, [
        ['PC-7', '9', 'because'],
        ['PC-1234', '100000000', ''],
      ]),
      ['  host       packets  why', '  PC-7             9  because', '  PC-1234  100000000'],
    ));
  it('without rows is its heading', () => assert.deepEqual(textTable(columns, [], ''), ['host  packets  why']));
  it('fills up what a row lacks', () => assert.deepEqual(textTable(columns, [['PC-7']]), ['  host  packets  why', '  PC-7']));
  it('makes cells safe before it measures them', () => {
    const [heading, row] = textTable([{ title: 'a' }, { title: 'b' }], [['\t', 'x']]);
    assert.deepEqual([heading, row], ['  a      b', '  \\u{9}  x']);
  });
  it('has one line for each row, whatever the cells hold, and every column begins at one place', () => {
    const cell = fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 300 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), (rows) => {
        const lines = textTable(columns, rows);
        assert.equal(lines.length, rows.length + 1);
        const at = (lines[0] as string).indexOf('why');
        for (const [i, row] of rows.entries()) assert.equal((lines[i + 1] as string).slice(at), row[2].slice(0, 600).trimEnd());
      }),
    );
  });
});
