/** What `yoban timeline --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { faultCount } from '../capture.ts';
import { confidences } from '../interval.ts';
import { isoInstant } from './instant.ts';

export const timelineOutput = z.strictObject({
  hosts: z.array(
    z.strictObject({
      host: z.string(),
      intervals: z.array(
        z.strictObject({
          axis: z.enum(['machine', 'person']),
          state: z.string(),
          from: isoInstant,
          to: isoInstant,
          confidence: z.enum(confidences),
          /** Record ids of the log, or ids derived from content where the log has none. */
          evidence: z.array(z.union([z.number().int(), z.string()])),
          rule: z.string(),
          fromGuardSeconds: z.number(),
          toGuardSeconds: z.number(),
        }),
      ),
    }),
  ),
  faults: z.array(faultCount),
});
export type TimelineOutput = z.infer<typeof timelineOutput>;
