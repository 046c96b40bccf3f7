import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvCell, renderCsv } from '../../src/report/csv.ts';
import { sampleDestination, sampleExplained, sampleHost, sampleReport } from './samples.ts';

describe('a cell of CSV', () => {
  const rows: [string, string | number | null, string][] = [
    ['is quoted', 'a.example', '"a.example"'],
    ['is quoted when it is a number', 443, '"443"'],
    ['is empty for nothing', null, '""'],
    ['has its quotes doubled', 'say "no"', '"say ""no"""'],
    ['keeps commas and blanks', 'one, two', '"one, two"'],
    ['is no formula', '=HYPERLINK("http://a.example")', `"'=HYPERLINK(""http://a.example"")"`],
    ['is no formula with a plus', '+1', `"'+1"`],
    ['is no formula with a minus', '-1+cmd', `"'-1+cmd"`],
    ['is no function', '@SUM(A1)', `"'@SUM(A1)"`],
    ['is no formula behind a blank', ' =1', `"' =1"`],
  ];
  for (const [sentence, value, expected] of rows) it(sentence, () => assert.equal(csvCell(value), expected));
  it('stays on its line', () => assert.ok(!/[\r\n]/.test(csvCell('one\r\ntwo'))));
});

describe('a report as CSV', () => {
  it('has a line for each destination of each host, most suspicious first, under one line of titles', () => {
    const report = sampleReport([
      sampleHost({ host: 'PC-1', destinations: [sampleDestination({ priority: 50 }), sampleExplained()] }),
      sampleHost({ host: 'PC-2', destinations: [sampleDestination({ name: '=evil.example', priority: 70 })] }),
    ]);
    const lines = renderCsv(report).split('\r\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /^"priority","status","host","mac","name",/);
    assert.match(lines[1] ?? '', /^"70","unexplained","PC-2","02:00:5e:00:00:01","'=evil\.example",/);
    assert.match(lines[3] ?? '', /"modern-sleep \(high\)"$/);
    assert.equal(lines[4], '');
    const widths = lines.slice(0, 4).map((line) => line.split('","').length);
    assert.equal(new Set(widths).size, 1);
  });
});
