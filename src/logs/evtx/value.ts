/** The typed values of binary XML (MS-EVEN6 §2.2.12, libevtx "Value types") → the text that Windows shows for them. */

import { uint16LittleEndian, uint32LittleEndian, uint64LittleEndian } from '../../base/octets.ts';
import { utf16Text } from './cursor.ts';

export const valueType = {
  null: 0x00,
  string: 0x01,
  ansi: 0x02,
  int8: 0x03,
  uint8: 0x04,
  int16: 0x05,
  uint16: 0x06,
  int32: 0x07,
  uint32: 0x08,
  int64: 0x09,
  uint64: 0x0a,
  real32: 0x0b,
  real64: 0x0c,
  boolean: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  size: 0x10,
  fileTime: 0x11,
  systemTime: 0x12,
  sid: 0x13,
  hex32: 0x14,
  hex64: 0x15,
  binXml: 0x21,
} as const;

const arrayFlag = 0x80;

/** One value of a template instance: where it lies in its chunk. */
export interface Value {
  readonly type: number;
  readonly at: number;
  readonly end: number;
}

export function isArray(value: Value): boolean {
  return (value.type & arrayFlag) !== 0;
}

const ansi = new TextDecoder('windows-1252');

/** Octets of one item by type; 0 for types of any length. */
const itemLengths = new Uint8Array(256);
for (const [type, length] of [
  [valueType.int8, 1],
  [valueType.uint8, 1],
  [valueType.int16, 2],
  [valueType.uint16, 2],
  [valueType.int32, 4],
  [valueType.uint32, 4],
  [valueType.int64, 8],
  [valueType.uint64, 8],
  [valueType.real32, 4],
  [valueType.real64, 8],
  [valueType.boolean, 4],
  [valueType.guid, 16],
  [valueType.fileTime, 8],
  [valueType.systemTime, 16],
  [valueType.hex32, 4],
  [valueType.hex64, 8],
] as const)
  itemLengths[type] = length;

/** `undefined` when the octets cannot be a value of that type. */
export function valueText(octets: Buffer, type: number, at: number, end: number): string | undefined {
  const length = end - at;
  if (length < (itemLengths[type] as number)) return length === 0 ? '' : undefined;
  const view = () => new DataView(octets.buffer, octets.byteOffset + at, length);
  switch (type) {
    case valueType.null:
      return '';
    case valueType.string:
      return withoutTrailingNul(utf16Text(octets, at, end));
    case valueType.ansi:
      return withoutTrailingNul(ansi.decode(octets.subarray(at, end)));
    case valueType.int8:
      return String(view().getInt8(0));
    case valueType.uint8:
      return String(octets[at]);
    case valueType.int16:
      return String(view().getInt16(0, true));
    case valueType.uint16:
      return String(uint16LittleEndian(octets, at));
    case valueType.int32:
      return String(view().getInt32(0, true));
    case valueType.uint32:
      return String(uint32LittleEndian(octets, at));
    case valueType.int64:
      return String(view().getBigInt64(0, true));
    case valueType.uint64: {
      const high = uint32LittleEndian(octets, at + 4);
      return high < 0x20_0000 ? String(high * 0x1_0000_0000 + uint32LittleEndian(octets, at)) : String(uint64LittleEndian(octets, at));
    }
    case valueType.real32:
      return realText(view().getFloat32(0, true), 6);
    case valueType.real64:
      return realText(view().getFloat64(0, true), 6);
    case valueType.boolean:
      return uint32LittleEndian(octets, at) === 0 ? 'false' : 'true';
    case valueType.binary:
      return hexadecimal(octets, at, end);
    case valueType.guid:
      return guidText(octets, at);
    case valueType.size:
      if (length === 4) return `0x${uint32LittleEndian(octets, at).toString(16)}`;
      return length >= 8 ? `0x${uint64LittleEndian(octets, at).toString(16)}` : undefined;
    case valueType.fileTime:
      return fileTimeText(octets, at);
    case valueType.systemTime:
      return systemTimeText(octets, at);
    case valueType.sid:
      return sidText(octets, at, end);
    case valueType.hex32:
      return `0x${uint32LittleEndian(octets, at).toString(16)}`;
    case valueType.hex64:
      return `0x${uint64LittleEndian(octets, at).toString(16)}`;
    default:
      return undefined;
  }
}

/** Whether `valueText` gives a text, without making it. */
export function isValue(octets: Buffer, type: number, at: number, end: number): boolean {
  const length = end - at;
  const needed = itemLengths[type] as number;
  if (needed !== 0) return length === 0 || length >= needed;
  switch (type) {
    case valueType.null:
    case valueType.string:
    case valueType.ansi:
    case valueType.binary:
      return true;
    case valueType.size:
      return length === 4 || length >= 8;
    case valueType.sid:
      return length >= 8 && length >= 8 + 4 * (octets[at + 1] as number);
    default:
      return false;
  }
}

/** The items of an array; `undefined` when the octets cannot be one. Their number is bounded by the octets. */
export function arrayTexts(octets: Buffer, value: Value): string[] | undefined {
  const type = value.type & ~arrayFlag;
  if (type === valueType.string) return stringArray(octets, value.at, value.end);
  const length = itemLengths[type] as number;
  if (length === 0 || (value.end - value.at) % length !== 0) return undefined;
  const texts: string[] = [];
  for (let at = value.at; at < value.end; at += length) {
    const text = valueText(octets, type, at, at + length);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/** Strings one after the other, each with its NUL; the last may lack it. */
function stringArray(octets: Buffer, at: number, end: number): string[] {
  const texts: string[] = [];
  let start = at;
  for (let i = at; i + 1 < end; i += 2) {
    if (uint16LittleEndian(octets, i) !== 0) continue;
    texts.push(utf16Text(octets, start, i));
    start = i + 2;
  }
  if (start + 1 < end) texts.push(utf16Text(octets, start, end));
  return texts;
}

function withoutTrailingNul(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
}

function hexadecimal(octets: Buffer, at: number, end: number): string {
  return octets.toString('hex', at, end).toUpperCase();
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** The first three groups are little endian. */
function guidText(octets: Buffer, at: number): string {
  const o = (i: number) => hexPairs[octets[at + i] as number] as string;
  return `{${o(3)}${o(2)}${o(1)}${o(0)}-${o(5)}${o(4)}-${o(7)}${o(6)}-${o(8)}${o(9)}-${o(10)}${o(11)}${o(12)}${o(13)}${o(14)}${o(15)}}`;
}

/** MS-DTYP §2.4.2.4: six octets of authority, big endian, then sub-authorities. */
function sidText(octets: Buffer, at: number, end: number): string | undefined {
  if (end - at < 8) return undefined;
  const subAuthorities = octets[at + 1] as number;
  if (end - at < 8 + 4 * subAuthorities) return undefined;
  let authority = 0;
  for (let i = 2; i < 8; i++) authority = authority * 256 + (octets[at + i] as number);
  let text = `S-${octets[at]}-${authority}`;
  for (let i = 0; i < subAuthorities; i++) text += `-${uint32LittleEndian(octets, at + 8 + 4 * i)}`;
  return text;
}

const ticksPerSecond = 10_000_000;
const secondsPerDay = 86_400;
/** Days from 1601-01-01 to 0000-03-01, the start of the era arithmetic below, the other way round. */
const daysFrom0000To1601 = 584_694;
/** Seconds from 1601 to 1970. */
const epochSeconds = 11_644_473_600;

/** 100 ns since 1601, little endian → whole seconds and the rest. Exact, although no number holds all 64 bits. */
function splitTicks(octets: Buffer, at: number): { seconds: number; rest: number } {
  const [low, high] = [uint32LittleEndian(octets, at), uint32LittleEndian(octets, at + 4)];
  // 2^32 modulo 10^7 is 4967296; neither product reaches 2^53.
  const rest = ((high % ticksPerSecond) * 4_967_296 + low) % ticksPerSecond;
  return { seconds: Math.round((high * 0x1_0000_0000 + low - rest) / ticksPerSecond), rest };
}

/** ISO 8601 with seven digits of the second, as Windows prints a FILETIME: exact, unlike a time in microseconds. */
export function fileTimeText(octets: Buffer, at: number): string {
  const { seconds, rest } = splitTicks(octets, at);
  const days = Math.floor(seconds / secondsPerDay);
  const [year, month, dayOfMonth] = civilDate(days);
  return `${pad(year, 4)}-${two(month)}-${two(dayOfMonth)}T${clock(seconds - days * secondsPerDay)}.${pad(rest, 7)}Z`;
}

/** Microseconds since 1970, what is below cut off; `undefined` beyond the year 9999, which no text of a time reaches. */
export function fileTimeUs(octets: Buffer, at: number): number | undefined {
  const { seconds, rest } = splitTicks(octets, at);
  const us = (seconds - epochSeconds) * 1_000_000 + Math.floor(rest / 10);
  return us < latestUs ? us : undefined;
}
/** 10000-01-01. */
const latestUs = 253_402_300_800_000_000;

const twoDigits: readonly string[] = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));

function two(value: number): string {
  return twoDigits[value] ?? String(value);
}

function clock(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** Days since 1601-01-01 → year, month, day of the Gregorian calendar, counted in years that begin in March. */
function civilDate(daysSince1601: number): [number, number, number] {
  const days = daysSince1601 + daysFrom0000To1601;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth];
}

/** SYSTEMTIME: eight words; the third is the day of the week. */
function systemTimeText(octets: Buffer, at: number): string {
  const word = (i: number) => uint16LittleEndian(octets, at + 2 * i);
  return `${pad(word(0), 4)}-${pad(word(1), 2)}-${pad(word(3), 2)}T${pad(word(4), 2)}:${pad(word(5), 2)}:${pad(word(6), 2)}.${pad(word(7), 3)}Z`;
}

/** C's `%f`-like text of Windows: six digits after the point. */
function realText(value: number, digits: number): string {
  if (Number.isNaN(value)) return '-1.#IND';
  if (!Number.isFinite(value)) return value > 0 ? '1.#INF' : '-1.#INF';
  return value.toFixed(digits);
}
