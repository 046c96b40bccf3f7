/** Time stamps of captures, counted in ticks of any length, as microseconds (draft-ietf-opsawg-pcapng §4.2, if_tsresol and if_tsoffset). */

import type { Microseconds } from '../base/time.ts';

/** Microseconds in a number are exact up to here, in the year 2255. */
export const latestTime: Microseconds = Number.MAX_SAFE_INTEGER;

/** Both halves of a 64-bit count of ticks → microseconds since the epoch. What lies outside 1970 to 2255 is not clamped here. */
export type TicksToTime = (high: number, low: number) => Microseconds;

/** Digits below a microsecond are cut off. */
export function ticksToTime(ticksPerSecond: bigint, offsetSeconds: bigint): TicksToTime {
  const offsetUs = Number(offsetSeconds) * 1_000_000;
  if (ticksPerSecond === 1_000_000n) return (high, low) => high * 0x1_0000_0000 + low + offsetUs;
  // 2^32 = 4294967 · 1000 + 296, so that no product leaves the exact range of a number.
  if (ticksPerSecond === 1_000_000_000n) return (high, low) => high * 4_294_967 + Math.floor((high * 296 + low) / 1000) + offsetUs;
  return (high, low) => {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return Number((ticks * 1_000_000n) / ticksPerSecond) + offsetUs;
  };
}

/** What `ticksToTime` cuts off, in picoseconds; digits below are cut off here. `undefined` where nothing is. */
export function ticksToPicoseconds(ticksPerSecond: bigint): ((high: number, low: number) => number) | undefined {
  if (1_000_000n % ticksPerSecond === 0n) return undefined;
  if (ticksPerSecond === 1_000_000_000n) return (high, low) => ((high * 296 + low) % 1000) * 1000;
  return (high, low) => {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return Number((((ticks * 1_000_000n) % ticksPerSecond) * 1_000_000n) / ticksPerSecond);
  };
}

/** The octet of if_tsresol: a negative power of 10, or of 2 when its top bit is set. `undefined` for resolutions that 64 bits cannot carry. */
export function ticksPerSecondOf(resolution: number): bigint | undefined {
  const exponent = resolution & 0x7f;
  if (resolution & 0x80) return exponent > 63 ? undefined : 2n ** BigInt(exponent);
  return exponent > 19 ? undefined : 10n ** BigInt(exponent);
}

/** The nearest instant that a record can hold, or `undefined` when `time` is one already. */
export function outOfRange(time: Microseconds): Microseconds | undefined {
  if (time >= 0 && time <= latestTime) return undefined;
  return time > 0 ? latestTime : 0;
}
