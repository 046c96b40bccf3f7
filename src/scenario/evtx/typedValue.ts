/** Text of an event → the typed value that Windows would keep of it, such that it prints the same text again. */

import { formatTime, parseTime } from '../../base/time.ts';

/** The types of MS-EVEN6 §2.2.12 that stories need. */
export const type = {
  null: 0x00,
  string: 0x01,
  uint8: 0x04,
  uint16: 0x06,
  uint32: 0x08,
  uint64: 0x0a,
  boolean: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  fileTime: 0x11,
  sid: 0x13,
  hex64: 0x15,
  binXml: 0x21,
  stringArray: 0x81,
} as const;

export interface TypedValue {
  readonly type: number;
  readonly octets: Uint8Array;
}

const none = new Uint8Array(0);
export const nullValue: TypedValue = { type: type.null, octets: none };

export function integer(kind: number, length: 1 | 2 | 4 | 8, value: number | bigint): TypedValue {
  const octets = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = 0; i < length; i++, rest >>= 8n) octets[i] = Number(rest & 0xffn);
  return { type: kind, octets };
}

function utf16(text: string): Uint8Array {
  const octets = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    octets[2 * i] = text.charCodeAt(i) & 0xff;
    octets[2 * i + 1] = text.charCodeAt(i) >>> 8;
  }
  return octets;
}

export const text = (value: string): TypedValue => ({ type: type.string, octets: utf16(value) });

/** Each with its NUL. */
export const textArray = (values: readonly string[]): TypedValue =>
  values.length === 0 ? nullValue : { type: type.stringArray, octets: utf16(values.map((value) => `${value}\0`).join('')) };

/** 100 ns from 1601-01-01 to 1970-01-01. */
const epochTicks = 116_444_736_000_000_000n;

/** `lastDigit`: the 100 ns below the microsecond. */
export function fileTime(us: number, lastDigit = 0): TypedValue {
  return integer(type.fileTime, 8, BigInt(us) * 10n + BigInt(lastDigit) + epochTicks);
}

/** `{331c3b3a-2005-…}`: the first three groups are little endian. */
export function guid(value: string): TypedValue {
  const digits = value.replace(/[{}-]/g, '');
  const octets = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  octets.subarray(0, 4).reverse();
  octets.subarray(4, 6).reverse();
  octets.subarray(6, 8).reverse();
  return { type: type.guid, octets };
}

/** MS-DTYP §2.4.2.2. */
function sid(value: string): TypedValue {
  const [, revision = 1, authority = 0, ...parts] = value.split('-').map(Number);
  const octets = new Uint8Array(8 + 4 * parts.length);
  octets[0] = revision;
  octets[1] = parts.length;
  const view = new DataView(octets.buffer);
  view.setUint32(4, authority);
  parts.forEach((part, i) => {
    view.setUint32(8 + 4 * i, part, true);
  });
  return { type: type.sid, octets };
}

/** What a datum with a name is kept as. Only forms that come out again as the same text are taken for more than text. */
export function typed(value: string): TypedValue {
  if (value === '') return text('');
  if (value === 'true' || value === 'false') return integer(type.boolean, 4, value === 'true' ? 1 : 0);
  if (/^(0|[1-9]\d{0,18})$/.test(value)) {
    const number = BigInt(value);
    return number <= 0xffff_ffffn ? integer(type.uint32, 4, number) : integer(type.uint64, 8, number);
  }
  if (/^0x(0|[1-9a-f][0-9a-f]{0,15})$/.test(value)) return integer(type.hex64, 8, BigInt(value));
  if (/^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/.test(value)) return guid(value);
  if (/^S-1-[0-9]{1,9}(-(0|[1-9][0-9]{0,8})){1,15}$/.test(value)) return sid(value);
  // A FILETIME holds 100 ns; the two digits below it are always zero.
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(\d)(00)?Z$/.exec(value);
  const us = time ? parseTime(value) : undefined;
  if (us !== undefined && formatTime(us).slice(0, 26) === value.slice(0, 26)) return fileTime(us, Number(time?.[1]));
  return text(value);
}
