import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, minute } from '../../src/base/time.ts';
import { PacketTime, strandsKept } from '../../src/meter/packetTime.ts';
import { start } from './frames.ts';

/** Slices are numbers here; chains are followed through `next`. */
function clock() {
  const next = new Map<number, number>();
  const due: number[] = [];
  const time = new PacketTime(
    (last, joined) => next.set(last, joined),
    (first) => {
      for (let slice: number | undefined = first; slice !== undefined; slice = next.get(slice)) due.push(slice);
    },
  );
  const hold = (id: number, atUs: number) => {
    time.advance(atUs);
    time.hold(id, Math.floor(atUs / minute));
  };
  return { time, hold, due };
}

describe('packet time', () => {
  it('hands a minute over once time has passed its end by two minutes', () => {
    const { time, hold, due } = clock();
    hold(1, start);
    hold(2, start + minute);
    time.advance(start + 3 * minute - 1);
    assert.deepEqual(due, []);
    time.advance(start + 3 * minute);
    assert.deepEqual(due, [1]);
    time.finish();
    assert.deepEqual(due, [1, 2]);
  });
  it('hands over by minute, and within a minute in the order in which slices began', () => {
    const { time, hold, due } = clock();
    hold(1, start + minute);
    hold(2, start);
    hold(3, start + minute);
    time.finish();
    assert.deepEqual(due, [2, 1, 3]);
  });
  it('holds a late slice until the next minute begins', () => {
    const { time, hold, due } = clock();
    hold(1, start + 10 * minute);
    hold(2, start);
    assert.deepEqual(due, []);
    time.advance(start + 11 * minute);
    assert.deepEqual(due, [2]);
  });
  it('keeps two captures of different years apart, whichever comes first', () => {
    for (const years of [2 * 365 * day, -2 * 365 * day]) {
      const { time, hold, due } = clock();
      hold(1, start);
      hold(2, start + years);
      hold(3, start + 1);
      const before = due.length;
      for (let i = 0; i < 100; i++) {
        time.advance(start + 2 + i);
        time.advance(start + years + 2 + i);
      }
      assert.equal(due.length, before, 'nothing is handed over by going to and fro');
      time.finish();
      assert.deepEqual(due.toSorted(), [1, 2, 3]);
    }
  });
  it('after a jump forwards hands over what lies behind', () => {
    const { time, hold, due } = clock();
    hold(1, start);
    time.advance(start + day);
    assert.deepEqual(due, [1]);
  });
  it('hands over what a clock that was set back left behind, once time passes there again', () => {
    const { time, hold, due } = clock();
    hold(1, start + 60 * minute);
    hold(2, start);
    for (let i = 1; i <= 59; i++) time.advance(start + i * minute);
    hold(3, start + 59 * minute);
    hold(4, start + 60 * minute);
    assert.deepEqual(due, [2]);
    for (let i = 61; i <= 63; i++) time.advance(start + i * minute);
    assert.deepEqual(due, [2, 3, 1, 4]);
  });
  it('forgets nothing when there are more strands than it keeps', () => {
    const { time, hold, due } = clock();
    const count = strandsKept + 5;
    for (let i = 0; i < count; i++) hold(i, start + (count - i) * 365 * day);
    assert.equal(due.length, 5);
    time.finish();
    assert.deepEqual(
      due.toSorted((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
  });
  it('makes room from other strands than the present one', () => {
    const { time, hold, due } = clock();
    hold(1, start + 365 * day);
    hold(2, start);
    time.finishOthers();
    assert.deepEqual(due, [1]);
  });
});
