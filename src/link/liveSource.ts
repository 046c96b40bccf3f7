/** Frames of an interface as they come: what every live source offers. */

import type { CaptureInterface, FrameBlock } from './frameBlock.ts';

/** Frames since the source was opened. `received` = handed over by `poll` + still waiting in the ring. */
export interface LiveStatistics {
  /** Frames that passed the filter and found room. */
  readonly received: number;
  /** Frames that passed the filter and found none; `undefined` where the source cannot see its losses. */
  readonly dropped: number | undefined;
  /** How often the ring was full; `undefined` where the source cannot see it. */
  readonly freezes: number | undefined;
}

export interface InterfaceState {
  readonly status: 'up' | 'down' | 'gone';
  /** Its name now: an interface may be renamed while it is captured. The last known one when it is gone. */
  readonly name: string;
  /** Octets; 0 when it is gone. */
  readonly mtu: number;
  /** `false` where the cable is out, or nobody is at the other end. */
  readonly carrier: boolean;
}

/** A source is synchronous: it belongs into a worker. Two sources never share a thread's clock. */
export interface LiveSource {
  readonly kind: 'ring' | 'libpcap';
  /** Why this kind was taken, in a few words for the log. */
  readonly reason: string;
  readonly interface: CaptureInterface;
  /** It will never hand over another frame, whatever happens to the interface: close it. */
  readonly broken: boolean;
  /**
   * Waits at most `timeoutMs` for frames; `undefined` when none came. Borrowed: valid until the next `poll`, `release` or `close`. A block may
   * hold more than `blockFrames` frames.
   */
  poll(timeoutMs: number): FrameBlock | undefined;
  /** Gives the block back to the kernel. `poll` does so too; twice is the same as once. */
  release(): void;
  statistics(): LiveStatistics;
  state(): InterfaceState;
  /** Goes on with an interface of the same name and kind that came back; `false` where a new source has to be opened. */
  resume?(): boolean;
  close(): void;
}

export interface LiveOptions {
  readonly interface: string;
  readonly source: 'auto' | 'ring' | 'libpcap';
  /** A pcap filter; empty for none. */
  readonly filter: string;
  readonly ringMiB: number;
  /** A block that is not full is handed over after this time; what the ring can buffer is its number of blocks × this time, at least. */
  readonly retireMs: number;
  /** Frames are cut at this many octets. */
  readonly snapLength?: number;
  readonly promiscuous: boolean;
  /** 1 where it is missing; what a source goes on from that takes the place of another. */
  readonly firstFrameNumber?: number;
}

export const defaultSnapLength = 262_144;
