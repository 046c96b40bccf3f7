import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitting } from '../../src/cli/output.ts';

describe('the line of progress', () => {
  const text = `${'long/'.repeat(20)}a.pcap: 80 %, 9 s left`;
  const rows: [string, string, number | undefined, string][] = [
    ['is whole where it fits', 'a: 1 s left', 80, 'a: 1 s left'],
    ['fits where it leaves the last column free', 'abcd', 5, 'abcd'],
    ['keeps its end, the time left, where it does not fit', text, 22, `…${text.slice(-20)}`],
    ['takes a terminal of unknown width for 80 columns', 'a: 1 s left', 0, 'a: 1 s left'],
    ['takes no width for 80 columns', text, undefined, `…${text.slice(-78)}`],
  ];
  for (const [sentence, given, columns, shown] of rows) it(sentence, () => assert.equal(fitting(given, columns), shown));
});
