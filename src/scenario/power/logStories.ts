/** Stories of logs on their way: cleared, wrapped, renamed, mixed up, and told in another form. */

import { hour, minute } from '../../base/time.ts';
import { type EventRecord, eventIdentity } from '../../record/event.ts';
import { Random } from '../random.ts';
import { byButton, hours, morning, restart } from './day.ts';
import { asEventLogEntry } from './getEventLog.ts';
import type { HostLife } from './hostLife.ts';
import { logCleared } from './powerEvent.ts';
import { livedBy, logsOf, type PowerScript, type PowerStory, storyOf, timelineOf } from './powerStory.ts';
import { fastStartup, sleepS3 } from './sleep.ts';
import { mergedTruth } from './twins.ts';

/** A night in S3, a night off by fast startup, a crashless week's worth of order to get wrong. */
function twoNights(life: HostLife): void {
  morning(life);
  sleepS3(life, { duration: hours(life, 9, 13), reason: 7, wake: byButton });
  life.run(hours(life, 5, 7));
  fastStartup(life, hours(life, 11, 13));
  life.logOn();
  life.run(hours(life, 1, 2));
  life.shutDown();
  life.now += hours(life, 3, 4);
  life.boot();
  life.logOn();
  life.run(hours(life, 1, 2));
}

const reversed = (events: readonly EventRecord[]) => events.toReversed();

export const logScripts: readonly PowerScript[] = [
  { name: 'newest-first', wired: true, trap: 'Event Viewer exports the newest event first.', live: twoNights, deliver: reversed },
  {
    name: 'duplicated',
    trap: 'Every event arrives twice, in no order: as after a forwarder was restarted.',
    live: twoNights,
    deliver: (events, random) => random.shuffle([...events, ...events]),
  },
  {
    name: 'instance-ids',
    trap: 'Get-EventLog prints 32-bit instance ids (2147489653 is 6005), strings by position and whole seconds.',
    live: twoNights,
    deliver: (events) => events.map(asEventLogEntry),
  },
  {
    name: 'log-cleared',
    trap: 'Before the 104 nothing is known, although a later 6013 tells of days of uptime.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 9, 12), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
      life.log.forgetBefore(life.now);
      life.machine.forgetBefore(life.now);
      life.person.forgetBefore(life.now);
      life.write(logCleared(life.account.name, life.account.domain));
      life.machine.become(life.now, 'on', { accepted: ['unknown'] });
      life.person.become(life.now, 'present', { accepted: ['unknown'] });
      life.run(hours(life, 3, 4));
      sleepS3(life, { duration: hours(life, 8, 9), reason: 7, wake: byButton });
      life.run(hours(life, 2, 3));
    },
  },
  {
    name: 'log-wrapped',
    trap: 'The log starts in the middle of a night: its first record is a 107, and the report after it reaches back before the log.',
    live(life) {
      morning(life);
      const sleepAt = life.now;
      const duration = hours(life, 9, 12);
      sleepS3(life, { duration, reason: 7, wake: byButton });
      life.log.forgetBefore(sleepAt + duration);
      life.machine.forgetBefore(sleepAt);
      life.person.forgetBefore(sleepAt);
      life.run(hours(life, 3, 4));
      sleepS3(life, { duration: hours(life, 8, 9), reason: 7, wake: byButton });
      life.run(hours(life, 2, 3));
    },
  },
  {
    name: 'renamed',
    computer: 'WIN-7Q2K9LBT4',
    trap: 'One host under four spellings of two names (6011): neither case nor domain suffix is identity.',
    live(life) {
      morning(life);
      restart(life);
      life.boot({ newName: 'OFFICE-PC-7' });
      life.logOn();
      life.run(hours(life, 1, 2));
      sleepS3(life, { duration: hours(life, 4, 5), reason: 7, wake: byButton });
      life.run(hours(life, 1, 1));
      restart(life);
      life.boot({ newName: 'Office-PC-7.corp.example' });
      life.logOn();
      life.run(hours(life, 1, 2));
      life.log.computer = 'office-pc-7';
      sleepS3(life, { duration: hours(life, 8, 9), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
];

const twin: PowerScript = {
  name: 'two-hosts-one-name',
  computer: 'DESKTOP-CLONE',
  trap: 'Two machines from one image share a name: their records contradict each other, and only SIDs and MAC addresses differ.',
  live: (life) => {
    morning(life);
    sleepS3(life, { duration: hours(life, 9, 11), reason: 7, wake: byButton });
    life.run(hours(life, 2, 3));
  },
};
const otherTwin: PowerScript = {
  ...twin,
  live: (life) => {
    life.now += 3 * hour;
    morning(life, [1, 2]);
    fastStartup(life, hours(life, 5, 6));
    life.logOn();
    life.run(hours(life, 9, 10));
    life.run(30 * minute);
  },
};

/**
 * Each log alone has a truth of its own; of both together only what both say is known. `sameNumbers`: as machines do that were
 * made from one image; else they count their records far apart.
 */
function twoHosts(name: string, sameNumbers: boolean): (seed: number) => PowerStory {
  const script = { ...twin, name, trap: sameNumbers ? `${twin.trap} Their record ids are the same.` : twin.trap, wired: true };
  return (seed) => {
    const random = new Random(`${name}/${seed}`);
    const [a, b] = [livedBy(script, random.branch('a')), livedBy(otherTwin, random.branch('b'))];
    const apart = sameNumbers ? undefined : spread;
    const logs = [...logsOf(a.life, random.branch('log'), undefined, '-a'), ...logsOf(b.life, random.branch('log'), apart, '-b')];
    const alone = [a, b].map(({ life, end }, i) => timelineOf(life, end, logs.slice(i, i + 1)));
    const both = { ...timelineOf(a.life, a.end, logs), machine: mergedTruth(a, b, 'machine'), person: mergedTruth(a, b, 'person') };
    return storyOf(script, seed, random, [a, b], logs, [...alone, both]);
  };
}

export const twinStories: Readonly<Record<string, (seed: number) => PowerStory>> = {
  'two-hosts-one-name': twoHosts('two-hosts-one-name', false),
  'two-hosts-one-image': twoHosts('two-hosts-one-image', true),
};

function spread(events: readonly EventRecord[]): EventRecord[] {
  return events.map((event) => {
    const record = { ...event, recordId: (event.recordId as number) + 100_000 };
    return { ...record, id: eventIdentity(record) };
  });
}
