/**
 * How fast EVTX is read, against libevtx (`evtxexport`) in interleaved runs of whole processes over one generated file, and how
 * much memory a file of 1 GB takes against one of 100 MB. Prints figures; asserts nothing.
 *
 * Usage: node evtx.js [PAIRS [MEGABYTES]]
 */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../repositoryRoot.ts';
import { writeLargeLog } from './largeLog.ts';

const [, , pairs = '5', megabytes = '30'] = process.argv;
const main = join(repositoryRoot, 'dist/src/cli/main.js');
const folder = await mkdtemp(join(tmpdir(), 'yoban-bench-'));

interface Run {
  readonly seconds: number;
  readonly peakMiB: number;
}

/** The whole process, its output thrown away. */
async function run(command: string, args: readonly string[]): Promise<Run> {
  const nowhere = openSync('/dev/null', 'w');
  const begin = process.hrtime.bigint();
  const child = spawn(command, args, { stdio: ['ignore', nowhere, 'ignore'] });
  let peakMiB = 0;
  const watch = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(child.pid));
  }, 20);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  clearInterval(watch);
  closeSync(nowhere);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { seconds: Number(process.hrtime.bigint() - begin) / 1e9, peakMiB };
}

/** High-water mark of the resident set, so that the last look is enough. */
function peakOf(pid: number | undefined): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : 0;
  } catch {
    // The process is gone.
    return 0;
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** The chunks of `source` ten times over. */
async function tenfold(source: string, path: string): Promise<void> {
  const [from, to] = [await open(source), await open(path, 'w')];
  const { size } = await stat(source);
  const buffer = Buffer.alloc(1024 * 1024);
  let written = 0;
  for (let round = 0; round < 10; round++)
    for (let at = round === 0 ? 0 : 4096; at < size; ) {
      const { bytesRead } = await from.read(buffer, 0, buffer.length, at);
      await to.write(buffer, 0, bytesRead, written);
      at += bytesRead;
      written += bytesRead;
    }
  await Promise.all([from.close(), to.close()]);
}

try {
  const log = join(folder, 'large.evtx');
  const records = await writeLargeLog(log, Number(megabytes) * 1e6);
  say(`${megabytes} MB, ${records} records, ${pairs} interleaved pairs of whole processes`);
  const ways: [string, string[], string[]][] = [
    ['events (timeline --records --format json) against evtxexport as text', ['--format', 'json'], []],
    ['XML (timeline --records --format xml) against evtxexport -f xml', ['--format', 'xml'], ['-f', 'xml']],
  ];
  if (spawnSync('evtxexport', ['-V']).error) say('evtxexport (libevtx-utils) is not installed: nothing to compare with');
  else
    for (const [what, own, peer] of ways) {
      const ratios: number[] = [];
      const times: string[] = [];
      for (let pair = 0; pair < Number(pairs); pair++) {
        const mine = await run(process.execPath, [main, 'timeline', '--records', ...own, log]);
        const other = await run('evtxexport', [...peer, log]);
        ratios.push(other.seconds / mine.seconds);
        times.push(`${mine.seconds.toFixed(2)}/${other.seconds.toFixed(2)}`);
      }
      say(`${what}: ${median(ratios).toFixed(2)} times as fast (median; seconds ${times.join(' ')})`);
    }
  const [hundred, thousand] = [join(folder, '100.evtx'), join(folder, '1000.evtx')];
  await writeLargeLog(hundred, 100e6);
  await tenfold(hundred, thousand);
  for (const [size, path] of [
    ['100 MB', hundred],
    ['1 GB', thousand],
  ] as const) {
    const { peakMiB, seconds } = await run(process.execPath, [main, 'timeline', '--records', '--format', 'json', path]);
    say(`peak of the resident set over ${size}: ${peakMiB.toFixed(0)} MiB (${seconds.toFixed(1)} s)`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
