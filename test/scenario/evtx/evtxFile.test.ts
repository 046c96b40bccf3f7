/** The EVTX that stories are written in, read by programs of others: libevtx, and the `evtx` package of Python where it is installed. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { parseTime } from '../../../src/base/time.ts';
import { EventXmlReader } from '../../../src/logs/eventXml.ts';
import { type EventRecord, eventIdentity } from '../../../src/record/event.ts';
import { encodeEvtx } from '../../../src/scenario/evtx/evtxFile.ts';
import { powerStories } from '../../../src/scenario/power/powerStories.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const told = Object.entries(powerStories).flatMap(([name, tell]) => tell(2).logs.map(({ events }) => ({ name, events })));

function event(recordId: number, data: EventRecord['data'], more: Partial<EventRecord> = {}): EventRecord {
  const record = {
    host: 'PC-7',
    channel: 'System',
    recordId,
    provider: 'Microsoft-Windows-Kernel-Power',
    eventId: 42,
    version: 3,
    qualifiers: null,
    time: (parseTime('2024-03-04T12:00:00Z') as number) + recordId,
    computer: 'PC-7',
    data,
    recovered: false,
    ...more,
  };
  return { id: eventIdentity(record), ...record };
}

/** What other readers print for the same event: digits of times, padding and case of hexadecimal numbers are their own. */
function plain(value: string): string {
  if (/^0x[0-9a-f]+$/i.test(value)) return `0x${BigInt(value).toString(16)}`;
  const time = /^(\d{4}-\d\d-\d\d)[T ]([\d:]{8})(?:\.(\d{1,9}))?( UTC|Z)$/.exec(value);
  if (time) return `${time[1]} ${time[2]}.${(time[3] ?? '').replace(/0+$/, '')}`;
  return /^\{?[0-9A-Fa-f-]{36}\}?$/.test(value) ? value.toLowerCase().replace(/[{}]/g, '') : value.trim();
}

/** Windows omits nothing that a reader of XML would miss: what is empty and what has no name compares as what it says. */
const essence = ({ recordId, provider, eventId, channel, computer, version, time, data }: EventRecord) => ({
  recordId,
  provider,
  eventId,
  channel,
  computer,
  version,
  time,
  data: data.map(([name, value]) => [name, plain(value)]),
});

function inOrder(events: readonly EventRecord[]): EventRecord[] {
  return [...new Map(events.map((each) => [each.recordId, each])).values()].sort((a, b) => (a.recordId ?? 0) - (b.recordId ?? 0));
}

const absent = spawnSync('evtxexport', ['-V']).error ? 'evtxexport (libevtx-utils) is not installed' : false;
const python =
  'import evtx, sys\nfor path in sys.argv[1:]:\n for record in evtx.PyEvtxParser(path).records():\n  print(record["data"].split("?>", 1)[-1])';
const noPython = spawnSync('python3', ['-c', 'import evtx']).status === 0 ? false : 'the Python package evtx is not installed';

function parse(xml: string): EventRecord[] {
  const reader = new EventXmlReader();
  const records = [...reader.push(xml), ...reader.end()].map(({ record }) => record);
  assert.deepEqual(reader.counters.failed, 0);
  return records;
}

describe('a generated EVTX file', () => {
  it('has the signatures and the checksums of the format', () => {
    const file = Buffer.from(encodeEvtx(told[0]?.events ?? []));
    assert.equal(file.toString('latin1', 0, 8), 'ElfFile\0');
    assert.equal(file.readUInt32LE(124), zlib.crc32(file.subarray(0, 120)));
    assert.equal((file.length - 4096) % 65536, 0);
    for (let at = 4096; at < file.length; at += 65536) {
      const chunk = file.subarray(at, at + 65536);
      assert.equal(chunk.toString('latin1', 0, 8), 'ElfChnk\0');
      assert.equal(chunk.readUInt32LE(52), zlib.crc32(chunk.subarray(512, chunk.readUInt32LE(48))));
      assert.equal(chunk.readUInt32LE(124), zlib.crc32(chunk.subarray(128, 512), zlib.crc32(chunk.subarray(0, 120))));
    }
  });

  it('goes on in a new chunk where a record does not fit, and leaves no trace of the attempt', () => {
    const events = Array.from({ length: 400 }, (_, i) =>
      event(i + 1, [
        [`Name${i}`, 'x'.repeat(300 + ((i * 37) % 900))],
        ['Number', String(i)],
      ]),
    );
    const file = Buffer.from(encodeEvtx(events));
    assert.ok(file.length > 4096 + 5 * 65536);
    let records = 0;
    for (let at = 4096; at < file.length; at += 65536) {
      const chunk = file.subarray(at, at + 65536);
      const free = chunk.readUInt32LE(48);
      assert.ok(chunk.subarray(free).every((octet) => octet === 0));
      // Both tables lead to places before the end, and every link in them goes on to another one.
      for (let bucket = 128; bucket < 512; bucket += 4)
        for (let link = chunk.readUInt32LE(bucket), steps = 0; link !== 0; link = chunk.readUInt32LE(link))
          assert.ok(link >= 512 && link < free && steps++ < 1000);
      for (let record = 512; record < free; record += chunk.readUInt32LE(record + 4)) {
        assert.equal(chunk.readUInt32LE(record), 0x2a2a);
        records++;
        assert.equal(chunk.readBigUInt64LE(record + 8), BigInt(records));
      }
    }
    assert.equal(records, 400);
  });

  it('refuses an event that is longer than a chunk', () =>
    assert.throws(() => encodeEvtx([event(1, [['a', 'x'.repeat(40_000)]])]), /unreachable/));

  it('is a header alone where there is nothing to tell', () => assert.equal(encodeEvtx([]).length, 4096));

  it('is read by libevtx as it was told, every value', { skip: absent }, async (t) => {
    const folder = await temporaryFolder(t);
    let records = 0;
    for (const [i, { name, events }] of told.entries()) {
      const path = join(folder, `${i}.evtx`);
      writeFileSync(path, encodeEvtx(events));
      const { stdout } = spawnSync('evtxexport', ['-f', 'xml', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      const info = spawnSync('evtxinfo', [path], { encoding: 'utf8' }).stdout;
      assert.doesNotMatch(info, /corrupt/i);
      const found = parse(stdout.slice(stdout.indexOf('<Event')).replace(/^(?!\s*<|\S).*$/gm, ''));
      const wanted = inOrder(events);
      assert.deepEqual(found.map(essence), wanted.map(essence), name);
      records += wanted.length;
    }
    assert.ok(records > 3000);
  });

  it('is read by the Python package evtx, every record', { skip: noPython }, async (t) => {
    const folder = await temporaryFolder(t);
    for (const [i, { name, events }] of told.slice(0, 20).entries()) {
      const path = join(folder, `${i}.evtx`);
      writeFileSync(path, encodeEvtx(events));
      const { stdout } = spawnSync('python3', ['-c', python, path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      const ids = [...stdout.matchAll(/<EventRecordID>(\d+)</g)].map(([, id]) => Number(id));
      assert.deepEqual(
        ids,
        inOrder(events).map(({ recordId }) => recordId),
        name,
      );
    }
  });
});
