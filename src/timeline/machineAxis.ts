/** What the machine did, from all that its log tells: starts, then screen sessions, clock gaps, sleeps, in rising precedence. */

import { type Microseconds, minute } from '../base/time.ts';
import type { MachineState } from '../record/interval.ts';
import { bootClustersSteps } from './bootClusters.ts';
import { bootSessionsSteps } from './bootSessions.ts';
import { clockGaps } from './clockSteps.ts';
import { is, isFromMachineLog } from './eventKey.ts';
import { journalAxis } from './journalAxis.ts';
import { type ScreenSession, screenSessionsSteps } from './screenSessions.ts';
import { type Sleep, sleepSessionsSteps } from './sleepSessions.ts';
import { disjoint, overlay, type Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

export interface MachineAxis {
  /** Disjoint and sorted; what they leave out is unknown. */
  readonly spans: Span<MachineState>[];
  readonly sleeps: Sleep[];
  readonly screens: ScreenSession[];
  readonly bootTimes: Microseconds[];
  /** False where no log at all tells of the machine: then logons must speak for themselves. */
  readonly told: boolean;
}

/** A clock gap that sleeps fill but for this is explained by them. */
const explainedUs = 2 * minute;

/** In steps. */
export function* machineAxisSteps(channels: readonly (readonly WrittenEvent[])[]): Generator<void, MachineAxis> {
  const events = machineLog(channels);
  const clusters = yield* bootClustersSteps(events.map(({ record }) => record));
  const { spans: sessions, bootTimes } = yield* bootSessionsSteps(events, clusters);
  yield;
  const journal = journalAxis(channels.find((channel) => channel[0]?.record.channel === 'journal') ?? []);
  const sleeps = [...(yield* sleepSessionsSteps(events, clusters)), ...journal.sleeps];
  yield;
  const screens = yield* screenSessionsSteps(events, clusters);
  yield;
  const asleep = disjoint(sleeps.map((sleep) => sleep.span));
  const measured = disjoint(screens.flatMap((screen) => (screen.measured ? screen.spans : [])));
  const wakeTimes = sleeps.map((sleep) => sleep.span.to);
  const gaps = unexplained(disjoint(clockGaps(events, bootTimes, wakeTimes)), overlay(measured, asleep));
  yield;
  const layers = [disjoint(screens.flatMap((screen) => screen.spans)), gaps, clearings(events), asleep];
  const spans = layers.reduce<Span<MachineState>[]>((below, layer) => overlay(below, layer), disjoint([...sessions, ...journal.sessions]));
  return { spans, sleeps, screens, bootTimes, told: spans.length > 0 };
}

/** Events of other logs say nothing about sleep by their silence, so they do not stretch what is known. */
export function machineLog(channels: readonly (readonly WrittenEvent[])[]): WrittenEvent[] {
  const logs = channels.map((channel) => channel.filter((event) => isFromMachineLog(event.record))).filter((log) => log.length > 0);
  if (logs.length === 1) return logs[0] as WrittenEvent[];
  return logs.flat().sort((a, b) => a.at - b.at);
}

/** Both sorted and disjoint: one walk over both. */
function unexplained(gaps: readonly Span<MachineState>[], asleep: readonly Span<MachineState>[]): Span<MachineState>[] {
  let next = 0;
  return gaps.filter((gap) => {
    while (next < asleep.length && (asleep[next] as Span<MachineState>).to <= gap.from) next++;
    let slept = 0;
    for (let i = next; i < asleep.length && (asleep[i] as Span<MachineState>).from < gap.to; i++) {
      const sleep = asleep[i] as Span<MachineState>;
      slept += Math.min(gap.to, sleep.to) - Math.max(gap.from, sleep.from);
    }
    return slept === 0 || gap.to - gap.from - slept > explainedUs;
  });
}

/** EventLog 104: whatever stood between the last event that is left and the clearing is gone. */
function clearings(events: readonly WrittenEvent[]): Span<MachineState>[] {
  const spans: Span<MachineState>[] = [];
  events.forEach((event, i) => {
    if (!is(event.record, 'eventlog', 104)) return;
    const before = events[i - 1];
    if (!before || before.at >= event.at || follows(before, event)) return;
    spans.push({
      from: before.at,
      to: event.at,
      state: 'unknown',
      confidence: 'low',
      evidence: [event.record.id],
      fromGuardUs: 0,
      toGuardUs: 0,
      rule: 'the log was cleared (104)',
    });
  });
  return disjoint(spans);
}

/** Record ids go on after a clearing: without a gap between them nothing is missing. */
function follows(before: WrittenEvent, event: WrittenEvent): boolean {
  return before.record.recordId !== null && event.record.recordId === before.record.recordId + 1;
}
