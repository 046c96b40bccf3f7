/** Every kind of record, in the order in which their tables are made. */

import { captureKind } from './capture.ts';
import { clockKind } from './clock.ts';
import { correctionKind } from './correction.ts';
import { claimKind, darkKind, visibilityKind } from './dark.ts';
import { decisionKind } from './decision.ts';
import { eventKind } from './event.ts';
import { flowKind } from './flow.ts';
import { healthKind } from './health.ts';
import { intervalKind } from './interval.ts';
import { destinationKind, deviceKind, judgementKind } from './judged.ts';
import type { RecordKind } from './kind.ts';
import { bindingKind, nameKind, networkKind } from './sighting.ts';
import { usageKind } from './usage.ts';

export const recordKinds: readonly RecordKind[] = [
  captureKind,
  flowKind,
  nameKind,
  bindingKind,
  networkKind,
  clockKind,
  eventKind,
  usageKind,
  claimKind,
  darkKind,
  visibilityKind,
  healthKind,
  decisionKind,
  deviceKind,
  intervalKind,
  correctionKind,
  judgementKind,
  destinationKind,
] as unknown as readonly RecordKind[];
