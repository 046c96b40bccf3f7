/** A bar for each UTC day: one sign for each half hour, that of the state that took most of it. */

import { day, dayOf, formatTime, hour, type Microseconds } from '../base/time.ts';

export interface BarStretch {
  readonly state: string;
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
}

const signs: Readonly<Record<string, string>> = {
  on: '#',
  present: '#',
  remote: 'R',
  locked: 'L',
  absent: '.',
  'screen-off': '-',
  'modern-sleep': 'm',
  s3: 's',
  hibernate: 'h',
  off: 'o',
  unknown: '?',
};
const slot = hour / 2;
/** A log of years has its table. */
const mostDays = 31;

/** `stretches` ascending; the last days where there are too many. */
export function dayBars(stretches: readonly BarStretch[]): string[] {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return [];
  const from = Math.max(dayOf(first.from), dayOf(last.to) - (mostDays - 1) * day);
  const days = Array.from({ length: Math.ceil((last.to - from) / day) }, (_, i) => from + i * day);
  return days.map((at) => {
    const slots = Array.from({ length: day / slot }, (_, i) => signOf(stretches, at + i * slot));
    return `  ${formatTime(at).slice(0, 10)} |${slots.join('')}|`;
  });
}

function signOf(stretches: readonly BarStretch[], at: Microseconds): string {
  const shares = new Map<string, Microseconds>();
  for (const { state, from, to } of stretches) {
    const share = Math.min(to, at + slot) - Math.max(from, at);
    if (share > 0) shares.set(state, (shares.get(state) ?? 0) + share);
  }
  const [most] = [...shares].sort(([, a], [, b]) => b - a);
  return most ? (signs[most[0]] ?? '?') : ' ';
}

export const barLegend =
  '  # on or present  R remote  L locked  . absent  - screen off  m modern sleep  s S3  h hibernated  o off  ? unknown';
