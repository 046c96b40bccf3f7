import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspectOutput } from '../../src/record/output/inspect.ts';
import { replayOutput } from '../../src/record/output/replay.ts';
import { wevtutilEvent } from '../logs/eventText.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { writeStory, yoban, yobanJson } from './run.ts';

describe('input that is no capture', () => {
  const rows: [string, (folder: string) => Promise<string>][] = [
    ['a file that is not there', async (folder) => join(folder, 'nowhere.pcap')],
    ['an empty file', async (folder) => write(folder, 'empty.pcap', '')],
    ['a text file', async (folder) => write(folder, 'notes.pcap', 'these are notes\n'.repeat(50))],
    ['a folder', async (folder) => (await mkdir(join(folder, 'folder.pcap'), { recursive: true })) as string],
  ];
  async function write(folder: string, name: string, content: string): Promise<string> {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }
  for (const [sentence, make] of rows)
    for (const verb of ['replay', 'inspect'])
      it(`${verb} refuses ${sentence} with exit code 2 and one clear line`, async (t) => {
        const folder = await temporaryFolder(t);
        const path = await make(folder);
        const { exitCode, stdout, stderr } = await yoban(verb, path, ...(verb === 'replay' ? ['--data', join(folder, 'data')] : []));
        assert.deepEqual([exitCode, stdout], [2, '']);
        assert.match(stderr, /^yoban: [^\n]+\n$/);
        assert.ok(stderr.includes(path));
      });

  it('stores nothing of many files when one of them is refused', async (t) => {
    const folder = await temporaryFolder(t);
    const { capture } = await writeStory('contradiction', 1, folder);
    const { exitCode } = await yoban('replay', capture, join(folder, 'nowhere.pcap'), '--data', join(folder, 'data'));
    assert.equal(exitCode, 2);
    assert.equal((await yoban('report', '--data', join(folder, 'data'))).exitCode, 1);
  });

  it('refuses a hostile log with a fault, never an expansion of entities', async (t) => {
    const folder = await temporaryFolder(t);
    const log = await write(folder, 'bomb.xml', '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><Events><Event>&b;&b;&b;</Event></Events>');
    const replayed = await yoban('replay', '--logs', log, '--data', join(folder, 'data'), '--format', 'json');
    if (replayed.exitCode === 0) assert.ok((replayOutput.parse(JSON.parse(replayed.stdout)).files[0]?.faults ?? 0) > 0);
    else assert.equal(replayed.exitCode, 2, replayed.stderr);
    assert.doesNotMatch(replayed.stdout + replayed.stderr, /bbbb/);
  });
});

describe('a log that does not say how it is written', () => {
  it('is read by the code page that is named, and faulty by another, with a store and without one', async (t) => {
    const folder = await temporaryFolder(t);
    const log = join(folder, 'console.xml');
    // ü is 0x81 in code page 850, which windows-1252 leaves empty.
    const text = wevtutilEvent({ data: [['a', 'Z\u0081rich']] });
    await writeFile(log, Buffer.from(text, 'latin1'));
    const faults = async (...how: string[]) => (await yobanJson(replayOutput, 'replay', '--logs', log, ...how)).files[0]?.faults;
    assert.equal(await faults('--data', join(folder, 'a'), '--encoding', 'ibm850'), 0);
    assert.equal(await faults('--data', join(folder, 'b'), '--encoding', 'utf-8'), 1);
    assert.equal(await faults('--no-store', '--encoding', 'ibm850'), 0);
    const refused = await yoban('replay', '--logs', log, '--data', join(folder, 'c'), '--encoding', 'klingon');
    assert.deepEqual([refused.exitCode, refused.stderr.includes('klingon is no text encoding')], [2, true]);
  });
});

describe('a capture that is cut or has grown', () => {
  it('is read up to the cut, with a fault; the longer file replaces the shorter one', async (t) => {
    const folder = await temporaryFolder(t);
    const { capture, log } = await writeStory('paper-2021', 9, folder);
    const octets = await readFile(capture);
    const growing = join(folder, 'growing.pcapng');
    const data = join(folder, 'data');
    await writeFile(growing, octets.subarray(0, Math.floor(octets.length / 2) + 7));
    const half = (await yobanJson(replayOutput, 'replay', growing, '--logs', log, '--data', data)).files[0];
    assert.ok(half && half.faults === 1 && half.frames > 1000);
    await writeFile(growing, octets);
    const whole = await yobanJson(replayOutput, 'replay', growing, '--data', data);
    assert.equal(whole.files[0]?.faults, 0);
    await yobanJson(replayOutput, 'replay', capture, '--logs', log, '--data', join(folder, 'fresh'));
    const report = async (where: string) => (await yoban('report', '--data', where, '--format', 'json')).stdout;
    const withoutCaptures = (text: string) => JSON.stringify({ ...JSON.parse(text), totals: { ...JSON.parse(text).totals, captures: 0 } });
    assert.equal(withoutCaptures(await report(data)), withoutCaptures(await report(join(folder, 'fresh'))));
  });
});

describe('the command line', () => {
  it('says what a verb does, for each verb, with exit code 0', async () => {
    const { exitCode, stdout } = await yoban('--help');
    assert.equal(exitCode, 0);
    const verbs = ['replay', 'report', 'inspect', 'timeline', 'account', 'scenario'];
    for (const verb of verbs) {
      assert.match(stdout, new RegExp(`^ {2}${verb} `, 'm'));
      const help = await yoban(verb, '--help');
      assert.deepEqual([help.exitCode, help.stderr], [0, '']);
      assert.match(help.stdout, new RegExp(`Usage: yoban ${verb}`));
    }
  });
  const misuses: string[][] = [
    ['observer'],
    ['report', '--policy', 'siesta'],
    ['report', '--since', 'yesterday'],
    ['replay'],
    ['inspect'],
    ['scenario', 'no-such-story', '--out', 'x'],
    ['report', '--format', 'pdf'],
  ];
  for (const args of misuses)
    it(`refuses "yoban ${args.join(' ')}" with exit code 2`, async () => {
      const { exitCode, stdout, stderr } = await yoban(...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.notEqual(stderr, '');
    });
  it('inspects without keeping anything', async (t) => {
    const folder = await temporaryFolder(t);
    const { capture } = await writeStory('paper-2021', 1, folder);
    const [file] = (await yobanJson(inspectOutput, 'inspect', capture)).files;
    assert.ok(file);
    assert.deepEqual([file.format, file.linkTypes, file.faults], ['pcapng', ['ethernet'], []]);
    assert.ok((file.protocols.arp ?? 0) > 0 && (file.protocols.dns ?? 0) >= 72);
    assert.ok(file.names.sni.includes('settings-win.data.microsoft.com') && file.names.httpHost.includes('ctldl.windowsupdate.com'));
  });
});
