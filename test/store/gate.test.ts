import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gate } from '../../src/store/gate.ts';

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate of questions', () => {
  it('lets so many in at once, and the next when one is done', async () => {
    const gate = new Gate(2);
    const [begun, finish]: [number[], (() => void)[]] = [[], []];
    const all = [0, 1, 2, 3].map((n) =>
      gate.pass(async () => {
        begun.push(n);
        await new Promise<void>((resolve) => finish.push(resolve));
        return n;
      }, never),
    );
    await turn();
    assert.deepEqual(begun, [0, 1]);
    finish[0]?.();
    await turn();
    assert.deepEqual(begun, [0, 1, 2]);
    finish[1]?.();
    await turn();
    for (const end of finish) end();
    assert.deepEqual(await Promise.all(all), [0, 1, 2, 3]);
  });

  it('does not work for whoever gave up in line, and is free again after a failure', async () => {
    const gate = new Gate(1);
    const giveUp = new AbortController();
    let finish = () => {};
    const first = gate.pass(() => new Promise<void>((resolve) => (finish = resolve)), never);
    const second = gate.pass(() => assert.fail('it was given up'), giveUp.signal);
    giveUp.abort();
    finish();
    await first;
    await assert.rejects(second, { name: 'AbortError' });
    await assert.rejects(
      gate.pass(() => Promise.reject(new Error('fails')), never),
      /fails/,
    );
    assert.equal(await gate.pass(() => Promise.resolve('free'), never), 'free');
  });
});
