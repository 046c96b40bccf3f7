import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/scenario/random.ts';

describe('chance that repeats', () => {
  const draw = (random: Random) => Array.from({ length: 1000 }, () => random.uint32());

  it('gives the same numbers for the same seed and others for another', () => {
    assert.deepEqual(draw(new Random('a')), draw(new Random('a')));
    assert.notDeepEqual(draw(new Random('a')), draw(new Random('b')));
  });
  it('gives these numbers on every machine', () => {
    assert.deepEqual(draw(new Random('yoban')).slice(0, 4), [1828352100, 21553385, 861583560, 2970164060]);
  });
  it('has branches that do not depend on how much was drawn before', () => {
    const drawn = new Random('a');
    draw(drawn);
    assert.deepEqual(draw(drawn.branch('x')), draw(new Random('a').branch('x')));
    assert.notDeepEqual(draw(new Random('a').branch('x')), draw(new Random('a').branch('y')));
  });
  it('spreads evenly', () => {
    const random = new Random('even');
    const tally = new Array<number>(16).fill(0);
    for (let i = 0; i < 64_000; i++) {
      const value = random.below(16);
      tally[value] = (tally[value] as number) + 1;
    }
    assert.ok(
      tally.every((count) => count > 3700 && count < 4300),
      tally.join(' '),
    );
  });
  it('splits a total into parts that add up', () => {
    const random = new Random('shares');
    for (let i = 0; i < 100; i++) {
      const shares = random.shares(147, 12, 8);
      assert.deepEqual([shares.length, shares.reduce((a, b) => a + b, 0)], [12, 147]);
      assert.ok(shares.every((share) => share >= 8));
    }
    assert.throws(() => random.shares(10, 2, 8), /unreachable/);
  });
  it('shuffles without losing anything', () => {
    const list = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new Random('s').shuffle(list);
    assert.notDeepEqual(shuffled, list);
    assert.deepEqual(
      shuffled.toSorted((a, b) => a - b),
      list,
    );
  });
});
