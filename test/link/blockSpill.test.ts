import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BlockSpill } from '../../src/link/blockSpill.ts';

describe('blocks that were copied out of a ring', () => {
  const ring = Uint8Array.from({ length: 256 }, (_, i) => i);
  const wordOf = (spill: BlockSpill) => spill.first?.words[0];
  const firstOctets = (spill: BlockSpill) => spill.first && [...spill.first.octets.subarray(0, 2)];

  it('come back in order, up to a bound, also where their memory is used again', () => {
    const spill = new BlockSpill(64, 3);
    for (const at of [0, 64, 128]) spill.take(ring, at, 64);
    assert.equal(spill.isFull, true);
    const memory = spill.first;
    spill.drop();
    assert.equal(spill.isFull, false);
    spill.take(ring, 192, 8);
    const order: (number[] | undefined)[] = [];
    let last: unknown;
    for (; spill.first; spill.drop()) {
      order.push(firstOctets(spill));
      last = spill.first;
    }
    assert.deepEqual(order, [
      [64, 65],
      [128, 129],
      [192, 193],
    ]);
    assert.equal(last, memory, 'the memory of the first');
    spill.take(ring, 16, 8);
    assert.notEqual(spill.first, memory, 'nothing is kept once all was read');
    assert.equal(wordOf(spill), new Uint32Array(ring.buffer)[4]);
  });

  it('are gone when they are cleared', () => {
    const spill = new BlockSpill(64, 3);
    spill.take(ring, 0, 64);
    spill.clear();
    assert.equal(spill.first, undefined);
    spill.drop();
    assert.equal(spill.isFull, false);
  });
});
