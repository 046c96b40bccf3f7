/**
 * Who began a conversation, remembered beyond the minute in which it was seen.
 *
 * A conversation is keyed by addresses, protocol and ports alone, without the link: its two directions may take two paths
 * (a tap with one interface a direction, a virtual router MAC, asymmetric routes) and still have one beginner. One key can
 * have several stretches, each with a beginner of its own, told apart by the minute from which they count: a TCP connection
 * on the ports of an earlier one, a silence longer than the idle time, or the same addresses in captures of other years.
 *
 * Times are packet times. Minutes are counted from the epoch.
 */

import { type Microseconds, minute as minuteUs } from '../base/time.ts';
import { type ConversationOptions, ConversationTable, nobody, stateBit, wordAt } from './conversationTable.ts';
import { type FlowKey, keyAt } from './flowKey.ts';

export interface Beginning {
  /** 1: the high end began. */
  readonly side: number;
  readonly bySyn: boolean;
  /** Number of the application protocol; 0 when it was not recognised. */
  readonly application: number;
}

/** What a packet says about who began: nothing but that its sender sent it, or a TCP handshake. */
export const evidence = { packet: 0, syn: 1 } as const;

export class Conversations {
  private readonly table: ConversationTable;

  constructor(private readonly options: ConversationOptions) {
    this.table = new ConversationTable(options);
  }

  /** Conversations forgotten before they were idle, because there was no room. */
  get forgotten(): number {
    return this.table.forgotten;
  }

  /**
   * The stretch to which a packet of this key belongs; a new one where none fits. `side` is the end to which the packet
   * gives the beginning: its sender, or for a SYN+ACK the other end (0 low, 1 high).
   */
  observe(flow: FlowKey, side: number, atUs: Microseconds, kind: number, strand: number): number {
    this.table.take(flow.words, 0);
    const minute = flow.words[keyAt.minute] as number;
    const id = kind === evidence.syn ? this.observeSyn(side, atUs, minute, strand) : this.observePacket(side, atUs, minute, strand);
    this.table.seen(id, atUs);
    this.table.touch(id);
    return id;
  }

  /** A packet of a conversation that is known already. */
  seen(id: number, atUs: Microseconds): void {
    this.table.seen(id, atUs);
  }

  /** Changes when the record is given to another conversation. */
  generationOf(id: number): number {
    return this.table.generationOf(id);
  }

  /** FIN or RST: a SYN that follows begins anew. */
  close(id: number): void {
    this.table.setBits(id, stateBit.closed);
  }

  learnApplication(id: number, application: number): void {
    this.table.set(id, wordAt.application, application);
  }

  beginningOf(id: number): Beginning {
    const state = this.table.get(id, wordAt.state);
    return { side: state & stateBit.highBegan, bySyn: (state & stateBit.syn) !== 0, application: this.table.get(id, wordAt.application) };
  }

  /** Who began the stretch that holds the slice with the key at `words[at..]`, which is being handed over; `undefined` when forgotten. */
  settle(words: Int32Array, at: number): Beginning | undefined {
    this.table.take(words, at);
    const minute = words[at + keyAt.minute] as number;
    const id = this.covering(minute);
    if (id === nobody) return undefined;
    if (minute > this.table.get(id, wordAt.emitted)) this.table.set(id, wordAt.emitted, minute);
    return this.beginningOf(id);
  }

  /** As `settle`, for a slice that stays open: what it says may still change. */
  foresee(words: Int32Array, at: number): Beginning | undefined {
    this.table.take(words, at);
    const id = this.covering(words[at + keyAt.minute] as number);
    return id === nobody ? undefined : this.beginningOf(id);
  }

  private observePacket(side: number, atUs: Microseconds, minute: number, strand: number): number {
    const id = this.covering(minute);
    if (id !== nobody && !this.isIdle(id, atUs, minute)) {
      // Captures are written out of order: the first packet is the one with the earliest time stamp.
      if (!this.table.has(id, stateBit.syn) && !this.isSettled(id) && atUs < this.table.beganAt(id)) this.begin(id, side, atUs, minute, 0);
      return id;
    }
    const later = this.following(minute);
    if (later !== nobody && this.reaches(later, atUs) && !this.table.has(later, stateBit.syn)) {
      this.begin(later, side, atUs, minute, 0);
      return later;
    }
    return this.table.create(side, atUs, minute, 0, strand);
  }

  private observeSyn(side: number, atUs: Microseconds, minute: number, strand: number): number {
    const id = this.covering(minute);
    if (id !== nobody && !this.isIdle(id, atUs, minute)) return this.observeSynWithin(id, side, atUs, minute, strand);
    const later = this.following(minute);
    if (later !== nobody && this.reaches(later, atUs) && (!this.table.has(later, stateBit.syn) || this.sideOf(later) === side)) {
      this.begin(later, side, atUs, minute, stateBit.syn);
      return later;
    }
    return this.table.create(side, atUs, minute, stateBit.syn, strand);
  }

  private observeSynWithin(id: number, side: number, atUs: Microseconds, minute: number, strand: number): number {
    const isFirstMinute = minute === this.table.get(id, wordAt.minute);
    const isHanded = minute <= this.table.get(id, wordAt.emitted);
    if (!this.table.has(id, stateBit.syn)) {
      // A slice of this minute was handed over already: a late one must agree with it.
      if (isHanded) return id;
      if (!isFirstMinute) return this.table.create(side, atUs, minute, stateBit.syn, strand);
      this.begin(id, side, Math.min(atUs, this.table.beganAt(id)), minute, stateBit.syn);
      return id;
    }
    if (this.sideOf(id) === side) {
      this.table.set(id, wordAt.state, this.table.get(id, wordAt.state) & ~stateBit.closed);
      return id;
    }
    if (this.table.has(id, stateBit.closed) && atUs > this.table.beganAt(id)) {
      // All slices of one minute agree: what begins anew in the first minute of a stretch counts from the next minute.
      const from = isFirstMinute || isHanded ? minute + 1 : minute;
      // Used just now, so that the new record does not take its place.
      this.table.seen(id, atUs);
      this.table.touch(id);
      const created = this.covering(from) === id ? this.table.create(side, atUs, from, stateBit.syn, strand) : nobody;
      const covering = this.covering(minute);
      return covering === nobody ? created : covering;
    }
    if (isFirstMinute && !this.isSettled(id) && atUs < this.table.beganAt(id)) this.begin(id, side, atUs, minute, stateBit.syn);
    return id;
  }

  private begin(id: number, side: number, atUs: Microseconds, minute: number, synBit: number): void {
    const kept = this.table.get(id, wordAt.state) & (stateBit.closed | stateBit.syn);
    this.table.set(id, wordAt.state, kept | side | synBit);
    this.table.set(id, wordAt.minute, minute);
    this.table.setBeganAt(id, atUs);
  }

  /** The stretch with the latest beginning that is not after `minute`. */
  private covering(minute: number): number {
    let found = nobody;
    for (let id = this.table.first(); id !== nobody; id = this.table.next()) {
      const began = this.table.get(id, wordAt.minute);
      if (began <= minute && (found === nobody || began > this.table.get(found, wordAt.minute))) found = id;
    }
    return found;
  }

  /** The stretch with the earliest beginning after `minute`. */
  private following(minute: number): number {
    let found = nobody;
    for (let id = this.table.first(); id !== nobody; id = this.table.next()) {
      const began = this.table.get(id, wordAt.minute);
      if (began > minute && (found === nobody || began < this.table.get(found, wordAt.minute))) found = id;
    }
    return found;
  }

  private isIdle(id: number, atUs: Microseconds, minute: number): boolean {
    const last = this.table.lastAt(id);
    // Within one minute the beginner does not change: its slices have to agree.
    return atUs - last > this.options.idleUs && Math.floor(last / minuteUs) !== minute;
  }

  /** A packet at `atUs`, before the stretch, is near enough to belong to it, and no slice of the stretch was handed over yet. */
  private reaches(id: number, atUs: Microseconds): boolean {
    return this.table.beganAt(id) - atUs <= this.options.idleUs && !this.isSettled(id);
  }

  private isSettled(id: number): boolean {
    return this.table.get(id, wordAt.emitted) >= this.table.get(id, wordAt.minute);
  }

  private sideOf(id: number): number {
    return this.table.get(id, wordAt.state) & stateBit.highBegan;
  }
}
