/**
 * How far packet time has come, where time need not run forwards.
 *
 * A capture merged from several, or one whose clock was set, jumps by hours or years, perhaps to and fro. So time is kept
 * as a few strands: a packet within reach of a strand carries it on, one that lies after a strand moves the nearest such
 * strand forwards, and one that lies before all of them starts another. Each strand holds the slices that were begun in it,
 * by minute, until its own time has passed them by the grace time.
 */

import { type Microseconds, minute as minuteUs } from '../base/time.ts';

/** Strands kept; a further one takes the place of the one that was used longest ago, whose slices are handed over. */
export const strandsKept = 8;
/** A packet at most this far from where a strand stands belongs to it. */
const reachUs: Microseconds = 15 * minuteUs;
/** A slice is held this long after its minute has ended. */
const graceMinutes = 2;

/** The slices begun in one minute, in the order in which they began: a chain through the flow table. */
export interface MinuteChain {
  first: number;
  last: number;
  /** The first slice of which no early copy was asked for; `nothingToCopy` when there is none. */
  toCopy: number;
}

export const nothingToCopy = -1;

/** Appends chain `next` to a chain that ends in slice `last`. */
export type JoinChains = (last: number, next: number) => void;
/** Receives the first slice of a chain that has become due. */
export type HandOver = (first: number) => void;

export class PacketTime {
  /** Where each strand stands; −Infinity for one that is not in use. */
  readonly nowUs = new Float64Array(strandsKept).fill(Number.NEGATIVE_INFINITY);
  /** The strand of the packet that was looked up last. */
  current = 0;
  private readonly chains = Array.from({ length: strandsKept }, () => new Map<number, MinuteChain>());
  private readonly lastUse = new Float64Array(strandsKept);
  private uses = 0;
  private minuteFromUs: Microseconds = Number.POSITIVE_INFINITY;
  private minuteUntilUs: Microseconds = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly joinChains: JoinChains,
    private readonly handOver: HandOver,
  ) {}

  /** Takes the time of one packet: finds its strand and hands over what has become due. */
  advance(atUs: Microseconds): void {
    if (atUs >= this.minuteFromUs && atUs < this.minuteUntilUs) {
      if (atUs > (this.nowUs[this.current] as number)) this.nowUs[this.current] = atUs;
      return;
    }
    const strand = this.strandOf(atUs);
    if (strand !== this.current) this.lastUse[strand] = ++this.uses;
    this.current = strand;
    const before = this.nowUs[strand] as number;
    if (atUs > before) {
      this.overtake(strand, before, atUs);
      this.nowUs[strand] = atUs;
      this.handOverUntil(strand, Math.floor(atUs / minuteUs) - graceMinutes);
    }
    const now = this.nowUs[strand] as number;
    this.minuteFromUs = Math.floor(now / minuteUs) * minuteUs;
    this.minuteUntilUs = this.minuteFromUs + minuteUs;
  }

  /** Slice `id` of `minute` (counted from the epoch) was begun in the current strand. */
  hold(id: number, minute: number): void {
    const chains = this.chains[this.current] as Map<number, MinuteChain>;
    const chain = chains.get(minute);
    if (chain) {
      this.joinChains(chain.last, id);
      chain.last = id;
      if (chain.toCopy === nothingToCopy) chain.toCopy = id;
    } else chains.set(minute, { first: id, last: id, toCopy: id });
  }

  /** The chains of minutes before `minute` that hold slices of which no early copy was asked for, earliest first. */
  uncopiedBefore(minute: number): MinuteChain[] {
    const found = this.chains.flatMap((chains) => [...chains].filter(([held, { toCopy }]) => held < minute && toCopy !== nothingToCopy));
    return found.sort(([a], [b]) => a - b).map(([, chain]) => chain);
  }

  /** Where the present strand stands. */
  get currentUs(): Microseconds {
    return this.nowUs[this.current] as number;
  }

  /** Hands over everything that is held, earliest minute first. */
  finish(): void {
    for (let strand = 0; strand < strandsKept; strand++) {
      this.merge(strand, 0);
      if (strand > 0) this.nowUs[strand] = Number.NEGATIVE_INFINITY;
    }
    this.handOverUntil(0, Number.POSITIVE_INFINITY);
    this.nowUs[0] = Number.NEGATIVE_INFINITY;
    this.current = 0;
    this.minuteFromUs = Number.POSITIVE_INFINITY;
    this.minuteUntilUs = Number.NEGATIVE_INFINITY;
  }

  /** Hands over what other strands than the current one hold, to make room. */
  finishOthers(): void {
    for (let strand = 0; strand < strandsKept; strand++) if (strand !== this.current) this.handOverUntil(strand, Number.POSITIVE_INFINITY);
  }

  private strandOf(atUs: Microseconds): number {
    // The present strand first: where it runs through a place at which another one stopped, both become one.
    if (Math.abs(atUs - (this.nowUs[this.current] as number)) <= reachUs) return this.current;
    let nearest = -1;
    let behind = -1;
    let free = -1;
    let stale = 0;
    for (let strand = 0; strand < strandsKept; strand++) {
      const now = this.nowUs[strand] as number;
      if (now === Number.NEGATIVE_INFINITY) {
        if (free < 0) free = strand;
        continue;
      }
      const away = Math.abs(atUs - now);
      if (away <= reachUs && (nearest < 0 || away < Math.abs(atUs - (this.nowUs[nearest] as number)))) nearest = strand;
      if (now <= atUs && (behind < 0 || now > (this.nowUs[behind] as number))) behind = strand;
      if ((this.lastUse[strand] as number) < (this.lastUse[stale] as number)) stale = strand;
    }
    if (nearest >= 0) return nearest;
    if (behind >= 0) return behind;
    if (free >= 0) return free;
    this.handOverUntil(stale, Number.POSITIVE_INFINITY);
    this.nowUs[stale] = Number.NEGATIVE_INFINITY;
    return stale;
  }

  /** Time that runs through where another strand stopped makes both one: what that one holds would never become due. */
  private overtake(strand: number, from: Microseconds, to: Microseconds): void {
    for (let other = 0; other < strandsKept; other++) {
      const now = this.nowUs[other] as number;
      if (other === strand || now <= from || now > to) continue;
      this.merge(other, strand);
      this.nowUs[other] = Number.NEGATIVE_INFINITY;
    }
  }

  private merge(from: number, into: number): void {
    if (from === into) return;
    const source = this.chains[from] as Map<number, MinuteChain>;
    const target = this.chains[into] as Map<number, MinuteChain>;
    for (const [minute, chain] of source) {
      const present = target.get(minute);
      if (present) {
        this.joinChains(present.last, chain.first);
        present.last = chain.last;
        // Those that were copied already are passed over.
        if (present.toCopy === nothingToCopy) present.toCopy = chain.first;
      } else target.set(minute, chain);
    }
    source.clear();
  }

  /** Hands over the minutes before `minute`. */
  private handOverUntil(strand: number, minute: number): void {
    const chains = this.chains[strand] as Map<number, MinuteChain>;
    const due = [...chains.keys()].filter((held) => held < minute).sort((a, b) => a - b);
    for (const held of due) {
      const chain = chains.get(held) as MinuteChain;
      chains.delete(held);
      this.handOver(chain.first);
    }
  }
}
