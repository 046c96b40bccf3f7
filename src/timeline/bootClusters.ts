/**
 * Where the machine started, in the order of writing. One start leaves several marks close together, in varying order:
 * EventLog 6009 and 6005, Kernel-General 12, after a crash Kernel-Power 41 and EventLog 6008, in the Security log 4608.
 */

import { eachInSteps } from '../base/steps.ts';
import { second } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { clockChange } from './clockSteps.ts';
import { is } from './eventKey.ts';

export interface BootCluster {
  /** Indices of its first and last mark. */
  readonly first: number;
  readonly last: number;
  /** Index of each mark by its kind. */
  readonly marks: ReadonlyMap<BootMark, number>;
}

type BootMark = '12' | '6005' | '6009' | '41' | '6008' | '4608' | 'systemd';

const longestClusterRecords = 400;
const longestClusterUs = 900 * second;

/** A clock that is set while the machine starts parts the marks of one start by the step; this soon it is told. */
const stepRecords = 100;

export function* bootClustersSteps(events: readonly EventRecord[]): Generator<void, BootCluster[]> {
  const clusters: { first: number; last: number; marks: Map<BootMark, number> }[] = [];
  const steps = yield* largeSteps(events);
  yield* eachInSteps(events, (event, i) => {
    const mark = bootMark(event);
    if (!mark) return;
    const current = clusters.at(-1);
    if (current && !current.marks.has(mark) && i - current.first <= longestClusterRecords && belongs(events, current.first, i, steps)) {
      current.marks.set(mark, i);
      current.last = i;
    } else clusters.push({ first: i, last: i, marks: new Map([[mark, i]]) });
  });
  return clusters;
}

interface LargeStep {
  readonly index: number;
  readonly deltaUs: number;
}

function* largeSteps(events: readonly EventRecord[]): Generator<void, LargeStep[]> {
  const steps: LargeStep[] = [];
  yield* eachInSteps(events, (event, index) => {
    const change = clockChange(event);
    const deltaUs = change ? change.newTime - change.oldTime : 0;
    if (Math.abs(deltaUs) > longestClusterUs) steps.push({ index, deltaUs });
  });
  return steps;
}

/** Close in time, or parted by a step of the clock that the same start tells. */
function belongs(events: readonly EventRecord[], first: number, index: number, steps: readonly LargeStep[]): boolean {
  const apartUs = (events[index] as EventRecord).time - (events[first] as EventRecord).time;
  if (Math.abs(apartUs) <= longestClusterUs) return true;
  let low = 0;
  for (let high = steps.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] as LargeStep).index < first) low = middle + 1;
    else high = middle;
  }
  const step = steps[low];
  return step !== undefined && step.index <= first + stepRecords && Math.abs(apartUs - step.deltaUs) <= longestClusterUs;
}

function bootMark(event: EventRecord): BootMark | undefined {
  if (is(event, 'kernel-general', 12)) return '12';
  if (is(event, 'eventlog', 6005)) return '6005';
  if (is(event, 'eventlog', 6009)) return '6009';
  if (is(event, 'eventlog', 6008)) return '6008';
  if (is(event, 'kernel-power', 41)) return '41';
  if (is(event, 'security-auditing', 4608)) return '4608';
  return undefined;
}
