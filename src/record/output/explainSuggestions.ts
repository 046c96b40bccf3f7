/** What `yoban explain suggest --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';

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
