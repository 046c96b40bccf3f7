import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imbalance } from '../../src/record/health.ts';

describe('the books of a stage', () => {
  const rows: [string, Parameters<typeof imbalance>[0], number][] = [
    ['balance when nothing came', { in: 0, out: 0, held: 0, refused: {}, dropped: {} }, 0],
    ['balance over all reasons', { in: 10, out: 4, held: 1, refused: { a: 2, b: 1 }, dropped: { c: 2 } }, 0],
    ['say how much was lost without a word', { in: 10, out: 4, held: 1, refused: { a: 2 }, dropped: {} }, 3],
    ['say how much was invented', { in: 1, out: 2, held: 0, refused: {}, dropped: {} }, -1],
  ];
  for (const [sentence, stage, expected] of rows) it(sentence, () => assert.equal(imbalance(stage), expected));
});
