/** What `yoban report --addresses --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { isoInstant } from './instant.ts';

export const addressesOutput = z.strictObject({
  /** By address; of one address, the device that used it last comes first. */
  addresses: z.array(
    z.strictObject({
      address: z.string(),
      mac: z.string(),
      /** Names of the device, from its log and from what it calls itself. */
      names: z.array(z.string()),
      firstAt: isoInstant,
      lastAt: isoInstant,
      /** By what it is known. */
      evidence: z.array(z.string()),
      /** Frames that showed it, as far as they were counted. */
      frames: z.number().int(),
      /** Where it was seen: service ports, and captures that were read. */
      interfaces: z.array(z.string()),
    }),
  ),
});
export type AddressesOutput = z.infer<typeof addressesOutput>;
