import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { explanationStates, explanationsInForce, makeDecision } from '../../src/judge/decisions.ts';
import type { DecisionRecord } from '../../src/record/decision.ts';
import { rule } from './sample.ts';

const builtIn = [rule({ id: 'a' }), rule({ id: 'b' })];
const decide = (at: number, act: DecisionRecord['act'], id: string, reason = 'a reason of some length'): DecisionRecord =>
  makeDecision({ at, who: 'me', act, rule: id, explanation: act === 'remove' ? null : rule({ id, reason }), why: 'a test' });
const ids = (decisions: DecisionRecord[]) => explanationsInForce(builtIn, decisions).map(({ id }) => id);

describe('explanations in force', () => {
  const rows: [string, DecisionRecord[], string[]][] = [
    ['are those that come with Yoban when nobody decided', [], ['a', 'b']],
    ['gain what was added', [decide(1, 'add', 'c')], ['a', 'b', 'c']],
    ['lose what was withdrawn, though it came with Yoban', [decide(1, 'remove', 'a')], ['b']],
    ['follow the later decision', [decide(1, 'add', 'c'), decide(2, 'remove', 'c')], ['a', 'b']],
    ['follow the later decision, whichever is known first', [decide(2, 'remove', 'c'), decide(1, 'add', 'c')], ['a', 'b']],
    ['come back when they are added again', [decide(1, 'remove', 'a'), decide(2, 'import', 'a')], ['a', 'b']],
    ['do not mind that something unknown is withdrawn', [decide(1, 'remove', 'z')], ['a', 'b']],
  ];
  for (const [sentence, decisions, expected] of rows) it(sentence, () => assert.deepEqual(ids(decisions), expected));

  it('take the words of an operator in place of those that come with Yoban', () =>
    assert.equal(explanationsInForce(builtIn, [decide(1, 'add', 'a', 'another reason')])[0]?.reason, 'another reason'));
  it('do not depend on the order in which decisions arrive, nor on their repetition, even at one time', () => {
    const decision = fc
      .tuple(fc.nat(3), fc.constantFrom('add' as const, 'remove' as const, 'import' as const), fc.constantFrom('a', 'b', 'c'), fc.nat(2))
      .map(([at, act, id, n]) => decide(at, act, id, `a reason of some length ${n}`));
    fc.assert(
      fc.property(
        fc
          .array(decision, { maxLength: 12 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }))),
        ([one, other]) => assert.deepEqual(explanationStates(builtIn, other), explanationStates(builtIn, one)),
      ),
    );
  });
  it('are told with the decision that made them so, and what was withdrawn with what it said', () => {
    const withdrawn = decide(2, 'remove', 'c');
    const states = explanationStates(builtIn, [decide(1, 'add', 'c', 'once it was added'), withdrawn]);
    assert.deepEqual(states.at(-1), {
      id: 'c',
      explanation: rule({ id: 'c', reason: 'once it was added' }),
      inForce: false,
      decision: withdrawn,
    });
  });
});

describe('a decision', () => {
  it('has an id that follows from its content', () => {
    assert.equal(decide(1, 'add', 'c').id, decide(1, 'add', 'c').id);
    const others = [
      decide(2, 'add', 'c'),
      decide(1, 'import', 'c'),
      decide(1, 'add', 'd'),
      decide(1, 'remove', 'c'),
      decide(1, 'add', 'c', 'another reason'),
    ];
    assert.equal(new Set([decide(1, 'add', 'c'), ...others].map(({ id }) => id)).size, 6);
  });
});
