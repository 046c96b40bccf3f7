/** Writes decisions of operators: all or none, and only those that change what is in force. */

import { z } from 'zod';
import { explanationStates } from '../judge/decisions.ts';
import { type DecisionRecord, decisionKind } from '../record/decision.ts';
import { type Explanation, explanation } from '../record/explanation.ts';
import { decisions as stored } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';

/** By this name a process that holds the store takes decisions from others. */
export const decideOrderName = 'decide';
export const decideOrder = z.strictObject({ decisions: z.array(decisionKind.schema).max(10_000) });

/** Through the schema, so that keys stand in one order however they were written. */
const canonical = (value: Explanation | null) => (value === null ? 'none' : JSON.stringify(explanation.parse(value)));

/** @returns the decisions that were written; settle the casework to see their effect */
export async function decide(store: Store, builtIn: readonly Explanation[], wanted: readonly DecisionRecord[]): Promise<DecisionRecord[]> {
  const states = new Map(explanationStates(builtIn, await store.ask(stored, {})).map((state) => [state.id, state]));
  const changing = wanted.filter((decision) => {
    const state = states.get(decision.rule);
    return canonical(decision.explanation) !== canonical(state?.inForce ? state.explanation : null);
  });
  if (changing.length === 0) return [];
  for (const decision of changing) store.append(decisionKind, decision);
  await store.commit();
  return changing;
}
