import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OctetCache } from '../../src/base/octetCache.ts';
import { latin1 } from '../../src/base/octets.ts';

describe('a cache by octets', () => {
  it('gives what would be made anew, whatever was asked for before', () => {
    const cache = new OctetCache(latin1);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.uint8Array({ minLength: 60, maxLength: 70 })), {
          maxLength: 300,
        }),
        (all) => {
          for (const octets of all) assert.equal(cache.get(octets, 0, octets.length), latin1(octets, 0, octets.length));
        },
      ),
    );
  });
  it('makes a thing once while it is asked for again, and again once another took its place', () => {
    let made = 0;
    const cache = new OctetCache((octets, at, length) => {
      made++;
      return { text: latin1(octets, at, length) };
    });
    const octets = Uint8Array.of(1, 2, 3, 1, 2, 3);
    const first = cache.get(octets, 0, 3);
    assert.equal(cache.get(octets, 3, 3), first);
    octets[0] = 9;
    assert.deepEqual([cache.get(octets, 3, 3).text, made], ['\u0001\u0002\u0003', 1]);
    for (let i = 0; i < 100_000; i++) cache.get(Uint8Array.of(i & 255, i >> 8, i >> 16, 7), 0, 4);
    const before = made;
    assert.equal(cache.get(octets, 3, 3).text, '\u0001\u0002\u0003');
    assert.equal(made, before + 1);
  });
});
