/** `decision`: what an operator decided about explanations. Nothing is ever deleted: a later decision stands above an earlier one. */

import { z } from 'zod';
import { explanation } from './explanation.ts';
import { choice, instant, json, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const decisionActs = ['add', 'import', 'remove'] as const;

export const decisionKind = defineKind({
  name: 'decision',
  nature: 'fact',
  description: 'An act of an operator: an explanation added, imported or withdrawn.',
  identity: ['id'],
  schema: z.strictObject({
    id: text('Derived from all other fields.'),
    at: instant('When it was decided. Of two decisions on one rule the later one stands; of one time the one with the higher id.'),
    who: text('Who decided.'),
    act: choice(decisionActs, 'What was decided.'),
    rule: text('Id of the explanation that it is about.'),
    explanation: json(explanation, 'The explanation; null where one was withdrawn.').nullable(),
    why: text('Why it was decided.'),
  }),
});
export type DecisionRecord = RecordOf<typeof decisionKind>;
