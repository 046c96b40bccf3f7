/** What a capture worker counts, as one row of 64-bit words: a consistent picture goes with every buffer that it hands over. */

/** All run from the start of the session. Times are microseconds since the epoch; 0 where there is none. */
export const counterNames = [
  /** By the clock of the box. */
  'atUs',
  /** Frames that the kernel took into the ring. */
  'received',
  /** Frames for which there was no room in the ring. */
  'dropped',
  /** Times the ring was full. */
  'freezes',
  /** Frames that went with a ring that was closed before they were read. */
  'abandoned',
  /** Frames read from the ring. */
  'frames',
  /** Frames that the wire stage decoded. */
  'decoded',
  /** Packets that the meter took, handed over, and holds; and those it refused. */
  'metered',
  'handedOver',
  'held',
  'seenTwice',
  'tableFull',
  'timeOutOfRange',
  /** Slices that take a place in the flow table. */
  'slices',
  /** Records that the meter gave out: written into buffers, waiting for room, or given up because too many waited. */
  'records',
  'recordsWritten',
  'recordsWaiting',
  'recordsGivenUp',
  /** Records that take the place of an earlier copy. */
  'replacements',
  'octets',
  'firstAtUs',
  'lastAtUs',
  /** 1 where the source cannot see what it loses. */
  'lossIsInvisible',
] as const;

export type CaptureCounters = Record<(typeof counterNames)[number], number>;

export function noCounters(): CaptureCounters {
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as CaptureCounters;
}

export const counterOctets = counterNames.length * 8;

export function writeCounters(counters: CaptureCounters, into: Float64Array, at: number): void {
  for (let i = 0; i < counterNames.length; i++) into[at + i] = counters[counterNames[i] as (typeof counterNames)[number]];
}

export function readCounters(from: Float64Array, at: number): CaptureCounters {
  return Object.fromEntries(counterNames.map((name, i) => [name, from[at + i] as number])) as CaptureCounters;
}
