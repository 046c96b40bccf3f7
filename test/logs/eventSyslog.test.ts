import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { parseTime } from '../../src/base/time.ts';
import { EventSyslogReader, entryOfSyslog, longestMessage } from '../../src/logs/eventSyslog.ts';
import { parseSyslog } from '../../src/logs/syslogMessage.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { wevtutilEvent } from './eventText.ts';

const noon = parseTime('2024-03-04T12:00:00.123Z') as number;
const nxlog = {
  EventTime: '2024-03-04 21:00:00',
  Hostname: 'PC-7',
  EventID: 42,
  SourceName: 'Microsoft-Windows-Kernel-Power',
  RecordNumber: 7,
  Channel: 'System',
  TargetState: '4',
};
const structured =
  '<14>1 2024-03-04T21:00:00.123000+09:00 PC-7 Microsoft-Windows-Kernel-Power 4 - [NXLOG@14506 EventType="INFO" EventID="42" Version="3" RecordNumber="7" Channel="System" TargetState="4" Note="a \\"b\\" \\] \\\\ \\n"] The system is entering sleep.';

function record(message: string, zone?: string): EventRecord {
  const entry = entryOfSyslog(message, 0, { zone });
  assert.ok(!(entry instanceof Fault), JSON.stringify(entry));
  return entry.record;
}
function refused(message: string, zone?: string): string {
  const entry = entryOfSyslog(message, 0, { zone });
  assert.ok(entry instanceof Fault);
  return `${entry.kind}: ${entry.limitedBy}`;
}

describe('an event in a syslog message', () => {
  it('is read from the structured data of NXLog, with host, provider and time of the header', () => {
    const { host, provider, eventId, recordId, time, version, data } = record(structured);
    assert.deepEqual([host, provider, eventId, recordId, time, version], ['PC-7', 'Microsoft-Windows-Kernel-Power', 42, 7, noon, 3]);
    assert.deepEqual(data, [
      ['TargetState', '4'],
      ['Note', 'a "b" ] \\ \\n'],
    ]);
  });

  const json = JSON.stringify(nxlog);
  const messages: [string, string, number][] = [
    [
      'JSON behind a header that says the same local time with its zone',
      `<14>1 2024-03-04T21:00:00.5+09:00 PC-7 nxlog - - - ${json}`,
      noon - 123_000,
    ],
    ['JSON whose own time has a zone', `<14>1 - PC-7 nxlog - - - ${json.replace('21:00:00', '21:00:00.123+09:00')}`, noon],
    ['JSON behind the old header', `<14>Mar  4 21:00:00 PC-7 nxlog[7]: ${json.replace('21:00:00', '21:00:00.123+09:00')}`, noon],
    ['JSON with a mark of CEE', `<14>Mar  4 21:00:00 PC-7 nxlog: @cee: ${json.replace('21:00:00', '21:00:00.123+09:00')}`, noon],
    ['XML', `<14>1 2024-03-04T21:00:00Z PC-7 nxlog - - - \uFEFF${wevtutilEvent({ time: '2024-03-04T12:00:00.1230000Z' })}`, noon],
  ];
  for (const [sentence, message, time] of messages)
    it(`is read from ${sentence}`, () => {
      const { eventId, recordId, channel, time: found } = record(message);
      assert.deepEqual([eventId, recordId, channel, found], [42, 7, 'System', time]);
    });

  it('has one identity, whatever form it came in', () =>
    assert.equal(record(structured).id, record(`<14>1 - PC-7 nxlog - - - ${wevtutilEvent()}`).id));

  it('is refused where its time names no zone, and taken when the zone is named: never guessed', () => {
    for (const message of [
      `<14>Mar  4 21:00:00 PC-7 nxlog: ${json}`,
      // The header is the sender's clock in UTC, another moment than the local time of the event.
      `<14>1 2024-03-04T12:00:00Z PC-7 nxlog - - - ${json}`,
      `<14>1 - PC-7 nxlog - - - ${json}`,
    ]) {
      assert.match(refused(message), /^unsupported: a time without a zone/);
      assert.equal(record(message, '+09:00').time, noon - 123_000);
    }
  });

  const bad: [string, string, RegExp][] = [
    ['nothing', '', /no header/],
    ['no priority', 'hello', /no header/],
    ['a priority that cannot be', '<999>1 - h a - - - {}', /priority/],
    ['an ordinary message', '<14>Mar  4 21:00:00 router sshd[1]: session opened', /unsupported: no event/],
    ['structured data without an end', '<14>1 - h a - - [x y="z" {}', /structured data/],
    ['a value without an end', '<14>1 - h a - - [x y="z', /structured data/],
    ['structured data that is missing', '<14>1 - h a - - text', /structured data/],
    ['JSON that was cut off', '<14>1 - h a - - - {"EventID": 4', /no JSON/],
    ['XML that was cut off', `<14>1 - h a - - - ${wevtutilEvent().slice(0, 200)}`, /no whole event/],
    ['XML that is none', '<14>1 - h a - - - <Event<Event<Event', /no whole event/],
    ['an id that is none', structured.replace('EventID="42"', 'EventID="x"'), /event id/],
    ['a time that is none', structured.replace('2024-03-04T', '2024-13-04T'), /time/],
    ['Snare, with the way to do it', '<14>Mar  4 21:00:00 PC-7 MSWinEventLog\t1\tSystem', /Snare/],
    ['a message of half a megabyte', `<14>1 - h a - - - ${'x'.repeat(longestMessage)}`, /message > /],
    ['two thousand parameters', `<14>1 - h a - - [x${' a="b"'.repeat(2000)}] x`, /structured data/],
  ];
  for (const [sentence, message, because] of bad) it(`is not found in ${sentence}`, () => assert.match(refused(message), because));

  it('may have a header with dashes for all that is not known', () =>
    assert.deepEqual(parseSyslog('<0>1 - - - - - -', 0), { host: '', application: '', time: undefined, parameters: [], text: '' }));
});

describe('a file of syslog', () => {
  const lines = [structured, 'rubbish', `${structured}\r`, '', structured];
  it('gives an event a line, however it is cut into pieces, and counts what it refuses', () => {
    const text = lines.join('\n');
    for (const length of [1, 7, 100, text.length]) {
      const reader = new EventSyslogReader();
      let events = 0;
      for (let i = 0; i < text.length; i += length) events += reader.push(text.slice(i, i + length)).length;
      events += reader.end().length;
      assert.deepEqual([events, reader.counters], [3, { seen: 4, parsed: 3, failed: 1, recovered: 0 }]);
    }
  });

  it('loses one line where one has no end, and keeps no more of it than a message may have', () => {
    const reader = new EventSyslogReader();
    for (let i = 0; i < 100; i++) assert.deepEqual(reader.push('x'.repeat(10_000)), []);
    assert.equal(reader.push(`\n${structured}\n`).length, 1);
    assert.deepEqual(reader.counters, { seen: 2, parsed: 1, failed: 1, recovered: 0 });
  });
});
