/**
 * How the clock of a host was set while its log was written: where its times were repaired, and by how much it stepped.
 *
 * The clock of a sensor is compared with the clock of the host as it was at that moment, not with repaired times.
 */

import { eachInSteps } from '../base/steps.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { ClockHistory, ClockStep, ClockStretch } from '../record/correction.ts';
import type { EventRecord } from '../record/event.ts';
import type { IntervalRecord } from '../record/interval.ts';
import { bootClustersSteps } from './bootClusters.ts';
import { bootSessionsSteps } from './bootSessions.ts';
import { clockChange } from './clockSteps.ts';
import { is } from './eventKey.ts';
import { machineLog } from './machineAxis.ts';
import type { WrittenEvent } from './writtenEvent.ts';
import { writtenOrderSteps } from './writtenOrder.ts';

/** What is below is the work of the time service, and no step. */
const smallestStep = second;
const silent: ReadonlySet<string> = new Set(['modern-sleep', 's3', 'hibernate', 'off']);

/** `intervals`: what `buildIntervals` made of the same events. */
export function* clockHistorySteps(events: readonly EventRecord[], intervals: readonly IntervalRecord[]): Generator<void, ClockHistory> {
  const log = machineLog((yield* writtenOrderSteps(events)).channels);
  yield;
  const asleep = intervals.filter(({ axis, state }) => axis === 'machine' && silent.has(state));
  const steps: ClockStep[] = [];
  const points: ClockStretch[] = [];
  yield* eachInSteps(log, (event) => {
    const step = stepOf(event, asleep);
    if (step) steps.push(step);
    // Both are stamped in the boot before the one in which they are written.
    if (is(event.record, 'kernel-general', 13) || is(event.record, 'kernel-power', 109)) return;
    points.push({ from: event.at, repairUs: event.repairUs, segment: steps.length });
  });
  points.sort((a, b) => a.from - b.from || a.segment - b.segment);
  const { bootTimes } = yield* bootSessionsSteps(log, yield* bootClustersSteps(log.map(({ record }) => record)));
  return { stretches: stretchesOf(points), steps, starts: bootTimes.toSorted((a, b) => a - b) };
}

/** A clock that the hardware sets right after a sleep has only stood still. */
function stepOf({ record, repairUs }: WrittenEvent, asleep: readonly IntervalRecord[]): ClockStep | undefined {
  const change = clockChange(record);
  if (!change || change.reason === 2) return undefined;
  const { oldTime, newTime } = change;
  if (Math.abs(newTime - oldTime) < smallestStep) return undefined;
  const [from, to] = [oldTime + repairUs, newTime + repairUs];
  const slept = asleep.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
  return to > from && slept > (to - from) / 2 ? undefined : { oldTime, newTime };
}

/** Runs of points that are alike; one run ends in the middle between its last point and the first of the next. */
function stretchesOf(points: readonly ClockStretch[]): ClockStretch[] {
  const stretches: ClockStretch[] = [];
  let previous: ClockStretch | undefined;
  for (const point of points) {
    const last = stretches.at(-1);
    if (!last || !previous) stretches.push(point);
    else if (last.repairUs !== point.repairUs || last.segment !== point.segment)
      stretches.push({ ...point, from: middle(previous.from, point.from) });
    previous = point;
  }
  return stretches;
}

const middle = (a: Microseconds, b: Microseconds): Microseconds => a + Math.floor((b - a) / 2);
