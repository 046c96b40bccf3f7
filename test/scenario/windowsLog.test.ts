import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour, minute, parseTime, second } from '../../src/base/time.ts';
import { type EventRecord, eventKind } from '../../src/record/event.ts';
import { Random } from '../../src/scenario/random.ts';
import { encodeWevtutilXml } from '../../src/scenario/wevtutilXml.ts';
import { WindowsLog } from '../../src/scenario/windowsLog.ts';

const at = parseTime('2021-02-01T08:00:00Z') as number;
const write = (tell: (log: WindowsLog) => void): EventRecord[] => {
  const log = new WindowsLog('Desktop-9.corp.example', '-540 Tokyo Standard Time', new Random('log'));
  tell(log);
  return log.finish(100);
};
const ids = (events: readonly EventRecord[]) => events.map(({ eventId }) => eventId);
const value = (event: EventRecord | undefined, name: string) => event?.data.find(([field]) => field === name)?.[1];
const find = (events: readonly EventRecord[], eventId: number) => events.find((event) => event.eventId === eventId);

describe('a generated Windows log', () => {
  it('holds records as they are declared, numbered in the order of writing', () => {
    const events = write((log) => {
      log.boot({ at, bootId: 3, shutdownAt: at - 9 * hour });
      log.serviceNoise(at, at + hour, 5);
    });
    for (const [i, event] of events.entries()) {
      eventKind.schema.parse(event);
      assert.equal(event.recordId, 100 + i);
    }
    assert.equal(events[0]?.host, 'DESKTOP-9');
  });

  it('tells a boot after the log service has started: the end of the last boot, then the start of this one', () => {
    const events = write((log) => {
      log.shutDown(at - 9 * hour, 'user');
      log.boot({ at, bootId: 3, shutdownAt: at - 9 * hour });
    });
    assert.deepEqual(ids(events), [1074, 6006, 6009, 6005, 6013, 109, 13, 12, 20, 27, 172]);
    const [started, stopped] = [find(events, 12), find(events, 13)];
    assert.ok((stopped?.time as number) < (find(events, 6005)?.time as number) - 8 * hour);
    assert.ok((started?.time as number) < (find(events, 6005)?.time as number));
    assert.equal(parseTime(value(started, 'StartTime') as string), at);
  });

  it('tells modern standby with the fields of Windows 10 and a duration that fits the stamps', () => {
    const [entered, left] = write((log) => log.modernSleep(at, at + hour, 57));
    assert.deepEqual([entered?.eventId, entered?.version, left?.eventId, left?.version], [506, 3, 507, 8]);
    assert.equal(value(left, 'DurationInUs'), String(hour));
    assert.ok(Number(value(left, 'DripsResidencyInUs')) > hour / 2 && Number(value(left, 'DripsResidencyInUs')) < hour);
    assert.equal(value(entered, 'ScenarioInstanceIdV2'), value(left, 'ScenarioInstanceIdV2'));
    assert.notEqual(value(entered, 'ScenarioInstanceId'), value(left, 'ScenarioInstanceId'));
    assert.deepEqual([value(entered, 'BootId'), value(left, 'BootId')], ['57', '57']);
    assert.equal(value(entered, 'Reason'), '12');
    assert.match(value(left, 'Reason') as string, /^3[12]$/);
    assert.equal(value(left, 'SleepEntered'), undefined, 'a field of Windows 11');
  });

  it('stamps the 107 of an S3 sleep shortly after its 42, and says in milliseconds what going to sleep took', () => {
    const events = write((log) => log.s3Sleep(at, at + 5 * hour, 7, 3));
    assert.deepEqual(ids(events), [42, 107, 1, 1]);
    const [entered, resumed, clock, report] = events;
    assert.ok((resumed?.time as number) - (entered?.time as number) < minute);
    assert.deepEqual([value(clock, 'Reason'), parseTime(value(clock, 'NewTime') as string)], ['2', at + 5 * hour]);
    assert.deepEqual(
      [parseTime(value(report, 'SleepTime') as string), parseTime(value(report, 'WakeTime') as string)],
      [at, at + 5 * hour],
    );
    assert.equal(value(report, 'SleepDuration'), '1029');
  });

  it('tells a fast startup without the log service stopping', () => {
    const events = write((log) => log.fastStartup(at, at + 12 * hour, 'user', 3600, 4));
    assert.deepEqual(ids(events), [1074, 187, 42, 6013, 107, 1, 27, 1]);
    const entered = find(events, 42);
    assert.deepEqual(
      ['TargetState', 'EffectiveState', 'Reason'].map((name) => value(entered, name)),
      ['6', '5', '4'],
    );
    assert.equal(value(find(events, 27), 'BootType'), '1');
    assert.equal(value(find(events, 1074), 'param5'), 'power off');
  });

  it('counts uptime at noon and adjusts the clock by less than a second', () => {
    const events = write((log) => {
      log.noon(at, at - 3 * hour);
      log.adjustClock(at + second);
    });
    assert.deepEqual(
      events[0]?.data.map(([, text]) => text),
      ['', '', '', '', '10800', '60', '-540 Tokyo Standard Time'],
    );
    const step =
      (parseTime(value(events[1], 'NewTime') as string) as number) - (parseTime(value(events[1], 'OldTime') as string) as number);
    assert.ok(Math.abs(step) < second);
  });
});

describe('the XML of a generated log', () => {
  const events = write((log) => {
    log.shutDown(at, `O'Brien & "Sons" <x>`);
    log.modernSleep(at + minute, at + hour, 1);
  });
  const xml = encodeWevtutilXml(events);

  it('has one event a line, single quotes and seven digits of the second', () => {
    const lines = xml.split('\r\n').slice(0, -1);
    assert.equal(lines.length, events.length);
    assert.ok(!xml.includes('"'));
    for (const line of lines)
      assert.match(line, /<TimeCreated SystemTime='\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z'\/><EventRecordID>\d+<\/EventRecordID>/);
    assert.ok(lines.every((line) => line.startsWith("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>")));
  });
  it('escapes what XML cannot hold', () => assert.match(xml, /O&apos;Brien &amp; &quot;Sons&quot; &lt;x&gt;/));
  it('gives classic providers their qualifiers and others their GUID', () => {
    assert.match(xml, /<Provider Name='EventLog'\/><EventID Qualifiers='32768'>6006<\/EventID>/);
    assert.match(xml, /<Provider Name='Microsoft-Windows-Kernel-Power' Guid='\{331c3b3a-[^']*\}'\/><EventID>507<\/EventID><Version>8</);
  });
  it('may have a root element', () => assert.match(encodeWevtutilXml(events, true), /^<Events><Event .*<\/Event>\r\n<\/Events>\r\n$/s));
});
