/**
 * How much may be sent, to whom and in all. Probes and answers draw from the same buckets: a forged solicitation must not make the box
 * an amplifier. Time comes in as a value.
 */

import type { Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';

export interface BudgetLimits {
  /** Frames a second on account of one asker, and how many at once. */
  readonly perAskerRate: number;
  readonly perAskerBurst: number;
  /** Frames a second on account of all askers, and how many at once. */
  readonly totalRate: number;
  readonly totalBurst: number;
  /** Askers whose buckets are remembered; the one that was longest silent makes room. */
  readonly mostAskers: number;
}

export const defaultBudget: BudgetLimits = { perAskerRate: 20, perAskerBurst: 100, totalRate: 1000, totalBurst: 1000, mostAskers: 4096 };

class Bucket {
  private tokens: number;
  private filledAtUs: Microseconds;

  constructor(
    private readonly rate: number,
    private readonly burst: number,
    nowUs: Microseconds,
  ) {
    this.tokens = burst;
    this.filledAtUs = nowUs;
  }

  /** A clock that steps back fills nothing. */
  holds(frames: number, nowUs: Microseconds): boolean {
    if (nowUs > this.filledAtUs) {
      this.tokens = Math.min(this.burst, this.tokens + ((nowUs - this.filledAtUs) / second) * this.rate);
      this.filledAtUs = nowUs;
    }
    return this.tokens >= frames;
  }

  draw(frames: number): void {
    this.tokens -= frames;
  }
}

export class Budget {
  /** In the order of last use. */
  private readonly askers = new Map<Mac, Bucket>();
  private readonly total: Bucket;

  constructor(
    private readonly limits: BudgetLimits,
    nowUs: Microseconds,
  ) {
    this.total = new Bucket(limits.totalRate, limits.totalBurst, nowUs);
  }

  /** Draws `frames` from the bucket of the asker and from that of all; which one is empty, or `undefined` when both gave. */
  spend(asker: Mac, frames: number, nowUs: Microseconds): 'budget of the asker' | 'budget of all' | undefined {
    const bucket = this.askers.get(asker) ?? new Bucket(this.limits.perAskerRate, this.limits.perAskerBurst, nowUs);
    this.askers.delete(asker);
    if (this.askers.size >= this.limits.mostAskers) this.askers.delete(this.askers.keys().next().value as Mac);
    this.askers.set(asker, bucket);
    if (!bucket.holds(frames, nowUs)) return 'budget of the asker';
    if (!this.total.holds(frames, nowUs)) return 'budget of all';
    bucket.draw(frames);
    this.total.draw(frames);
    return undefined;
  }
}
