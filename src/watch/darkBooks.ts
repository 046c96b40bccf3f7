/** The books of one run of the watch of dark addresses, from the counts of its control process: one row a stage and minute. */

import { type Microseconds, minute, minuteOf } from '../base/time.ts';
import type { DarkHealth } from '../darkspace/edge/message.ts';
import type { CountsByReason, HealthRecord } from '../record/health.ts';
import type { BooksOf } from './captureBooks.ts';

/** The stages in which frames, questions, packets and rows pass it. */
export const darkStages = ['dark-frames', 'dark-questions', 'dark-packets', 'dark-rows'] as const;

type Counts = Pick<
  DarkHealth,
  | 'framesReceived'
  | 'framesRepeated'
  | 'framesDropped'
  | 'solicitationsHeard'
  | 'solicitationsTaken'
  | 'solicitationsRefused'
  | 'packetsToDark'
  | 'packetsUnclaimed'
  | 'rowsHandedOut'
  | 'changesNotRecorded'
  | 'slicesLost'
>;

const nothing: Counts = {
  framesReceived: 0,
  framesRepeated: 0,
  framesDropped: 0,
  solicitationsHeard: 0,
  solicitationsTaken: 0,
  solicitationsRefused: {},
  packetsToDark: 0,
  packetsUnclaimed: 0,
  rowsHandedOut: 0,
  changesNotRecorded: 0,
  slicesLost: 0,
};

interface Sums {
  readonly in: number;
  readonly out: number;
  readonly refused: CountsByReason;
  readonly dropped: CountsByReason;
}

export class DarkBooks {
  private from: Microseconds;
  private base: Counts = nothing;
  private baseRows = 0;
  private now: Counts = nothing;
  private nowRows = 0;

  constructor(
    private readonly of: BooksOf,
    startedAt: Microseconds,
  ) {
    this.from = minuteOf(startedAt);
  }

  /**
   * Takes what was counted up to now. Returns the rows of the minute that it closes, if it does.
   * @param rowsTaken rows of the control process that came here
   */
  take(health: Counts & { readonly at: Microseconds }, rowsTaken: number): HealthRecord[] {
    this.now = health;
    this.nowRows = rowsTaken;
    const present = minuteOf(health.at);
    return present > this.from ? this.close(present) : [];
  }

  /** The span that is open ends here. */
  close(until = this.from + minute): HealthRecord[] {
    const { base, now } = this;
    const since = (name: Exclude<keyof Counts, 'solicitationsRefused'>) => now[name] - base[name];
    const refused = Object.fromEntries(
      Object.entries(now.solicitationsRefused).map(([reason, count]) => [reason, count - (base.solicitationsRefused[reason] ?? 0)]),
    );
    const stages: Record<(typeof darkStages)[number], Sums> = {
      'dark-frames': {
        in: since('framesReceived') + since('framesDropped'),
        out: since('framesReceived') - since('framesRepeated'),
        refused: { 'shown-twice': since('framesRepeated') },
        dropped: { kernel: since('framesDropped') },
      },
      'dark-questions': { in: since('solicitationsHeard'), out: since('solicitationsTaken'), refused, dropped: {} },
      'dark-packets': {
        in: since('packetsToDark') + since('packetsUnclaimed'),
        out: since('packetsToDark'),
        refused: { 'held-for-nobody': since('packetsUnclaimed') },
        dropped: {},
      },
      // What it handed out, and what came here: counted on both sides.
      'dark-rows': {
        in: since('rowsHandedOut') + since('changesNotRecorded') + since('slicesLost'),
        out: this.nowRows - this.baseRows,
        refused: { 'changes-beyond-the-bound': since('changesNotRecorded') },
        dropped: { 'slices-nobody-took': since('slicesLost') },
      },
    };
    const units = { 'dark-frames': 'frames', 'dark-questions': 'questions', 'dark-packets': 'packets', 'dark-rows': 'rows' } as const;
    const { from } = this;
    this.from = until;
    this.base = this.now;
    this.baseRows = this.nowRows;
    return darkStages.map((stage) => {
      const sums = stages[stage];
      const counted = (counts: CountsByReason) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      return {
        ...this.of,
        stage,
        unit: units[stage],
        from,
        until,
        carried: null,
        in: sums.in,
        out: sums.out,
        held: 0,
        refused: counted(sums.refused),
        dropped: counted(sums.dropped),
      };
    });
  }
}
