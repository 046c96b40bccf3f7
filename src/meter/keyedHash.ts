/**
 * HalfSipHash-1-3 over 32-bit words (Aumasson and Bernstein, "SipHash: a fast short-input PRF"; the 32-bit variant of its
 * reference code). Keyed, so that nobody who does not know the key can send traffic whose keys all fall into one chain.
 */

import { deriveId } from '../base/ids.ts';

export interface HashKey {
  readonly low: number;
  readonly high: number;
}

/** A key that follows from a text that outsiders cannot foresee, such as the hash of a whole capture. */
export function hashKeyFrom(text: string): HashKey {
  const digits = deriveId('meter', text);
  return { low: Number.parseInt(digits.slice(0, 8), 16) | 0, high: Number.parseInt(digits.slice(8, 16), 16) | 0 };
}

/** 32 bits, signed, over `words[0..count)`; equal to HalfSipHash-1-3 of their little-endian octets with 4 octets of output. */
export function hashWords(words: Int32Array, count: number, key: HashKey): number {
  let v0 = key.low;
  let v1 = key.high;
  let v2 = key.low ^ 0x6c796765;
  let v3 = key.high ^ 0x74656462;
  // One round a word, one for the word that carries the length, three to finish.
  for (let i = 0; i < count + 4; i++) {
    let word = 0;
    if (i < count) word = words[i] as number;
    else if (i === count) word = (count * 4) << 24;
    else if (i === count + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
