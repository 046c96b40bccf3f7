import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { LogError } from '../../src/logs/edge/logError.ts';
import { openLog } from '../../src/logs/edge/logFile.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { wevtutilEvent } from './eventText.ts';
import { buildChunk, buildFile, manyRecords } from './evtxBuilder.ts';

const folder = mkdtempSync(join(tmpdir(), 'yoban-logs-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `log-${files++}`);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string, options = {}): Promise<{ records: EventRecord[]; log: Awaited<ReturnType<typeof openLog>> }> {
  const log = await openLog(path, options);
  const records: EventRecord[] = [];
  for await (const batch of log) records.push(...batch);
  return { records, log };
}

describe('opening a log file', () => {
  const many = `<Events>${Array.from({ length: 2000 }, (_, i) => wevtutilEvent({ recordId: i + 1, data: [['a', 'Zürich 東京']] })).join('\r\n')}</Events>`;
  const utf16 = (text: string, bigEndian = false) =>
    bigEndian ? Buffer.from(`\uFEFF${text}`, 'utf16le').swap16() : Buffer.from(`\uFEFF${text}`, 'utf16le');
  const forms: [string, string | Uint8Array][] = [
    ['UTF-8', many],
    ['UTF-8 with a byte order mark', `\uFEFF${many}`],
    ['UTF-16 little endian, as PowerShell redirects it', utf16(many)],
    ['UTF-16 big endian', utf16(many, true)],
    ['UTF-16 without a byte order mark', Buffer.from(many, 'utf16le')],
  ];
  for (const [sentence, content] of forms)
    it(`reads ${sentence}`, async () => {
      const { records, log } = await readAll(file(content));
      assert.equal(records.length, 2000);
      assert.deepEqual([log.format, log.records, log.faults], ['event-xml', 2000, []]);
      assert.equal(records.at(-1)?.data[0]?.[1], 'Zürich 東京');
    });

  it('reads text of a code page when it is named, and tells of false octets when it is not', async () => {
    const content = Buffer.from(wevtutilEvent({ data: [['a', 'Zürich']] }), 'latin1');
    const named = await readAll(file(content), { encoding: 'windows-1252' });
    assert.equal(named.records[0]?.data[0]?.[1], 'Zürich');
    const unnamed = await readAll(file(content));
    assert.equal(unnamed.records.length, 1);
    assert.deepEqual(unnamed.log.faults, [{ layer: 'text', kind: 'malformed', count: 1 }]);
  });

  it('shows every octet once and in order, for hashing', async () => {
    const hash = createHash('sha256');
    const path = file(many);
    await readAll(path, { onChunk: (octets: Uint8Array) => hash.update(octets) });
    assert.equal(hash.digest('hex'), createHash('sha256').update(readFileSync(path)).digest('hex'));
  });

  const legacy = new Uint8Array(64);
  legacy.set([0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65]);
  const refused: [string, () => string, string, RegExp][] = [
    ['a file that is not there', () => join(folder, 'absent'), 'LOG_MISSING', /absent/],
    ['a folder', () => folder, 'LOG_IS_DIRECTORY', /directory/],
    ['an empty file', () => file(''), 'LOG_EMPTY', /empty/],
    ['a picture', () => file(Buffer.from('89504e470d0a1a0a', 'hex')), 'LOG_NOT_A_LOG', /neither/],
    ['a web page', () => file('<!DOCTYPE html><html></html>'), 'LOG_NOT_A_LOG', /without events/],
    ['a packed log', () => file(Buffer.from('1f8b0800', 'hex')), 'LOG_NOT_A_LOG', /unpack/],
    [
      'CSV, which keeps neither data nor zone',
      () => file('"EventID","MachineName","Data"\r\n"42","PC-7","System.Byte[]"\r\n'),
      'LOG_NOT_A_LOG',
      /wevtutil epl/,
    ],
    ['a capture', () => file(Buffer.from('0a0d0d0a00000000', 'hex')), 'LOG_NOT_A_LOG', /capture/],
    ['the old EVT format, with the way to convert it', () => file(legacy), 'LOG_LEGACY_EVT', /wevtutil epl/],
  ];
  for (const [sentence, path, code, message] of refused)
    it(`refuses ${sentence}`, async () => {
      await assert.rejects(openLog(path()), (error) => {
        assert.ok(error instanceof LogError);
        assert.equal(error.code, code);
        assert.match(`${error.message}; ${error.advice}`, message);
        assert.ok(!error.message.includes('\n'), 'one line');
        return true;
      });
    });

  it('reads JSON, and EVTX, each told by its content', async () => {
    const entry = {
      ProviderName: 'Microsoft-Windows-Kernel-Power',
      Id: 42,
      RecordId: 7,
      MachineName: 'PC-7',
      TimeCreated: '2024-03-04 12:00:00',
    };
    const local = await readAll(file(JSON.stringify(entry)));
    assert.deepEqual([local.log.format, local.log.records, local.log.faults.length], ['json', 0, 1]);
    const zoned = await readAll(file(JSON.stringify(entry)), { zone: '+01:00' });
    assert.deepEqual([zoned.records[0]?.eventId, zoned.log.faults], [42, []]);
    const evtx = await readAll(file(buildFile([buildChunk(manyRecords(50)), buildChunk(manyRecords(30, 51))], 81)));
    assert.deepEqual([evtx.log.format, evtx.log.records, evtx.log.faults], ['evtx', 80, []]);
  });

  it('refuses a zone that is none', () => assert.rejects(openLog(file(many), { zone: 'Berlin' }), { code: 'LOG_BAD_ZONE' }));

  it('refuses an encoding that does not exist', () =>
    assert.rejects(openLog(file(many), { encoding: 'klingon' }), { code: 'LOG_BAD_ENCODING' }));

  it('refuses a real old EVT file', { skip: skipWithout('evtx/e8-SysEvent.Evt') }, () =>
    assert.rejects(openLog(join(sharedData, 'evtx/e8-SysEvent.Evt')), { code: 'LOG_LEGACY_EVT' }),
  );

  for (const [name, count] of [
    ['e5-Application.windows-export.xml', 366],
    ['e6-Security.windows-export.xml', 1715],
  ] as const)
    it(`reads all ${count} events of ${name}`, { skip: skipWithout(`evtx/${name}`) }, async () => {
      const { records, log } = await readAll(join(sharedData, 'evtx', name));
      assert.equal(records.length, count);
      assert.deepEqual(log.faults, []);
    });

  for (const [name, ids] of [
    ['power-42-fast-startup.wevtutil.xml', [42]],
    ['power-42-s3-and-pt1-timerwake.xml', [42, 1]],
    ['power-506-507.xml', [506, 507]],
  ] as const)
    it(`reads the dialect of ${name}`, { skip: skipWithout(`samples/${name}`) }, async () => {
      const { records, log } = await readAll(join(sharedData, 'samples', name));
      assert.deepEqual(
        records.map((record) => record.eventId),
        ids,
      );
      assert.deepEqual(log.faults, []);
    });
});
