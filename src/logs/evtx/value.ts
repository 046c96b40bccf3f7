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

/** Octets of one item; `undefined` for types of any length. */
const itemLengths: ReadonlyMap<number, number> = new Map([
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
]);

/** `undefined` when the octets cannot be a value of that type. */
export function valueText(octets: Uint8Array, type: number, at: number, end: number): string | undefined {
  const length = end - at;
  const needed = itemLengths.get(type);
  if (needed !== undefined && length < needed) return length === 0 ? '' : undefined;
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
    case valueType.uint64:
      return String(uint64LittleEndian(octets, at));
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
      return fileTimeText(uint64LittleEndian(octets, at));
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

/** The items of an array; `undefined` when the octets cannot be one. Their number is bounded by the octets. */
export function arrayTexts(octets: Uint8Array, value: Value): string[] | undefined {
  const type = value.type & ~arrayFlag;
  if (type === valueType.string) return stringArray(octets, value.at, value.end);
  const length = itemLengths.get(type);
  if (length === undefined || (value.end - value.at) % length !== 0) return undefined;
  const texts: string[] = [];
  for (let at = value.at; at < value.end; at += length) {
    const text = valueText(octets, type, at, at + length);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/** Strings one after the other, each with its NUL; the last may lack it. */
function stringArray(octets: Uint8Array, at: number, end: number): string[] {
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

function hexadecimal(octets: Uint8Array, at: number, end: number): string {
  let text = '';
  for (let i = at; i < end; i++) text += hexPairs[octets[i] as number];
  return text;
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase());

function guidText(octets: Uint8Array, at: number): string {
  const part = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const tail = hexadecimal(octets, at + 8, at + 16).toLowerCase();
  return `{${part(uint32LittleEndian(octets, at), 8)}-${part(uint16LittleEndian(octets, at + 4), 4)}-${part(uint16LittleEndian(octets, at + 6), 4)}-${tail.slice(0, 4)}-${tail.slice(4)}}`;
}

/** MS-DTYP §2.4.2.4: six octets of authority, big endian, then sub-authorities. */
function sidText(octets: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < 8) return undefined;
  const subAuthorities = octets[at + 1] as number;
  if (end - at < 8 + 4 * subAuthorities) return undefined;
  let authority = 0;
  for (let i = 2; i < 8; i++) authority = authority * 256 + (octets[at + i] as number);
  let text = `S-${octets[at]}-${authority}`;
  for (let i = 0; i < subAuthorities; i++) text += `-${uint32LittleEndian(octets, at + 8 + 4 * i)}`;
  return text;
}

const ticksPerDay = 864_000_000_000n;
/** Days from 1601-01-01 to 0000-03-01, the start of the era arithmetic below, the other way round. */
const daysFrom0000To1601 = 584_694;

/** 100 ns since 1601 → ISO 8601 with seven digits, as Windows prints it. Exact, unlike a time in microseconds. */
export function fileTimeText(ticks: bigint): string {
  const days = Number(ticks / ticksPerDay);
  const within = Number(ticks % ticksPerDay);
  const [year, month, dayOfMonth] = civilDate(days);
  const seconds = Math.floor(within / 10_000_000);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}T${clock(seconds)}.${pad(within % 10_000_000, 7)}Z`;
}

function clock(seconds: number): string {
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
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
function systemTimeText(octets: Uint8Array, at: number): string {
  const word = (i: number) => uint16LittleEndian(octets, at + 2 * i);
  return `${pad(word(0), 4)}-${pad(word(1), 2)}-${pad(word(3), 2)}T${pad(word(4), 2)}:${pad(word(5), 2)}:${pad(word(6), 2)}.${pad(word(7), 3)}Z`;
}

/** C's `%f`-like text of Windows: six digits after the point. */
function realText(value: number, digits: number): string {
  if (Number.isNaN(value)) return '-1.#IND';
  if (!Number.isFinite(value)) return value > 0 ? '1.#INF' : '-1.#INF';
  return value.toFixed(digits);
}
