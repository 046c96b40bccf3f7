/** What a report says of the clock of a host. */

import { formatTime, second } from '../base/time.ts';
import type { CorrectionRecord } from '../record/correction.ts';
import type { ClockOutput } from '../record/output/report.ts';

const tenths = (us: number) => Math.round(us / (second / 10)) / 10;

export function describeClock(record: CorrectionRecord): ClockOutput {
  const { from, to, status, offsetUs, uncertaintyUs, wakeEdges, stamps, reason } = record;
  return {
    from: formatTime(from),
    to: formatTime(to),
    status,
    offsetSeconds: tenths(offsetUs),
    uncertaintySeconds: status === 'unknown' ? null : tenths(uncertaintyUs),
    wakeEdges,
    stamps,
    reason,
  };
}

/** The least and the most, where it drifted or was set. */
export function clockSummary(clock: readonly ClockOutput[]): string | undefined {
  const applied = clock.filter(({ status }) => status === 'applied');
  if (applied.length === 0) {
    if (clock.length === 0 || clock.every(({ status }) => status === 'unknown'))
      return clock[0] && `not compared with the sensor's clock: ${clock[0].reason}`;
    const widest = Math.max(...clock.map(({ uncertaintySeconds }) => uncertaintySeconds ?? 0));
    return `agrees with the sensor's within ${seconds(widest)}, ${clock.find(({ status }) => status === 'agrees')?.reason}`;
  }
  const offsets = applied.map(({ offsetSeconds }) => offsetSeconds);
  const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
  const uncertainty = Math.max(...applied.map(({ uncertaintySeconds }) => uncertaintySeconds ?? 0));
  const best = applied.reduce((a, b) => (b.wakeEdges + b.stamps > a.wakeEdges + a.stamps ? b : a));
  const moved = least === most ? signed(least) : `${signed(least)} to ${signed(most)} in ${applied.length} stretches`;
  const rest = clock.length > applied.length ? ', elsewhere as logged' : '';
  return `times of the log moved by ${moved} (± ${seconds(uncertainty)}), ${best.reason}${rest}`;
}

const seconds = (value: number) => `${value} s`;
const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${seconds(Math.abs(value))}`;
