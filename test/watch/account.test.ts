import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureRecord } from '../../src/record/capture.ts';
import type { HealthRecord } from '../../src/record/health.ts';
import { accountOf } from '../../src/watch/account.ts';

const row = (fields: Partial<HealthRecord>): HealthRecord => ({
  sensor: 'box1',
  capture: 'c',
  interface: 'eth1',
  stage: 'meter',
  unit: 'packets',
  from: 0,
  until: 60_000_000,
  carried: 0,
  in: 0,
  out: 0,
  held: 0,
  refused: {},
  dropped: {},
  ...fields,
});
const session = (state: CaptureRecord['state'], kind: CaptureRecord['kind'] = 'live') =>
  ({ id: 'c', kind, state, name: 'eth1' }) as CaptureRecord;

describe('the account', () => {
  it('adds up the minutes of a stage: what was held before the first, what is held after the last', () => {
    const rows = [
      row({ from: 60_000_000, carried: 3, in: 4, out: 5, held: 1, refused: { 'table-full': 1 } }),
      row({ in: 10, out: 7, held: 3 }),
    ];
    const { balanced, stages } = accountOf(rows, [session('reading')], true);
    assert.equal(balanced, true);
    assert.deepEqual(
      [stages[0]?.carried, stages[0]?.in, stages[0]?.out, stages[0]?.held, stages[0]?.refused],
      [0, 14, 12, 1, { 'table-full': 1 }],
    );
  });
  it('does not balance when one minute does not, though another makes up for it', () => {
    const rows = [row({ in: 10, out: 9 }), row({ from: 60_000_000, in: 10, out: 11 })];
    assert.equal(accountOf(rows, [], true).balanced, false);
  });
  it('does not balance when a minute begins with less than the one before held', () => {
    const rows = [row({ in: 10, out: 7, held: 3 }), row({ from: 60_000_000, carried: 2, out: 2 })];
    assert.equal(accountOf(rows, [], true).balanced, false);
  });
  it('has the stages in the order in which frames pass them', () => {
    const { stages } = accountOf(
      ['store', 'link', 'meter', 'capture'].map((stage) => row({ stage })),
      [],
      true,
    );
    assert.deepEqual(
      stages.map(({ stage }) => stage),
      ['link', 'capture', 'meter', 'store'],
    );
  });
  it('tells a session that goes on from one that was cut off, and a file that was read in part', () => {
    assert.deepEqual(accountOf([], [session('reading')], true).cutOff, []);
    assert.deepEqual(accountOf([], [session('reading')], false).cutOff, ['eth1']);
    assert.deepEqual(accountOf([], [session('cut')], true).cutOff, ['eth1']);
    const file = accountOf([], [session('reading', 'capture')], true);
    assert.deepEqual([file.unfinished, file.balanced, file.booksBalance], [['eth1'], false, true]);
  });
});
