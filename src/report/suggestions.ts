/** What an operator may want to explain: gathered from the store, judged by the judge. */

import type { Policy } from '../judge/policy.ts';
import { type LeftOut, type Suggestion, suggest } from '../judge/suggestion.ts';
import type { Explanation } from '../record/explanation.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { gather } from './evidence.ts';

export async function assembleSuggestions(
  answers: Answers,
  policy: Policy,
  rules: readonly Explanation[],
): Promise<{ readonly suggestions: Suggestion[]; readonly leftOut: LeftOut[] }> {
  const [span] = await answers.ask(facts.span, {});
  const devices = await answers.ask(derived.devices, {});
  const gathered = await gather(answers, { from: span?.from ?? 0, to: (span?.to ?? 0) + 1 }, policy, { devices });
  return suggest(
    [...gathered.values()].flatMap((destinations) => destinations.map(({ evidence }) => evidence)),
    rules,
  );
}
