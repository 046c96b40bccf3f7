/** What `yoban doctor --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';

/** missing: observing does not work without it. warning: it works, with a loss. unknown: it could not be found out. */
export const checkStates = ['good', 'warning', 'missing', 'unknown'] as const;

export const doctorOutput = z.strictObject({
  /** Nothing that observing needs is missing. */
  ready: z.boolean(),
  checks: z.array(
    z.strictObject({
      check: z.string(),
      /** What was looked at: an interface, a folder, a package; empty for the machine itself. */
      subject: z.string(),
      state: z.enum(checkStates),
      finding: z.string(),
      /** The command or act that mends it; null where there is nothing to mend. */
      advice: z.string().nullable(),
    }),
  ),
});
export type DoctorOutput = z.infer<typeof doctorOutput>;
export type Check = DoctorOutput['checks'][number];
