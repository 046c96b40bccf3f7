import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CaptureError } from '../../src/link/captureError.ts';
import { openCapture } from '../../src/link/captureFile.ts';
import { encodePcap, join as joinOctets, section } from './encodePcap.ts';
import { readAll, testFolder } from './readAll.ts';

const folder = testFolder();
const form = { littleEndian: true, nanoseconds: false };
const frames = Array.from({ length: 3000 }, (_, i) => ({ at: BigInt(i) * 1000n, octets: new Uint8Array(200).fill(i) }));
const whole = encodePcap(form, frames);
const hex = (text: string) => Buffer.from(text, 'hex');

async function refused(path: string): Promise<CaptureError> {
  try {
    await (await openCapture(path)).close();
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    assert.ok(!error.message.includes('\n'), 'one line');
    assert.ok(error.advice.length > 0 && !error.message.includes(error.advice), error.message);
    return error;
  }
  throw new Error('was not refused');
}

describe('opening a capture', () => {
  it('does not care what the file is called', async () => {
    assert.equal((await readAll(folder.write('notes.txt', whole))).frames.length, 3000);
    assert.equal((await readAll(folder.write('really.pcap', section(true)))).format, 'pcapng');
  });

  const contents: [string, Uint8Array | string, string, RegExp][] = [
    ['an empty file', '', 'CAPTURE_EMPTY', /is empty/],
    ['a text file', 'Dear reader,\nthis is no capture.\n', 'CAPTURE_IS_TEXT', /text/],
    ['an event log in XML', "<Events><Event xmlns='x'/></Events>", 'CAPTURE_IS_TEXT', /logs/],
    ['an event log in UTF-16', Buffer.from('\ufeff<Events/>', 'utf16le'), 'CAPTURE_IS_TEXT', /text/],
    ['two octets', hex('d4c3'), 'CAPTURE_UNKNOWN_FORMAT', /neither/],
    ['zeros', new Uint8Array(100), 'CAPTURE_UNKNOWN_FORMAT', /neither/],
    ['a modified pcap', hex('34cdb2a1'), 'CAPTURE_UNSUPPORTED_FORMAT', /editcap/],
    ['a modified pcap, big-endian', hex('a1b2cd34'), 'CAPTURE_UNSUPPORTED_FORMAT', /Kuznetsov/],
    ['a zstd file cut in its header', hex('28b52ffd0458'), 'CAPTURE_UNKNOWN_FORMAT', /zstd stream .* cut short/],
    ['a zstd file that needs a dictionary', hex('28b52ffd2107000001000061'), 'CAPTURE_UNKNOWN_FORMAT', /dictionaryId/],
    ['an xz file', hex('fd377a585a0000'), 'CAPTURE_COMPRESSED', /xz -d/],
    ['an EVTX file', Buffer.concat([Buffer.from('ElfFile\0'), Buffer.alloc(90)]), 'CAPTURE_UNSUPPORTED_FORMAT', /event log/],
    ['a future pcap version', whole.with(4, 3), 'CAPTURE_UNSUPPORTED_VERSION', /3\.4/],
    ['a future pcapng version', section(false, 2), 'CAPTURE_UNSUPPORTED_VERSION', /version 2/],
    ['a section header without byte order', section(false).with(8, 9), 'CAPTURE_UNKNOWN_FORMAT', /byte-order/],
    ['text in gzip', gzipSync('only text, only text'), 'CAPTURE_IS_TEXT', /decompressed/],
    ['an empty gzip', gzipSync(''), 'CAPTURE_EMPTY', /is empty/],
    ['a gzip cut in its header', gzipSync(whole).subarray(0, 8), 'CAPTURE_UNKNOWN_FORMAT', /cut short/],
    ['a gzip that is none', hex('1f8b00000000'), 'CAPTURE_UNKNOWN_FORMAT', /damaged/],
  ];
  for (const [sentence, octets, code, message] of contents)
    it(`refuses ${sentence} in one line that says what to do`, async () => {
      const error = await refused(folder.write('refused.pcap', octets));
      assert.equal(error.code, code);
      assert.match(`${error.message}; ${error.advice}`, message);
      assert.match(error.message, /refused\.pcap/);
    });

  it('refuses a missing file, and a file used as a folder', async () => {
    assert.equal((await refused(join(folder.path, 'nothing.pcap'))).code, 'CAPTURE_MISSING');
    assert.equal((await refused(join(folder.write('file', whole), 'x.pcap'))).code, 'CAPTURE_MISSING');
  });
  it('refuses a directory', async () => {
    mkdirSync(join(folder.path, 'folder'));
    assert.equal((await refused(join(folder.path, 'folder'))).code, 'CAPTURE_IS_DIRECTORY');
  });
  it('refuses a file without permission', async (t) => {
    if (process.getuid?.() === 0) return t.skip('root may read everything');
    const path = folder.write('secret.pcap', whole);
    chmodSync(path, 0);
    assert.equal((await refused(path)).code, 'CAPTURE_UNREADABLE');
  });
  it('says so when the system fails to read', async (t) => {
    if (process.platform !== 'linux') return t.skip('needs /proc/self/mem, which cannot be read at 0');
    assert.equal((await refused('/proc/self/mem')).code, 'CAPTURE_READ_FAILED');
  });
});

describe('a capture in gzip', () => {
  const squeezed = gzipSync(whole);
  it('is read as if it were not compressed, and hashed as it lies in the file', async () => {
    const plain = await readAll(folder.write('plain.pcap', whole));
    const read = await readAll(folder.write('squeezed.pcap.gz', squeezed));
    assert.deepEqual([read.frames, read.faults], [plain.frames, []]);
    assert.equal(read.octetsRead, squeezed.length);
    const raw = await import('node:crypto').then(({ createHash }) => createHash('sha256').update(squeezed).digest('hex'));
    assert.equal(read.sha256, raw);
  });
  it('may have several members', async () => {
    const parts = joinOctets([gzipSync(whole.subarray(0, 1000)), gzipSync(whole.subarray(1000))]);
    assert.equal((await readAll(folder.write('members.gz', parts))).frames.length, 3000);
  });
  it('may be followed by zeros, as tapes and some disks leave them', async () => {
    const read = await readAll(folder.write('zeros.gz', joinOctets([squeezed, new Uint8Array(5000)])));
    assert.deepEqual([read.frames.length, read.octetsRead], [3000, squeezed.length + 5000]);
  });
  it('that was cut keeps the frames before the cut', async () => {
    for (const share of [0.3, 0.6, 0.9]) {
      const read = await readAll(folder.write('cut.gz', squeezed.subarray(0, Math.floor(squeezed.length * share))));
      assert.ok(read.frames.length > 100 && read.frames.length < 3000, String(read.frames.length));
      assert.ok(read.faults.some(({ layer, kind }) => layer === 'gzip' && kind === 'truncated'));
    }
  });
  it('that was damaged keeps the frames before the damage and is hashed to its end', async () => {
    const noise = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919 + (i >> 5) * 31) & 0xff);
    const large = gzipSync(encodePcap(form, [...frames, { at: 0n, octets: noise.subarray(0, 199_000) }, ...frames]), { level: 1 });
    const at = Math.floor(large.length / 2);
    const damaged = large.slice();
    damaged.fill(0xff, at, at + 200);
    const read = await readAll(folder.write('damaged.gz', damaged));
    assert.ok(read.frames.length > 0 && read.frames.length < 6001, String(read.frames.length));
    assert.ok(read.faults.some(({ layer, kind }) => layer === 'gzip' && kind === 'malformed'));
    assert.equal(read.octetsRead, damaged.length);
  });
  it('that explodes to hundreds of megaoctets of nothing is read in bounded memory', async () => {
    const bomb = joinOctets([
      gzipSync(encodePcap(form, frames)),
      ...Array.from({ length: 8 }, () => gzipSync(new Uint8Array(32 * 1024 * 1024))),
    ]);
    const before = process.memoryUsage().rss;
    const source = await openCapture(folder.write('bomb.gz', bomb));
    let count = 0;
    for await (const block of source.blocks()) count += block.count;
    await source.close();
    assert.ok(count > 1_000_000, 'zeros are empty records at the epoch');
    assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024);
  });
});

describe('a capture that is still being written', () => {
  it('is read to the end that it has, and a longer one later', async () => {
    const path = folder.write('growing.pcap', whole.subarray(0, 24 + 216 * 10));
    assert.equal((await readAll(path)).frames.length, 10);
    appendFileSync(path, whole.subarray(24 + 216 * 10, 24 + 216 * 20 + 100));
    const grown = await readAll(path);
    assert.deepEqual([grown.frames.length, grown.faults[0]?.kind], [20, 'truncated']);
  });
  it('is read to the end that it has when the reader gets there', async () => {
    const path = folder.write('grows.pcap', whole.subarray(0, 24 + 216 * 10));
    const source = await openCapture(path);
    appendFileSync(path, whole.subarray(24 + 216 * 10));
    let count = 0;
    for await (const block of source.blocks()) count += block.count;
    await source.close();
    assert.equal(count, 3000);
  });
  it('may come through a FIFO, in pieces', async () => {
    const path = join(folder.path, 'fifo');
    execFileSync('mkfifo', [path]);
    const reading = readAll(path);
    const writer = createWriteStream(path);
    for (let at = 0; at < whole.length; at += 10_007) {
      await new Promise((resolve) => writer.write(whole.subarray(at, at + 10_007), resolve));
    }
    writer.end();
    const read = await reading;
    assert.deepEqual([read.frames.length, read.faults, read.octetsRead], [3000, [], whole.length]);
  });
});
