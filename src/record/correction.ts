/** `correction`: how far the clock in the log of a host is from that of the sensor, and for how sure that is. */

import { z } from 'zod';
import type { Microseconds } from '../base/time.ts';
import { choice, count, instant, integer, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

/** applied: the times of the log are moved before judging; agrees: nothing says that the clocks differ; unknown: too little evidence. */
export const correctionStatuses = ['applied', 'agrees', 'unknown'] as const;
export type CorrectionStatus = (typeof correctionStatuses)[number];

export const correctionKind = defineKind({
  name: 'correction',
  nature: 'derived',
  description: 'The difference between the clock of a host and that of the sensor over a stretch of its log.',
  identity: ['host', 'from'],
  schema: z.strictObject({
    host: text('The host of the log: see `event.host`.'),
    from: instant('Start of the stretch, in the time of its intervals.'),
    to: instant('End of the stretch, exclusive.'),
    status: choice(correctionStatuses, 'Whether the times of the log are moved.'),
    offsetUs: integer('Microseconds to add to times of the log; 0 unless `applied`.'),
    uncertaintyUs: count('How far the true difference may lie from the estimate, microseconds; 0 where it is unknown.'),
    wakeEdges: count('Starts and wakes of the log that agree with the estimate.'),
    stamps: count('Clocks on the wire that agree with the estimate.'),
    reason: text('What the estimate rests on, or why there is none.'),
  }),
});
export type CorrectionRecord = RecordOf<typeof correctionKind>;

/** The clock of a host was set, by its own words: times as they stand in the event. */
export interface ClockStep {
  readonly oldTime: Microseconds;
  readonly newTime: Microseconds;
}

/** Until the next stretch, times of the log were repaired alike, and lie between the same steps. */
export interface ClockStretch {
  /** In repaired time. */
  readonly from: Microseconds;
  /** What was added to the stamps of the log. */
  readonly repairUs: Microseconds;
  /** How many steps lie before it. */
  readonly segment: number;
}

export interface ClockHistory {
  /** Ascending by time. */
  readonly stretches: readonly ClockStretch[];
  /** In the order of writing. */
  readonly steps: readonly ClockStep[];
  /** When the machine was started, in repaired time. */
  readonly starts: readonly Microseconds[];
}
