/** The whole box on a veth pair: what it stores of a live capture, and that every packet is accounted for. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { minute } from '../../src/base/time.ts';
import { flowKind } from '../../src/record/flow.ts';
import { imbalance } from '../../src/record/health.ts';
import { accountOutput } from '../../src/record/output/account.ts';
import { replayOutput } from '../../src/record/output/replay.ts';
import { bindingKind, nameKind } from '../../src/record/sighting.ts';
import type { Question } from '../../src/store/question.ts';
import { allOf } from '../../src/store/question.ts';
import { captures, health, rowsOfCapture } from '../../src/store/questions/facts.ts';
import { Store } from '../../src/store/store.ts';
import { writeStory, yoban, yobanJson } from '../cli/run.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { FrameSender } from './frameSender.ts';
import { connect, Namespace, noLab } from './namespaces.ts';
import { mixedFrames, ObservedBox } from './observed.ts';

const text = (record: object) =>
  JSON.stringify(
    Object.entries(record)
      .filter(([name]) => name !== 'capture')
      .sort(),
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );

async function contents(folder: string): Promise<Record<string, string[]>> {
  const store = await Store.open(folder);
  const found: Record<string, string[]> = {};
  for (const kind of [flowKind, nameKind, bindingKind]) {
    const rows = await store.ask(allOf(kind as never) as Question, {});
    found[kind.name] = rows.map(text).sort();
  }
  await store.close();
  return found;
}

/** Every row of the books, and what is on disk against what they say. */
async function assertBooks(folder: string): Promise<{ received: number; stored: number; held: number; lost: number }> {
  const store = await Store.open(folder);
  const sums = { received: 0, stored: 0, held: 0, lost: 0 };
  try {
    const books = await store.ask(health, {});
    for (const row of books) assert.equal(imbalance(row), 0, text(row));
    for (const { id } of await store.ask(captures, {})) {
      const [onDisk] = await store.ask(rowsOfCapture, { capture: id });
      const stage = (name: string) => books.filter((row) => row.capture === id && row.stage === name);
      const total = (name: string) => stage(name).reduce((sum, { out }) => sum + out, 0);
      assert.equal(onDisk?.packets, total('meter'), 'packets on disk are those that the meter handed over');
      assert.equal(onDisk?.rows, total('store'), 'rows on disk are those of the books');
      sums.received += stage('link').reduce((sum, row) => sum + row.in, 0);
      sums.stored += onDisk?.packets ?? 0;
      sums.held += stage('meter').at(-1)?.held ?? 0;
      sums.lost += stage('meter').reduce((sum, { dropped }) => sum + Object.values(dropped).reduce((a, b) => a + b, 0), 0);
    }
  } finally {
    await store.close();
  }
  return sums;
}

interface Lab {
  readonly box: Namespace;
  readonly network: Namespace;
  readonly folder: string;
}

async function lab(t: TestContext): Promise<Lab> {
  const [box, network] = [new Namespace(t), new Namespace(t)];
  connect(box, { name: 'mirror0' }, network, { name: 'switch0' });
  return { box, network, folder: await temporaryFolder(t) };
}

async function start(t: TestContext, { box, folder }: Lab, ...words: string[]): Promise<ObservedBox> {
  const observed = new ObservedBox(box, '--interface', 'mirror0', '--data', join(folder, 'live'), ...words);
  t.after(() => observed.process.kill('SIGKILL'));
  await observed.says(/mirror0: capturing/);
  return observed;
}

/** Waiting for the edge of a minute takes up to one; the property test of the capture loop covers edges without waiting. */
const isLong = process.env.YOBAN_LAB_LONG === '1';
const untilMinuteEndsMs = () => (minute - ((Date.now() * 1000) % minute)) / 1000;

describe('a live capture', { skip: noLab }, () => {
  it('gives the flows, names and bindings that a replay of the same frames gives', async (t) => {
    const place = await lab(t);
    const file = join(place.folder, 'beside.pcap');
    const observed = await start(t, place);
    const tcpdump = place.box.spawn('tcpdump', ['-i', 'mirror0', '-Q', 'in', '-s', '0', '-U', '-w', file, '-B', '65536'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => tcpdump.kill('SIGKILL'));
    await new Promise<void>((resolve) => tcpdump.stderr?.on('data', (line) => /listening/.test(String(line)) && resolve()));
    let sent = 0;
    const send = (round: number, count: number, perSecond: number) => {
      const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(50, round)));
      sent += sender.send(count, perSecond).sent;
      sender.close();
    };
    const endMs = performance.now() + (isLong ? untilMinuteEndsMs() + 8000 : 4000);
    // Bursts with pauses, some of them long; the last seconds lie in the minute after.
    for (let round = 0; performance.now() < endMs || round < 4; round++) {
      send(round % 5, 100 + (round % 3) * 200, round % 2 === 0 ? 0 : 2000);
      await sleep(round % 7 === 6 ? 3000 : 400);
    }
    await sleep(1500);
    const exited = once(tcpdump, 'exit');
    tcpdump.kill('SIGINT');
    await exited;
    assert.equal(await observed.end('SIGINT'), 0, observed.stderr);
    const sums = await assertBooks(join(place.folder, 'live'));
    assert.equal(sums.received, sent);
    const replay = await yoban('replay', file, '--data', join(place.folder, 'replayed'));
    assert.equal(replay.exitCode, 0, replay.stderr);
    const [live, replayed] = [await contents(join(place.folder, 'live')), await contents(join(place.folder, 'replayed'))];
    t.diagnostic(
      `${sent} frames; ${Object.entries(live)
        .map(([kind, rows]) => `${rows.length} ${kind}`)
        .join(', ')}`,
    );
    for (const kind of Object.keys(live)) assert.deepEqual(live[kind], replayed[kind], kind);
  });

  it('is accounted for to the packet after kill -9, and the next start closes it without erasing anything', async (t) => {
    const place = await lab(t);
    const data = join(place.folder, 'live');
    for (let round = 0; round < 2; round++) {
      const observed = await start(t, place);
      const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(400, round)));
      t.after(() => sender.close());
      // The second round is killed while the flows of a minute are being copied.
      const endMs =
        performance.now() + (isLong && round === 1 ? untilMinuteEndsMs() + 6000 + Math.random() * 1500 : 1000 + Math.random() * 2000);
      while (performance.now() < endMs) {
        sender.send(500, 10_000);
        await sleep(100);
      }
      // Killed before anything of it was on disk, a session leaves no trace to be held to.
      const sessions = async () =>
        (await yobanJson(accountOutput, 'account', '--data', data)).stages.filter(({ stage }) => stage === 'link');
      while ((await sessions()).length <= round) await sleep(100);
      await observed.end('SIGKILL');
      const before = await assertBooks(data);
      if (isLong && round === 1) assert.ok(before.stored > 0, 'flows of the minute that was over are on disk');
      const account = await yobanJson(accountOutput, 'account', '--data', data);
      assert.deepEqual([account.balanced, account.cutOff.length], [true, round + 1]);
      const next = await start(t, place);
      assert.match(next.stderr, /was cut off/);
      assert.equal(await next.end('SIGTERM'), 0, next.stderr);
      const after = await assertBooks(data);
      assert.equal(after.stored, before.stored);
      assert.equal(after.held, 0);
      assert.equal(after.lost, before.held + before.lost);
      t.diagnostic(
        `round ${round + 1}: ${before.received} frames in the books, ${before.stored} packets on disk, ${before.held} held and lost`,
      );
    }
  });

  it('answers a report and the books meanwhile, and leaves at once at the second signal', async (t) => {
    const place = await lab(t);
    const observed = await start(t, place);
    const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(100)));
    t.after(() => sender.close());
    sender.send(2000, 20_000);
    await sleep(1500);
    const account = await yobanJson(accountOutput, 'account', '--data', join(place.folder, 'live'));
    assert.equal(account.balanced, true);
    assert.equal(account.stages.find(({ stage }) => stage === 'link')?.in, 2000);
    assert.equal((await yoban('report', '--data', join(place.folder, 'live'))).exitCode, 0);
    observed.process.kill('SIGINT');
    assert.ok([0, 130].includes((await observed.end('SIGINT')) ?? -1));
  });

  it('takes captures and logs in from another terminal and judges them at once', async (t) => {
    const place = await lab(t);
    const data = join(place.folder, 'live');
    const { capture, log } = await writeStory('paper-2021', 3, place.folder);
    const observed = await start(t, place);
    const first = await yobanJson(replayOutput, 'replay', capture, '--data', data);
    assert.deepEqual(first.files, [{ ...first.files[0], file: capture, alreadyStored: false }]);
    const second = await yoban('replay', '--logs', log, '--data', data);
    assert.equal(second.exitCode, 0, second.stderr);
    assert.match((await yoban('report', '--data', data)).stdout, /769 explained, 0 not/);
    const again = await yobanJson(replayOutput, 'replay', capture, '--logs', log, '--data', data);
    assert.deepEqual(
      again.files.map(({ alreadyStored }) => alreadyStored),
      [true, true],
    );
    const wrong = await yoban('replay', join(place.folder, 'nothing.pcap'), '--data', data);
    assert.deepEqual([wrong.exitCode, /no such file/.test(wrong.stderr)], [2, true]);
    assert.equal(await observed.end('SIGINT'), 0, observed.stderr);
    assert.match((await yoban('report', '--data', data)).stdout, /769 explained, 0 not/);
    assert.equal((await yoban('account', '--data', data)).exitCode, 0);
  });

  it('begins anew when its thread dies, and what that held is in the books as lost', async (t) => {
    const place = await lab(t);
    const data = join(place.folder, 'live');
    const script = fileURLToPath(new URL('./dyingWorker.js', import.meta.url));
    const child = place.box.spawn(process.execPath, [script, data], { stdio: ['pipe', 'inherit', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr?.on('data', (octets: Buffer) => {
      said += String(octets);
    });
    const until = async (what: RegExp, times: number) => {
      for (let i = 0; i < 3000 && (said.match(what) ?? []).length < times; i++) await sleep(20);
      assert.equal((said.match(what) ?? []).length, times, said);
    };
    const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(100)));
    t.after(() => sender.close());
    for (let deaths = 1; deaths <= 2; deaths++) {
      await until(/: capturing \(/g, deaths);
      sender.send(500, 10_000);
      await sleep(1500);
      child.stdin?.write('die\n');
      await until(/its capture ended/g, deaths);
    }
    await until(/: capturing \(/g, 3);
    sender.send(500, 10_000);
    await sleep(500);
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    assert.deepEqual((await exited)[0], 0, said);
    const sums = await assertBooks(data);
    assert.deepEqual([sums.received, sums.stored + sums.lost, sums.held], [1500, 1500, 0]);
    assert.ok(sums.stored >= 500, 'what came after the last death is stored');
  });

  it('goes on capturing while its disk is full, says so once, and stores all of it when there is room again', async (t) => {
    const place = await lab(t);
    const small = await mkdtemp(join(tmpdir(), 'yoban-small-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small]);
    if (mounted.status !== 0) return t.skip('no tmpfs can be mounted here');
    const observed = new ObservedBox(place.box, '--interface', 'mirror0', '--data', join(small, 'data'));
    t.after(() => observed.process.kill('SIGKILL'));
    t.after(() => {
      spawnSync('umount', ['-l', small]);
      return rm(small, { recursive: true, force: true });
    });
    await observed.says(/mirror0: capturing/);
    let sent = 0;
    const send = (round: number) => {
      const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(400, round)));
      sent += sender.send(2000, 10_000).sent;
      sender.close();
    };
    send(0);
    await sleep(1500);
    const { bavail, bsize } = await statfs(small);
    // Somebody else may be quicker with the last octets.
    await writeFile(join(small, 'fill'), Buffer.alloc(bavail * bsize)).catch(() => undefined);
    for (let round = 1; !/takes no rows/.test(observed.stderr) && round < 60; round++) {
      send(round);
      await sleep(300);
    }
    assert.equal((observed.stderr.match(/the store takes no rows: .*No space left/g) ?? []).length, 1, observed.stderr);
    assert.equal((await yoban('account', '--data', join(small, 'data'))).exitCode, 0);
    await rm(join(small, 'fill'));
    await observed.says(/the store takes rows again/);
    assert.equal(await observed.end('SIGINT'), 0, observed.stderr);
    const sums = await assertBooks(join(small, 'data'));
    assert.deepEqual([sums.received, sums.stored], [sent, sent]);
  });

  it('says in one line what keeps an interface from being captured', async (t) => {
    const place = await lab(t);
    for (const [words, said] of [
      [['--interface', 'nothere0'], /there is no interface nothere0/],
      [[], /there is no interface to observe/],
    ] as const) {
      const observed = new ObservedBox(place.box, ...words, '--data', join(place.folder, 'refused'));
      const [exitCode] = await once(observed.process, 'exit');
      assert.ok(exitCode === 1 || exitCode === 2, observed.stderr);
      assert.match(observed.stderr, said);
    }
  });
});
