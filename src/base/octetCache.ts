/** What is made of octets that come again and again: made once, and found by the octets. */

/** Places, as a power of two; what falls into one that is taken puts out what was there. */
const placeBits = 12;
/** Octets of a place: those of its key, and behind them their number. What is longer than that is made each time. */
const [placeOctets, longestKey] = [64, 63];

export class OctetCache<T> {
  private readonly keys = new Uint8Array(placeOctets << placeBits);
  private readonly values = Array<T | undefined>(1 << placeBits).fill(undefined);

  /** @param make of `length` octets at `at`: nothing else may decide what comes out */
  constructor(private readonly make: (octets: Uint8Array, at: number, length: number) => T) {}

  /** What `make` gives for these octets, of which there is one at least. They are copied where they are new. */
  get(octets: Uint8Array, at: number, length: number): T {
    if (length > longestKey) return this.make(octets, at, length);
    let hash = length;
    for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ (octets[i] as number), 0x9e37_79b1);
    const place = (hash ^ (hash >>> 15)) >>> (32 - placeBits);
    if (this.holds(place, octets, at, length)) return this.values[place] as T;
    const value = this.make(octets, at, length);
    const start = place * placeOctets;
    for (let i = 0; i < length; i++) this.keys[start + i] = octets[at + i] as number;
    this.keys[start + longestKey] = length;
    this.values[place] = value;
    return value;
  }

  private holds(place: number, octets: Uint8Array, at: number, length: number): boolean {
    const { keys } = this;
    const start = place * placeOctets;
    if (keys[start + longestKey] !== length) return false;
    for (let i = 0; i < length; i++) if (keys[start + i] !== octets[at + i]) return false;
    return true;
  }
}
