/** CRC-32 with the polynomial of IEEE 802.3, reflected, as EVTX uses it for its headers and records. */

export class Crc32 {
  private readonly table = new Uint32Array(256);

  constructor() {
    for (let i = 0; i < 256; i++) {
      let word = i;
      for (let bit = 0; bit < 8; bit++) word = (word & 1) !== 0 ? (word >>> 1) ^ 0xedb8_8320 : word >>> 1;
      this.table[i] = word;
    }
  }

  /** Over the octets from `at` up to `end`, going on from `before`, the checksum of what stands in front of them. */
  sum(octets: Uint8Array, at: number, end: number, before = 0): number {
    const { table } = this;
    let word = ~before;
    for (let i = at; i < end; i++) word = (table[(word ^ (octets[i] as number)) & 0xff] as number) ^ (word >>> 8);
    return ~word >>> 0;
  }
}
