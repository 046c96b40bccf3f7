/** What `yoban account --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { countsByReason } from '../health.ts';

export const accountOutput = z.strictObject({
  /** All of it is booked, and the books balance. */
  balanced: z.boolean(),
  /** What is booked balances; false is a fault of Yoban. */
  booksBalance: z.boolean(),
  /** Captures that were not read to their end: their books are open. */
  unfinished: z.array(z.string()),
  /** Live sessions that were cut off (kill −9, power): what they held then stands under `dropped` as `cut-off`, or under `held` where nobody has closed their books yet. */
  cutOff: z.array(z.string()),
  /** Links of which the watch of dark addresses hears nothing, or a part only: silence about them means little. */
  blindSpots: z.array(z.string()),
  /** In the order in which frames pass them. */
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      interface: z.string(),
      unit: z.string(),
      /** Held from before the first span that is shown. */
      carried: z.number().int(),
      in: z.number().int(),
      out: z.number().int(),
      held: z.number().int(),
      refused: countsByReason,
      dropped: countsByReason,
    }),
  ),
});
export type AccountOutput = z.infer<typeof accountOutput>;
