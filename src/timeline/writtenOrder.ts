/**
 * The events of one host in the order in which they were written, with the time of each repaired.
 *
 * Order is the record id within a channel: time stamps are inverted around every boot, because Kernel-General 12 and 13 and
 * Kernel-Power 41 and 109 carry their own earlier time but are written after EventLog 6005.
 */

import { eachInSteps, rowsPerStep } from '../base/steps.ts';
import { hour, type Microseconds, minute, second } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { type BootCluster, bootClustersSteps } from './bootClusters.ts';
import { clockChange } from './clockSteps.ts';
import { is } from './eventKey.ts';
import type { WrittenEvent } from './writtenEvent.ts';

export interface WrittenLogs {
  /** Live events without doubles, for each channel in the order of writing. */
  readonly channels: WrittenEvent[][];
  /** Two events that cannot be of one machine: they bear one record id, or the log turns back in time between them. */
  readonly contradiction: readonly [EventRecord, EventRecord] | undefined;
}

export function* writtenOrderSteps(events: readonly EventRecord[]): Generator<void, WrittenLogs> {
  const channels = new Map<string, Map<string, EventRecord>>();
  let contradiction: WrittenLogs['contradiction'];
  yield* eachInSteps(events, (event) => {
    if (event.recovered) return;
    const key = event.channel.toLowerCase();
    const channel = channels.get(key) ?? new Map<string, EventRecord>();
    channels.set(key, channel);
    const known = channel.get(event.id);
    channel.set(event.id, known ? fuller(known, event) : event);
    if (known && !isSame(known, event)) contradiction ??= [known, event];
  });
  const written: WrittenEvent[][] = [];
  for (const key of [...channels.keys()].sort()) {
    const channel = sorted([...(channels.get(key) as Map<string, EventRecord>).values()]);
    yield;
    const clusters = yield* bootClustersSteps(channel);
    const own = yield* repaired(channel, clusters);
    written.push(own);
    contradiction ??= yield* turningBack(own, clusters);
  }
  return { channels: written, contradiction };
}

/** Times within a log go back by less, but for events that carry a time of their own. */
const furthestBack = hour;
/** At a start, a hardware clock that runs in another zone, or was touched by another system, goes back by less. */
const furthestBackAtStart = 26 * hour;
/** So many records must lie on both sides: a few may carry a time of their own, or that of an image. */
const goesOn = 5;

/**
 * A log that, in the order of its record ids, goes back in time and goes on there, though no clock was set back: it is that of
 * another machine, whose record ids do not meet those of the first. Neither the stamps nor the repaired times explain it.
 */
function* turningBack(
  events: readonly WrittenEvent[],
  clusters: readonly BootCluster[],
): Generator<void, readonly [EventRecord, EventRecord] | undefined> {
  const own: Told[] = [];
  let setBackUs = 0;
  yield* eachInSteps(events, (event, index) => {
    const { record, at } = event;
    const change = clockChange(record);
    if (change && change.newTime < change.oldTime) setBackUs += change.oldTime - change.newTime;
    if (record.recordId !== null && !carriesOwnTime(record)) own.push({ record, at, index, unset: record.time + setBackUs });
  });
  /** The latest times so far, latest first: the last of them has enough records at or after it. */
  const latest: Told[] = [];
  let nextStart = 0;
  for (const [i, event] of own.entries()) {
    if (i % rowsPerStep === rowsPerStep - 1) yield;
    const before = latest[goesOn - 1];
    while (nextStart < clusters.length && (clusters[nextStart] as BootCluster).first < (own[i - 1]?.index ?? 0)) nextStart++;
    const isStart = (clusters[nextStart]?.first ?? Number.POSITIVE_INFINITY) <= event.index + goesOn;
    const limit = isStart ? furthestBackAtStart : furthestBack;
    const isBack = (later: Told | undefined) =>
      later !== undefined && before !== undefined && later.at < before.at - limit && later.unset < before.unset - limit;
    if (before && isBack(event) && own.length >= i + goesOn && own.slice(i, i + goesOn).every(isBack)) return [before.record, event.record];
    keepLatest(latest, event);
  }
  return undefined;
}

/** An event of which the log tells when it was written. */
interface Told {
  readonly record: EventRecord;
  readonly at: Microseconds;
  /** As if the clock had never been set back. */
  readonly unset: Microseconds;
  readonly index: number;
}

/** Puts the event behind those that are not earlier, and keeps `goesOn` of them. */
function keepLatest(latest: Told[], event: Told): void {
  let place = latest.length;
  while (place > 0 && (latest[place - 1] as Told).unset < event.unset) place--;
  if (place === goesOn) return;
  latest.splice(place, 0, event);
  if (latest.length > goesOn) latest.pop();
}

/** Kernel-General 12 and 13, Kernel-Power 41, 107 and 109, and what is stamped before the clock is corrected. */
function carriesOwnTime(record: EventRecord): boolean {
  return is(record, 'kernel-general', 12, 13) || is(record, 'kernel-power', 41, 107, 109) || is(record, 'kernel-boot', 18, 20, 25, 27, 32);
}

/** Forms of log differ in the digits of the second and in how they name the provider, not in what happened when. */
function isSame(a: EventRecord, b: EventRecord): boolean {
  return a.eventId === b.eventId && Math.abs(a.time - b.time) <= second;
}

/** Of two forms of one event the one that tells more, whichever came first. */
function fuller(a: EventRecord, b: EventRecord): EventRecord {
  const rank = (event: EventRecord) => [
    event.data.filter(([name]) => name !== '').length,
    event.data.length,
    event.time % 1000 === 0 ? 0 : 1,
  ];
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < left.length; i++) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference > 0 ? a : b;
  }
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
}

/** By record id; an event without one goes where its time belongs, ties by id so that the order of input says nothing. */
function sorted(events: readonly EventRecord[]): EventRecord[] {
  const byTime = (a: EventRecord, b: EventRecord) => a.time - b.time || (a.id < b.id ? -1 : 1);
  const numbered = events
    .filter((event) => event.recordId !== null)
    .sort((a, b) => (a.recordId as number) - (b.recordId as number) || byTime(a, b));
  const loose = events.filter((event) => event.recordId === null).sort(byTime);
  if (loose.length === 0) return numbered;
  const merged: EventRecord[] = [];
  let next = 0;
  for (const event of numbered) {
    while (next < loose.length && (loose[next] as EventRecord).time < event.time) merged.push(loose[next++] as EventRecord);
    merged.push(event);
  }
  return [...merged, ...loose.slice(next)];
}

interface RepairingStep {
  readonly deltaUs: Microseconds;
  readonly oldTime: Microseconds;
}

/** Later steps of one boot beyond this many do not move what came before: a clock that jumps so often tells nothing. */
const stepsKept = 16;

/** Records before a start that are asked for the time. */
const askedBefore = 20;

/** The machine was started at a time before that of its own log: its clock stood (an empty battery) until it was set forward. */
function isImpossible(events: readonly EventRecord[], boot: BootCluster | undefined, oldTime: Microseconds): boolean {
  if (!boot || boot.first === 0) return false;
  const before = events.slice(Math.max(0, boot.first - askedBefore), boot.first);
  const latest = before.reduce((time, event) => Math.max(time, event.time), 0);
  return oldTime < latest - longestOverlap;
}

/** Events of a shutdown and of the start after it overlap by less. */
const longestOverlap = minute;

/**
 * When a clock is set back, it was ahead since the boot: before the first synchronisation of a new machine by hours. The
 * stamps of that boot between its start and the step move with it. Others do not, though they stand before the step in the
 * log: 13 and 109 belong to the boot before, and what the event log service wrote itself is stamped after the step. A clock that
 * is set forward was behind since the boot only where the boot would else lie before the log that precedes it.
 */
function* repaired(events: readonly EventRecord[], clusters: readonly BootCluster[]): Generator<void, WrittenEvent[]> {
  const written = new Array<WrittenEvent>(events.length);
  let cluster = clusters.length - 1;
  let steps: RepairingStep[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    if (i % rowsPerStep === 0) yield;
    const record = events[i] as EventRecord;
    const kernel = clusters[cluster]?.marks.get('12');
    const startedAt = kernel === undefined ? Number.NEGATIVE_INFINITY : (events[kernel] as EventRecord).time - second;
    let at = record.time;
    if (!is(record, 'kernel-general', 13) && !is(record, 'kernel-power', 109) && record.time >= startedAt)
      for (const step of steps) if (at <= step.oldTime + second) at += step.deltaUs;
    written[i] = { record, at, repairUs: at - record.time };
    const change = clockChange(record);
    const deltaUs = change ? change.newTime - change.oldTime : 0;
    if (change && (deltaUs < -second || (deltaUs > second && isImpossible(events, clusters[cluster], change.oldTime))))
      steps = [{ deltaUs, oldTime: change.oldTime }, ...steps].slice(0, stepsKept);
    if (clusters[cluster]?.first === i) {
      steps = [];
      cluster--;
    }
  }
  return written;
}
