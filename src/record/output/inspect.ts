/** What `yoban inspect --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { faultCount } from '../capture.ts';
import { countsByName, isoExactInstant, isoInstant } from './instant.ts';

export const inspectOutput = z.strictObject({
  files: z.array(
    z.strictObject({
      file: z.string(),
      format: z.enum(['pcap', 'pcapng']),
      linkTypes: z.array(z.string()),
      frames: z.number().int(),
      octets: z.number().int(),
      firstAt: isoInstant.nullable(),
      lastAt: isoInstant.nullable(),
      /** The same with all digits of the file, where its clock is finer than microseconds; else null. */
      firstExactlyAt: isoExactInstant.nullable(),
      lastExactlyAt: isoExactInstant.nullable(),
      protocols: countsByName,
      ipv4Options: countsByName,
      ndp: countsByName,
      names: z.strictObject({ dns: z.array(z.string()), sni: z.array(z.string()), httpHost: z.array(z.string()) }),
      /** What the file itself says that addresses are called (name blocks of pcapng): no evidence of a name. */
      addressNames: z.array(z.strictObject({ address: z.string(), name: z.string() })),
      faults: z.array(faultCount),
      /** Packets that never came into the file, as it says itself; null where it says nothing. */
      lost: z.strictObject({ byInterface: z.number().int(), bySystem: z.number().int() }).nullable(),
    }),
  ),
});
export type InspectOutput = z.infer<typeof inspectOutput>;
export type InspectedFile = InspectOutput['files'][number];
