/** What `yoban explain … --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { decisionActs } from '../decision.ts';
import { explanation } from '../explanation.ts';
import { isoInstant } from './instant.ts';

const decision = z.strictObject({
  id: z.string(),
  at: isoInstant,
  who: z.string(),
  act: z.enum(decisionActs),
  rule: z.string(),
  why: z.string(),
});

export const explainList = z.strictObject({
  explanations: z.array(
    z.strictObject({
      id: z.string(),
      inForce: z.boolean(),
      /** `built-in`: came with Yoban and nobody decided otherwise. */
      from: z.enum(['built-in', 'decision']),
      explanation: explanation.nullable(),
      decision: decision.nullable(),
    }),
  ),
});
export type ExplainList = z.infer<typeof explainList>;

/** `add`, `remove` and `import`. */
export const explainDecided = z.strictObject({ decisions: z.array(decision), unchanged: z.array(z.string()) });
export type ExplainDecided = z.infer<typeof explainDecided>;

export const explainSuggestions = z.strictObject({
  suggestions: z.array(
    z.strictObject({
      id: z.string(),
      pattern: z.string(),
      protocol: z.string(),
      port: z.number().int(),
      application: z.string().nullable(),
      hosts: z.number().int(),
      hostsInAll: z.number().int(),
      minutes: z.number().int(),
      sentOctets: z.number().int(),
      receivedOctets: z.number().int(),
    }),
  ),
  leftOut: z.array(z.strictObject({ farEnd: z.string(), why: z.string() })),
});
export type ExplainSuggestions = z.infer<typeof explainSuggestions>;
