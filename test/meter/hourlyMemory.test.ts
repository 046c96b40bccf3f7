import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour } from '../../src/base/time.ts';
import { HourlyMemory } from '../../src/meter/hourlyMemory.ts';
import { start } from './frames.ts';

describe('what was written in an hour', () => {
  it('is new once an hour', () => {
    const memory = new HourlyMemory();
    assert.equal(memory.isNew(start, 'a'), true);
    assert.equal(memory.isNew(start + hour - 1, 'a'), false);
    assert.equal(memory.isNew(start, 'b'), true);
    assert.equal(memory.isNew(start + hour, 'a'), true);
  });
  it('is not new again when time runs to and fro over the edge of an hour', () => {
    const memory = new HourlyMemory();
    assert.deepEqual(
      [0, -1, 0, -1].map((us) => memory.isNew(start + us, 'a')),
      [true, true, false, false],
    );
  });
  it('forgets the oldest beyond its bound and counts it', () => {
    const memory = new HourlyMemory(2);
    for (const key of ['a', 'b', 'c']) memory.isNew(start, key);
    assert.equal(memory.forgotten, 1);
    assert.equal(memory.isNew(start, 'c'), false);
    assert.equal(memory.isNew(start, 'a'), true);
  });
});
