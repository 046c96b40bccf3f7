/** When the first and the last frame of a capture were captured, with every digit that its clocks have. */

import { formatTime, type Microseconds } from '../base/time.ts';

interface Instant {
  readonly us: Microseconds;
  readonly picoseconds: number;
  /** Of the clock that gave it: 6, 9 or 12 behind the point. */
  readonly digits: number;
}

export class CapturedSpan {
  private first: Instant | undefined;
  private last: Instant | undefined;

  add(us: Microseconds, picoseconds: number, ticksPerSecond: bigint): void {
    const isFirst = this.first === undefined || us < this.first.us || (us === this.first.us && picoseconds < this.first.picoseconds);
    const isLast = this.last === undefined || us > this.last.us || (us === this.last.us && picoseconds > this.last.picoseconds);
    if (!isFirst && !isLast) return;
    const instant = { us, picoseconds, digits: digitsOf(ticksPerSecond) };
    if (isFirst) this.first = instant;
    if (isLast) this.last = instant;
  }

  /** Null where there was no frame, and exactly where no clock is finer than microseconds. */
  toOutput() {
    return {
      firstAt: this.first ? formatTime(this.first.us) : null,
      lastAt: this.last ? formatTime(this.last.us) : null,
      firstExactlyAt: exactly(this.first),
      lastExactlyAt: exactly(this.last),
    };
  }
}

function digitsOf(ticksPerSecond: bigint): number {
  if (1_000_000n % ticksPerSecond === 0n) return 6;
  return 1_000_000_000n % ticksPerSecond === 0n ? 9 : 12;
}

function exactly(instant: Instant | undefined): string | null {
  if (instant === undefined || instant.digits === 6) return null;
  const finer = String(instant.picoseconds)
    .padStart(6, '0')
    .slice(0, instant.digits - 6);
  return `${formatTime(instant.us).slice(0, -1)}${finer}Z`;
}
