/** The clock of one host against that of the sensor: what is asked of the facts, and the answer. */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, minute, minuteOf } from '../base/time.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { ClockHistory, CorrectionRecord } from '../record/correction.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { IntervalRecord } from '../record/interval.ts';
import { absencesIn, furthestEdge, stampEvidence, stretchAt, wakeEvidence } from './clockEvidence.ts';
import { corrections } from './correction.ts';
import { silencesIn } from './silence.ts';

export interface Stretch {
  readonly from: Microseconds;
  readonly to: Microseconds;
}

export interface HostClockFacts {
  readonly host: string;
  /** Machines that the log belongs to. */
  readonly machines: readonly { readonly mac: Mac; readonly addresses: readonly Address[] }[];
  /** Of both axes; at least one. */
  readonly intervals: readonly IntervalRecord[];
  readonly history: ClockHistory;
  /** Of these machines in `stretchesAround`. */
  readonly flows: readonly FlowRecord[];
  /** Minutes of these stretches in which other machines were heard. */
  readonly minutesOfOthers: ReadonlySet<Microseconds>;
  /** Clocks that the machines sent. */
  readonly stamps: readonly ClockRecord[];
}

/** How long before a silence ends others must have been heard, so that it is the silence of one and not of the capture. */
const attestedWithin = 5;
const margin = furthestEdge + 10 * minute;

/** Where in the capture sleeps must show, by the sensor's clock; ascending, apart from each other. */
export function stretchesAround(intervals: readonly IntervalRecord[], history: ClockHistory): Stretch[] {
  const merged: Stretch[] = [];
  for (const absence of absencesIn(intervals, history)) {
    const gone = absence.from ?? absence.to;
    const [before, after] = [stretchAt(history, gone).repairUs, stretchAt(history, absence.to).repairUs];
    const from = gone - Math.max(0, before) - margin;
    const to = absence.to + Math.max(0, -after) + margin;
    const last = merged.at(-1);
    if (last && from <= last.to) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else merged.push({ from, to });
  }
  return merged;
}

export function hostClock(facts: HostClockFacts): CorrectionRecord[] {
  const { intervals, history, machines } = facts;
  const machineAxis = intervals.filter(({ axis }) => axis === 'machine').sort((a, b) => a.from - b.from);
  const [first, last] = [machineAxis[0], machineAxis.at(-1)];
  if (!first || !last) return [];
  const silences = silencesIn(facts.flows, new Set(machines.map(({ mac }) => mac)));
  const isAttested = (at: Microseconds) => {
    for (let i = 1; i <= attestedWithin; i++) if (facts.minutesOfOthers.has(minuteOf(at) - i * minute)) return true;
    return false;
  };
  const own = new Map(machines.map(({ mac, addresses }) => [mac, new Set(addresses)]));
  const stamps = facts.stamps.filter(({ mac, address }) => own.get(mac)?.has(address));
  const evidence = [...wakeEvidence(absencesIn(intervals, history), silences, history, isAttested), ...stampEvidence(stamps, history)];
  return corrections(facts.host, first.from, last.to, evidence, history);
}
