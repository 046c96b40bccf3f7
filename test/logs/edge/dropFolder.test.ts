import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { appendFile, mkdir, open, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { DropFolder } from '../../../src/logs/edge/dropFolder.ts';
import { wevtutilEvent } from '../eventText.ts';
import { buildChunk, buildFile, manyRecords } from '../evtxBuilder.ts';
import { Received, until } from './received.ts';

const lookEveryMs = 20;
const one = (recordId: number) => `${wevtutilEvent({ recordId })}\r\n`;

// Gone when all watchers have ended.
const all = mkdtempSync(join(tmpdir(), 'yoban-drop-'));
after(() => rmSync(all, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(all, 'x'));

async function watched(t: TestContext, folder?: string, patienceMs = 60_000) {
  const path = folder ?? newFolder();
  const received = new Received();
  const notices: string[] = [];
  const stop = new AbortController();
  const drop = new DropFolder(path, received.sink, { lookEveryMs, patienceMs, onNotice: (notice) => notices.push(notice) }, stop.signal);
  await drop.start();
  const end = async () => {
    stop.abort();
    await drop.stopped();
    const { in: came, out, held, refused, dropped } = drop.books;
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
    assert.equal(came, out + held + sum(refused) + sum(dropped), 'the books balance');
  };
  t.after(end);
  return { path, received, notices, drop, end, at: (name: string) => join(path, name) };
}

describe('a folder that logs are dropped into', { timeout: 60_000 }, () => {
  it('is made where it is missing', async (t) => {
    const path = join(newFolder(), 'a', 'logs');
    await watched(t, path);
    assert.ok(existsSync(path));
  });

  it('reads what is renamed into it, of every form, and leaves the files where they are', async (t) => {
    const { path, received, at } = await watched(t);
    const aside = newFolder();
    await writeFile(join(aside, 'x'), buildFile([buildChunk(manyRecords(20, 100))], 121));
    await writeFile(join(aside, 'y'), one(1) + one(2));
    await rename(join(aside, 'x'), at('PC-7.evtx'));
    await rename(join(aside, 'y'), at('PC-8.xml'));
    await until(() => received.events.size === 22);
    assert.deepEqual(
      readdirSync(path).filter((name) => !name.startsWith('.')),
      ['PC-7.evtx', 'PC-8.xml'],
    );
    assert.deepEqual([...new Set(received.sources.map(({ name, format }) => `${name} ${format}`))].sort(), [
      'PC-7.evtx evtx',
      'PC-8.xml event-xml',
    ]);
  });

  it('reads a file again that was read half-written, as often as it grows', async (t) => {
    const { received, at, notices } = await watched(t);
    const text = one(1) + one(2) + one(3);
    await writeFile(at('log.xml'), text.slice(0, text.length / 2));
    await until(() => received.events.size === 1);
    await appendFile(at('log.xml'), text.slice(text.length / 2));
    await until(() => received.events.size === 3);
    await appendFile(at('log.xml'), one(4));
    await until(() => received.events.size === 4);
    assert.match(notices.join('\n'), /log\.xml: 1 events read, with faults: event-xml truncated 1/);
  });

  it('waits for an EVTX file that is copied chunk by chunk', async (t) => {
    const { received, at } = await watched(t);
    const file = buildFile([buildChunk(manyRecords(50)), buildChunk(manyRecords(30, 51))], 81);
    const handle = await open(at('log.evtx'), 'w');
    for (const end of [2000, 4096 + 65536, file.length]) {
      await handle.write(file.subarray(0, end), 0, end, 0);
      await new Promise((resolve) => setTimeout(resolve, 5 * lookEveryMs));
    }
    await handle.close();
    await until(() => received.events.size === 80);
  });

  it('reads a file that takes the place of another under the same name', async (t) => {
    const { received, at } = await watched(t);
    await writeFile(at('log.xml'), one(1));
    await until(() => received.events.size === 1);
    await writeFile(at('.new'), one(2));
    await rename(at('.new'), at('log.xml'));
    await until(() => received.events.size === 2);
  });

  it('reads nothing twice after a restart, and what came meanwhile', async (t) => {
    const first = await watched(t);
    await writeFile(first.at('a.xml'), one(1));
    await until(() => first.received.events.size === 1);
    await until(() => existsSync(first.at('.yoban-read.json')));
    await first.end();
    await writeFile(first.at('b.xml'), one(2));
    const second = await watched(t, first.path);
    await until(() => second.received.events.size === 1);
    assert.deepEqual(second.received.recordIds, [2]);
    assert.equal(second.received.calls, 1);
  });

  it('reads everything again where its memory is spoilt: the sink knows what it has', async (t) => {
    const path = newFolder();
    await writeFile(join(path, '.yoban-read.json'), '{"a.xml": ');
    await writeFile(join(path, 'a.xml'), one(1));
    const { received } = await watched(t, path);
    await until(() => received.events.size === 1);
  });

  it('tries a file again when the store failed, and sets nothing aside for that', async (t) => {
    const { received, at, notices } = await watched(t, undefined, 0);
    received.failing = true;
    await writeFile(at('a.xml'), one(1));
    await until(() => received.calls > 3);
    received.failing = false;
    await until(() => received.events.size === 1);
    assert.deepEqual(notices.filter((notice) => notice.includes('the disk is full')).length, 1, 'told once');
    assert.ok(!existsSync(at('refused')));
  });

  const poison: [string, string, string | Uint8Array, RegExp][] = [
    ['a picture', 'holiday.jpg', Buffer.from('89504e470d0a1a0a', 'hex'), /neither EVTX/],
    ['the old EVT format', 'old.evt', Buffer.from('300000004c664c65', 'hex'), /wevtutil epl/],
    ['XML without an event that can be read', 'bad.xml', '<Events><Event><System/></Event></Events>', /no event in it could be read/],
    ['times without a zone', 'local.json', '{"SourceName":"a","EventTime":"2024-03-04 12:00:00","EventID":1}', /event-json unsupported/],
  ];
  for (const [sentence, name, content, reason] of poison)
    it(`sets aside ${sentence}, with the reason beside it, and reads on`, async (t) => {
      const { path, received, at, notices } = await watched(t, undefined, 3 * lookEveryMs);
      await writeFile(at(name), content);
      await until(() => existsSync(at(`refused/${name}`)));
      assert.match(readFileSync(at(`refused/${name}.reason.txt`), 'utf8'), reason);
      assert.ok(existsSync(at(`refused/${name}`)) && !existsSync(at(name)));
      await until(() => notices.some((notice) => notice.includes('was set aside')));
      await writeFile(at('good.xml'), one(1));
      await until(() => received.events.size === 1);
      // Another one of that name does not take its place.
      await writeFile(at(name), content);
      await until(() => existsSync(at(`refused/${name}.1`)));
      assert.ok(readdirSync(path).includes('good.xml'));
    });

  it('is patient with a file of which only the beginning is there', async (t) => {
    const { received, at } = await watched(t);
    await writeFile(at('slow.xml'), '<');
    await new Promise((resolve) => setTimeout(resolve, 10 * lookEveryMs));
    assert.ok(existsSync(at('slow.xml')));
    await writeFile(at('slow.xml'), one(1));
    await until(() => received.events.size === 1);
  });

  it('brings a file back that grows after it was set aside', async (t) => {
    const { received, at } = await watched(t, undefined, 3 * lookEveryMs);
    const handle = await open(at('slow.xml'), 'w');
    await handle.write('<');
    await until(() => existsSync(at('refused/slow.xml')));
    await handle.write(one(1).slice(1));
    await handle.close();
    await until(() => received.events.size === 1);
    await until(() => !existsSync(at('refused/slow.xml.reason.txt')));
  });

  it('takes no notice of links, folders, empty files and files that are not finished', async (t) => {
    const { received, at } = await watched(t, undefined, 0);
    const outside = join(newFolder(), 'secret.xml');
    await writeFile(outside, one(9));
    await symlink(outside, at('link.xml'));
    await mkdir(at('folder'));
    await writeFile(at('empty.xml'), '');
    for (const name of ['.hidden', 'a.tmp', 'b.part', 'c~']) await writeFile(at(name), one(8));
    await writeFile(at('good.xml'), one(1));
    await until(() => received.events.size === 1);
    await new Promise((resolve) => setTimeout(resolve, 5 * lookEveryMs));
    assert.deepEqual(received.recordIds, [1]);
  });
});
