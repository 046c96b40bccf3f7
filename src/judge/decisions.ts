/** Which explanations are in force: those that come with Yoban, and what operators decided since. The order of arrival never matters. */

import { deriveId } from '../base/ids.ts';
import type { DecisionRecord } from '../record/decision.ts';
import type { Explanation } from '../record/explanation.ts';

export interface ExplanationState {
  readonly id: string;
  /** As it stands, or as it stood before it was withdrawn; null when nothing but its withdrawal is known. */
  readonly explanation: Explanation | null;
  readonly inForce: boolean;
  /** The decision that made it so; null for what came with Yoban and nobody touched. */
  readonly decision: DecisionRecord | null;
}

/** The later decision stands; of one time the one with the higher id. */
function isLater(a: DecisionRecord, b: DecisionRecord): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id);
}

/** Every explanation that there is or was, by id. */
export function explanationStates(builtIn: readonly Explanation[], decisions: readonly DecisionRecord[]): ExplanationState[] {
  const latest = new Map<string, DecisionRecord>();
  const added = new Map<string, DecisionRecord>();
  for (const decision of decisions) {
    const known = latest.get(decision.rule);
    if (!known || isLater(decision, known)) latest.set(decision.rule, decision);
    const knownAdded = added.get(decision.rule);
    if (decision.explanation !== null && (!knownAdded || isLater(decision, knownAdded))) added.set(decision.rule, decision);
  }
  const states = new Map<string, ExplanationState>(
    builtIn.map((explanation) => [explanation.id, { id: explanation.id, explanation, inForce: true, decision: null }]),
  );
  for (const [id, decision] of latest) {
    const before = added.get(id)?.explanation ?? states.get(id)?.explanation ?? null;
    states.set(id, { id, explanation: decision.explanation ?? before, inForce: decision.explanation !== null, decision });
  }
  return [...states.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function explanationsInForce(builtIn: readonly Explanation[], decisions: readonly DecisionRecord[]): Explanation[] {
  return explanationStates(builtIn, decisions).flatMap(({ inForce, explanation }) => (inForce && explanation ? [explanation] : []));
}

/** With the id that follows from its content, so that one decision arriving twice is one decision. */
export function makeDecision(fields: Omit<DecisionRecord, 'id'>): DecisionRecord {
  const { at, who, act, rule, explanation, why } = fields;
  return { id: deriveId(at, who, act, rule, explanation === null ? null : JSON.stringify(explanation), why), ...fields };
}
