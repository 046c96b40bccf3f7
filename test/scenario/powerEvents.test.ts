/** What is emitted, held against the facts and samples about Windows logs; no reader of ours takes part. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hour, minute, parseTime, second } from '../../src/base/time.ts';
import { openLog } from '../../src/logs/edge/logFile.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { encodeGetEventLog } from '../../src/scenario/power/getEventLog.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import { testFolder } from '../link/readAll.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';

const power = 'Microsoft-Windows-Kernel-Power';
const general = 'Microsoft-Windows-Kernel-General';
const troubleshooter = 'Microsoft-Windows-Power-Troubleshooter';

function log(name: string, channel = 'System', seed = 1): readonly EventRecord[] {
  const found = powerStories[name]?.(seed).logs.find(({ events }) => events[0]?.channel === channel);
  assert.ok(found, `${name} has a log ${channel}`);
  return found.events;
}
const pick = (events: readonly EventRecord[], provider: string, eventId: number) =>
  events.filter((event) => event.provider === provider && event.eventId === eventId);
const value = (event: EventRecord | undefined, name: string) => event?.data.find(([field]) => field === name)?.[1];
const instant = (event: EventRecord | undefined, name: string) => parseTime(value(event, name) ?? '') as number;
const fields = (event: EventRecord | undefined) => event?.data.map(([name]) => name) ?? [];

describe('what Windows would write', () => {
  it('stamps a 107 within a minute of its 42, and sets the clock only after it', () => {
    for (const seed of [1, 2, 3]) {
      const events = log('s3-idle', 'System', seed);
      const entering = pick(events, power, 42);
      for (const [i, resumed] of pick(events, power, 107).entries()) {
        const after = resumed.time - (entering[i]?.time as number);
        assert.ok(after > 3 * second && after < minute);
        const clock = pick(events, general, 1).find(
          ({ recordId, data }) => (recordId as number) > (resumed.recordId as number) && data.some(([n, v]) => n === 'Reason' && v === '2'),
        );
        const report = pick(events, troubleshooter, 1)[i];
        assert.ok(instant(clock, 'NewTime') - instant(clock, 'OldTime') > hour);
        assert.ok(Math.abs(instant(clock, 'NewTime') - instant(report, 'WakeTime')) < 2 * second);
        const early = (entering[i]?.time as number) - instant(report, 'SleepTime');
        assert.ok(early > second && early < 2 * second, 'SleepTime is 1 to 2 s before the 42');
        assert.ok(Number(value(report, 'SleepDuration')) > 800 && Number(value(report, 'SleepDuration')) < 1500);
      }
      assert.equal(entering.length, 2);
    }
  });

  it('writes the end of a boot after the start of the next, with its old time', () => {
    const events = log('full-shutdown');
    const started = pick(events, 'EventLog', 6005).at(-1) as EventRecord;
    for (const [provider, id] of [
      [power, 109],
      [general, 13],
    ] as const) {
      const end = pick(events, provider, id).at(-1) as EventRecord;
      assert.ok((end.recordId as number) > (started.recordId as number) && end.time < started.time - hour);
    }
    const kernel = pick(events, general, 12).at(-1) as EventRecord;
    assert.ok((kernel.recordId as number) > (started.recordId as number) && kernel.time < started.time);
  });

  it('tells a fast startup as a sleep, with neither the log service nor the kernel stopping', () => {
    const events = log('fast-startup');
    const entering = pick(events, power, 42);
    assert.deepEqual(
      entering.map((event) => ['TargetState', 'EffectiveState', 'Reason'].map((name) => value(event, name))),
      [['6', '5', '4']],
    );
    const tail = events.slice(events.indexOf(entering[0] as EventRecord));
    assert.deepEqual(
      tail
        .filter(({ provider }) => [power, general, troubleshooter, 'EventLog', 'Microsoft-Windows-Kernel-Boot'].includes(provider))
        .map(({ eventId }) => eventId)
        .slice(0, 6),
      [42, 6013, 107, 1, 27, 1],
    );
    assert.equal(value(pick(tail, 'Microsoft-Windows-Kernel-Boot', 27)[0], 'BootType'), '1');
    const before = events.slice(0, events.indexOf(entering[0] as EventRecord));
    assert.deepEqual(before.slice(-5).filter(({ provider, eventId }) => provider === power && eventId === 187).length, 1);
  });

  it('has two parts in a night that ends in hibernation', () => {
    const events = log('doze-to-hibernate');
    assert.deepEqual(
      pick(events, power, 42).map((event) => [value(event, 'TargetState'), value(event, 'Reason')]),
      [
        ['4', '7'],
        ['5', '6'],
      ],
    );
    assert.deepEqual(
      pick(events, troubleshooter, 1).map((event) => value(event, 'WakeSourceType')),
      ['3', '1'],
    );
    assert.equal(value(pick(events, 'Microsoft-Windows-Kernel-Boot', 27).at(-1), 'BootType'), '2');
  });

  it('tells a death in sleep and a held power button by the 41 of the next boot', () => {
    const battery = pick(log('battery-death-in-sleep'), power, 41)[0];
    assert.equal(value(battery, 'SleepInProgress'), '4');
    const events = log('power-button-held');
    const held = pick(events, power, 41)[0];
    assert.equal(value(held, 'SleepInProgress'), 'false');
    const pressedAt = Number((BigInt(value(held, 'PowerButtonTimestamp') ?? '') - 116_444_736_000_000_000n) / 10n);
    const truth = powerStories['power-button-held']?.(1).truth.timelines[0]?.machine.find(
      ({ state, from }) => state === 'off' && parseTime(from) === pressedAt,
    );
    assert.ok(truth, 'FILETIME of the press');
  });

  it('tells an unexpected end in the language of the host, in local time, with invisible marks', () => {
    const end = pick(log('crash-awake'), 'EventLog', 6008)[0];
    assert.match(end?.data[0]?.[1] ?? '', /^\d\d:\d\d:\d\d$/);
    assert.match(end?.data[1]?.[1] ?? '', /^\u200e\d\d\.\u200e\d\d\.\u200e2021$/);
  });

  it('names no reason for a change of the clock on 2008 R2, and no counter in its 42', () => {
    const events = log('server-2008-r2');
    for (const clock of pick(events, general, 1)) assert.deepEqual(fields(clock), ['NewTime', 'OldTime']);
    assert.deepEqual(fields(pick(events, power, 42)[0]), ['TargetState', 'EffectiveState', 'Reason', 'Flags']);
  });

  it('steps the clock of a paused guest forward in both logs, and says nothing else', () => {
    const steps = pick(log('guest-paused'), general, 1).filter((clock) => instant(clock, 'NewTime') - instant(clock, 'OldTime') > second);
    assert.equal(steps.length, 3);
    assert.equal(pick(log('guest-paused', 'Security'), 'Microsoft-Windows-Security-Auditing', 4616).length, 3);
    assert.equal(pick(log('guest-paused'), power, 42).length + pick(log('guest-paused'), power, 107).length, 0);
  });

  it('moves the noon record by an hour when summer time begins', () => {
    const noons = pick(log('daylight-saving'), 'EventLog', 6013).filter(({ time }) => time % hour === 0);
    assert.deepEqual(
      noons.map(({ time }) => (time / hour) % 24),
      [20, 19],
    );
    for (const noon of noons) assert.equal(noon.data.at(-1)?.[1], '480 Pacific Standard Time');
  });

  it('uses ids of others in its noise, as a real log does', () => {
    const foreign = log('s3-idle').filter(
      ({ provider, eventId }) =>
        [1, 12, 13, 27, 41, 42, 107].includes(eventId) && !provider.startsWith('Microsoft-Windows-Kernel') && provider !== troubleshooter,
    );
    assert.ok(foreign.length > 2);
  });
});

describe('the fields of each version', () => {
  const skip = skipWithout('samples');
  const sample = () => JSON.parse(readFileSync(join(sharedData, 'samples', 'power-event-fields.json'), 'utf8'));
  const grown = (growth: Record<string, string[]>, upTo: string) => {
    const versions = Object.keys(growth);
    // A version whose names carry no plus is a whole list of its own.
    let names: string[] = [];
    for (const version of versions.slice(0, versions.indexOf(upTo) + 1)) {
      const own = (growth[version] as string[]).filter((name) => name !== '...');
      names = own.some((name) => name.startsWith('+')) ? [...names, ...own.map((name) => name.replace('+', ''))] : own;
    }
    return names;
  };

  it('of 506 and 507 are those of the manifest', { skip }, () => {
    const seen = ['standby-first-versions', 'modern-sleep-windows-10', 'modern-sleep-windows-11'].flatMap((name) => [
      ...pick(log(name), power, 506),
      ...pick(log(name), power, 507),
    ]);
    const versions = new Set<string>();
    for (const event of seen) {
      const newest = event.eventId === 507 && event.version === 9;
      const expected = grown(sample()[event.eventId], newest ? 'newest (Windows 11)' : String(event.version));
      assert.deepEqual(fields(event), expected);
      versions.add(`${event.eventId} v${event.version}`);
    }
    assert.deepEqual([...versions].toSorted(), ['506 v0', '506 v1', '506 v2', '506 v3', '507 v0', '507 v3', '507 v6', '507 v8', '507 v9']);
  });

  it('of 42, 107 and Power-Troubleshooter 1 are those of the manifest, in their order', { skip }, () => {
    const events = log('s3-idle');
    assert.deepEqual(fields(pick(events, power, 42)[0]), sample()['42 v3']);
    assert.deepEqual(fields(pick(events, power, 107)[0]), sample()['107']);
    assert.deepEqual(fields(pick(events, troubleshooter, 1)[0]), sample()['Power-Troubleshooter 1 v3']);
  });

  it('of logons are those of a real machine', { skip: skipWithout('evtx') }, () => {
    const real = readFileSync(join(sharedData, 'evtx', 'e6-Security.windows-export.xml'), 'utf8');
    const events = log('virtual-accounts', 'Security');
    for (const id of [4624, 4634, 4608, 4616, 4647]) {
      const source = id === 4616 ? log('guest-paused', 'Security') : events;
      const mine = pick(source, 'Microsoft-Windows-Security-Auditing', id)[0];
      assert.ok(mine, `there is a ${id}`);
      const text = new RegExp(`<EventID>${id}</EventID><Version>${mine.version}<.*?</Event>`).exec(real)?.[0] ?? '';
      assert.deepEqual(
        fields(mine),
        [...text.matchAll(/<Data Name='(\w+)'/g)].map(([, name]) => name),
        String(id),
      );
    }
  });
});

describe('the form of Get-EventLog', () => {
  it('is read back as it was told: 32-bit ids, strings by position', async () => {
    const folder = testFolder();
    const events = log('instance-ids');
    const text = encodeGetEventLog(events, 'System');
    assert.match(text, /"InstanceId": 2147489653,/);
    const path = join(folder.path, 'events.json');
    writeFileSync(path, text);
    const read: EventRecord[] = [];
    const opened = await openLog(path);
    for await (const some of opened) read.push(...some);
    assert.deepEqual(opened.faults, []);
    assert.deepEqual(read, events);
  });
});
