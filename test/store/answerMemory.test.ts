import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerMemory, keyOfQuestion } from '../../src/store/answerMemory.ts';

describe('the memory of answers', () => {
  const asking = (memory: AnswerMemory) => {
    const asked: string[] = [];
    let commits = 0;
    const ask = (key: string, rows = 1, during = () => {}) =>
      memory.through(
        key,
        () => commits,
        async () => {
          asked.push(key);
          during();
          return Array.from({ length: rows }, () => commits);
        },
      );
    const commit = () => {
      commits++;
    };
    return { asked, ask, commit };
  };

  it('asks once for what is asked again', async () => {
    const { asked, ask } = asking(new AnswerMemory());
    assert.deepEqual([await ask('a'), await ask('b'), await ask('a')], [[0], [0], [0]]);
    assert.deepEqual(asked, ['a', 'b']);
  });
  it('forgets everything with a commit', async () => {
    const { asked, ask, commit } = asking(new AnswerMemory());
    await ask('a');
    commit();
    assert.deepEqual([await ask('a'), asked], [[1], ['a', 'a']]);
  });
  it('keeps no answer that a commit came across', async () => {
    const { asked, ask, commit } = asking(new AnswerMemory());
    await ask('a', 1, commit);
    await ask('a');
    assert.deepEqual(asked, ['a', 'a']);
  });
  it('gives away a list of its own, so that sorting one spoils no other', async () => {
    const { ask } = asking(new AnswerMemory());
    (await ask('a', 3)).pop();
    (await ask('a', 3)).pop();
    assert.equal((await ask('a', 3)).length, 3);
  });
  it('holds no more rows than it may, and lets go of what was used longest ago', async () => {
    const { asked, ask } = asking(new AnswerMemory(10));
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key, 4);
    assert.deepEqual(asked, ['a', 'b', 'c', 'b']);
    await ask('large', 11);
    await ask('large', 11);
    assert.deepEqual(asked.slice(4), ['large', 'large']);
  });
  it('keeps nothing of a question that failed', async () => {
    const memory = new AnswerMemory();
    const fail = () => Promise.reject(new Error('given up'));
    await assert.rejects(memory.through('a', () => 0, fail));
    assert.deepEqual(
      await memory.through(
        'a',
        () => 0,
        async () => [1],
      ),
      [1],
    );
  });
  it('tells parameters apart, large numbers too', () => {
    assert.notEqual(keyOfQuestion('q', { a: 1n }), keyOfQuestion('q', { a: 1 }));
    const [before, after] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].map((a) => keyOfQuestion('q', { a }));
    assert.notEqual(before, after);
    assert.notEqual(before, keyOfQuestion('q', { a: null }));
    assert.equal(keyOfQuestion('q', { a: [1], b: null }), keyOfQuestion('q', { a: [1], b: null }));
  });
});
