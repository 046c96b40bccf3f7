/** What every decoder must survive: cuts at every length, mutations of a valid packet. */

import assert from 'node:assert/strict';
import { type Decoded, Fault, type Region } from '../../src/base/octets.ts';

export type Read = (region: Region) => unknown;

/** The octets `[0, end)` stand in the middle of a larger buffer, so that reading beyond them finds something and shows. */
export function region(octets: Uint8Array, end = octets.length, limitedBy = 'capture'): Region {
  const margin = 7;
  const buffer = new Uint8Array(octets.length + 2 * margin).fill(0xa5);
  buffer.set(octets, margin);
  return { octets: buffer, at: margin, end: margin + end, limitedBy };
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** The value that a reader gave; fails the test on a fault and on "another protocol". */
export function accepted<T>(decoded: Decoded<T>): T {
  if (decoded instanceof Fault) assert.fail(`${decoded.layer} ${decoded.kind}: ${decoded.limitedBy}`);
  if (decoded === undefined) assert.fail('read as another protocol');
  return decoded;
}

export interface Outcomes {
  accepted: number;
  refused: number;
  otherProtocol: number;
}

/** What `read` says to each of the variants; a throw is the caller's to see. */
export function outcomesOf(variants: Iterable<Region>, read: Read): Outcomes {
  const outcomes = { accepted: 0, refused: 0, otherProtocol: 0 };
  for (const variant of variants) {
    const value = read(variant);
    if (value instanceof Fault) outcomes.refused += 1;
    else if (value === undefined) outcomes.otherProtocol += 1;
    else outcomes.accepted += 1;
  }
  return outcomes;
}

/** Every shorter length, once as a cut capture and once as a length field that says so. */
export function* cuts(octets: Uint8Array): Generator<Region> {
  for (let end = 0; end < octets.length; end++) {
    yield region(octets, end);
    yield region(octets, end, 'udp.length');
  }
}

/** Each octet in turn set to values that lengths, counts and pointers like least; the first `most` octets. */
export function* mutations(octets: Uint8Array, most = 400): Generator<Region> {
  for (let i = 0; i < Math.min(octets.length, most); i++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xc0, 0xff, (octets[i] as number) ^ 1, ((octets[i] as number) + 1) & 0xff])
      yield region(octets.with(i, value));
  }
}
