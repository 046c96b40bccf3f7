/** What derived records were made with. When it changes, what was made with it is stale. */

import { deriveId } from '../base/ids.ts';
import type { Teaching } from '../judge/networks.ts';
import type { Explanation } from '../record/explanation.ts';
import type { Statement } from '../store/question.ts';

/** Raise it when rules of `timeline/` or `judge/` change what they make of the same facts. */
export const rulesVersion = 4;

export interface Basis {
  readonly rules: string;
  readonly networks: string;
  readonly explanations: string;
  readonly clocks: 'corrected' | 'as logged';
}

export function basisOf(teachings: readonly Teaching[], explanations: readonly Explanation[], correctClocks: boolean): Basis {
  const sorted = explanations.map((rule) => JSON.stringify(rule)).toSorted();
  return {
    rules: String(rulesVersion),
    networks: deriveId(...teachings.flatMap(({ what, address, prefixLength, isCertain }) => [what, address, prefixLength, isCertain])),
    explanations: deriveId(...sorted),
    clocks: correctClocks ? 'corrected' : 'as logged',
  };
}

export function replaceBasis(basis: Basis): Statement[] {
  return [
    { sql: 'DELETE FROM "basis"', values: [] },
    ...Object.entries(basis).map(([name, value]) => ({ sql: 'INSERT INTO "basis" VALUES ($1, $2)', values: [name, value] })),
  ];
}
