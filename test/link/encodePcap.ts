/** Captures written octet by octet for tests, in every byte order and resolution that files come in. */

export interface TestFrame {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  readonly octets: Uint8Array;
  readonly originalLength?: number;
}

export interface PcapForm {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly snapLength?: number;
  readonly linkType?: number;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Numbers of the given widths (octets) in one byte order. */
export function fields(littleEndian: boolean, ...values: readonly [width: 1 | 2 | 4 | 8, value: number | bigint][]): Uint8Array {
  const octets = new Uint8Array(values.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const [width, value] of values) {
    if (width === 1) view.setUint8(at, Number(value));
    else if (width === 2) view.setUint16(at, Number(value), littleEndian);
    else if (width === 4) view.setUint32(at, Number(value), littleEndian);
    else view.setBigInt64(at, BigInt(value), littleEndian);
    at += width;
  }
  return octets;
}

export function encodePcap(form: PcapForm, frames: readonly TestFrame[]): Uint8Array {
  const { littleEndian, nanoseconds, snapLength = 262_144, linkType = 1 } = form;
  const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const header = fields(littleEndian, [4, magic], [2, 2], [2, 4], [4, 0], [4, 0], [4, snapLength], [4, linkType]);
  const records = frames.flatMap(({ at, octets, originalLength = octets.length }) => {
    const fraction = (at % 1_000_000_000n) / (nanoseconds ? 1n : 1000n);
    return [fields(littleEndian, [4, at / 1_000_000_000n], [4, fraction], [4, octets.length], [4, originalLength]), octets];
  });
  return join([header, ...records]);
}

/** One pcapng block around `body`, which is padded. */
export function block(littleEndian: boolean, type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const joined = join(body);
  const padding = new Uint8Array(-joined.length & 3);
  const length = 12 + joined.length + padding.length;
  return join([fields(littleEndian, [4, type], [4, length]), joined, padding, fields(littleEndian, [4, length])]);
}

export function section(littleEndian: boolean, major = 1): Uint8Array {
  return block(littleEndian, 0x0a0d0d0a, fields(littleEndian, [4, 0x1a2b3c4d], [2, major], [2, 0], [8, -1n]));
}

export function option(littleEndian: boolean, code: number, value: Uint8Array): Uint8Array {
  return join([fields(littleEndian, [2, code], [2, value.length]), value, new Uint8Array(-value.length & 3)]);
}

export function interfaceBlock(littleEndian: boolean, linkType: number, options: readonly Uint8Array[] = [], snapLength = 0): Uint8Array {
  const head = fields(littleEndian, [2, linkType], [2, 0], [4, snapLength]);
  return block(littleEndian, 1, head, ...options, ...(options.length > 0 ? [fields(littleEndian, [4, 0])] : []));
}

export function enhancedPacket(
  littleEndian: boolean,
  number: number,
  ticks: bigint,
  octets: Uint8Array,
  captured = octets.length,
): Uint8Array {
  const head = fields(littleEndian, [4, number], [4, ticks >> 32n], [4, ticks & 0xffff_ffffn], [4, captured], [4, octets.length]);
  return block(littleEndian, 6, head, octets);
}
