/** The conservation law while stages run: what each received, handed on, refused, dropped and holds. */

import type { Microseconds } from '../base/time.ts';
import type { CountsByReason, HealthRecord } from '../record/health.ts';

/** The books of one stage. */
export class StageLedger {
  in = 0;
  out = 0;
  held = 0;
  readonly refused: CountsByReason = {};
  readonly dropped: CountsByReason = {};

  constructor(
    readonly stage: string,
    readonly unit: 'frames' | 'packets' | 'rows' | 'records',
  ) {}

  refuse(reason: string, count = 1): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + count;
  }

  record(where: { sensor: string; capture: string; interface: string; from: Microseconds; until: Microseconds }): HealthRecord {
    const { stage, unit, held, refused, dropped } = this;
    return { ...where, stage, unit, carried: null, in: this.in, out: this.out, held, refused: { ...refused }, dropped: { ...dropped } };
  }
}
