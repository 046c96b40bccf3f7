/** What `yoban lab run --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';

export const labOutput = z.strictObject({
  /** Whether every figure is met. */
  isMet: z.boolean(),
  experiments: z.array(
    z.strictObject({
      name: z.string(),
      figures: z.array(z.strictObject({ what: z.string(), measured: z.string(), wanted: z.string(), isMet: z.boolean() })),
    }),
  ),
});
export type LabOutput = z.infer<typeof labOutput>;
