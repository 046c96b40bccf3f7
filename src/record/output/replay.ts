/** What `yoban replay --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';

export const replayOutput = z.strictObject({
  files: z.array(
    z.strictObject({
      file: z.string(),
      kind: z.enum(['capture', 'log']),
      frames: z.number().int(),
      records: z.number().int(),
      faults: z.number().int(),
      alreadyStored: z.boolean(),
    }),
  ),
  flows: z.number().int(),
  events: z.number().int(),
  intervals: z.number().int(),
});
export type ReplayOutput = z.infer<typeof replayOutput>;
export type ReplayedFile = ReplayOutput['files'][number];
