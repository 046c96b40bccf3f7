import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthKind, imbalance } from '../../src/record/health.ts';
import { DarkBooks, darkStages } from '../../src/watch/darkBooks.ts';

const minute = 60_000_000;
const of = { sensor: 'box1', capture: 'c1', interface: 'svc0' };
const counts = (times: number, at: number) => ({
  at,
  framesReceived: 10 * times,
  framesRepeated: 4 * times,
  framesDropped: times,
  solicitationsHeard: 5 * times,
  solicitationsTaken: 2 * times,
  solicitationsRefused: { 'in use': 2 * times, router: times },
  packetsToDark: 7 * times,
  packetsUnclaimed: times,
  rowsHandedOut: 3 * times,
  changesNotRecorded: times,
  slicesLost: 0,
});

describe('the books of the watch of dark addresses', () => {
  it('have a row a stage and minute, which balance and hold what came in that minute', () => {
    const books = new DarkBooks(of, 5);
    assert.deepEqual(books.take(counts(1, 30_000_000), 3), []);
    const first = books.take(counts(2, minute + 1), 6);
    assert.deepEqual(
      first.map(({ stage, from, until }) => [stage, from, until]),
      darkStages.map((stage) => [stage, 0, minute]),
    );
    const second = [...books.take(counts(3, 2 * minute - 1), 9), ...books.close()];
    assert.equal(second.length, darkStages.length);
    for (const row of [...first, ...second]) {
      assert.equal(imbalance(row), 0, row.stage);
      assert.equal(healthKind.schema.safeParse(row).success, true);
    }
    assert.deepEqual(
      second.map((row) => row.in),
      [11, 5, 8, 4],
    );
    assert.deepEqual(second[1]?.refused, { 'in use': 2, router: 1 });
    assert.deepEqual(second[0]?.dropped, { kernel: 1 });
  });
  it('do not balance where rows did not come here, or a question was neither taken nor refused', () => {
    const rows = (changes: object, taken: number) => {
      const books = new DarkBooks(of, 0);
      books.take({ ...counts(1, 1), ...changes }, taken);
      return books.close().map(imbalance);
    };
    assert.deepEqual(rows({}, 3), [0, 0, 0, 0]);
    assert.deepEqual(rows({}, 2), [0, 0, 0, 1]);
    assert.deepEqual(rows({ solicitationsTaken: 1 }, 3), [0, 1, 0, 0]);
  });
});
