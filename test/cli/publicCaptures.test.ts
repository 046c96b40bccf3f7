import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { accountOutput } from '../../src/record/output/account.ts';
import { inspectOutput } from '../../src/record/output/inspect.ts';
import { replayOutput } from '../../src/record/output/replay.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { yoban, yobanJson } from './run.ts';

const folder = join(sharedData, 'pcaps');
const captures = () =>
  readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Frames as tshark counts them: from tshark itself where it is installed, else from the index that it made. */
function frameCounts(paths: readonly string[]): number[] {
  if (hasTshark()) {
    return paths.map((path) => {
      const lines = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.number'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return lines.split('\n').filter((line) => line !== '').length;
    });
  }
  const facts = readFileSync(join(folder, 'index.csv'), 'utf8');
  return paths.map((path) => {
    const name = (path.split('/').at(-1) as string).replace(/\./g, '\\.');
    const found = new RegExp(`^${name},.*?,(?:pcap|pcapng|nsecpcap),[a-z0-9-]+,(\\d+),`, 'm').exec(facts);
    return Number(found?.[1]);
  });
}

describe('public captures', { skip: skipWithout('pcaps') }, () => {
  it('are counted by inspect as tshark counts them', async () => {
    const paths = captures();
    const { files } = await yobanJson(inspectOutput, 'inspect', ...paths);
    assert.equal(files.length, 42);
    assert.deepEqual(
      files.map(({ frames }) => frames),
      frameCounts(paths),
    );
  });

  it('are replayed and reported on without a throw, all together, and the books balance', async (t) => {
    const data = await temporaryFolder(t);
    const paths = captures();
    const { files } = await yobanJson(replayOutput, 'replay', ...paths, '--data', data);
    assert.deepEqual(
      files.map(({ file }) => file),
      paths,
    );
    const { exitCode, stderr } = await yoban('report', '--data', data);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const account = await yobanJson(accountOutput, 'account', '--data', data);
    assert.ok(account.balanced);
  });
});
