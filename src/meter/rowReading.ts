/** What the readers of names, bindings and network facts take from a row beside its payload. Bigints: only for rows that teach something. */

import { type Address, addressFromWords, type Mac } from '../base/address.ts';
import type { Region } from '../base/octets.ts';
import { type Microseconds, second } from '../base/time.ts';
import { type HeaderBatch, noMac } from '../wire/headerBatch.ts';

/** Both are "for ever" in their protocols (RFC 2131 §3.3, RFC 4861 §4.6.2). */
const infinity = 0xffff_ffff;

/** Borrowed: valid as long as the batch's buffer. */
export function payloadOf(batch: HeaderBatch, row: number): Region {
  return { octets: batch.octets, at: batch.payloadAt[row] as number, end: batch.payloadEnd[row] as number, limitedBy: 'capture' };
}

function addressOf(column: Uint32Array, row: number): Address {
  const at = row * 4;
  return addressFromWords(column[at] as number, column[at + 1] as number, column[at + 2] as number, column[at + 3] as number);
}

export function sourceOf(batch: HeaderBatch, row: number): Address {
  return addressOf(batch.sourceAddress, row);
}

export function destinationOf(batch: HeaderBatch, row: number): Address {
  return addressOf(batch.destinationAddress, row);
}

export function macOrNull(mac: number | undefined): Mac | null {
  return mac === undefined || mac === noMac ? null : mac;
}

/** When a promise of `seconds` made at `atUs` ends; `null` for one without end, or when nothing was promised. */
export function promisedUntil(atUs: Microseconds, seconds: number | undefined): Microseconds | null {
  return seconds === undefined || seconds === infinity ? null : atUs + seconds * second;
}
