import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HashIndex } from '../../src/meter/hashIndex.ts';

function recordsOf(index: HashIndex, hash: number): number[] {
  const found: number[] = [];
  for (let slot = index.firstSlot(hash); slot >= 0; slot = index.nextSlot(hash, slot)) found.push(index.recordAt(slot));
  return found;
}

describe('the hash index', () => {
  it('finds all records of one hash', () => {
    const index = new HashIndex(8);
    for (const record of [0, 1, 2]) index.insert(5, record);
    assert.deepEqual(recordsOf(index, 5), [0, 1, 2]);
    assert.deepEqual(recordsOf(index, 6), []);
  });
  it('keeps every record reachable while others with colliding hashes come and go', () => {
    // Few hashes, all with neighbouring homes and some around the end of the array.
    const step = fc.record({ hash: fc.constantFrom(0, 1, 2, 14, 15, 30, 31, -1, -17), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new HashIndex(8);
        const model = new Map<number, number>();
        const free = Array.from({ length: 100 }, (_, i) => 99 - i);
        for (const { hash, remove } of steps) {
          const [record] = [...model].find(([, held]) => held === hash) ?? [];
          if (remove && record !== undefined) {
            index.remove(hash, record);
            model.delete(record);
            free.push(record);
          } else if (free.length > 0) {
            const taken = free.pop() as number;
            index.reserve(model.size + 1);
            index.insert(hash, taken);
            model.set(taken, hash);
          }
          for (const [held, itsHash] of model) if (!recordsOf(index, itsHash).includes(held)) return false;
        }
        return true;
      }),
      { numRuns: 200 },
    );
  });
  it('refuses to remove what it does not hold', () => assert.throws(() => new HashIndex(4).remove(1, 0), /unreachable/));
});
