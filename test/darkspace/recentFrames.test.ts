import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecentFrames } from '../../src/darkspace/recentFrames.ts';
import { advertisement, solicitation, start } from './frames.ts';

const isRepeated = (recent: RecentFrames, frame: Uint8Array, atUs: number) => recent.isRepeated(frame, 0, frame.length, atUs);

describe('frames of a moment ago', () => {
  it('are told by every octet, wherever they lie in a buffer', () => {
    const recent = new RecentFrames();
    const frame = solicitation();
    assert.equal(isRepeated(recent, frame, start), false);
    assert.equal(isRepeated(recent, frame, start + 1), true);
    assert.equal(recent.isRepeated(Uint8Array.of(7, 7, ...frame, 7), 2, frame.length + 2, start + 2), true);
    for (let at = 0; at < frame.length; at++) {
      const other = frame.slice();
      other[at] = (other[at] as number) ^ 1;
      assert.equal(isRepeated(recent, other, start + 3), false, `octet ${at}`);
    }
    assert.equal(isRepeated(recent, frame.subarray(0, frame.length - 1), start + 3), false);
  });
  it('are forgotten after fifty milliseconds, counted from the first of them', () => {
    const recent = new RecentFrames();
    const frame = advertisement();
    assert.deepEqual(
      [0, 49_999, 50_000, 60_000].map((after) => isRepeated(recent, frame, start + after)),
      [false, true, false, true],
    );
    // A clock that steps back makes nothing recent that is not.
    assert.equal(isRepeated(recent, frame, start - 1_000_000), false);
  });
  it('are compared up to 128 octets, and longer ones never', () => {
    const recent = new RecentFrames();
    for (const [length, isSecond] of [
      [128, true],
      [129, false],
    ] as const) {
      const frame = new Uint8Array(length).fill(3);
      isRepeated(recent, frame, start);
      assert.equal(isRepeated(recent, frame, start), isSecond);
    }
  });
  it('take no more room the more there are', () => {
    const recent = new RecentFrames();
    const frame = solicitation();
    const numbered = new DataView(frame.buffer, frame.byteOffset, frame.length);
    for (let n = 0; n < 20_000; n++) {
      numbered.setUint32(70, n);
      assert.equal(isRepeated(recent, frame, start), false);
    }
    assert.equal(isRepeated(recent, frame, start), true);
  });
});
