/** What the control process and the process that holds the store say to each other. Plain values; addresses travel as bigints. */

import type { Address, Mac, Prefix } from '../../base/address.ts';
import type { Microseconds } from '../../base/time.ts';
import type { ClaimRecord, DarkRecord, VisibilityRecord } from '../../record/dark.ts';
import type { UsageRecord } from '../../record/usage.ts';
import type { ClaimLimits, Mode } from '../claim.ts';
import type { EvidenceLimits } from './evidenceFiles.ts';

export interface DarkWatchOptions {
  readonly sensor: string;
  /** The one interface that may send. */
  readonly service: string;
  /** Interfaces that only listen. */
  readonly mirrors: readonly string[];
  /** The VLAN of the service port, as mirror ports show it with tags; 0 for frames without a tag. */
  readonly vlan: number;
  /** IPv4 addresses of the own networks that are asked for each second, once a day; 0 for not at all. */
  readonly sweepPerSecond: number;
  readonly mode: Mode;
  readonly exclude: readonly Prefix[];
  readonly ownerMemoryUs: Microseconds;
  readonly limits: ClaimLimits;
  /** Where packets to dark addresses are kept; `null` for nowhere. */
  readonly evidence: { readonly folder: string; readonly limits: EvidenceLimits } | null;
}

/** An address that was seen in use: by an earlier run, or by the metering of a mirror port. */
export interface SeenAddress {
  readonly address: Address;
  readonly mac: Mac;
  readonly lastAt: Microseconds;
}

export interface DarkRecords {
  readonly usage: readonly UsageRecord[];
  readonly claims: readonly ClaimRecord[];
  readonly dark: readonly DarkRecord[];
  readonly visibility: readonly VisibilityRecord[];
}

/** How the watch is doing. Counts are since the start. */
export interface DarkHealth {
  readonly at: Microseconds;
  readonly mode: Mode;
  /** Why nothing is answered at the moment. */
  readonly paused: string | null;
  readonly notes: readonly string[];
  readonly visibility: Pick<VisibilityRecord, 'verdict' | 'asked' | 'shown' | 'because'>;
  /** Solicitations, and messages that a host must discard: taken or refused, each of them. */
  readonly solicitationsHeard: number;
  /** Those that began a claim or belong to one. */
  readonly solicitationsTaken: number;
  readonly solicitationsRefused: Readonly<Record<string, number>>;
  /** Under verification, held, or just given back. */
  readonly claims: number;
  readonly askersTold: number;
  readonly framesReceived: number;
  /** Of these, copies of a frame that was read a moment before. */
  readonly framesRepeated: number;
  readonly framesDropped: number;
  readonly framesSent: Readonly<Record<string, number>>;
  readonly framesNotSent: number;
  readonly addressesKnown: number;
  readonly addressesRefused: number;
  readonly contactsOpen: number;
  readonly packetsToDark: number;
  /** Packets to the own MAC address for addresses that are held for nobody. */
  readonly packetsUnclaimed: number;
  /** Pauses of more than a tenth of a second, after which addresses under verification were asked for again. */
  readonly timesHeldUp: number;
  readonly rowsHandedOut: number;
  readonly changesNotRecorded: number;
  readonly slicesLost: number;
  /** Resident memory of the control process, octets. */
  readonly memoryOctets: number;
}

export type ToControl =
  | { readonly kind: 'start'; readonly options: DarkWatchOptions }
  | { readonly kind: 'known'; readonly addresses: readonly SeenAddress[] }
  | { readonly kind: 'metered'; readonly addresses: readonly SeenAddress[] }
  | { readonly kind: 'stop' };

export type FromControl =
  | { readonly kind: 'asleep' }
  | { readonly kind: 'started' }
  | { readonly kind: 'records'; readonly records: DarkRecords }
  | { readonly kind: 'health'; readonly health: DarkHealth }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly advice: string }
  | { readonly kind: 'ended' };
