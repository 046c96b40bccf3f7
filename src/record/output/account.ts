/** What `yoban account --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { countsByReason } from '../health.ts';

export const accountOutput = z.strictObject({
  balanced: z.boolean(),
  /** Captures that were not read to their end: their books are open. */
  unfinished: z.array(z.string()),
  /** In the order in which frames pass them. */
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      interface: z.string(),
      unit: z.string(),
      in: z.number().int(),
      out: z.number().int(),
      held: z.number().int(),
      refused: countsByReason,
      dropped: countsByReason,
    }),
  ),
});
export type AccountOutput = z.infer<typeof accountOutput>;
