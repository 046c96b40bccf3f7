/** The beginning of a TCP stream that is spread over several segments: joined, bounded in every direction, and forgotten once it is read. */

import { type Decoded, Fault, type Region } from '../base/octets.ts';
import { type HeaderBatch, layer } from './headerBatch.ts';
import { has } from './walk.ts';

export interface AssemblyLimits {
  /** Streams waiting for more at the same time; beyond that the one that has waited longest is given up. */
  readonly streams: number;
  /** Octets kept of one stream. */
  readonly octets: number;
  /** Segments kept of one stream. */
  readonly segments: number;
}

const usualLimits: AssemblyLimits = { streams: 256, octets: 36_864, segments: 32 };

interface Segment {
  /** Octets from the first octet of the first segment, modulo 2^32. */
  readonly offset: number;
  /** Copied: outlives the frame. */
  readonly octets: Uint8Array;
}

interface Stream {
  /** One direction of one TCP connection on one interface. Copied. */
  readonly key: readonly number[];
  readonly place: number;
  readonly firstSequence: number;
  readonly segments: Segment[];
  held: number;
}

/** Words of a stream's key: interface, four of each address, two ports. */
function keyWord(batch: HeaderBatch, row: number, i: number): number {
  if (i < 4) return batch.sourceAddress[row * 4 + i] as number;
  if (i < 8) return batch.destinationAddress[row * 4 + i - 4] as number;
  if (i === 8) return batch.sourcePort[row] as number;
  return (i === 9 ? batch.destinationPort[row] : batch.interfaceIndex[row]) as number;
}

const keyWords = 11;

/** Computed for every segment while streams wait: numbers only. */
function hashOf(batch: HeaderBatch, row: number): number {
  let hash = 0;
  for (let i = 0; i < keyWords; i++) hash = Math.imul(hash ^ keyWord(batch, row, i), 0x9e37_79b1) | 0;
  return hash;
}

const portPlaces = 1024;

function placeOfPorts(batch: HeaderBatch, row: number): number {
  return (Math.imul(batch.sourcePort[row] as number, 0x9e37) + (batch.destinationPort[row] as number)) & (portPlaces - 1);
}

/**
 * Hands the data of TCP segments to `read`, if `mayBegin` says that a message may begin there. Where `read` answers with a fault
 * `truncated`, the octets are copied and the following segments of the same direction are joined to them, in the order of their sequence
 * numbers, until `read` is content, refuses, or a bound is hit. A segment of another kind allocates nothing.
 */
export class SegmentAssembly<T> {
  /** By hash; of two streams with one hash the later one waits. */
  private readonly waiting = new Map<number, Stream>();
  /** Streams that wait, by what their ports come to: on a network where some always do, it spares most segments the look into the map. */
  private readonly waitingByPorts = new Uint16Array(portPlaces);
  /** Streams that were given up because of a bound. */
  givenUp = 0;

  constructor(
    private readonly read: (region: Region) => Decoded<T>,
    private readonly mayBegin: (batch: HeaderBatch, row: number) => boolean,
    private readonly limits: AssemblyLimits = usualLimits,
    /** Octets at the start of a region that `read` was content with: what follows them begins the next message. Without it nothing does. */
    private readonly wholeOctets?: (region: Region) => number,
  ) {}

  /** Streams that wait for more. */
  get held(): number {
    return this.waiting.size;
  }

  /** A stream may wait for the segment in `row`. Where none does and no message begins in it, `add` would answer `undefined`. */
  awaits(batch: HeaderBatch, row: number): boolean {
    return this.waitingByPorts[placeOfPorts(batch, row)] !== 0;
  }

  /** What the segment in `row` completed, alone or with its predecessors; a fault is final, `undefined` is nothing (yet). */
  add(batch: HeaderBatch, row: number): Decoded<T> {
    const at = batch.payloadAt[row] as number;
    const end = batch.payloadEnd[row] as number;
    if (end <= at || !has(batch, row, layer.tcp) || batch.laterFragment[row] === 1) return undefined;
    if (this.awaits(batch, row)) {
      const hash = hashOf(batch, row);
      const stream = this.waiting.get(hash);
      if (stream?.key.every((word, i) => word === keyWord(batch, row, i))) return this.join(hash, stream, batch, row);
    }
    if (!this.mayBegin(batch, row)) return undefined;
    const region: Region = { octets: batch.octets, at, end, limitedBy: 'capture' };
    const read = this.read(region);
    const isWaiting = read instanceof Fault && read.kind === 'truncated';
    if (read === undefined || (read instanceof Fault && !isWaiting)) return read;
    // A frame that the capture itself cut leaves a hole that no later segment fills.
    if ((batch.frameEnd[row] as number) - (batch.frameAt[row] as number) < (batch.originalLength[row] as number)) return read;
    const whole = isWaiting ? 0 : this.wholeLength(region);
    if (whole < end - at) this.begin(batch, row, whole);
    return isWaiting ? undefined : read;
  }

  private wholeLength(region: Region): number {
    return this.wholeOctets?.(region) ?? region.end - region.at;
  }

  /** Waits for what follows the first `passed` octets of the segment, with the rest of it in hand. */
  private begin(batch: HeaderBatch, row: number, passed: number): void {
    if (this.waiting.size >= this.limits.streams) {
      const [oldest] = this.waiting.keys();
      if (oldest !== undefined) this.forget(oldest);
      this.givenUp += 1;
    }
    const octets = batch.octets.slice((batch.payloadAt[row] as number) + passed, batch.payloadEnd[row]);
    this.keep(hashOf(batch, row), {
      key: Array.from({ length: keyWords }, (_, i) => keyWord(batch, row, i)),
      place: placeOfPorts(batch, row),
      firstSequence: ((batch.tcpSequence[row] as number) + passed) >>> 0,
      segments: [{ offset: 0, octets }],
      held: octets.length,
    });
  }

  private join(hash: number, stream: Stream, batch: HeaderBatch, row: number): Decoded<T> {
    const offset = ((batch.tcpSequence[row] as number) - stream.firstSequence) >>> 0;
    // Data from before the first segment (a retransmission with an earlier start), or from far away, is not part of it.
    if (offset > this.limits.octets) return undefined;
    const octets = batch.octets.slice(batch.payloadAt[row], batch.payloadEnd[row]);
    stream.segments.push({ offset, octets });
    stream.held += octets.length;
    const joined = contiguous(stream.segments, this.limits.octets);
    const region: Region = { octets: joined, at: 0, end: joined.length, limitedBy: 'capture' };
    const read = this.read(region);
    const isWaiting = read instanceof Fault && read.kind === 'truncated';
    if (isWaiting && stream.segments.length < this.limits.segments && stream.held < this.limits.octets) return undefined;
    this.forget(hash);
    if (isWaiting) this.givenUp += 1;
    if (read !== undefined && !(read instanceof Fault)) this.keepRest(hash, stream, joined, this.wholeLength(region));
    return read;
  }

  /** What stands behind the messages that were read begins the next one; segments behind a hole go on waiting with it. */
  private keepRest(hash: number, stream: Stream, joined: Uint8Array, whole: number): void {
    if (whole >= joined.length) return;
    const behind = stream.segments.filter(({ offset }) => offset > joined.length);
    const segments = [{ offset: 0, octets: joined.slice(whole) }, ...behind.map((one) => ({ ...one, offset: one.offset - whole }))];
    const held = segments.reduce((total, { octets }) => total + octets.length, 0);
    this.keep(hash, { ...stream, firstSequence: (stream.firstSequence + whole) >>> 0, segments, held });
  }

  private keep(hash: number, stream: Stream): void {
    this.forget(hash);
    this.waiting.set(hash, stream);
    (this.waitingByPorts[stream.place] as number)++;
  }

  private forget(hash: number): void {
    const stream = this.waiting.get(hash);
    if (!stream) return;
    this.waiting.delete(hash);
    (this.waitingByPorts[stream.place] as number)--;
  }
}

/** The octets from offset 0 up to the first hole; of octets that came twice the earlier position counts. */
function contiguous(segments: readonly Segment[], limit: number): Uint8Array {
  const inOrder = segments.toSorted((a, b) => a.offset - b.offset);
  const joined = new Uint8Array(
    Math.min(
      limit,
      inOrder.reduce((total, { octets }) => total + octets.length, 0),
    ),
  );
  let filled = 0;
  for (const { offset, octets } of inOrder) {
    if (offset > filled) break;
    const from = Math.min(octets.length, filled - offset);
    const to = Math.max(from, Math.min(octets.length, joined.length - offset));
    joined.set(octets.subarray(from, to), filled);
    filled += to - from;
  }
  return joined.subarray(0, filled);
}
