/** The changes of state that are written down: 600 a minute; more of them, and what nobody takes in time, are counted. */

import type { ClaimRecord } from '../record/dark.ts';
import type { Transition } from './claim.ts';

/** What the box adds to each change. */
export type ChangePlace = Pick<ClaimRecord, 'sensor' | 'interface' | 'mode'>;

const changesOfMinute = 600;
/** Changes that wait to be taken. */
const mostRows = 2000;

export class ClaimChanges {
  private readonly rows: ClaimRecord[] = [];
  private leftOfMinute = changesOfMinute;
  /** Changes that found no room, or came when the minute had had its share. */
  notRecorded = 0;

  constructor(private readonly place: ChangePlace) {}

  add(transition: Transition): void {
    if (this.leftOfMinute <= 0 || this.rows.length >= mostRows) {
      this.notRecorded++;
      return;
    }
    this.leftOfMinute--;
    const { atUs, target, from, to, because, mac, solicitedAtUs, probesAtUs } = transition;
    this.rows.push({
      ...this.place,
      at: atUs,
      target,
      from,
      to,
      because,
      mac,
      solicitedAt: solicitedAtUs,
      probesAt: [...probesAtUs],
    });
  }

  /** Called once a minute. */
  beginMinute(): void {
    this.leftOfMinute = changesOfMinute;
  }

  /** At most `most` of those that wait, the oldest first. */
  take(most: number): ClaimRecord[] {
    return this.rows.splice(0, most);
  }
}
