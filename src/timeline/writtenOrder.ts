/**
 * The events of one host in the order in which they were written, with the time of each repaired.
 *
 * Order is the record id within a channel: time stamps are inverted around every boot, because Kernel-General 12 and 13 and
 * Kernel-Power 41 and 109 carry their own earlier time but are written after EventLog 6005.
 */

import { type Microseconds, second } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { bootClusters } from './bootClusters.ts';
import { clockChange } from './clockSteps.ts';
import { is } from './eventKey.ts';

export interface WrittenEvent {
  readonly record: EventRecord;
  /** The time stamp, repaired for clock steps of that boot. */
  readonly at: Microseconds;
  /** What was added to the stamp; instants inside the event need the same. */
  readonly repairUs: Microseconds;
}

export interface WrittenLogs {
  /** Live events without doubles, for each channel in the order of writing. */
  readonly channels: WrittenEvent[][];
  /** Two events that cannot be one and yet bear one host, channel and record id: two machines write under one name. */
  readonly contradiction: readonly [EventRecord, EventRecord] | undefined;
}

export function writtenOrder(events: readonly EventRecord[]): WrittenLogs {
  const channels = new Map<string, Map<string, EventRecord>>();
  let contradiction: WrittenLogs['contradiction'];
  for (const event of events) {
    if (event.recovered) continue;
    const key = event.channel.toLowerCase();
    const channel = channels.get(key) ?? new Map<string, EventRecord>();
    channels.set(key, channel);
    const known = channel.get(event.id);
    channel.set(event.id, known ? fuller(known, event) : event);
    if (known && !isSame(known, event)) contradiction ??= [known, event];
  }
  const written = [...channels.keys()].sort().map((key) => repaired(sorted([...(channels.get(key) as Map<string, EventRecord>).values()])));
  return { channels: written, contradiction };
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

interface BackwardStep {
  readonly deltaUs: Microseconds;
  readonly oldTime: Microseconds;
}

/** Later steps of one boot beyond this many do not move what came before: a clock that jumps so often tells nothing. */
const stepsKept = 16;

/**
 * When a clock is set back, it was ahead since the boot: before the first synchronisation of a new machine by hours. The
 * stamps of that boot between its start and the step move with it. Others do not, though they stand before the step in the
 * log: 13 and 109 belong to the boot before, and what the event log service wrote itself is stamped after the step.
 */
function repaired(events: readonly EventRecord[]): WrittenEvent[] {
  const clusters = bootClusters(events);
  const written = new Array<WrittenEvent>(events.length);
  let cluster = clusters.length - 1;
  let steps: BackwardStep[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    const record = events[i] as EventRecord;
    const kernel = clusters[cluster]?.marks.get('12');
    const startedAt = kernel === undefined ? Number.NEGATIVE_INFINITY : (events[kernel] as EventRecord).time - second;
    let at = record.time;
    if (!is(record, 'kernel-general', 13) && !is(record, 'kernel-power', 109) && record.time >= startedAt)
      for (const step of steps) if (at <= step.oldTime + second) at += step.deltaUs;
    written[i] = { record, at, repairUs: at - record.time };
    const change = clockChange(record);
    if (change && change.newTime - change.oldTime < -second)
      steps = [{ deltaUs: change.newTime - change.oldTime, oldTime: change.oldTime }, ...steps].slice(0, stepsKept);
    if (clusters[cluster]?.first === i) {
      steps = [];
      cluster--;
    }
  }
  return written;
}
