/** `interval`: what state a host was in, from when to when, how sure that is, and what proves it. */

import { z } from 'zod';
import type { Microseconds } from '../base/time.ts';
import { choice, count, instant, text, texts } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const machineStates = ['on', 'screen-off', 'modern-sleep', 's3', 'hibernate', 'off', 'unknown'] as const;
export type MachineState = (typeof machineStates)[number];
export const personStates = ['present', 'remote', 'locked', 'absent', 'unknown'] as const;
export type PersonState = (typeof personStates)[number];
export const confidences = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof confidences)[number];

export const intervalKind = defineKind({
  name: 'interval',
  nature: 'derived',
  description: 'One state of one host on one axis. The intervals of an axis touch and do not overlap.',
  identity: ['host', 'axis', 'from'],
  schema: z.strictObject({
    host: text('The host of the log: see `event.host`.'),
    axis: choice(['machine', 'person'], 'What the machine did, or whether a person was there.'),
    state: choice(
      ['on', 'screen-off', 'modern-sleep', 's3', 'hibernate', 'off', 'present', 'remote', 'locked', 'absent', 'unknown'],
      'The state.',
    ),
    from: instant('Start of the interval.'),
    to: instant('End of the interval, exclusive.'),
    confidence: choice(confidences, 'How far the evidence carries.'),
    evidence: texts('Ids of the events that prove it.'),
    fromGuardUs: count('Microseconds after `from` in which the state is not certain yet (entering sleep takes a while).'),
    toGuardUs: count('Microseconds before `to` in which the state may already have ended.'),
    rule: text('The rule that made it, as a short sentence.'),
  }),
});
export type IntervalRecord = RecordOf<typeof intervalKind>;

/** What one second of a host was, both axes taken together. The order is that of the report. */
export const hostStates = [
  'modern-sleep',
  's3',
  'hibernate',
  'off',
  'screen-off',
  'absent',
  'locked',
  'on',
  'remote',
  'present',
  'unknown',
] as const;
export type HostState = (typeof hostStates)[number];

/** A stretch of time in one state, both axes taken together; what traffic is judged by. Stretches touch and do not overlap. */
export interface HostInterval {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
  readonly state: HostState;
  /** Start of the machine interval that this stretch lies in: the interval that a judgement names. */
  readonly machineFrom: Microseconds;
  readonly confidence: Confidence;
  readonly fromGuardUs: Microseconds;
  readonly toGuardUs: Microseconds;
}
