import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noUserStarted, policies } from '../../src/judge/policy.ts';
import { confidences, type HostState, hostStates } from '../../src/record/interval.ts';

const counted = (policy: (typeof policies)[number], confidence: (typeof confidences)[number]) =>
  hostStates.filter((state) => noUserStarted(policy, state, confidence));
const asleep: HostState[] = ['modern-sleep', 's3', 'hibernate', 'off'];
const nobody: HostState[] = [...asleep, 'screen-off', 'absent', 'locked'];

describe('no user started it', () => {
  for (const confidence of confidences) {
    it(`under sleep while the log says that the machine slept or was off, with ${confidence} confidence`, () =>
      assert.deepEqual(counted('sleep', confidence), asleep));
    it(`under no-person while nobody was at the keyboard either, with ${confidence} confidence`, () =>
      assert.deepEqual(counted('no-person', confidence), nobody));
    it(`under strict ${confidence === 'low' ? 'never' : 'while it slept or was off'}, with ${confidence} confidence`, () =>
      assert.deepEqual(counted('strict', confidence), confidence === 'low' ? [] : asleep));
  }
  it('is never said of a state in which somebody may have been there, or of which nothing is known', () => {
    for (const policy of policies)
      for (const confidence of confidences)
        for (const state of ['on', 'remote', 'present', 'unknown'] as const)
          assert.equal(noUserStarted(policy, state, confidence), false, `${policy} ${state}`);
  });
});
