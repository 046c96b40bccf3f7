/** Reading the data of an event by the names of its fields; by position only where a form of log knows no names. */

import { type Microseconds, parseTime } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { valueByPosition } from './positions.ts';

/** Marks that Windows puts into localised dates and that say nothing: U+200E, U+200F. */
const directionMarks = /[\u200e\u200f]/g;

const plain = (value: string) => value.replace(directionMarks, '').trim();

export function field(event: EventRecord, name: string): string | undefined {
  for (const [key, value] of event.data) if (key === name) return plain(value);
  const value = valueByPosition(event, name);
  return value === undefined ? undefined : plain(value);
}

/** Decimal or `0x…`, negative too; `undefined` where the field is absent or no number. */
export function numberField(event: EventRecord, name: string): number | undefined {
  const text = field(event, name);
  if (text === undefined || !/^(-?\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text)) return undefined;
  return Number(text);
}

/** `true`/`false`, or a number of which anything but 0 is true: one field is written both ways in different versions. */
export function truthField(event: EventRecord, name: string): boolean | undefined {
  const text = field(event, name)?.toLowerCase();
  if (text === 'true') return true;
  if (text === 'false') return false;
  const number = numberField(event, name);
  return number === undefined ? undefined : number !== 0;
}

/** An instant in UTC: the log writes FILETIMEs as ISO 8601, some tools without T and Z. 1601 means "none". */
export function instantField(event: EventRecord, name: string): Microseconds | undefined {
  const at = parseTime(field(event, name) ?? '', 'utc');
  return at === undefined || at <= 0 ? undefined : at;
}
