/** Ties open slices to the conversations they are part of: who began, and what application was recognised, go from one to the other. */

import type { Microseconds } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { type Beginning, Conversations, evidence } from './conversation.ts';
import type { ConversationOptions } from './conversationTable.ts';
import { type FlowKey, isIntrinsic, keyAt } from './flowKey.ts';
import type { FlowTable } from './flowTable.ts';
import { countWord, sliceWord, sliceWords } from './sliceRecord.ts';

const handshake = tcpFlag.syn | tcpFlag.ack;
const closing = tcpFlag.fin | tcpFlag.rst;

export class SliceConversations {
  private readonly conversations: Conversations;

  constructor(
    private readonly table: FlowTable,
    options: ConversationOptions,
  ) {
    this.conversations = new Conversations(options);
  }

  /** Conversations forgotten before they were idle, because there was no room. */
  get forgotten(): number {
    return this.conversations.forgotten;
  }

  /** Whether a packet of a slice may change its conversation though it is neither the first of its second nor the earliest one. */
  static concerns(tcpFlags: number): boolean {
    return (tcpFlags & (tcpFlag.syn | closing)) !== 0;
  }

  /**
   * A packet of `key` is about to be counted in `slice`. Has to be asked for the first packet of each second, for one that is earlier than all before,
   * and where the flags concern.
   *
   * @param strand of packet time, see `packetTime.ts`
   */
  converse(key: FlowKey, slice: number, tcpFlags: number, atUs: Microseconds, isNew: boolean, strand: number): void {
    const { table, conversations } = this;
    if (isIntrinsic(key.words[keyAt.meta] as number)) return;
    const isSyn = (tcpFlags & (tcpFlag.syn | tcpFlag.rst)) === tcpFlag.syn;
    if (isNew || isSyn || atUs < table.timeOf(slice, countWord.firstUs)) {
      // A SYN+ACK answers: the other end began.
      const side = isSyn && (tcpFlags & handshake) === handshake ? 1 - key.reversed : key.reversed;
      const id = conversations.observe(key, side, atUs, isSyn ? evidence.syn : evidence.packet, strand);
      const began = conversations.beginningOf(id);
      table.set(slice, sliceWord.conversation, id);
      table.set(slice, sliceWord.generation, conversations.generationOf(id));
      table.set(slice, sliceWord.highBegan, began.side);
      table.set(slice, sliceWord.bySyn, began.bySyn ? 1 : 0);
      if (isNew) table.setApplication(slice, began.application);
    }
    this.seen(slice, atUs);
    if ((tcpFlags & closing) === 0) return;
    const id = this.conversationOf(slice);
    if (id >= 0) conversations.close(id);
  }

  /** A packet of a slice that changes nothing in its conversation but when it was seen last. */
  seen(slice: number, atUs: Microseconds): void {
    const id = this.conversationOf(slice);
    if (id >= 0) this.conversations.seen(id, atUs);
  }

  /** The application protocol was recognised in a packet of `slice`. */
  learnApplication(slice: number, application: number): void {
    this.table.setApplication(slice, application);
    const id = this.conversationOf(slice);
    if (id >= 0) this.conversations.learnApplication(id, application);
  }

  /** Writes into a slice that is closed who began; it stays so. */
  settle(slice: number): void {
    this.write(slice, this.conversations.settle(this.table.words, slice * sliceWords));
  }

  /** Writes into an open slice who began, as it is known now. */
  foresee(slice: number): void {
    this.write(slice, this.conversations.foresee(this.table.words, slice * sliceWords));
  }

  /** −1 when it was forgotten meanwhile. */
  private conversationOf(slice: number): number {
    const id = this.table.get(slice, sliceWord.conversation);
    return id >= 0 && this.conversations.generationOf(id) === this.table.get(slice, sliceWord.generation) ? id : -1;
  }

  /** What the slice knew itself stands where the conversation was forgotten. */
  private write(slice: number, began: Beginning | undefined): void {
    if (!began) return;
    const { table } = this;
    table.set(slice, sliceWord.highBegan, began.side);
    table.set(slice, sliceWord.bySyn, began.bySyn ? 1 : 0);
    if (table.applicationOf(slice) === 0) table.setApplication(slice, began.application);
  }
}
