/** The books of a meter: at any time in = out + held + refused. Packets each. */

export interface MeterCounters {
  /** Packets received. */
  readonly in: number;
  /** Packets in slices that were handed over. */
  readonly out: number;
  /** Packets in open slices. */
  readonly held: number;
  /** Packets that were not counted in any slice, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
}

/**
 * seen-twice: a second copy of a frame. table-full: `maxFlows` slices are open and this packet needs another, or there is no
 * room for another second. time-out-of-range: not a time between 1970 and 2255.
 */
export type RefusalReason = 'seen-twice' | 'table-full' | 'time-out-of-range';
