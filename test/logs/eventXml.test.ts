import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime } from '../../src/base/time.ts';
import { EventXmlReader } from '../../src/logs/eventXml.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { wevtutilEvent } from './eventText.ts';

function read(text: string, pieceLength = text.length): { records: EventRecord[]; reader: EventXmlReader } {
  const reader = new EventXmlReader();
  const records: EventRecord[] = [];
  for (let i = 0; i < text.length; i += pieceLength)
    records.push(...reader.push(text.slice(i, i + pieceLength)).map((entry) => entry.record));
  records.push(...reader.end().map((entry) => entry.record));
  const { seen, parsed, failed } = reader.counters;
  assert.equal(seen, parsed + failed, 'no record is dropped in silence');
  assert.equal(parsed, records.length);
  return { records, reader };
}

const faultsOf = (reader: EventXmlReader) => reader.faults.list().map((fault) => `${fault.layer} ${fault.kind} ${fault.count}`);

describe('event XML', () => {
  it('reads what wevtutil prints without a root element', () => {
    const { records, reader } = read(`${wevtutilEvent()}\r\n${wevtutilEvent({ recordId: 8 })}\r\n`);
    assert.equal(records.length, 2);
    assert.deepEqual(faultsOf(reader), []);
    const { id, ...first } = records[0] as EventRecord;
    assert.equal(id.length, 32);
    assert.deepEqual(first, {
      host: 'PC-7',
      channel: 'System',
      recordId: 7,
      provider: 'Microsoft-Windows-Kernel-Power',
      eventId: 42,
      version: 3,
      qualifiers: null,
      time: parseTime('2024-03-04T12:00:00.123456Z'),
      computer: 'PC-7',
      data: [['TargetState', '4']],
      recovered: false,
    });
  });

  const one = (text: string) => read(text).records[0] as EventRecord;
  const rows: [string, string, (record: EventRecord) => unknown, unknown][] = [
    [
      'a root element and an XML declaration change nothing',
      `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${wevtutilEvent()}</Events>`,
      (r) => r.eventId,
      42,
    ],
    [
      'times with a blank and without a zone, as EvtxECmd prints them, are UTC',
      '<Event><System><Provider Name="P" /><EventID>42</EventID><TimeCreated SystemTime="2019-07-23 16:07:17.6831355" /></System></Event>',
      (r) => r.time,
      parseTime('2019-07-23T16:07:17.683135Z'),
    ],
    [
      'a fragment of EvtRender lacks record id, channel and computer',
      "<Event><System><Provider Name='P'/><EventID>506</EventID><TimeCreated SystemTime='2026-09-22T10:25:52.4268844Z'/></System></Event>",
      (r) => [r.recordId, r.channel, r.computer, r.host],
      [null, '', '', ''],
    ],
    [
      'RenderingInfo is prose and stays out of the data',
      wevtutilEvent({ tail: "<RenderingInfo Culture='de-DE'><Message>x</Message></RenderingInfo>" }),
      (r) => r.data,
      [['TargetState', '4']],
    ],
    [
      'unnamed data keep their order and have an empty name',
      wevtutilEvent({
        data: [
          ['', 'a'],
          ['', ''],
          ['', 'c'],
        ],
      }),
      (r) => r.data,
      [
        ['', 'a'],
        ['', ''],
        ['', 'c'],
      ],
    ],
    [
      'qualifiers of classic providers are kept',
      wevtutilEvent({ qualifiers: 32768, eventId: 6005 }),
      (r) => [r.eventId, r.qualifiers],
      [6005, 32768],
    ],
    [
      'an instance id of 32 bits is the event id in its low word',
      wevtutilEvent({ eventId: 2147489653 }),
      (r) => [r.eventId, r.qualifiers],
      [6005, 32768],
    ],
    [
      'the five entities and numeric references are decoded',
      wevtutilEvent().replace('>4</Data>', '>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#x1F600;</Data>'),
      (r) => r.data[0]?.[1],
      '<&>"\'AB\u{1F600}',
    ],
    ['CDATA is text', wevtutilEvent().replace('>4</Data>', '><![CDATA[a<b>&amp;]]></Data>'), (r) => r.data[0]?.[1], 'a<b>&amp;'],
    ['comments are nothing', wevtutilEvent().replace('<System>', '<!-- <Event> --><System>'), (r) => r.eventId, 42],
    [
      'UserData stands for EventData where the provider has its own shape',
      wevtutilEvent().replace(
        /<EventData>.*<\/EventData>/,
        "<UserData><EventXML xmlns='Event_NS'><User>X\\ann</User><SessionID>2</SessionID><Address>LOCAL</Address></EventXML></UserData>",
      ),
      (r) => r.data,
      [
        ['User', 'X\\ann'],
        ['SessionID', '2'],
        ['Address', 'LOCAL'],
      ],
    ],
    [
      'octets in Binary are no datum',
      wevtutilEvent().replace('</EventData>', '<Binary>D9060000</Binary></EventData>'),
      (r) => r.data,
      [['TargetState', '4']],
    ],
    [
      'neither case nor domain suffix is identity of a host',
      wevtutilEvent({ computer: 'pc-7.corp.example' }),
      (r) => [r.host, r.computer],
      ['PC-7', 'pc-7.corp.example'],
    ],
    [
      'line breaks and indents between elements are layout',
      wevtutilEvent().replaceAll('><', '>\r\n  <'),
      (r) => [r.eventId, r.data],
      [42, [['TargetState', '4']]],
    ],
    ['blanks inside of a value are kept', wevtutilEvent().replace('>4</Data>', '>  4 </Data>'), (r) => r.data[0]?.[1], '  4 '],
  ];
  for (const [sentence, text, pick, expected] of rows) it(sentence, () => assert.deepEqual(pick(one(text)), expected));

  it('gives the same events however the text is cut into pieces', () => {
    const text = `<Events>${wevtutilEvent({
      data: [
        ['a', '<&>'],
        ['b', 'x'],
      ],
    })}<!-- c -->${wevtutilEvent({ recordId: 8 })}</Events>`;
    const whole = read(text).records;
    for (const length of [1, 2, 3, 7, 64]) assert.deepEqual(read(text, length).records, whole);
  });

  it('counts an event that is cut off, at every length', () => {
    const text = wevtutilEvent();
    for (let end = 1; end < text.length; end++) {
      const { records, reader } = read(text.slice(0, end));
      assert.equal(records.length, 0);
      assert.ok(reader.faults.count > 0, `cut after ${end} characters`);
    }
  });

  const bad: [string, string, string, number][] = [
    ['an entity of its own', wevtutilEvent().replace('>4<', '>&boom;<'), 'event-xml malformed 1', 1],
    ['an ampersand that is none', wevtutilEvent().replace('>4<', '>a & b<'), 'event-xml malformed 1', 1],
    ['a tag that does not close', wevtutilEvent().replace('</EventData>', ''), 'event-xml malformed 1', 1],
    ['an attribute twice', wevtutilEvent().replace("Name='TargetState'", "Name='a' Name='b'"), 'event-xml malformed 1', 1],
    ['an attribute without quotes', wevtutilEvent().replace("Name='TargetState'", 'Name=a'), 'event-xml malformed 1', 1],
    ['no time', wevtutilEvent({ time: 'yesterday' }), 'event malformed 1', 1],
    ['an event id that is no number', wevtutilEvent({ eventId: 'x' }), 'event malformed 1', 1],
    ['a record id that is no number', wevtutilEvent({ recordId: '-1' }), 'event malformed 1', 1],
    ['too deep', wevtutilEvent().replace('>4<', `>${'<a>'.repeat(100)}<`), 'event-xml malformed 1', 1],
  ];
  for (const [sentence, text, fault, failed] of bad)
    it(`costs only its own event: ${sentence}`, () => {
      const { records, reader } = read(`<Events>${wevtutilEvent({ recordId: 1 })}${text}${wevtutilEvent({ recordId: 3 })}</Events>`);
      assert.deepEqual(
        records.map((record) => record.recordId),
        [1, 3],
      );
      assert.deepEqual(faultsOf(reader), [fault]);
      assert.equal(reader.counters.failed, failed);
    });

  it('reads nothing behind a DOCTYPE, where entities could be defined', () => {
    const { records, reader } = read(
      `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'b'.repeat(50)}">]><Events>${wevtutilEvent()}</Events>`,
    );
    assert.deepEqual(records, []);
    assert.deepEqual(faultsOf(reader), ['event-xml unsupported 1']);
  });

  it('takes an event up again where the one before was cut off', () => {
    const { records, reader } = read(wevtutilEvent({ recordId: 1 }).slice(0, 300) + wevtutilEvent({ recordId: 2 }));
    assert.deepEqual(
      records.map((record) => record.recordId),
      [2],
    );
    assert.deepEqual([reader.counters.seen, reader.counters.failed], [2, 1]);
  });

  it('survives changed characters and still reads events', () => {
    const text = `<Events>${[1, 2, 3].map((recordId) => wevtutilEvent({ recordId })).join('')}</Events>`;
    const characters = ['<', '>', '&', "'", '"', '/', '!', '\0', 'é', ' '];
    let accepted = 0;
    for (let i = 0; i < text.length; i += 3) {
      const { records } = read(text.slice(0, i) + characters[i % characters.length] + text.slice(i + 1));
      accepted += records.length;
    }
    assert.ok(accepted > text.length / 3, 'most events next to a damaged one are still read');
  });
});
