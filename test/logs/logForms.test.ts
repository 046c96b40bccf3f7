/** The ways by which logs arrive, one by one: what each form is read as, what is refused, and what the user is told. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime } from '../../src/base/time.ts';
import { likelyCodePage, textSource } from '../../src/logs/codePage.ts';
import { LogDecoder, type LogDecoderOptions } from '../../src/logs/logDecoder.ts';
import { detectForm } from '../../src/logs/logForm.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { wevtutilEvent } from './eventText.ts';

function decode(octets: Uint8Array, options: LogDecoderOptions = {}, pieceLength = octets.length) {
  const form = detectForm(octets.subarray(0, 4096));
  assert.ok(form.kind !== 'other' && form.kind !== 'legacy-evt' && form.kind !== 'csv', JSON.stringify(form));
  const decoder = new LogDecoder(form, options);
  const records: EventRecord[] = [];
  for (let at = 0; at < octets.length; at += pieceLength)
    records.push(...decoder.push(octets.subarray(at, at + pieceLength)).map(({ record }) => record));
  records.push(...decoder.end().map(({ record }) => record));
  return { records, decoder, form: form.kind };
}

const named = (name: string, value: string) => wevtutilEvent({ data: [[name, value]] });

/** `text` in a code page, by the table of the other direction. */
function encode(text: string, codePage: string): Uint8Array {
  const source = textSource(codePage);
  const table = new Map(Array.from({ length: 256 }, (_, i) => [source.decode(Uint8Array.of(i), true), i]));
  return Uint8Array.from([...text].map((character) => table.get(character) ?? assert.fail(`${character} is not in ${codePage}`)));
}

describe('text of a console that is not Unicode', () => {
  const rows: [string, string, string, Uint8Array][] = [
    ['German of code page 850', 'ibm850', 'Der Dienst „nicht“ ausgeführt: für Größe', encode('Der Dienst ausgeführt: für Größe', 'ibm850')],
    ['French of code page 850', 'ibm850', '', encode('démarré à la suspension', 'ibm850')],
    ['an accent before a letter, which is a kana in 932', 'ibm850', '', encode('le bâtiment, l’âge'.replace('’', ''), 'ibm850')],
    ['German of Windows-1252', 'windows-1252', '', encode('Der Dienst wurde ausgeführt: für Größe', 'windows-1252')],
    ['French of Windows-1252', 'windows-1252', '', encode('démarré à la suspension', 'windows-1252')],
    ['Japanese of code page 932', 'shift_jis', '', Uint8Array.of(0x83, 0x58, 0x83, 0x8a, 0x81, 0x5b, 0x83, 0x76, 0x8f, 0xf3, 0x91, 0xd4)],
  ];
  for (const [sentence, codePage, , octets] of rows)
    it(`is told by its content: ${sentence}`, () => assert.equal(likelyCodePage(octets), codePage));

  it('is converted, and what was assumed is said', () => {
    const [before, after] = named('a', '|')
      .split('|')
      .map((part) => Buffer.from(part)) as [Buffer, Buffer];
    for (const [codePage, text] of [
      ['ibm850', 'für Größe'],
      ['windows-1252', 'für Größe'],
    ] as const) {
      const octets = Buffer.concat([before, encode(text, codePage), after]);
      for (const length of [octets.length, 7, 1000]) {
        const { records, decoder } = decode(octets, {}, length);
        assert.deepEqual([records[0]?.data, decoder.assumedEncoding], [[['a', text]], codePage]);
        assert.deepEqual(decoder.faults, [{ layer: 'text', kind: 'malformed', count: 1 }]);
      }
    }
    const japanese = Buffer.concat([before, Uint8Array.of(0x83, 0x58, 0x83, 0x8a, 0x81, 0x5b, 0x83, 0x76), after]);
    assert.deepEqual(decode(japanese).records[0]?.data, [['a', 'スリープ']]);
  });

  it('is what it was named to be, and then nothing is assumed', () => {
    const octets = Buffer.concat([
      Buffer.from(named('a', '').replace('</Data>', '')),
      encode('é', 'ibm437'),
      Buffer.from('</Data></EventData></Event>'),
    ]);
    const { decoder } = decode(octets, { encoding: 'ibm437' });
    assert.deepEqual([decoder.assumedEncoding, decoder.faults.filter(({ layer }) => layer === 'text')], [undefined, []]);
    assert.equal(textSource('CP850').decode(Uint8Array.of(0x81)), 'ü');
    assert.throws(() => textSource('klingon'), RangeError);
  });

  it('has tables of 128 characters, none of them twice', () => {
    for (const codePage of ['ibm437', 'ibm850']) {
      const upper = Array.from({ length: 128 }, (_, i) => textSource(codePage).decode(Uint8Array.of(0x80 + i)));
      assert.equal(new Set(upper).size, 128);
    }
  });

  it('is not suspected in UTF-8, wherever it is cut', () => {
    const octets = Buffer.from(named('a', 'Zürich 東京 😀'));
    for (let length = 1; length < 12; length++) {
      const { records, decoder } = decode(octets, {}, length);
      assert.deepEqual([records[0]?.data[0]?.[1], decoder.faults], ['Zürich 東京 😀', []]);
    }
  });

  it('is false where UTF-8 breaks off in a character at the end', () => {
    const { decoder } = decode(Buffer.concat([Buffer.from(`${wevtutilEvent()}\n<!-- `), Uint8Array.of(0xe6, 0x9d)]));
    assert.ok(decoder.faults.some(({ layer }) => layer === 'text'));
  });
});

describe('the other forms', () => {
  it('Event Viewer: a byte order mark, a declaration, one line, newest first, double quotes', () => {
    const events = [3, 2, 1].map((recordId) => wevtutilEvent({ recordId }).replaceAll("'", '"'));
    const text = `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?><Events>${events.join('')}</Events>`;
    const { records, decoder } = decode(Buffer.from(text));
    assert.deepEqual([records.map(({ recordId }) => recordId), decoder.faults], [[3, 2, 1], []]);
  });

  it('forwarded events, rendered: the host is the source, the channel its own, and prose stays out', () => {
    const tail =
      "<RenderingInfo Culture='ja-JP'><Message>システムはスリープ状態になります。</Message><Level>情報</Level><Keywords><Keyword>x</Keyword></Keywords></RenderingInfo>" +
      '<SubscriptionBookmarkEvent><SubscriptionId>1</SubscriptionId></SubscriptionBookmarkEvent>';
    const { records } = decode(Buffer.from(wevtutilEvent({ computer: 'source.corp.example', tail })));
    assert.deepEqual([records[0]?.host, records[0]?.channel, records[0]?.data], ['SOURCE', 'System', [['TargetState', '4']]]);
  });

  it('NXLog JSON of local time: refused and asked for, never guessed', () => {
    const octets = Buffer.from('{"SourceName":"a","EventTime":"2024-03-04 21:00:00","EventID":1,"Hostname":"PC-7","RecordNumber":5}\n');
    const refused = decode(octets);
    assert.deepEqual([refused.records, refused.decoder.withoutZone], [[], 1]);
    const taken = decode(octets, { zone: '+09:00' });
    assert.deepEqual([taken.records[0]?.time, taken.decoder.withoutZone], [parseTime('2024-03-04T12:00:00Z'), 0]);
  });

  it('syslog of local time likewise', () => {
    const octets = Buffer.from('<14>Mar  4 21:00:00 PC-7 nxlog: {"SourceName":"a","EventTime":"2024-03-04 21:00:00","EventID":1}\n');
    const { decoder, form } = decode(octets);
    assert.deepEqual([form, decoder.withoutZone, decoder.counters.failed], ['syslog', 1, 1]);
  });

  const hostile: [string, string | Uint8Array, RegExp][] = [
    [
      'event-xml: a DOCTYPE that defines entities',
      `<!DOCTYPE Events [<!ENTITY a "aaaa">]><Events>${wevtutilEvent()}</Events>`,
      /event-xml unsupported/,
    ],
    ['event-xml: a hundred thousand open elements', `<Event><System>${'<a>'.repeat(100_000)}`, /event-xml malformed/],
    ['event-xml: five megabytes in one attribute', `<Event a='${'x'.repeat(5_000_000)}'/>`, /event(-xml)? malformed/],
    ['json: a hundred thousand open brackets', `{"a":${'['.repeat(100_000)}`, /event-json malformed/],
    ['json: two megabytes in one object', `{"a":"${'x'.repeat(2_000_000)}"}`, /event-json malformed/],
    [
      'json: the names of every prototype',
      '{"__proto__":{"winlog":{}},"constructor":1,"SourceName":"a","EventTime":"x","EventID":1}',
      /event-json/,
    ],
    ['syslog: a line of a megabyte', `<14>1 - - - - - - ${'x'.repeat(1_000_000)}`, /syslog malformed/],
    ['evtx: a header and nothing', Buffer.concat([Buffer.from('ElfFile\0'), Buffer.alloc(5000)]), /evtx-(file|chunk)/],
    ['evtx: a chunk of nothing but signatures', Buffer.from('ElfChnk\0'.repeat(8192)), /evtx-chunk/],
  ];
  for (const [sentence, content, faults] of hostile)
    it(`end with a fault and no event: ${sentence}`, () => {
      const octets = typeof content === 'string' ? Buffer.from(content) : content;
      for (const length of [65_536, octets.length]) {
        const { records, decoder } = decode(octets, {}, length);
        assert.deepEqual(records, []);
        assert.match(decoder.faults.map(({ layer, kind }) => `${layer} ${kind}`).join(), faults);
        assert.equal(decoder.counters.seen, decoder.counters.parsed + decoder.counters.failed);
      }
    });
});
