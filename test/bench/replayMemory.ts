/**
 * Peak memory of `yoban replay` over captures of 100 MB and of 1 GB with the same number of concurrent conversations, each into a fresh store
 * together with the logs of some machines, so that metering, judging and the summary all count. Fails where a bound is passed.
 *
 * The meter holds the slices of two minutes, and remembers a conversation for 15 minutes after its last packet. So two captures have the
 * same number of conversations in its memory only where both last for some minutes and go through the same ones in all: that shape,
 * `steady`, is held to the bound of the ratio. In `fresh` 100 MB are 74 seconds and 1 GB twelve minutes, and each conversation is a new
 * one: the large capture ends with four times as many in memory as the small one, and its ratio says what those cost.
 *
 * Usage: node replayMemory.js [PAIRS [CONCURRENT]]
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minute } from '../../src/base/time.ts';
import { Random } from '../../src/scenario/random.ts';
import { encodeWevtutilXml } from '../../src/scenario/wevtutilXml.ts';
import { WindowsLog } from '../../src/scenario/windowsLog.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { hostName, namedHosts, startUs, writeLargeCapture } from './largeCapture.ts';

const mostRatio = 1.15;
const mostMegabytes = 700;
const sizesMegabytes = [100, 1000] as const;
const shapes = [
  { name: 'steady', intervalUs: 2500, conversationsEach: 1.25, isBound: true },
  { name: 'fresh', intervalUs: 500, conversationsEach: Number.POSITIVE_INFINITY, isBound: false },
] as const;
type Shape = (typeof shapes)[number];

const [pairs = 3, concurrent = 8000] = process.argv.slice(2).map(Number);

/** Told by the process itself as it ends: what is polled from outside misses the last moment. */
const tellPeak = `import { readFileSync, writeSync } from 'node:fs';
process.on('exit', () => writeSync(3, /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));`;

/** Peak of the resident set, in megabytes (10^6 octets). */
async function peakOf(capture: string, log: string, data: string): Promise<number> {
  const main = join(repositoryRoot, 'dist/src/cli/main.js');
  const preload = `data:text/javascript,${encodeURIComponent(tellPeak)}`;
  const child = spawn(process.execPath, ['--import', preload, main, 'replay', capture, '--logs', log, '--data', data], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let told = '';
  child.stdio[3]?.on('data', (octets: Buffer) => {
    told += octets.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`replay of ${capture} ended with ${code}`);
  return (Number(told) * 1024) / 1e6;
}

/** The machines are up all the time, so that every minute of theirs is judged. */
function logs(): string {
  return Array.from({ length: namedHosts }, (_, host) => {
    const log = new WindowsLog(hostName(host), '-540 Tokyo Standard Time', new Random(hostName(host)));
    log.boot({ at: startUs - 60 * minute, bootId: 2, shutdownAt: startUs - 600 * minute });
    return encodeWevtutilXml(log.finish(1));
  }).join('');
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Whether the bounds hold. */
async function measure(folder: string, log: string, { name, intervalUs, conversationsEach, isBound }: Shape): Promise<boolean> {
  const captures: string[] = [];
  for (const megabytes of sizesMegabytes) {
    const path = join(folder, `${megabytes}.pcapng`);
    await writeLargeCapture(path, megabytes * 1e6, { concurrent, intervalUs, conversationsInAll: concurrent * conversationsEach });
    captures.push(path);
  }
  const peaks: number[][] = sizesMegabytes.map(() => []);
  for (let pair = 0; pair < pairs; pair++) {
    for (const [i, capture] of captures.entries()) {
      const data = join(folder, 'store');
      peaks[i]?.push(await peakOf(capture, log, data));
      await rm(data, { recursive: true });
    }
    const [small, large] = peaks.map((list) => list[pair] as number) as [number, number];
    process.stdout.write(
      `${name}, pair ${pair + 1}: ${small.toFixed(0)} MB over 100 MB, ${large.toFixed(0)} MB over 1 GB, ratio ${(large / small).toFixed(3)}\n`,
    );
  }
  const [small, large] = peaks.map(median) as [number, number];
  const ratio = large / small;
  const bounds = isBound ? `bounds ${mostRatio} and ${mostMegabytes} MB` : `bound ${mostMegabytes} MB, none for the ratio`;
  process.stdout.write(`${name}, median: ${small.toFixed(0)} MB and ${large.toFixed(0)} MB, ratio ${ratio.toFixed(3)} (${bounds})\n`);
  return large <= mostMegabytes && (!isBound || ratio <= mostRatio);
}

const folder = await mkdtemp(join(tmpdir(), 'yoban-memory-'));
try {
  const log = join(folder, 'system.xml');
  await writeFile(log, logs());
  for (const shape of shapes) if (!(await measure(folder, log, shape))) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
