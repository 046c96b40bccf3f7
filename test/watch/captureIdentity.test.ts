import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Failure } from '../../src/base/failure.ts';
import { type CaptureRecord, captureKind } from '../../src/record/capture.ts';
import { Store } from '../../src/store/store.ts';
import { type FileIdentity, identifyFile } from '../../src/watch/captureIdentity.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Longer than one reading of the stream, so that cuts fall inside and between chunks. */
const long = Buffer.alloc(2 * (1 << 20) + 12_345, 'night watch ');

async function opened(t: TestContext) {
  const folder = await temporaryFolder(t);
  const store = await Store.open(join(folder, 'data'));
  t.after(() => store.close());
  const identify = async (content: Uint8Array, kind: 'capture' | 'log' = 'capture', name = 'a.pcap') => {
    await writeFile(join(folder, name), content);
    return identifyFile(join(folder, name), kind, store);
  };
  /** What `replayCapture` and `replayLog` leave behind. */
  const remember = async ({ id, contentSha256, octets }: FileIdentity, changes: Partial<CaptureRecord> = {}) => {
    const record: CaptureRecord = {
      id,
      sensor: 'box1',
      kind: 'capture',
      format: 'pcap',
      name: 'a.pcap',
      state: 'complete',
      contentSha256,
      octets,
      linkTypes: [],
      frames: 0,
      records: 0,
      firstAt: null,
      lastAt: null,
      faults: [],
      ...changes,
    };
    store.append(captureKind, record);
    await store.commit();
    return record;
  };
  return { folder, store, identify, remember };
}

describe('the identity of a file', () => {
  it('is its content: neither its name nor its time', async (t) => {
    const { identify } = await opened(t);
    const [one, two] = [await identify(long), await identify(long, 'capture', 'renamed.pcap')];
    assert.deepEqual(two, one);
    assert.deepEqual([one.octets, one.contentSha256], [long.length, createHash('sha256').update(long).digest('hex')]);
    assert.deepEqual([one.alreadyStored, one.supersedes], [false, []]);
  });
  it('differs with one bit, and between a capture and a log of the same octets', async (t) => {
    const { identify } = await opened(t);
    const changed = Buffer.from(long);
    changed[1_500_000] = (changed[1_500_000] as number) ^ 1;
    const ids = [(await identify(long)).id, (await identify(changed)).id, (await identify(long, 'log')).id];
    assert.equal(new Set(ids).size, 3);
  });
  it('is known when it was read to its end', async (t) => {
    const { identify, remember } = await opened(t);
    await remember(await identify(long));
    const again = await identify(long);
    assert.deepEqual([again.alreadyStored, again.supersedes], [true, []]);
    assert.equal((await identify(long, 'log')).alreadyStored, false, 'a log with these octets was not read');
  });
  it('supersedes an interrupted reading of the same content', async (t) => {
    const { identify, remember } = await opened(t);
    const record = await remember(await identify(long), { state: 'reading' });
    const again = await identify(long);
    assert.deepEqual([again.alreadyStored, again.supersedes], [false, [record]]);
  });

  for (const octets of [1, 1000, 1 << 20, (1 << 20) + 1, 2 * (1 << 20), long.length - 1])
    it(`supersedes its own beginning of ${octets} octets, read to its end or not`, async (t) => {
      const { identify, remember } = await opened(t);
      for (const state of ['complete', 'reading'] as const) {
        const record = await remember(await identify(long.subarray(0, octets)), { state, id: state });
        const grown = await identify(long);
        assert.equal(grown.alreadyStored, false);
        assert.ok(grown.supersedes.some(({ id }) => id === record.id));
      }
    });
  it('supersedes several beginnings of itself at once', async (t) => {
    const { identify, remember } = await opened(t);
    const ids: string[] = [];
    for (const octets of [500, 700, 1_200_000]) ids.push((await remember(await identify(long.subarray(0, octets)))).id);
    assert.deepEqual((await identify(long)).supersedes.map(({ id }) => id).toSorted(), ids.toSorted());
  });
  it('supersedes neither a file that begins otherwise, nor a longer one, nor a log, nor an empty file', async (t) => {
    const { identify, remember } = await opened(t);
    const other = Buffer.from(long.subarray(0, 1000));
    other[0] = (other[0] as number) ^ 1;
    await remember(await identify(other));
    await remember(await identify(Buffer.concat([long, long])));
    await remember(await identify(long.subarray(0, 1000), 'log'), { kind: 'log' });
    await remember(await identify(new Uint8Array(0)));
    const found = await identify(long);
    assert.deepEqual([found.alreadyStored, found.supersedes], [false, []]);
  });
  it('of a file that shrank is another one, and supersedes nothing', async (t) => {
    const { identify, remember } = await opened(t);
    await remember(await identify(long));
    const shorter = await identify(long.subarray(0, 1000));
    assert.deepEqual([shorter.alreadyStored, shorter.supersedes], [false, []]);
  });
  it('tells apart two stored beginnings of the same length', async (t) => {
    const { identify, remember } = await opened(t);
    const other = Buffer.alloc(1000, 'x');
    const mine = await remember(await identify(long.subarray(0, 1000)));
    await remember(await identify(other));
    assert.deepEqual((await identify(long)).supersedes, [mine]);
  });
});

describe('a file that cannot be read', () => {
  const rows: [string, string, string][] = [
    ['does not exist', 'absent.pcap', 'FILE_UNREADABLE'],
    ['is a directory', 'folder', 'FILE_DIRECTORY'],
    ['is a device', '/dev/null', 'FILE_SPECIAL'],
  ];
  for (const [sentence, name, code] of rows)
    it(`because it ${sentence} is a failure that says so`, async (t) => {
      const { folder, store } = await opened(t);
      await mkdir(join(folder, 'folder'));
      const path = name.startsWith('/') ? name : join(folder, name);
      await assert.rejects(identifyFile(path, 'capture', store), (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, code);
        assert.ok(error.message.startsWith(path) && error.advice.length > 5);
        return true;
      });
    });
  it('is not read to its end when the reading is cut off', async (t) => {
    const { folder, store } = await opened(t);
    await writeFile(join(folder, 'a.pcap'), long);
    await assert.rejects(identifyFile(join(folder, 'a.pcap'), 'capture', store, AbortSignal.abort()), { name: 'AbortError' });
  });
});
