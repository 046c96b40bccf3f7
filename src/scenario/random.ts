/** Chance that repeats: xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32. Not for anything secret. */

export class Random {
  private readonly state = new Uint32Array(4);

  /** The same seed gives the same numbers on every machine. */
  constructor(private readonly seed: string) {
    let mixed = hashOf(seed);
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = mixed;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.state[i] = word ^ (word >>> 15);
    }
    // All zeroes is the one state that the generator cannot leave.
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
  }

  /** Chance of its own for one part of a story, so that a change in one part leaves the others as they were. */
  branch(label: string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** 32 bits. */
  uint32(): number {
    const s0 = this.state[0] as number;
    const s1 = this.state[1] as number;
    const s2 = this.state[2] as number;
    const s3 = this.state[3] as number;
    const scrambled = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const a = s2 ^ s0;
    const b = s3 ^ s1;
    this.state[1] = s1 ^ a;
    this.state[0] = s0 ^ b;
    this.state[2] = a ^ (s1 << 9);
    this.state[3] = rotate(b, 11);
    return scrambled;
  }

  /** From 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * limit);
  }

  /** Whole numbers from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.uint32() < probability * 0x1_0000_0000;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  octets(length: number): Uint8Array {
    const octets = new Uint8Array(length);
    let word = 0;
    for (let i = 0; i < length; i++) {
      if (i % 4 === 0) word = this.uint32();
      octets[i] = word;
      word >>>= 8;
    }
    return octets;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      [shuffled[i], shuffled[other]] = [shuffled[other] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** `total` as a sum of `parts` whole numbers, each at least `least`, none far from the others. */
  shares(total: number, parts: number, least: number): number[] {
    if (total < parts * least) throw new Error(`unreachable: ${total} cannot be ${parts} parts of at least ${least}`);
    const shares = Array.from({ length: parts }, () => least);
    for (let left = total - parts * least; left > 0; left--) {
      const index = this.below(parts);
      shares[index] = (shares[index] as number) + 1;
    }
    return shares;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
