import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime } from '../../src/base/time.ts';
import { type EventJsonOptions, EventJsonReader } from '../../src/logs/eventJson.ts';
import { EventXmlReader } from '../../src/logs/eventXml.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { wevtutilEvent } from './eventText.ts';

function read(
  text: string,
  options: EventJsonOptions = {},
  pieceLength = text.length,
): { records: EventRecord[]; reader: EventJsonReader } {
  const reader = new EventJsonReader(options);
  const records: EventRecord[] = [];
  for (let i = 0; i < text.length; i += pieceLength)
    records.push(...reader.push(text.slice(i, i + pieceLength)).map((entry) => entry.record));
  records.push(...reader.end().map((entry) => entry.record));
  assert.equal(reader.counters.seen, reader.counters.parsed + reader.counters.failed);
  return { records, reader };
}

const noon = parseTime('2024-03-04T12:00:00.123Z');
const beat = {
  '@timestamp': '2024-03-04T12:00:00.123Z',
  event: { code: '42', provider: 'Microsoft-Windows-Kernel-Power', created: '2024-03-04T13:00:00Z' },
  host: { name: 'pc-7' },
  winlog: {
    channel: 'System',
    computer_name: 'pc-7.corp.example',
    event_data: { TargetState: '4', EffectiveState: '4' },
    event_id: '42',
    provider_name: 'Microsoft-Windows-Kernel-Power',
    record_id: 7,
    version: 3,
  },
};
const agent = { ...beat, winlog: { ...beat.winlog, record_id: '7' } };
const old = { ...beat, winlog: { ...beat.winlog, event_id: 42 } };
const flat = {
  '@timestamp': beat['@timestamp'],
  'winlog.channel': 'System',
  'winlog.computer_name': 'PC-7',
  'winlog.event_data.TargetState': '4',
  'winlog.event_data.EffectiveState': '4',
  'winlog.event_id': 42,
  'winlog.provider_name': 'Microsoft-Windows-Kernel-Power',
  'winlog.record_id': '7',
  'winlog.version': 3,
};
const nxlog = {
  EventTime: '2024-03-04 21:00:00',
  Hostname: 'PC-7',
  Keywords: '9223372036854776836',
  EventType: 'INFO',
  EventID: 42,
  SourceName: 'Microsoft-Windows-Kernel-Power',
  Version: 3,
  RecordNumber: 7,
  Channel: 'System',
  Message: 'The system is entering sleep.',
  TargetState: '4',
  EffectiveState: '4',
  EventReceivedTime: '2024-03-04 21:00:01',
  SourceModuleName: 'in',
};

describe('events in JSON', () => {
  const shapes: [string, object][] = [
    ['Winlogbeat: number record id, event.code text', beat],
    ['Elastic Agent: record id as text', agent],
    ['Winlogbeat before 7: event id as number', old],
    ['flattened names', flat],
    ['a dump of Elasticsearch with the document in _source', { _index: 'x', _source: beat }],
  ];
  for (const [sentence, shape] of shapes)
    it(`reads ${sentence}`, () => {
      const [record] = read(`${JSON.stringify(shape)}\n`).records as [EventRecord];
      assert.deepEqual(
        [record.host, record.channel, record.recordId, record.provider, record.eventId, record.version, record.time, record.data],
        [
          'PC-7',
          'System',
          7,
          'Microsoft-Windows-Kernel-Power',
          42,
          3,
          noon,
          [
            ['TargetState', '4'],
            ['EffectiveState', '4'],
          ],
        ],
      );
    });

  it('gives an event the identity that it has in XML', () => {
    const reader = new EventXmlReader();
    const [entry] = reader.push(wevtutilEvent());
    assert.equal(read(JSON.stringify(beat)).records[0]?.id, entry?.record.id);
  });

  it('refuses local time without a zone (NXLog), and takes it when the zone is named', () => {
    const refused = read(JSON.stringify(nxlog));
    assert.deepEqual(refused.records, []);
    assert.deepEqual(refused.reader.faults.list(), [{ layer: 'event-json', kind: 'unsupported', count: 1 }]);
    const [record] = read(JSON.stringify(nxlog), { zone: '+09:00' }).records as [EventRecord];
    assert.equal(record.time, parseTime('2024-03-04T12:00:00Z'));
    assert.deepEqual(record.data, [
      ['TargetState', '4'],
      ['EffectiveState', '4'],
    ]);
    assert.deepEqual([record.recordId, record.eventId, record.host], [7, 42, 'PC-7']);
  });

  it('reads Get-WinEvent of both PowerShells', () => {
    const base = {
      Id: 42,
      ProviderName: 'Microsoft-Windows-Kernel-Power',
      LogName: 'System',
      RecordId: 7,
      MachineName: 'PC-7',
      Properties: [{ Value: 4 }, { Value: null }],
    };
    const five = read(JSON.stringify({ ...base, TimeCreated: `/Date(${(noon as number) / 1000})/` })).records[0];
    const seven = read(JSON.stringify({ ...base, TimeCreated: '2024-03-04T21:00:00.123+09:00' })).records[0];
    assert.deepEqual([five?.time, seven?.time], [noon, noon]);
    assert.deepEqual(five?.data, [
      ['', '4'],
      ['', ''],
    ]);
  });

  it('reads Get-EventLog: an instance id of 32 bits is provider, event id and qualifiers', () => {
    const entry = {
      Source: 'EventLog',
      InstanceId: 2147489653,
      Index: 7,
      MachineName: 'PC-7',
      TimeGenerated: `/Date(${(noon as number) / 1000})/`,
      ReplacementStrings: ['a'],
    };
    const [record] = read(JSON.stringify([entry])).records as [EventRecord];
    assert.deepEqual([record.provider, record.eventId, record.qualifiers, record.recordId], ['EventLog', 6005, 32768, 7]);
  });

  it('reads the journal of systemd', () => {
    const entry = {
      __REALTIME_TIMESTAMP: '1709553600123000',
      __CURSOR: 's=ab;i=1f;b=cd',
      _HOSTNAME: 'lin',
      _BOOT_ID: 'cd',
      MESSAGE_ID: '6bbd95ee977941e497c48be27c254128',
      SLEEP: 'suspend',
    };
    const [record] = read(JSON.stringify(entry)).records as [EventRecord];
    assert.deepEqual([record.provider, record.eventId, record.recordId, record.time, record.host], ['systemd', 1, 0x1f, noon, 'LIN']);
  });

  const many = Array.from({ length: 5 }, (_, i) => ({ ...beat, winlog: { ...beat.winlog, record_id: i, event_data: { text: '"},{\\' } } }));
  const layouts: [string, string][] = [
    ['one object a line', many.map((event) => JSON.stringify(event)).join('\n')],
    ['an array on one line', JSON.stringify(many)],
    ['an array over many lines', JSON.stringify(many, null, 2)],
    ['objects one after the other over many lines', many.map((event) => JSON.stringify(event, null, 1)).join('\n')],
    ['an array with one object a line', `[\n${many.map((event) => JSON.stringify(event)).join(',\r\n')}\n]\n`],
  ];
  for (const [sentence, text] of layouts)
    it(`reads ${sentence}, however it is cut into pieces`, () => {
      for (const length of [1, 7, 100, text.length]) {
        const { records, reader } = read(text, {}, length);
        assert.deepEqual(
          records.map((record) => record.recordId),
          [0, 1, 2, 3, 4],
        );
        assert.equal(reader.faults.count, 0);
      }
    });

  const bad: [string, object][] = [
    ['some other document', { message: 'hello' }],
    ['an event id that is no number', { ...beat, winlog: { ...beat.winlog, event_id: 'x' } }],
    ['a time that is none', { ...beat, '@timestamp': 'now' }],
    ['a record id that is none', { ...beat, winlog: { ...beat.winlog, record_id: 'x' } }],
  ];
  for (const [sentence, object] of bad)
    it(`costs only itself: ${sentence}`, () => {
      const { records, reader } = read([many[0], object, many[1]].map((event) => JSON.stringify(event)).join('\n'));
      assert.deepEqual([records.length, reader.counters.failed, reader.faults.count], [2, 1, 1]);
    });

  it('a line that was cut off costs only itself', () => {
    const lines = many.map((event) => JSON.stringify(event));
    lines[2] = (lines[2] as string).slice(0, 100);
    const { records, reader } = read(lines.join('\n'));
    assert.deepEqual([records.length, reader.counters.failed], [4, 1]);
  });

  it('an object without an end is a fault', () => {
    const { records, reader } = read(`${JSON.stringify(many[0])}\n{"a": "`);
    assert.deepEqual([records.length, reader.counters.failed], [1, 1]);
  });
});
