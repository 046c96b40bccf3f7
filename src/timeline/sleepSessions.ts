/**
 * Sleeps through the kernel: S3, hibernation, and the shutdown of fast startup, which looks like a sleep.
 *
 * Start: Power-Troubleshooter 1 `SleepTime`, else Kernel-Power 42. End: `WakeTime`, else `NewTime` of the Kernel-General 1
 * with Reason 2 that follows. Never the time of Kernel-Power 107: it is stamped before the clock is corrected.
 */

import { eachInSteps } from '../base/steps.ts';
import { type Microseconds, minute, second } from '../base/time.ts';
import type { Confidence, MachineState } from '../record/interval.ts';
import type { BootCluster } from './bootClusters.ts';
import { clockChange } from './clockSteps.ts';
import { is, providerOf } from './eventKey.ts';
import { field, instantField, numberField, truthField } from './fields.ts';
import { type Span, weaker } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

/** What woke the machine (`WakeSourceType`): a timer and the change to hibernation need nobody. */
export type WakeSource = 'timer' | 'to-hibernate' | 'power-button' | 'device' | 'unknown';

export interface Sleep {
  readonly span: Span<MachineState>;
  readonly wakeSource: WakeSource;
  readonly wakeSourceText: string;
}

interface Entry {
  readonly event: WrittenEvent;
  resume?: WrittenEvent;
  clock?: WrittenEvent;
  report?: WrittenEvent;
  bootType?: number;
  /** The first event that is clearly later than the entry: by then the machine was awake, if nothing better tells. */
  later?: WrittenEvent;
  /** The start of the machine that ended it, with the 41 of that start. */
  boot?: { readonly at: WrittenEvent; readonly crash: WrittenEvent | undefined };
  next?: WrittenEvent;
}

/** 42 is written 1 to 2 s after SleepTime. */
const entryLeadUs = 2 * second;
const entryGuardUs = 5 * second;
const wakeGuardUs = 2 * second;
/** Stamps of one sleep agree within this. */
const sameSleepUs = 5 * minute;
/** Stamps this close after 42 may come from before the sleep, or from after it and before the clock is corrected. */
const uncorrectedUs = minute;
/** Reasons of 42 that mean: hibernate out of a sleep (6 confirmed, the others by their order in the message table). */
const dozeReasons: ReadonlySet<number> = new Set([6, 11, 12, 13, 14]);

/** `events`: the machine log in the order of writing. */
export function* sleepSessionsSteps(events: readonly WrittenEvent[], clusters: readonly BootCluster[]): Generator<void, Sleep[]> {
  const { entries, reports } = yield* collect(events, new Map(clusters.map((cluster) => [cluster.first, cluster])));
  const sleeps = [...entries.flatMap(sleepOf), ...reports.flatMap((report) => reportedSleep(report, undefined))];
  sleeps.sort((a, b) => a.span.from - b.span.from);
  return bridged(sleeps);
}

function* collect(
  events: readonly WrittenEvent[],
  starts: ReadonlyMap<number, BootCluster>,
): Generator<void, { entries: Entry[]; reports: WrittenEvent[] }> {
  const entries: Entry[] = [];
  const reports: WrittenEvent[] = [];
  let open: Entry | undefined;
  yield* eachInSteps(events, (event, i) => {
    const cluster = starts.get(i);
    const { record } = event;
    if (cluster && open) {
      const crash = cluster.marks.get('41');
      const kernel = cluster.marks.get('12');
      open.boot = { at: events[kernel ?? i] as WrittenEvent, crash: crash === undefined ? undefined : events[crash] };
      open = undefined;
    }
    if (is(record, 'kernel-power', 42)) {
      if (open) open.next = event;
      open = { event };
      entries.push(open);
    } else if (is(record, 'power-troubleshooter', 1)) {
      const entry = entryOf(event, entries);
      if (entry) entry.report = event;
      else {
        reports.push(event);
        // It reports another sleep, before which the open one must have ended.
        const sleepTime = instantField(record, 'SleepTime');
        if (open && sleepTime !== undefined) open.later ??= { ...event, at: Math.max(open.event.at, sleepTime + event.repairUs) };
      }
    } else if (!open) return;
    else if (is(record, 'kernel-power', 107)) open.resume ??= event;
    else if (is(record, 'kernel-boot', 27)) {
      const bootType = numberField(record, 'BootType');
      if (bootType !== undefined) open.bootType ??= bootType;
    } else if (clockChange(record)) {
      if (isWakeCorrection(event, open)) open.clock ??= event;
    } else if (providerOf(record) !== 'kernel-boot' && event.at > open.event.at + uncorrectedUs) open.later ??= event;
  });
  return { entries, reports };
}

/** The entry that a Power-Troubleshooter 1 reports: among the last few, the one at its SleepTime. */
function entryOf(report: WrittenEvent, entries: readonly Entry[]): Entry | undefined {
  const sleepTime = instantField(report.record, 'SleepTime');
  if (sleepTime === undefined) return undefined;
  const near = entries
    .slice(-4)
    .filter((entry) => !entry.report && Math.abs(entry.event.at - (sleepTime + report.repairUs)) <= sameSleepUs)
    .sort((a, b) => Math.abs(a.event.at - sleepTime) - Math.abs(b.event.at - sleepTime));
  return near[0];
}

/** 2008 R2 writes no Reason: there only a step that follows a 107 counts. */
function isWakeCorrection(event: WrittenEvent, open: Entry): boolean {
  const change = clockChange(event.record);
  if (!change || change.newTime - change.oldTime <= second) return false;
  if (change.reason !== 2 && !(change.reason === undefined && open.resume)) return false;
  const before = open.resume?.at ?? open.event.at;
  return Math.abs(change.oldTime + event.repairUs - before) <= sameSleepUs;
}

function sleepOf(entry: Entry): Sleep[] {
  if (entry.report) {
    const reported = reportedSleep(entry.report, entry);
    if (reported.length > 0) return reported;
  }
  const { event } = entry;
  const from = event.at - entryLeadUs;
  const kind = kindOf(event, entry.bootType);
  const evidence = [event, entry.resume, entry.clock, entry.boot?.crash, entry.boot?.at].flatMap((e) => (e ? [e.record.id] : []));
  const make = (to: Microseconds, state: MachineState, confidence: Confidence, toGuardUs: Microseconds, rule: string): Sleep[] => {
    const length = Math.max(0, to - from);
    const guards = { fromGuardUs: Math.min(length, entryLeadUs + entryGuardUs), toGuardUs: Math.min(length, toGuardUs) };
    return [{ span: { from, to, state, confidence, evidence, ...guards, rule }, wakeSource: 'unknown', wakeSourceText: '' }];
  };
  if (entry.clock) {
    const to = (clockChange(entry.clock.record)?.newTime ?? entry.clock.at) + entry.clock.repairUs;
    return make(to, kind.state, kind.confidence, wakeGuardUs, `${kind.rule}; wake from the clock correction (Kernel-General 1, Reason 2)`);
  }
  const reason = entry.next && numberField(entry.next.record, 'Reason');
  if (entry.next && reason !== undefined && dozeReasons.has(reason))
    return make(entry.next.at - entryLeadUs, kind.state, kind.confidence, wakeGuardUs, `${kind.rule}; woke only to hibernate`);
  if (entry.later)
    return make(entry.later.at, 'unknown', 'low', 0, 'entered sleep (42), but nothing tells when it woke before the next event');
  if (entry.boot) {
    const to = entry.boot.at.at;
    if (kind.state === 'off' || kind.state === 'hibernate')
      return make(to, kind.state, kind.confidence, wakeGuardUs, `${kind.rule}; started afresh instead of resuming`);
    if (entry.boot.crash && truthField(entry.boot.crash.record, 'SleepInProgress'))
      return make(to, kind.state, 'medium', to - from, `${kind.rule}; power was lost in sleep (41, SleepInProgress) at an unknown time`);
    return make(to, 'unknown', 'low', 0, 'entered sleep (42) and was started afresh: nothing tells whether it woke between');
  }
  if (entry.next)
    return make(entry.next.at - entryLeadUs, 'unknown', 'low', 0, 'entered sleep twice (42): nothing tells when it woke between');
  // The log ends in this sleep: it was entered, and that is all.
  return make(Math.max(event.at, entry.resume?.at ?? 0), kind.state, kind.confidence, 0, kind.rule);
}

/** Empty when the two times of the report cannot be those of a sleep. */
function reportedSleep(report: WrittenEvent, entry: Entry | undefined): Sleep[] {
  const { record, repairUs } = report;
  const sleepTime = instantField(record, 'SleepTime');
  const wakeTime = instantField(record, 'WakeTime');
  if (sleepTime === undefined || wakeTime === undefined || wakeTime <= sleepTime || wakeTime > record.time + sameSleepUs) return [];
  const [from, to] = [sleepTime + repairUs, wakeTime + repairUs];
  // SleepDuration is how long entering the sleep took, in milliseconds; not how long the sleep was.
  const enteringUs = Math.min(60_000, numberField(record, 'SleepDuration') ?? 0) * 1000;
  const lagUs = entry ? Math.max(0, entry.event.at - from) : entryLeadUs;
  const kind = kindOf(numberField(record, 'TargetState') === undefined && entry ? entry.event : report, entry?.bootType);
  const hybrid = kind.state === 's3' && (numberField(record, 'HiberWriteDuration') ?? 0) > 0;
  const evidence = [entry?.event, entry?.resume, entry?.clock, report].flatMap((e) => (e ? [e.record.id] : []));
  const span: Span<MachineState> = {
    from,
    to,
    state: kind.state,
    confidence: hybrid ? weaker(kind.confidence, 'medium') : kind.confidence,
    evidence,
    fromGuardUs: Math.min(to - from, Math.max(entryLeadUs, lagUs + enteringUs)),
    toGuardUs: Math.min(to - from, wakeGuardUs),
    rule: `${kind.rule}; both ends from Power-Troubleshooter 1${hybrid ? ' (hybrid sleep: may have ended as hibernation)' : ''}`,
  };
  return [{ span, wakeSource: wakeSourceOf(record), wakeSourceText: field(record, 'WakeSourceText') ?? '' }];
}

interface Kind {
  readonly state: MachineState;
  readonly confidence: Confidence;
  readonly rule: string;
}

/** SYSTEM_POWER_STATE: 2 to 4 = S1 to S3, 5 = S4, 6 = S5. Kernel-Boot 27: 1 fast startup, 2 from hibernation. */
function kindOf(event: WrittenEvent, bootType: number | undefined): Kind {
  const target = numberField(event.record, 'TargetState');
  const effective = numberField(event.record, 'EffectiveState') ?? target;
  if (target === 6) return { state: 'off', confidence: 'high', rule: effective === 5 ? 'shutdown of fast startup' : 'shutdown' };
  if (effective === 5) return { state: 'hibernate', confidence: 'high', rule: 'hibernation' };
  if (effective !== undefined && effective >= 2 && effective <= 4)
    return { state: 's3', confidence: bootType === 2 ? 'medium' : 'high', rule: `sleep in S${effective - 1}` };
  if (bootType === 1) return { state: 'off', confidence: 'medium', rule: 'shutdown of fast startup' };
  if (bootType === 2) return { state: 'hibernate', confidence: 'medium', rule: 'hibernation' };
  return { state: 's3', confidence: 'low', rule: 'a sleep whose kind is not recorded' };
}

function wakeSourceOf(record: WrittenEvent['record']): WakeSource {
  const type = numberField(record, 'WakeSourceType');
  if (type === 1) return 'power-button';
  if (type === 3) return 'to-hibernate';
  if (type === 5) return 'device';
  if (type === 6) return 'timer';
  return 'unknown';
}

/**
 * From sleep into hibernation the machine wakes for seconds, and nobody is there: the first sleep reaches to the second. And
 * what is unknown up to the next 42 is so up to the SleepTime that comes out for it.
 */
function bridged(sleeps: readonly Sleep[]): Sleep[] {
  return sleeps.map((sleep, i) => {
    const next = sleeps[i + 1];
    const gapUs = next ? next.span.from - sleep.span.to : 0;
    const dozes = sleep.wakeSource === 'to-hibernate' && gapUs <= sameSleepUs;
    const leads = sleep.span.state === 'unknown' && gapUs <= entryLeadUs + entryGuardUs;
    if (!next || gapUs <= 0 || !(dozes || leads)) return sleep;
    return { ...sleep, span: { ...sleep.span, to: next.span.from, toGuardUs: dozes ? sleep.span.toGuardUs + gapUs : 0 } };
  });
}
