import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/scenario/random.ts';
import { between, momentIn, shrink, spread } from '../../src/scenario/span.ts';

const spans = [
  { from: 100, to: 200 },
  { from: 500, to: 1100 },
];

describe('stretches of time', () => {
  it('have gaps between them', () => {
    assert.deepEqual(between({ from: 0, to: 1100 }, spans), [
      { from: 0, to: 100 },
      { from: 200, to: 500 },
    ]);
  });
  it('shrink, and disappear when they are too short', () => {
    assert.deepEqual(shrink(spans, 50, 60), [{ from: 550, to: 1040 }]);
  });
  it('hold every moment that is picked from them, the longer one more of them', () => {
    const random = new Random('moments');
    const moments = Array.from({ length: 700 }, () => momentIn(spans, random));
    const inFirst = moments.filter((at) => at >= 100 && at < 200).length;
    const inSecond = moments.filter((at) => at >= 500 && at < 1100).length;
    assert.equal(inFirst + inSecond, 700);
    assert.ok(inFirst > 60 && inFirst < 140, String(inFirst));
  });
  it('hold moments that are spread over them in order', () => {
    const moments = spread(spans, 70, new Random('spread'));
    assert.deepEqual(
      moments,
      moments.toSorted((a, b) => a - b),
    );
    assert.equal(moments.filter((at) => at < 200).length, 10);
    assert.ok(moments.every((at) => (at >= 100 && at < 200) || (at >= 500 && at < 1100)));
  });
});
