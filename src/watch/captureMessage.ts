/** What a capture worker is given, and what it tells main beside its counters. */

import type { FaultTotal } from '../base/faultTally.ts';
import type { InterfaceState, LiveOptions } from '../link/liveSource.ts';
import type { PoolMemory } from './bufferPool.ts';

export interface CaptureOrder {
  readonly capture: string;
  readonly maxFlows: number;
  readonly live: LiveOptions;
  readonly pool: PoolMemory;
}

export type CaptureMessage =
  | { readonly kind: 'batch'; readonly buffer: number }
  | {
      readonly kind: 'opened';
      readonly source: 'ring' | 'libpcap';
      readonly reason: string;
      readonly linkType: number;
      readonly state: InterfaceState;
    }
  | { readonly kind: 'state'; readonly state: InterfaceState }
  /** It cannot be opened; the worker goes on trying where `isWaiting`. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly advice: string; readonly isWaiting: boolean }
  | { readonly kind: 'faults'; readonly faults: readonly FaultTotal[]; readonly leftOut: Readonly<Record<string, number>> }
  | { readonly kind: 'ended' };
