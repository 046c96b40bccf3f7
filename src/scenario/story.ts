/** What a generated story is: frames, logs, and the truth that a right answer must give, all from one timeline. */

import type { Microseconds } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';

export interface StoryFrame {
  readonly capturedAtUs: Microseconds;
  readonly octets: Uint8Array;
  /** Octets on the wire, where the capture kept fewer of them. */
  readonly originalLength?: number;
}

export interface StoryLog {
  readonly host: string;
  readonly fileName: string;
  /** In the order of their record ids. */
  readonly events: readonly EventRecord[];
}

export interface Story {
  readonly name: string;
  readonly seed: number;
  /** By time. */
  readonly frames: readonly StoryFrame[];
  readonly logs: readonly StoryLog[];
  /** JSON: what stands here is what a reader of frames and logs should find out. */
  readonly truth: StoryTruth;
}

export interface TruthInterval {
  /** A machine state of `record/interval.ts`. */
  readonly state: string;
  readonly from: string;
  readonly to: string;
}

export interface TruthHost {
  readonly host: string;
  readonly mac: string;
  readonly address: string;
  readonly hasLog: boolean;
  readonly intervals: readonly TruthInterval[];
  /** Packets that the host sent, or that were unicast to it, by state of the machine. */
  readonly packets: Readonly<Record<string, number>>;
  /** What it exchanged while it was in one of `sleepStates`, most packets first. */
  readonly asleep: readonly TruthDestination[];
}

export interface TruthDestination {
  readonly scope: 'outside' | 'inside';
  /** Name of the far end, or what stands for it: `239.255.255.250`, `router`, `resolver`, `broadcast`. */
  readonly peer: string;
  readonly protocol: string;
  readonly port: number | null;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly packets: number;
  readonly benign: boolean;
}

export interface StoryTruth {
  readonly story: string;
  readonly seed: number;
  readonly from: string;
  readonly to: string;
  readonly frames: number;
  readonly hosts: readonly TruthHost[];
  readonly notes: readonly string[];
  /** Of stories in which something is hidden. */
  readonly names?: HiddenNames;
}

export interface HiddenNames {
  /** The host that is infected. */
  readonly infected: string;
  /** Others that are infected as well. */
  readonly infectedToo?: readonly string[];
  /** The far end that the hidden traffic is with. */
  readonly beacon: string;
  /** Harmless names that hosts use in their sleep. */
  readonly benign: readonly string[];
  /** Those of `benign` that stand on no public list of endpoints. */
  readonly unlisted: readonly string[];
}

/** States in which no user starts anything. */
export const sleepStates = ['modern-sleep', 's3', 'hibernate', 'off'] as const;
