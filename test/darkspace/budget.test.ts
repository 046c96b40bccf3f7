import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Budget } from '../../src/darkspace/budget.ts';
import { DueQueue } from '../../src/darkspace/dueQueue.ts';
import { askerMac, ownerMac, start } from './frames.ts';

const second = 1_000_000;
const limits = { perAskerRate: 10, perAskerBurst: 5, totalRate: 100, totalBurst: 8, mostAskers: 2 };

describe('a budget', () => {
  it('gives a burst, then what flows in, and says which bucket is empty', () => {
    const budget = new Budget(limits, start);
    assert.equal(budget.spend(askerMac, 5, start), undefined);
    assert.equal(budget.spend(askerMac, 1, start), 'budget of the asker');
    assert.equal(budget.spend(askerMac, 1, start + second / 10), undefined);
    assert.equal(budget.spend(askerMac, 1, start + second / 10), 'budget of the asker');
    assert.equal(budget.spend(ownerMac, 3, start), undefined);
    assert.equal(budget.spend(ownerMac + 1, 9, start), 'budget of the asker');
    assert.equal(budget.spend(ownerMac + 1, 5, start), 'budget of all');
  });
  it('fills no further than the burst, and not at all when the clock steps back', () => {
    const budget = new Budget(limits, start);
    budget.spend(askerMac, 5, start + second);
    assert.equal(budget.spend(askerMac, 1, start), 'budget of the asker');
    assert.equal(budget.spend(askerMac, 6, start + 1000 * second), 'budget of the asker');
    assert.equal(budget.spend(askerMac, 5, start + 1000 * second), undefined);
  });
});

describe('a queue of what is due', () => {
  it('hands out in the order of time, and nothing before its time', () => {
    const queue = new DueQueue<number>();
    const times = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1009);
    for (const time of times) queue.push(time, time);
    assert.equal(queue.nextUs, Math.min(...times));
    assert.equal(queue.take(Math.min(...times) - 1), undefined);
    const out: number[] = [];
    for (let next = queue.take(2000); next !== undefined; next = queue.take(2000)) out.push(next);
    assert.deepEqual(
      out,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual([queue.size, queue.nextUs, queue.take(9999)], [0, undefined, undefined]);
  });
});
