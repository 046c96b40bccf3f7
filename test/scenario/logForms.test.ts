/**
 * Every story in every form: the same events, and the same timeline. What a form cannot hold stands in `losses`, with the reason;
 * a form that loses more, or less, fails.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openLog } from '../../src/logs/edge/logFile.ts';
import type { EventRecord } from '../../src/record/event.ts';
import type { IntervalRecord } from '../../src/record/interval.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { stories } from '../../src/scenario/stories.ts';
import { groupByHost } from '../../src/timeline/hostNames.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { testFolder } from '../link/readAll.ts';

const folder = testFolder();

type Data = readonly (readonly [string, string])[];
/** A FILETIME has seven digits of the second; XML writes nine of which the last two are zero. What has no name is text. */
const sevenDigits = (data: Data) =>
  data.map(([name, value]) => [name, name === '' ? value : value.replace(/^(\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7})00Z$/, '$1Z')]);
const byName = (data: Data) => data.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
const withoutEmpty = (data: Data) => data.filter(([, value]) => value !== '');
const nxlogNames = new Set(['ProcessID', 'AccountName', 'Channel']);

interface Form {
  readonly name: 'evtx' | 'winlogbeat' | 'nxlog-syslog';
  /** What is left of an event in this form. */
  readonly left: (event: EventRecord) => object;
  /** Edges move by no more than this, µs. */
  readonly toleranceUs: number;
}

const forms: readonly Form[] = [
  {
    name: 'evtx',
    left: (event) => ({ ...event, data: sevenDigits(event.data) }),
    toleranceUs: 0,
  },
  {
    // Milliseconds; no qualifiers; no version 0; no empty values; names for what has none, and all in order of the names.
    name: 'winlogbeat',
    left: (event) => ({
      ...event,
      time: Math.floor(event.time / 1000) * 1000,
      qualifiers: null,
      version: event.version === 0 ? null : event.version,
      data: byName(withoutEmpty(event.data.map(([name, value], i) => [name === '' ? `param${i + 1}` : name, value]))),
    }),
    toleranceUs: 1000,
  },
  {
    // No qualifiers; no empty values; nothing without a name; fields called like one of the shipper's own are its own.
    name: 'nxlog-syslog',
    left: (event) => ({
      ...event,
      provider: event.provider.replaceAll(' ', '_'),
      qualifiers: null,
      data: withoutEmpty(event.data.filter(([name]) => name !== '' && !nxlogNames.has(name))),
    }),
    toleranceUs: 0,
  },
];

const unnamedRenaming = 'the old and the new name of 6011 have no names of their own, so nothing ties the two names together';
/** By story and form: why the timeline of that form is another one. */
const losses: Readonly<Record<string, string>> = {
  'renamed nxlog-syslog': unnamedRenaming,
  'battery-death-and-renamed nxlog-syslog': unnamedRenaming,
  'instance-ids nxlog-syslog': 'none of its data have names, so the instant of the shutdown is known to the second of the event only',
};

/** Their frames take most of the time, and their logs are written as those of `office-day` and `paper-2021` are. */
const sameLogs: ReadonlySet<string> = new Set(['dns-tunnel', 'icmp-tunnel', 'ntp-exfiltration', 'upload']);

/** As a log holds them: by channel and record id, each once. */
const asKept = (events: readonly EventRecord[]) => {
  const kept = new Map(events.map((event) => [`${event.channel} ${event.recordId}`, event]));
  return [...kept.values()].sort((a, b) =>
    a.channel === b.channel ? (a.recordId ?? 0) - (b.recordId ?? 0) : a.channel < b.channel ? -1 : 1,
  );
};

async function read(path: string): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  const log = await openLog(path);
  for await (const batch of log) events.push(...batch);
  assert.deepEqual(log.faults, [], path);
  return events;
}

/** Machine and person of every host, each interval with the record ids that prove it. */
function timeline(events: readonly EventRecord[]): IntervalRecord[] {
  const ids = new Map(events.map(({ id, channel, recordId }) => [id, `${channel} ${recordId}`]));
  return [...groupByHost(events)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => buildIntervals(own))
    .map((interval) => ({ ...interval, evidence: interval.evidence.map((id) => ids.get(id) ?? id).sort() }));
}

function difference(expected: readonly IntervalRecord[], found: readonly IntervalRecord[], toleranceUs: number): string | undefined {
  const words = ({ from, to, fromGuardUs, toGuardUs, ...rest }: IntervalRecord) => JSON.stringify(rest);
  const edges = ['from', 'to', 'fromGuardUs', 'toGuardUs'] as const;
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const [a, b] = [expected[i], found[i]];
    if (!a || !b) return `${expected.length} intervals, and ${found.length}`;
    if (words(a) !== words(b)) return `${words(a)} became ${words(b)}`;
    for (const edge of edges) if (Math.abs(a[edge] - b[edge]) > toleranceUs) return `${words(a)}: ${edge} is ${b[edge]}, not ${a[edge]}`;
  }
  return undefined;
}

describe('every story in every form', () => {
  const gone = new Set(Object.keys(losses));
  for (const [name, tell] of Object.entries(stories).filter(([name]) => !sameLogs.has(name))) {
    it(`${name} has the same events and the same timeline in each form`, async () => {
      const story = tell(4);
      const written = await writeStory(story, join(folder.path, name));
      const whole = timeline((await Promise.all(written.logs.map(read))).flat());
      for (const form of forms) {
        const paths = written.otherForms[form.name];
        assert.equal(paths.length, story.logs.length);
        const all: EventRecord[] = [];
        for (const [i, path] of paths.entries()) {
          const events = await read(path);
          all.push(...events);
          assert.deepEqual(asKept(events), asKept(story.logs[i]?.events ?? []).map(form.left), `${form.name} ${path}`);
        }
        const key = `${name} ${form.name}`;
        const found = difference(whole, timeline(all), form.toleranceUs);
        if (found !== undefined && key in losses) gone.delete(key);
        else assert.equal(found, undefined, `${key}: ${found}`);
      }
    });
  }

  it('leave out only stories that exist', () => assert.ok([...sameLogs].every((name) => name in stories)));
  it('differ only where it is written down', () => assert.deepEqual([...gone], []));
});
