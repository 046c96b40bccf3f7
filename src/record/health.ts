/** `health`: the conservation law, stage by stage: carried + in = out + refused + dropped + held. */

import { z } from 'zod';
import { count, instant, json, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const countsByReason = z.record(z.string(), z.number().int().nonnegative());
export type CountsByReason = z.infer<typeof countsByReason>;

export const healthKind = defineKind({
  name: 'health',
  nature: 'fact',
  description: 'What one stage received, handed on, refused, dropped and held in one span of time.',
  identity: ['sensor', 'capture', 'stage', 'from'],
  schema: z.strictObject({
    sensor: text('Name of the box.'),
    capture: text('The capture that the stage worked on.'),
    interface: text('Name of the interface or file.'),
    stage: text('Name of the stage; `unit` says what it counts.'),
    unit: text('What is counted: frames, packets, rows.'),
    from: instant('Start of the span: packet time of a file, clock of the box for a live session.'),
    until: instant('End of the span, exclusive.'),
    carried: count('Held from the span before; null where the stage began with nothing.').nullable(),
    in: count('Received by the stage.'),
    out: count('Handed on.'),
    held: count('Still in the stage at the end of the span.'),
    refused: json(countsByReason, 'Not handed on, on purpose, by reason.'),
    dropped: json(countsByReason, 'Lost, by reason.'),
  }),
});
export type HealthRecord = RecordOf<typeof healthKind>;

/** What the stage cannot account for: 0 when the books balance. */
export function imbalance(
  stage: Pick<HealthRecord, 'in' | 'out' | 'held' | 'refused' | 'dropped'> & Partial<Pick<HealthRecord, 'carried'>>,
): number {
  const sum = (counts: CountsByReason) => Object.values(counts).reduce((total, n) => total + n, 0);
  return (stage.carried ?? 0) + stage.in - stage.out - stage.held - sum(stage.refused) - sum(stage.dropped);
}
