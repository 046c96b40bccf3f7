/** What a capture worker is given, and what it tells main beside its counters. */

import type { FaultTotal } from '../base/faultTally.ts';
import type { InterfaceState, LiveOptions, LiveSource } from '../link/liveSource.ts';
import type { InterfaceEvent } from '../link/supervisedSource.ts';
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
      readonly kind: 'interface';
      readonly event: InterfaceEvent;
      readonly state: InterfaceState;
      /** `undefined` while there is no source. */
      readonly source: LiveSource['kind'] | undefined;
      readonly linkType: number | undefined;
    }
  /** Waiting would not help: a wrong filter, no permission. The worker has ended. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly advice: string }
  | { readonly kind: 'faults'; readonly faults: readonly FaultTotal[]; readonly leftOut: Readonly<Record<string, number>> }
  | { readonly kind: 'ended' };
