/**
 * Instants as microseconds since 1970-01-01T00:00:00Z, UTC, in a number (exact until the year 2255).
 *
 * The only pure file that may use `Date`: everywhere else in the pure rooms time comes in as a value.
 */

/** Microseconds since the epoch, UTC. */
export type Microseconds = number;

export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The start of the UTC minute that holds `at`. */
export function minuteOf(at: Microseconds): Microseconds {
  return Math.floor(at / minute) * minute;
}

/** The start of the UTC day that holds `at`. */
export function dayOf(at: Microseconds): Microseconds {
  return Math.floor(at / day) * day;
}

/** ISO 8601 UTC with six digits of the second: `2021-01-10T09:00:00.000000Z`. */
export function formatTime(at: Microseconds): string {
  const milliseconds = Math.floor(at / 1000);
  const text = new Date(milliseconds).toISOString();
  return `${text.slice(0, -1)}${String(at - milliseconds * 1000).padStart(3, '0')}Z`;
}

const form = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** How a text without a zone is taken: as UTC, or as not an instant at all. */
export type WithoutZone = 'utc' | 'refuse';

/**
 * ISO 8601 and its close relatives (a blank for `T`, one to nine digits of the second; below a microsecond is cut off).
 * `undefined` when the text is no instant, or names no zone and `withoutZone` is `refuse`.
 */
export function parseTime(text: string, withoutZone: WithoutZone = 'refuse'): Microseconds | undefined {
  const found = form.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, dayOfMonth, hours = '00', minutes = '00', seconds = '00', fraction = '', zone] = found;
  if (zone === undefined && withoutZone === 'refuse') return undefined;
  const normal = `${year}-${month}-${dayOfMonth}T${hours}:${minutes}:${seconds}.000`;
  const offset = zone === undefined || zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const milliseconds = Date.parse(normal + offset);
  // Date.parse turns 30 February into 1 or 2 March; such a text is no instant.
  if (Number.isNaN(milliseconds) || !new Date(`${normal}Z`).toISOString().startsWith(`${year}-${month}-${dayOfMonth}T`)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

const units: Readonly<Record<string, Microseconds>> = { s: second, m: minute, h: hour, d: day };

/** `30d`, `12h`, `90s`, `1.5h` in whole microseconds; `undefined` for anything else, and for what no number holds exactly. */
export function parseDuration(text: string): Microseconds | undefined {
  const found = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (!found) return undefined;
  const microseconds = Math.round(Number(found[1]) * (units[found[2] as string] as number));
  return Number.isSafeInteger(microseconds) ? microseconds : undefined;
}
