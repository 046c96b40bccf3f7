import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { latestTime, outOfRange, ticksPerSecondOf, ticksToPicoseconds, ticksToTime } from '../../src/link/timeStamp.ts';

describe('time stamps of captures', () => {
  for (const ticksPerSecond of [1_000_000n, 1_000_000_000n, 1_000n, 10n ** 12n, 2n ** 20n])
    it(`of ${ticksPerSecond} ticks a second are cut to microseconds exactly`, () => {
      const toTime = ticksToTime(ticksPerSecond, 7n);
      const most = (BigInt(latestTime) * ticksPerSecond) / 1_000_000n - 7n * ticksPerSecond;
      const limit = most < 2n ** 64n ? most : 2n ** 64n - 1n;
      fc.assert(
        fc.property(fc.bigInt(0n, limit), (ticks) => {
          const exact = Number((ticks * 1_000_000n) / ticksPerSecond + 7_000_000n);
          assert.equal(toTime(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)), exact);
        }),
        { numRuns: 300 },
      );
    });

  for (const ticksPerSecond of [1_000_000_000n, 10n ** 7n, 10n ** 12n, 10n ** 13n, 2n ** 20n, 2n ** 40n])
    it(`of ${ticksPerSecond} ticks a second keep their picoseconds`, () => {
      const [toTime, toPicoseconds] = [ticksToTime(ticksPerSecond, 0n), ticksToPicoseconds(ticksPerSecond)];
      const most = (BigInt(latestTime) * ticksPerSecond) / 1_000_000n;
      fc.assert(
        fc.property(fc.bigInt(0n, most < 2n ** 64n ? most : 2n ** 64n - 1n), (ticks) => {
          const [high, low] = [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
          const whole = BigInt(toTime(high, low)) * 1_000_000n + BigInt(toPicoseconds?.(high, low) ?? -1);
          assert.equal(whole, (ticks * 10n ** 12n) / ticksPerSecond);
        }),
        { numRuns: 300 },
      );
    });
  it('of microseconds and coarser have nothing below', () => {
    assert.deepEqual([1n, 1000n, 1_000_000n].map(ticksToPicoseconds), [undefined, undefined, undefined]);
  });

  const resolutions: [number, bigint | undefined][] = [
    [0, 1n],
    [6, 1_000_000n],
    [9, 1_000_000_000n],
    [19, 10n ** 19n],
    [20, undefined],
    [0x80, 1n],
    [0x80 | 10, 1024n],
    [0x80 | 63, 2n ** 63n],
    [0xff, undefined],
  ];
  for (const [octet, expected] of resolutions)
    it(`of resolution 0x${octet.toString(16)} have ${expected ?? 'no sensible number of'} ticks a second`, () =>
      assert.equal(ticksPerSecondOf(octet), expected));

  it('outside 1970 to 2255 are brought to the nearest end', () => {
    assert.deepEqual([-1, 0, latestTime, latestTime * 3].map(outOfRange), [0, undefined, undefined, latestTime]);
  });
});
