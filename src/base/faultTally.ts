/** How many faults of which kind: what is kept of faults, since keeping each would let an attacker fill the disk. */

import type { Fault } from './octets.ts';

export interface FaultTotal {
  readonly layer: string;
  readonly kind: string;
  readonly count: number;
}

/** Layers and kinds are ours, not the sender's, so the tally stays small. */
export class FaultTally {
  private readonly totals = new Map<string, { layer: string; kind: string; count: number }>();

  add(fault: Pick<Fault, 'layer'> & { readonly kind: string }, count = 1): void {
    const key = `${fault.layer} ${fault.kind}`;
    const total = this.totals.get(key);
    if (total) total.count += count;
    else this.totals.set(key, { layer: fault.layer, kind: fault.kind, count });
  }

  get count(): number {
    return [...this.totals.values()].reduce((sum, total) => sum + total.count, 0);
  }

  /** Copied; ordered by layer and kind. */
  list(): FaultTotal[] {
    return [...this.totals.values()]
      .map((total) => ({ ...total }))
      .sort((a, b) => (a.layer === b.layer ? (a.kind < b.kind ? -1 : 1) : a.layer < b.layer ? -1 : 1));
  }
}
