/**
 * What speaks for a difference between the clock of a host and that of the sensor: its sleeps, held against its silences on
 * the wire, and the clocks that it sent. A piece of evidence supports differences more or less; none of them decides alone.
 */

import { type Microseconds, minute, second } from '../base/time.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { ClockHistory, ClockStretch } from '../record/correction.ts';
import type { IntervalRecord } from '../record/interval.ts';
import type { Silence } from './silence.ts';

/** Support by difference: none up to `zeroFrom`, all of `weight` from `from` to `to`, none from `zeroTo`; straight between. */
export interface Support {
  readonly zeroFrom: Microseconds;
  readonly from: Microseconds;
  readonly to: Microseconds;
  readonly zeroTo: Microseconds;
  readonly weight: number;
}

export interface ClockEvidence {
  readonly kind: 'wake' | 'stamp';
  /** When, in repaired time of the log. */
  readonly at: Microseconds;
  /** Number of the clock: see `clockOf`. */
  readonly clock: number;
  /** The best of them counts. */
  readonly supports: readonly Support[];
}

/** A clock runs from one step that cannot be followed to the next; `aheadUs`: what the steps since its beginning added to it. */
export interface RunningClock {
  readonly clock: number;
  readonly aheadUs: Microseconds;
}

/** Edges are looked for this far from where the log has them. */
export const furthestEdge: Microseconds = 15 * minute;
/** A step beyond this is a machine that stood still (a paused guest) as well as a clock that was set: what was before says nothing. */
const largestStep = furthestEdge;
/** An absence that is shorter hardly differs from what a machine is silent awake. */
const shortestAbsence: Microseconds = 3 * minute;
/** From the wake to the first frame, usually and at most; a cold start takes longer. */
const usualDelay = { wake: 20 * second, start: 40 * second } as const;
const slowestDelay = 40 * second;
/** Both clocks are read to the second, and stamps of the log lag a little. */
const slack = 2 * second;
/** A silence that is hardly longer than the sleep is that sleep, whatever others say. */
const tightFit = 3 * minute;
const stampSlack = second / 2;
const stampDoubt = 2 * second;

/** A machine that sleeps with its network may be silent all the same. */
const silentStates: ReadonlySet<string> = new Set(['s3', 'hibernate', 'off', 'screen-off', 'modern-sleep']);

/** A stretch after which a machine comes back onto the wire. */
export interface Absence {
  /** `undefined` where only its end is known: power was lost at some time before. */
  readonly from: Microseconds | undefined;
  readonly fromGuardUs: Microseconds;
  readonly to: Microseconds;
  /** It was started, and did not only wake. */
  readonly isStart: boolean;
}

/** What the log tells of absences: sleeps and starts, in repaired time. */
export function absencesIn(intervals: readonly IntervalRecord[], { starts }: ClockHistory): Absence[] {
  const absences: Absence[] = [];
  const machine = intervals.filter(({ axis }) => axis === 'machine').sort((a, b) => a.from - b.from);
  for (const { state, confidence, from, to, fromGuardUs } of machine) {
    if (!silentStates.has(state) || confidence === 'low') continue;
    const last = absences.at(-1);
    // The screen goes off before the sleep begins.
    if (last && last.to === from) absences[absences.length - 1] = { ...last, to, isStart: state === 'off' };
    else absences.push({ from, to, fromGuardUs, isStart: state === 'off' });
  }
  const ends = new Set(absences.map(({ to }) => to));
  for (const to of starts) if (!ends.has(to)) absences.push({ from: undefined, to, fromGuardUs: 0, isStart: true });
  return absences.sort((a, b) => a.to - b.to);
}

export function stretchAt({ stretches }: ClockHistory, at: Microseconds): ClockStretch {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle] as ClockStretch).from <= at) low = middle + 1;
    else high = middle;
  }
  return stretches[Math.max(0, low - 1)] ?? { from: 0, repairUs: 0, segment: 0 };
}

/** By segment: see `ClockStretch.segment`. */
export function runningClocks({ steps }: ClockHistory): RunningClock[] {
  const clocks: RunningClock[] = [{ clock: 0, aheadUs: 0 }];
  for (const { oldTime, newTime } of steps) {
    const { clock, aheadUs } = clocks.at(-1) as RunningClock;
    const delta = newTime - oldTime;
    clocks.push(Math.abs(delta) > largestStep ? { clock: clock + 1, aheadUs: 0 } : { clock, aheadUs: aheadUs + delta });
  }
  return clocks;
}

/**
 * Each absence against the silences that end near its end. Differences are those of the clock at its beginning: what its steps
 * added since is added to them.
 *
 * @param isAttested whether other machines were heard shortly before: else the capture itself may have begun there
 */
export function wakeEvidence(
  absences: readonly Absence[],
  silences: readonly Silence[],
  history: ClockHistory,
  isAttested: (at: Microseconds) => boolean,
): ClockEvidence[] {
  const clocks = runningClocks(history);
  return absences.flatMap((absence): ClockEvidence[] => {
    const { repairUs, segment } = stretchAt(history, absence.to);
    const { clock, aheadUs } = clocks[segment] as RunningClock;
    const backAt = absence.to - repairUs;
    const goneAt = absence.from === undefined ? undefined : absence.from - stretchAt(history, absence.from).repairUs;
    const near = silences.filter(({ to }) => Math.abs(to - backAt) <= furthestEdge);
    const supports = near.flatMap((silence): Support[] => {
      const weight = weightOf(absence, silence, isAttested(silence.to));
      if (weight < 0.05) return [];
      const latest = silence.to - backAt + aheadUs;
      const usual = absence.isStart ? usualDelay.start : usualDelay.wake;
      // Before it went, it was heard: it cannot have gone earlier.
      const covers = goneAt !== undefined && silence.from !== undefined && silence.to - silence.from >= backAt - goneAt - slack;
      const earliest = covers ? silence.from - (goneAt + absence.fromGuardUs) + aheadUs - slack : Number.NEGATIVE_INFINITY;
      const from = Math.min(latest + slack, Math.max(latest - usual, earliest));
      const zeroFrom = Math.min(from - slack, Math.max(from - slowestDelay, earliest - slack));
      return [{ zeroFrom, from, to: latest + slack, zeroTo: latest + 2 * slack, weight }];
    });
    return supports.length === 0 ? [] : [{ kind: 'wake', at: absence.to, clock, supports }];
  });
}

/** 1 for a silence as long as the absence that ends with all the talk of a machine that comes back. */
function weightOf(absence: Absence, { from, to, conversations, isArrival }: Silence, attested: boolean): number {
  const talk = isArrival && conversations >= 2 ? 1 : conversations >= 3 ? 0.8 : conversations === 2 ? 0.6 : 0.3;
  // The first frame of a machine: nobody knows how long it was silent.
  if (from === undefined) return (attested ? 0.9 : 0.7) * talk;
  const away = absence.from === undefined ? 0 : absence.to - absence.from;
  // Hardly a silence: only what is said when a link comes up tells a start from a pause of the user.
  if (away < shortestAbsence) return isArrival && conversations >= 2 ? 0.8 : 0;
  const excess = to - from - away;
  if (excess >= -slack && excess <= tightFit && away >= 10 * minute) return 1.6 * talk;
  return Math.min(1, (to - from) / away) * (attested ? 1 : 0.8) * talk;
}

/** `stamps`: of addresses that the host has. */
export function stampEvidence(stamps: readonly ClockRecord[], history: ClockHistory): ClockEvidence[] {
  const clocks = runningClocks(history);
  return stamps.flatMap(({ hostTime, capturedAt }): ClockEvidence[] => {
    const segments = segmentsOf(history, hostTime);
    // A clock that was set back shows some times twice.
    if (segments.length !== 1) return [];
    const { clock, aheadUs } = clocks[segments[0] as number] as RunningClock;
    const difference = capturedAt - hostTime + aheadUs;
    const supports = [
      {
        zeroFrom: difference - stampDoubt,
        from: difference - stampSlack,
        to: difference + stampSlack,
        zeroTo: difference + stampDoubt,
        weight: 1,
      },
    ];
    return [{ kind: 'stamp', at: hostTime + repairAt(history, hostTime, segments[0] as number), clock, supports }];
  });
}

function segmentsOf({ steps }: ClockHistory, hostTime: Microseconds): number[] {
  const found: number[] = [];
  for (let segment = 0; segment <= steps.length; segment++) {
    const from = steps[segment - 1]?.newTime ?? Number.NEGATIVE_INFINITY;
    const to = steps[segment]?.oldTime ?? Number.POSITIVE_INFINITY;
    if (hostTime >= from && hostTime < to) found.push(segment);
  }
  return found;
}

function repairAt({ stretches }: ClockHistory, hostTime: Microseconds, segment: number): Microseconds {
  return stretches.findLast((stretch) => stretch.segment === segment && stretch.from - stretch.repairUs <= hostTime)?.repairUs ?? 0;
}
