/** One line of `yoban timeline --records --format json`. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { formatTime } from '../../base/time.ts';
import { type EventRecord, eventData } from '../event.ts';
import { isoInstant } from './instant.ts';

export const recordOutput = z.strictObject({
  recordId: z.number().int().nullable(),
  time: isoInstant,
  provider: z.string(),
  eventId: z.number().int(),
  qualifiers: z.number().int().nullable(),
  channel: z.string(),
  computer: z.string(),
  data: eventData,
  /** Found in slack space: never part of the live sequence. */
  recovered: z.boolean(),
});
export type RecordOutput = z.infer<typeof recordOutput>;

export function describeEvent({
  recordId,
  time,
  provider,
  eventId,
  qualifiers,
  channel,
  computer,
  data,
  recovered,
}: EventRecord): RecordOutput {
  return { recordId, time: formatTime(time), provider, eventId, qualifiers, channel, computer, data, recovered };
}
