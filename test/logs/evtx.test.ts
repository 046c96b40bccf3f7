import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EvtxReader } from '../../src/logs/evtx/evtxReader.ts';
import type { LogEntry, WholeEvent } from '../../src/logs/logEntry.ts';
import { writeXml, type XmlElement } from '../../src/logs/xmlElement.ts';
import { encodeEvtx } from '../../src/scenario/evtx/evtxFile.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import { type BuiltValue, buildChunk, buildFile, little, manyRecords, number, sealChunk, text, ticksAt, utf16 } from './evtxBuilder.ts';

function read(octets: Uint8Array, pieceLength = octets.length): { entries: LogEntry[]; reader: EvtxReader } {
  const [entries, reader] = readAs('element', octets, pieceLength);
  sameEveryWay(octets, entries, reader);
  return { entries, reader };
}

/** Records are read a quick way where nobody wants the whole event, and printed without a tree: each must say the same as the tree. */
function sameEveryWay(octets: Uint8Array, entries: readonly LogEntry[], reader: EvtxReader): void {
  for (const whole of [undefined, 'text'] as const) {
    const [others, other] = readAs(whole, octets);
    assert.deepEqual(
      others.map(({ record }) => record),
      entries.map(({ record }) => record),
    );
    assert.deepEqual([other.counters, other.faults.list()], [reader.counters, reader.faults.list()]);
    if (whole === 'text') for (const [i, { text }] of others.entries()) assert.equal(text, writeXml(entries[i]?.element as XmlElement));
  }
}

function readAs(whole: WholeEvent | undefined, octets: Uint8Array, pieceLength = octets.length): [LogEntry[], EvtxReader] {
  const reader = new EvtxReader(whole);
  const entries: LogEntry[] = [];
  for (let i = 0; i < octets.length; i += pieceLength) entries.push(...reader.push(octets.subarray(i, i + pieceLength)));
  entries.push(...reader.end());
  const { seen, parsed, failed, recovered } = reader.counters;
  assert.equal(seen, parsed + failed, 'no record is dropped in silence');
  assert.equal(entries.length, parsed + recovered);
  assert.ok(reader.faults.count >= failed, 'a fault for each lost record');
  return [entries, reader];
}

const idsOf = (entries: readonly LogEntry[], recovered = false) =>
  entries.filter((entry) => entry.record.recovered === recovered).map((entry) => entry.record.recordId);
const one = (...values: BuiltValue[]) =>
  read(buildFile([buildChunk([{ recordId: 7, ticks: ticksAt(0), values }])], 8)).entries[0] as LogEntry;

describe('EVTX', () => {
  it('prints an event as Windows does', () => {
    const { element } = one(number('TargetState', 0x08, 4, 4n), text('Note', "a<b>&'c'"));
    assert.ok(element);
    assert.equal(
      writeXml(element),
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Kernel-Power'/><EventID>42</EventID>" +
        "<Version>3</Version><TimeCreated SystemTime='2024-03-04T12:00:00.0000000Z'/><EventRecordID>7</EventRecordID><Channel>System</Channel>" +
        "<Computer>PC-7</Computer><Security/></System><EventData><Data Name='TargetState'>4</Data><Data Name='Note'>a&lt;b&gt;&amp;'c'</Data></EventData></Event>",
    );
  });

  const sid = Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 5, ...little(4, 32n), ...little(4, 544n));
  const guid = Uint8Array.from({ length: 16 }, (_, i) => i + 0xa0);
  const real = (value: number, length: 4 | 8) => {
    const view = new DataView(new ArrayBuffer(length));
    if (length === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    return new Uint8Array(view.buffer);
  };
  const values: [string, number, Uint8Array, string][] = [
    ['text without its final NUL', 0x01, utf16('Zürich\0'), 'Zürich'],
    ['text of one octet a character', 0x02, Uint8Array.of(0x5a, 0xfc, 0), 'Zü'],
    ['a negative octet', 0x03, Uint8Array.of(0xff), '-1'],
    ['an octet', 0x04, Uint8Array.of(0xff), '255'],
    ['a negative word', 0x05, little(2, -2n), '-2'],
    ['a word', 0x06, little(2, 65534n), '65534'],
    ['a negative long', 0x07, little(4, -3n), '-3'],
    ['a long above 2^31', 0x08, little(4, 4294967293n), '4294967293'],
    ['a negative 64-bit number', 0x09, little(8, -4n), '-4'],
    ['a 64-bit number above 2^53', 0x0a, little(8, 18446744073709551612n), '18446744073709551612'],
    ['a real of 4 octets', 0x0b, real(1.5, 4), '1.500000'],
    ['a real of 8 octets', 0x0c, real(-0.25, 8), '-0.250000'],
    ['true', 0x0d, little(4, 1n), 'true'],
    ['false', 0x0d, little(4, 0n), 'false'],
    ['octets', 0x0e, Uint8Array.of(0, 0xab, 0x10), '00AB10'],
    ['a GUID, whose first three parts are little endian', 0x0f, guid, '{a3a2a1a0-a5a4-a7a6-a8a9-aaabacadaeaf}'],
    ['a size of 4 octets', 0x10, little(4, 0xbeefn), '0xbeef'],
    ['a size of 8 octets', 0x10, little(8, 0xbeefn), '0xbeef'],
    ['a FILETIME, to 100 ns', 0x11, little(8, ticksAt(1) + 1n), '2024-03-04T12:00:01.0000001Z'],
    ['a FILETIME on a leap day', 0x11, little(8, ticksAt(-4 * 86400)), '2024-02-29T12:00:00.0000000Z'],
    ['the FILETIME that means none', 0x11, little(8, 0n), '1601-01-01T00:00:00.0000000Z'],
    [
      'a SYSTEMTIME',
      0x12,
      Uint8Array.of(...[2024, 3, 1, 4, 12, 30, 15, 7].flatMap((word) => [...little(2, BigInt(word))])),
      '2024-03-04T12:30:15.007Z',
    ],
    ['a SID', 0x13, sid, 'S-1-5-32-544'],
    ['a hexadecimal long', 0x14, little(4, 0x80070005n), '0x80070005'],
    ['a hexadecimal 64-bit number', 0x15, little(8, 0x3e7n), '0x3e7'],
  ];
  for (const [sentence, type, octets, expected] of values)
    it(`reads ${sentence}`, () => assert.deepEqual(one({ name: 'X', type, octets }).record.data, [['X', expected]]));

  it('repeats an element for each item of an array', () => {
    assert.deepEqual(one({ name: '', type: 0x81, octets: utf16('one\0\0three\0') }).record.data, [
      ['', 'one'],
      ['', ''],
      ['', 'three'],
    ]);
    assert.deepEqual(one({ name: 'N', type: 0x88, octets: Uint8Array.of(...little(4, 1n), ...little(4, 2n)) }).record.data, [
      ['N', '1'],
      ['N', '2'],
    ]);
  });

  it('leaves out an element whose optional value is null', () => {
    assert.deepEqual(one({ name: 'A', type: 0, octets: new Uint8Array(0) }, text('B', '')).record.data, [['B', '']]);
  });

  it('reads binary XML inside of a value, whose elements have no dependency id', () => {
    const name = [...little(4, 0n), 0, 0, ...little(2, 1n), ...utf16('v'), 0, 0];
    const build = (nameAt: number) =>
      Uint8Array.of(
        0x0f,
        1,
        1,
        0,
        0x01,
        ...little(4, 0n),
        ...little(4, BigInt(nameAt)),
        ...name,
        0x02,
        0x05,
        1,
        2,
        0,
        ...utf16('hi'),
        0x04,
        0,
      );
    const probe = buildChunk([{ recordId: 7, ticks: ticksAt(0), values: [{ name: 'X', type: 0x21, octets: build(0) }] }]);
    const nameAt = Buffer.from(probe).indexOf(Buffer.from(name), 512);
    const chunk = buildChunk([{ recordId: 7, ticks: ticksAt(0), values: [{ name: 'X', type: 0x21, octets: build(nameAt) }] }]);
    const [entry] = read(buildFile([chunk], 8)).entries;
    assert.match(writeXml((entry as LogEntry).element as never), /<Data Name='X'><v>hi<\/v><\/Data>/);
  });

  const two = () => [buildChunk(manyRecords(50)), buildChunk(manyRecords(30, 51))];

  it('gives the same records however the file is cut into pieces', () => {
    const file = buildFile(two(), 81);
    const whole = read(file);
    assert.deepEqual([whole.entries.length, whole.reader.faults.list()], [80, []]);
    for (const length of [1000, 4095, 65537]) assert.deepEqual(idsOf(read(file, length).entries), idsOf(whole.entries));
  });

  it('believes the chunks and not a stale file header', () => {
    const file = buildFile(two(), 81);
    file.fill(0, 8, 32);
    file[120] = 1;
    const { entries, reader } = read(file);
    assert.equal(entries.length, 80);
    assert.ok(reader.dirty);
    assert.deepEqual(reader.faults.list(), [{ layer: 'evtx-file', kind: 'malformed', count: 1 }]);
  });

  it('keeps records in slack apart from the live ones', () => {
    const { entries } = read(buildFile([buildChunk(manyRecords(5, 100), manyRecords(3, 40))], 105));
    assert.deepEqual(idsOf(entries), [100, 101, 102, 103, 104]);
    assert.deepEqual(idsOf(entries, true), [40, 41, 42]);
  });

  it('gives a recovered copy of a live record an identity of its own', () => {
    const { entries } = read(buildFile([buildChunk(manyRecords(5), manyRecords(5))], 6));
    assert.deepEqual(
      [idsOf(entries), idsOf(entries, true)],
      [
        [1, 2, 3, 4, 5],
        [1, 2, 3, 4, 5],
      ],
    );
    assert.equal(new Set(entries.map((entry) => entry.record.id)).size, 10);
  });

  it('takes no notice of chunks that were never used', () => {
    const { entries, reader } = read(buildFile([...two(), new Uint8Array(65536)], 81));
    assert.deepEqual([entries.length, reader.faults.count], [80, 0]);
  });

  it('reads a chunk without checksums', () => {
    const chunk = buildChunk(manyRecords(5));
    chunk.fill(0, 52, 56);
    chunk.fill(0, 124, 128);
    assert.equal(read(buildFile([chunk], 6)).entries.length, 5);
  });

  it('finds where the live records end when the header of the chunk is damaged', () => {
    const chunk = buildChunk(manyRecords(5, 100), manyRecords(3, 40));
    chunk[48] = 0xff;
    const { entries, reader } = read(buildFile([chunk], 105));
    assert.deepEqual([idsOf(entries).length, idsOf(entries, true).length], [5, 3]);
    assert.ok(reader.faults.list().some((fault) => fault.layer === 'evtx-chunk'));
  });

  it('counts each record that is lost in damage, by the numbers around it', () => {
    const chunk = buildChunk(manyRecords(20));
    const starts = recordStarts(chunk);
    chunk.fill(0xee, starts[8], (starts[11] as number) + 8);
    sealChunk(chunk);
    const { entries, reader } = read(buildFile([chunk], 21));
    assert.deepEqual([reader.counters.seen, reader.counters.failed], [20, 4]);
    assert.ok(!idsOf(entries).includes(9) && idsOf(entries).includes(13));
  });

  it('loses one record where one is damaged inside', () => {
    const chunk = buildChunk(manyRecords(20));
    const start = recordStarts(chunk)[10] as number;
    chunk[start + 24] = 0x77;
    sealChunk(chunk);
    const { reader } = read(buildFile([chunk], 21));
    assert.deepEqual([reader.counters.seen, reader.counters.failed], [20, 1]);
    assert.deepEqual(reader.faults.list(), [{ layer: 'evtx-record', kind: 'malformed', count: 1 }]);
  });

  it('reads a record whose second size is damaged, for another record follows where it ends', () => {
    const chunk = buildChunk(manyRecords(20));
    const next = recordStarts(chunk)[6] as number;
    chunk[next - 4] = 0xee;
    sealChunk(chunk);
    assert.equal(read(buildFile([chunk], 21)).entries.length, 20);
  });

  it('says which checksum is wrong and still reads', () => {
    const chunk = buildChunk(manyRecords(5));
    chunk[52] = (chunk[52] as number) ^ 1;
    const { entries, reader } = read(buildFile([chunk], 6));
    assert.equal(entries.length, 5);
    assert.ok(reader.faults.count > 0);
  });

  it('reads the whole records of a file that was cut off, at any length', () => {
    const file = buildFile(two(), 81);
    for (let end = 0; end < file.length; end += 509) {
      const { reader } = read(file.subarray(0, end));
      assert.ok(end === 4096 + 65536 || end === 4096 || reader.faults.count > 0, `cut after ${end}`);
    }
    const cut = read(file.subarray(0, 4096 + 65536 + 6000));
    assert.ok(
      cut.entries.length > 50 && cut.reader.counters.seen === 80,
      'what was cut off is counted, by the numbers in the header of the chunk',
    );
  });

  it('a count of values that cannot be is a fault of that record', () => {
    const chunk = buildChunk(manyRecords(3));
    const view = new DataView(chunk.buffer);
    const second = recordStarts(chunk)[1] as number;
    // The number of values, right behind the template instance of the second record.
    view.setUint32(second + 24 + 4 + 10, 0xffff_ffff, true);
    sealChunk(chunk);
    const { reader } = read(buildFile([chunk], 4));
    assert.deepEqual([reader.counters.parsed, reader.counters.failed], [2, 1]);
  });

  /** A record of nothing but an instance of the first of `templates`, each of which holds `instances` by number. */
  const nested = (templates: readonly (readonly number[])[]): Uint8Array => {
    const chunk = buildChunk(manyRecords(2));
    const offsetOf = (index: number) => 40_000 + 256 * index;
    const instance = (index: number) => [0x0c, 1, 0, 0, 0, 0, ...little(4, BigInt(offsetOf(index))), ...little(4, 0n)];
    templates.forEach((inside, i) => {
      const body = [0x0f, 1, 1, 0, ...inside.flatMap(instance), 0];
      chunk.set([...new Uint8Array(20), ...little(4, BigInt(body.length)), ...body], offsetOf(i));
    });
    const second = recordStarts(chunk)[1] as number;
    chunk.set([0x0f, 1, 1, 0, ...instance(0), 0], second + 24);
    sealChunk(chunk);
    return chunk;
  };
  const bombs: [string, (readonly number[])[]][] = [
    ['a template that holds itself', [[0]]],
    ['templates that hold each other', [[1], [0]]],
    ['templates that double forty times', Array.from({ length: 40 }, (_, i) => (i === 39 ? [] : [i + 1, i + 1]))],
    ['templates in templates a hundred deep', Array.from({ length: 95 }, (_, i) => (i === 94 ? [] : [i + 1]))],
  ];
  for (const [sentence, templates] of bombs)
    it(`ends at once with a fault: ${sentence}`, () => {
      const { reader } = read(nested(templates));
      assert.deepEqual([reader.counters.parsed, reader.counters.failed], [1, 1]);
    });

  it('survives flipped octets and still reads most records', () => {
    const pristine = buildChunk(manyRecords(60), manyRecords(5, 10));
    let random = 1;
    const next = (below: number) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    let parsed = 0;
    let failed = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const chunk = pristine.slice();
      for (let flips = 1 + next(6); flips > 0; flips--) chunk[next(20_000)] = next(256);
      const { reader } = read(chunk);
      parsed += reader.counters.parsed;
      failed += reader.counters.failed;
    }
    assert.ok(parsed > runs * 30, `${parsed} parsed`);
    assert.ok(failed > runs, `${failed} failed: the flips did reach the records`);
  });
});

describe('EVTX as Windows lays it out, with the data in a value of its own', () => {
  const events = Object.values(powerStories).flatMap((tell) => tell(1).logs.flatMap(({ events }) => events));
  const file = encodeEvtx(events.map((event, i) => ({ ...event, recordId: i + 1 })));

  it('is read whole', () => {
    const { entries, reader } = read(file);
    assert.deepEqual([entries.length, reader.faults.list()], [events.length, []]);
  });

  // `make fuzz` sets YOBAN_FUZZ_RUNS.
  it('survives flipped octets: every way of reading it gives the same, and the books balance', () => {
    const runs = Math.max(150, Math.floor(Number(process.env.YOBAN_FUZZ_RUNS ?? 0) / 10));
    const chunks = Math.floor((file.length - 4096) / 65536);
    let random = 99;
    const next = (below: number) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    let [parsed, failed] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const at = 4096 + 65536 * next(chunks);
      const chunk = file.slice(at, at + 65536);
      for (let flips = 1 + next(8); flips > 0; flips--) chunk[next(8) === 0 ? next(512) : next(65536)] = next(256);
      const { reader } = read(chunk);
      parsed += reader.counters.parsed;
      failed += reader.counters.failed;
    }
    assert.ok(parsed > runs * 50 && failed > runs / 2, `${parsed} parsed, ${failed} failed`);
  });
});

function recordStarts(chunk: Uint8Array): number[] {
  const view = new DataView(chunk.buffer);
  const starts: number[] = [];
  for (let at = 512; view.getUint32(at, true) === 0x2a2a; at += view.getUint32(at + 4, true)) starts.push(at);
  return starts;
}
