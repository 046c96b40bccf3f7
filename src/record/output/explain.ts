/** What `yoban explain list --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { decisionActs } from '../decision.ts';
import { explanation } from '../explanation.ts';
import { isoInstant } from './instant.ts';

export const decisionOutput = z.strictObject({
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
      decision: decisionOutput.nullable(),
    }),
  ),
});
export type ExplainList = z.infer<typeof explainList>;
