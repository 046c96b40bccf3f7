/** From start to shutdown: when the machine ran, was off, or stopped at an unknown moment. Sleeps are laid over this. */

import { hour, type Microseconds, minute, second } from '../base/time.ts';
import type { MachineState } from '../record/interval.ts';
import type { BootCluster } from './bootClusters.ts';
import { clockChange } from './clockSteps.ts';
import { is } from './eventKey.ts';
import { instantField } from './fields.ts';
import type { Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

export interface BootSessions {
  readonly spans: Span<MachineState>[];
  /** When the machine started, ascending in the order of writing. */
  readonly bootTimes: Microseconds[];
}

/** How long after its last log entry a clean shutdown may still take. */
const shutdownTailUs = 60 * second;
/** Firmware and loader run before Kernel-General 12 says that the kernel started. */
const firmwareUs = 60 * second;
/** The event log service starts up to this long after the kernel. */
const serviceDelayUs = 2 * minute;
/** 6013 is written every day at 12:00: a log that has it is not silent for longer while the machine runs. */
const longestSilence = 25 * hour;
/** Records after the last boot mark among which the 13 and 109 of the shutdown before may still come. */
const lateRecords = 100;
/** Of a log, among which the report of the wake before it may stand. */
const firstRecords = 5;

/** `events`: the machine log in the order of writing. */
export function* bootSessionsSteps(events: readonly WrittenEvent[], clusters: readonly BootCluster[]): Generator<void, BootSessions> {
  const boots = clusters.map((cluster) => startOf(events, cluster));
  const spans: Span<MachineState>[] = [];
  const tellsDaily = events.some((event) => is(event.record, 'eventlog', 6013));
  for (let session = 0; session <= clusters.length; session++) {
    yield;
    const before = clusters[session - 1];
    const after = clusters[session];
    const boot = boots[session - 1];
    const next = boots[session];
    const own = events.slice(before ? before.first : 0, after ? after.first : events.length);
    const running = own.filter((event) => (boot === undefined || event.at >= boot.at) && (next === undefined || event.at <= next.at));
    const last = latest(running);
    const from = boot?.at ?? wokenBefore(running) ?? next?.at;
    if (from === undefined) continue;
    const stops = next && after ? stopMarks(events, before?.first ?? 0, after, clusters[session + 1], from, next.at) : [];
    const to = Math.max(from, last?.at ?? from, ...stops.map((stop) => stop.at));
    spans.push(...onSpans(running, boot, from, to, tellsDaily, stops));
    if (next) spans.push(downSpan(events, after as BootCluster, to, next, stops, last));
  }
  return { spans, bootTimes: boots.map((boot) => boot.at) };
}

interface Start {
  readonly at: Microseconds;
  readonly evidence: string;
  /** How much earlier it may have been. */
  readonly guardUs: Microseconds;
}

function startOf(events: readonly WrittenEvent[], cluster: BootCluster): Start {
  const kernel = cluster.marks.get('12');
  const index = kernel ?? cluster.marks.get('6005') ?? cluster.marks.get('6009') ?? cluster.first;
  const event = events[index] as WrittenEvent;
  if (kernel === undefined) return { at: event.at, evidence: event.record.id, guardUs: serviceDelayUs + firmwareUs };
  // StartTime and TimeCreated can differ by a whole zone; the other events of the boot then agree with TimeCreated.
  const startTime = instantField(event.record, 'StartTime');
  const repaired = startTime === undefined ? event.at : startTime + event.repairUs;
  return {
    at: Math.abs(repaired - event.at) < minute ? Math.min(repaired, event.at) : event.at,
    evidence: event.record.id,
    guardUs: firmwareUs,
  };
}

/** What says that the session before `after` was shut down in order, wherever in the log it was written. */
function stopMarks(
  events: readonly WrittenEvent[],
  first: number,
  after: BootCluster,
  following: BootCluster | undefined,
  from: Microseconds,
  to: Microseconds,
): WrittenEvent[] {
  const end = Math.min(after.last + lateRecords, following?.first ?? events.length, events.length);
  const marks: WrittenEvent[] = [];
  for (let i = first; i < end; i++) {
    const event = events[i] as WrittenEvent;
    if (!is(event.record, 'kernel-general', 13) && !is(event.record, 'eventlog', 6006) && !is(event.record, 'kernel-power', 109)) continue;
    if (event.at >= from && event.at <= to) marks.push(event);
  }
  return marks;
}

function onSpans(
  running: readonly WrittenEvent[],
  boot: Start | undefined,
  from: Microseconds,
  to: Microseconds,
  tellsDaily: boolean,
  stops: readonly WrittenEvent[],
): Span<MachineState>[] {
  const evidence = [boot?.evidence, earliest(running)?.record.id, latest(running)?.record.id, ...stops.map((stop) => stop.record.id)];
  const on = (start: Microseconds, end: Microseconds): Span<MachineState> => ({
    from: start,
    to: end,
    state: 'on',
    confidence: 'high',
    evidence: [...new Set(evidence.filter((id) => id !== undefined))],
    fromGuardUs: 0,
    toGuardUs: 0,
    rule: 'between a start and the next sleep, shutdown or end of the log',
  });
  if (!tellsDaily) return [on(from, to)];
  const spans: Span<MachineState>[] = [];
  // A clock that was set told the time until then: the machine lived.
  const lived = running.flatMap((event) => [event.at, ...(clockChange(event.record) ? [oldTimeOf(event)] : [])]);
  const times = [from, ...lived.filter((at) => at >= from && at <= to).sort((a, b) => a - b), to];
  let start = from;
  for (let i = 1; i < times.length; i++) {
    const [previous, time] = [times[i - 1] as number, times[i] as number];
    if (time - previous <= longestSilence) continue;
    spans.push(on(start, previous), {
      ...on(previous, time),
      state: 'unknown',
      confidence: 'low',
      rule: 'the log is silent for longer than a running machine would be (6013 is daily)',
    });
    start = time;
  }
  return [...spans, on(start, to)];
}

/** A log that begins behind a wake: the report of it may be its first record, or one of the first. */
function wokenBefore(running: readonly WrittenEvent[]): Microseconds | undefined {
  const first = earliest(running);
  const report = running.slice(0, firstRecords).find(({ record }) => is(record, 'power-troubleshooter', 1));
  const wokeAt = report && instantField(report.record, 'WakeTime');
  if (!first || !report || wokeAt === undefined) return first?.at;
  const at = wokeAt + report.repairUs;
  return at <= first.at && first.at - at <= minute ? at : first.at;
}

function oldTimeOf({ record, at, repairUs }: WrittenEvent): Microseconds {
  const change = clockChange(record);
  return change ? change.oldTime + repairUs : at;
}

function downSpan(
  events: readonly WrittenEvent[],
  cluster: BootCluster,
  from: Microseconds,
  next: Start,
  stops: readonly WrittenEvent[],
  last: WrittenEvent | undefined,
): Span<MachineState> {
  const length = next.at - from;
  const crash = [cluster.marks.get('41'), cluster.marks.get('6008')].flatMap((i) =>
    i === undefined ? [] : [(events[i] as WrittenEvent).record.id],
  );
  if (stops.length > 0) {
    return {
      from,
      to: next.at,
      state: 'off',
      confidence: crash.length > 0 ? 'medium' : 'high',
      evidence: [...stops.map((stop) => stop.record.id), next.evidence, ...crash],
      fromGuardUs: Math.min(length, shutdownTailUs),
      toGuardUs: Math.min(length, next.guardUs),
      rule: crash.length > 0 ? 'shutdown began, the next start found it unclean' : 'between a shutdown and the next start',
    };
  }
  return {
    from,
    to: next.at,
    state: 'unknown',
    confidence: 'low',
    evidence: [...(last ? [last.record.id] : []), ...crash, next.evidence],
    fromGuardUs: 0,
    toGuardUs: 0,
    rule: 'no shutdown is recorded before this start: power was lost at some time since the last event',
  };
}

function latest(events: readonly WrittenEvent[]): WrittenEvent | undefined {
  return events.reduce<WrittenEvent | undefined>((best, event) => (best && best.at > event.at ? best : event), undefined);
}

function earliest(events: readonly WrittenEvent[]): WrittenEvent | undefined {
  return events.reduce<WrittenEvent | undefined>((best, event) => (best && best.at <= event.at ? best : event), undefined);
}
