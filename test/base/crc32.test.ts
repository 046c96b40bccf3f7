import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { crc32 } from '../../src/base/crc32.ts';

describe('CRC-32', () => {
  it('gives the check value of the standard', () => {
    const octets = Buffer.from('123456789');
    assert.equal(crc32(octets, 0, octets.length), 0xcbf43926);
  });

  it('agrees with zlib at every length, alignment and cut', () => {
    const octets = Uint8Array.from({ length: 100 }, (_, i) => (i * 151 + 7) & 0xff);
    for (let at = 0; at < 20; at++)
      for (let end = at; end <= octets.length; end += 3) {
        const whole = zlib.crc32(octets.subarray(at, end));
        assert.equal(crc32(octets, at, end), whole);
        const cut = at + ((end - at) >> 1);
        assert.equal(crc32(octets, cut, end, crc32(octets, at, cut)), whole);
      }
  });
});
