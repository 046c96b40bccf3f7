import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashKeyFrom, hashWords } from '../../src/meter/keyedHash.ts';

const rotate = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits)) | 0;

/** HalfSipHash-c-d over octets, written down from its description, so that the short form in `src/` has something to be held to. */
function halfSipHash(octets: Uint8Array, low: number, high: number, compression: number, finalization: number): number {
  const v = [low, high, low ^ 0x6c796765, high ^ 0x74656462] as [number, number, number, number];
  const round = () => {
    v[0] = (v[0] + v[1]) | 0;
    v[1] = rotate(v[1], 5) ^ v[0];
    v[0] = rotate(v[0], 16);
    v[2] = (v[2] + v[3]) | 0;
    v[3] = rotate(v[3], 8) ^ v[2];
    v[0] = (v[0] + v[3]) | 0;
    v[3] = rotate(v[3], 7) ^ v[0];
    v[2] = (v[2] + v[1]) | 0;
    v[1] = rotate(v[1], 13) ^ v[2];
    v[2] = rotate(v[2], 16);
  };
  const absorb = (word: number) => {
    v[3] ^= word;
    for (let i = 0; i < compression; i++) round();
    v[0] ^= word;
  };
  const whole = octets.length - (octets.length % 4);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  for (let at = 0; at < whole; at += 4) absorb(view.getInt32(at, true));
  let last = octets.length << 24;
  for (let at = whole; at < octets.length; at++) last |= (octets[at] as number) << (8 * (at - whole));
  absorb(last);
  v[2] ^= 0xff;
  for (let i = 0; i < finalization; i++) round();
  return v[1] ^ v[3];
}

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe('the keyed hash', () => {
  it('is built on rounds that give the published vectors of HalfSipHash-2-4', () => {
    // vectors_hsip32 of the reference code: key 00 to 07, input 00, 01, 02, …
    const vectors = ['a9359f5b', '27475ab8', 'fa62a603', '8afee704', '2a6e4689', 'c5fab669', '5863fc23', '8bcf63c5', 'd0b8848f'];
    for (const [length, expected] of vectors.entries()) {
      const octets = Buffer.alloc(4);
      octets.writeInt32LE(halfSipHash(counting(length), 0x03020100, 0x07060504, 2, 4));
      assert.equal(octets.toString('hex'), expected);
    }
  });
  it('equals HalfSipHash-1-3 of the words as little-endian octets', () => {
    for (let count = 0; count <= 17; count++) {
      const octets = counting(count * 4);
      const words = new Int32Array(20);
      const view = new DataView(octets.buffer);
      for (let i = 0; i < count; i++) words[i] = view.getInt32(i * 4, true);
      assert.equal(hashWords(words, count, { low: 0x03020100, high: 0x07060504 }), halfSipHash(octets, 0x03020100, 0x07060504, 1, 3));
    }
  });
  it('depends on the key, and the key on the seed', () => {
    const words = Int32Array.of(1, 2, 3);
    const seeds = ['a', 'b', 'c', 'd'];
    assert.equal(new Set(seeds.map((seed) => hashWords(words, 3, hashKeyFrom(seed)))).size, seeds.length);
    assert.deepEqual(hashKeyFrom('a'), hashKeyFrom('a'));
  });
  it('spreads keys that differ in one bit', () => {
    const key = hashKeyFrom('spread');
    const low = new Set<number>();
    for (let i = 0; i < 1024; i++) low.add(hashWords(Int32Array.of(i, 7), 2, key) & 0xffff);
    assert.ok(low.size > 990, `only ${low.size} of 1024 differ in their lower 16 bits`);
  });
});
