import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Transition } from '../../src/darkspace/claim.ts';
import { ClaimChanges } from '../../src/darkspace/claimChanges.ts';

const changesAMinute = 600;

function change(atUs: number): Transition {
  return { atUs, target: 1n, from: 'unknown', to: 'verify', because: 'test', mac: null, solicitedAtUs: 0, probesAtUs: [] };
}

function addMany(changes: ClaimChanges, first: number, count: number): void {
  for (let i = 0; i < count; i++) changes.add(change(first + i));
}

describe('changes of claims that are written down', () => {
  it('are so many a minute, and what is beyond is counted', () => {
    const changes = new ClaimChanges({ sensor: 's', interface: 'eth1', mode: 'answer' });
    addMany(changes, 0, changesAMinute + 3);
    assert.equal(changes.notRecorded, 3);
    changes.beginMinute();
    addMany(changes, 1000, 1);
    const taken = changes.take(10_000).map(({ at }) => at);
    assert.deepEqual([taken.length, taken[0], taken.at(-1), changes.notRecorded], [changesAMinute + 1, 0, 1000, 3]);
  });
  it('wait, the oldest first, until somebody takes them; of those that find no room each is counted', () => {
    const changes = new ClaimChanges({ sensor: 's', interface: 'eth1', mode: 'answer' });
    for (let minute = 0; minute < 4; minute++) {
      addMany(changes, minute * 1000, changesAMinute);
      changes.beginMinute();
    }
    assert.equal(changes.notRecorded, 4 * changesAMinute - 2000);
    assert.deepEqual(
      changes.take(2).map(({ at }) => at),
      [0, 1],
    );
    addMany(changes, 9000, 3);
    assert.equal(changes.notRecorded, 4 * changesAMinute - 2000 + 1);
    assert.equal(changes.take(10_000).length, 2000);
    assert.deepEqual(changes.take(1), []);
  });
});
