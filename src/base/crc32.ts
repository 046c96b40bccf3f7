/** CRC-32 with the polynomial of IEEE 802.3, reflected: EVTX has it in its headers and over its records. */

/** Eight tables, so that eight octets cost one step ("slicing by eight"). */
const tables: readonly Uint32Array[] = buildTables();

function buildTables(): Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = made as [Uint32Array];
  for (let i = 0; i < 256; i++) {
    let word = i;
    for (let bit = 0; bit < 8; bit++) word = (word & 1) !== 0 ? (word >>> 1) ^ 0xedb8_8320 : word >>> 1;
    first[i] = word;
  }
  for (let k = 1; k < 8; k++) {
    const [table, before] = [made[k] as Uint32Array, made[k - 1] as Uint32Array];
    for (let i = 0; i < 256; i++) {
      const word = before[i] as number;
      table[i] = (word >>> 8) ^ (first[word & 0xff] as number);
    }
  }
  return made;
}

/** Over the octets from `at` up to `end`, going on from `before`, the checksum of what stands in front of them. */
export function crc32(octets: Uint8Array, at: number, end: number, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as Tables;
  let word = ~before;
  let i = at;
  for (; i + 8 <= end; i += 8) {
    const low =
      word ^
      ((octets[i] as number) | ((octets[i + 1] as number) << 8) | ((octets[i + 2] as number) << 16) | ((octets[i + 3] as number) << 24));
    word =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[octets[i + 4] as number] as number) ^
      (t2[octets[i + 5] as number] as number) ^
      (t1[octets[i + 6] as number] as number) ^
      (t0[octets[i + 7] as number] as number);
  }
  for (; i < end; i++) word = (t0[(word ^ (octets[i] as number)) & 0xff] as number) ^ (word >>> 8);
  return ~word >>> 0;
}

type Tables = readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
