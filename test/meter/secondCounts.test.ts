import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noCell, SecondCounts } from '../../src/meter/secondCounts.ts';

describe('cells of seconds', () => {
  it('gives the seconds in order, whatever the order of the packets', () => {
    const counts = new SecondCounts(100);
    let first = noCell;
    for (const [second, reversed, octets] of [
      [30, 0, 100],
      [5, 1, 60],
      [30, 0, 10],
      [59, 1, 7],
    ] as const) {
      let cell = counts.find(first, second);
      if (cell === noCell) {
        cell = counts.prepend(first, second);
        first = cell;
      }
      counts.add(cell, reversed, 1, octets);
    }
    assert.deepEqual(counts.read(first), {
      seconds: [5, 30, 59],
      lowPackets: [0, 2, 0],
      lowOctets: [0, 110, 0],
      highPackets: [1, 0, 1],
      highOctets: [60, 0, 7],
    });
  });
  it('uses cells again, emptied, and knows its bound', () => {
    const counts = new SecondCounts(2);
    const first = counts.prepend(counts.prepend(noCell, 1), 2);
    counts.add(first, 0, 1, 5);
    assert.equal(counts.hasRoom, false);
    counts.release(first);
    assert.equal(counts.hasRoom, true);
    assert.deepEqual(counts.read(counts.prepend(noCell, 3)).lowPackets, [0]);
  });
  it('grows without losing what it holds', () => {
    const counts = new SecondCounts(10_000);
    const cells = Array.from({ length: 5000 }, (_, i) => counts.prepend(noCell, i % 60));
    for (const [i, cell] of cells.entries()) counts.add(cell, 0, 1, i);
    assert.deepEqual(counts.read(cells[4321] as number).lowOctets, [4321]);
  });
  it('stops at 2^32 - 1 octets and says so', () => {
    const counts = new SecondCounts(2);
    const cell = counts.prepend(noCell, 0);
    counts.add(cell, 0, 3, 0xffff_ffff);
    assert.equal(counts.saturated, 0);
    counts.add(cell, 0, 1, 1);
    assert.equal(counts.saturated, 1);
    assert.deepEqual([counts.read(cell).lowPackets, counts.read(cell).lowOctets], [[4], [0xffff_ffff]]);
  });
});
