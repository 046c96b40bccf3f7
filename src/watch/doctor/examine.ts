/** Looks at this machine: what `judge.ts` then gives a meaning. Nothing is changed, and nothing is sent. */

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, realpath, stat, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Check, DoctorOutput } from '../../record/output/doctor.ts';
import {
  type FoundInterface,
  judgeCapabilities,
  judgeClock,
  judgeDisk,
  judgeInterface,
  judgeKernel,
  judgeLogFolder,
  judgeMemory,
  judgeOffloads,
  judgePackage,
  type WantedPackage,
} from './judge.ts';

export interface Examination {
  /** Mirror and service interfaces. */
  readonly interfaces: readonly string[];
  readonly data: string;
  readonly logFolder: string;
  readonly capture: { readonly source: 'auto' | 'ring' | 'libpcap'; readonly ringMiB: number; readonly maxFlows: number };
  /** What other rooms have to say of this machine. */
  readonly further?: readonly (() => Promise<readonly Check[]>)[];
}

const upFlag = 0x1;

export async function examine(wanted: Examination): Promise<DoctorOutput> {
  const checks: Check[] = [judgeKernel(process.platform, release())];
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  checks.push(...judgeCapabilities(status, await realpath(process.execPath)));
  for (const name of wanted.interfaces) {
    const found = await interfaceNamed(name);
    checks.push(judgeInterface(found));
    if (found.exists) checks.push(judgeOffloads(name, await outputOf('ethtool', '-k', name)));
  }
  if (wanted.interfaces.length === 0) {
    const advice = 'list one under `interfaces` of the configuration, or name it with --interface';
    checks.push({ check: 'interface', subject: '', state: 'missing', finding: 'no interface is named to be observed', advice });
  }
  checks.push(judgeClock((await outputOf('timedatectl', 'show', '-p', 'NTPSynchronized', '--value'))?.trim()));
  checks.push(await diskOf(wanted.data));
  checks.push(judgeMemory(await availableMemory(), wanted.interfaces.length, wanted.capture.ringMiB, wanted.capture.maxFlows));
  for (const one of packagesFor(wanted.capture.source)) checks.push(judgePackage(one, isInstalled(one.name)));
  checks.push(judgeLogFolder(wanted.logFolder, await isFolder(wanted.logFolder)));
  for (const look of wanted.further ?? []) checks.push(...(await look()));
  return { ready: checks.every(({ state }) => state !== 'missing'), checks };
}

function packagesFor(source: Examination['capture']['source']): WantedPackage[] {
  return [
    { name: '@duckdb/node-api', purpose: 'the store', isNeeded: true },
    { name: 'koffi', purpose: 'the capture ring', isNeeded: source !== 'libpcap' },
    { name: 'cap', purpose: 'capturing through libpcap, and sending', isNeeded: source === 'libpcap' },
    { name: 'raw-socket', purpose: 'sending with own IP headers', isNeeded: false },
  ];
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function interfaceNamed(name: string): Promise<FoundInterface> {
  const read = (file: string) => readFile(`/sys/class/net/${name}/${file}`, 'utf8').catch(() => undefined);
  const flags = await read('flags');
  const isUp = (Number(flags ?? 0) & upFlag) !== 0;
  // Of an interface that is down the file cannot be read.
  return { name, exists: flags !== undefined, isUp, carrier: (await read('carrier'))?.trim() === '1', mtu: Number(await read('mtu')) };
}

/** The folder, or the nearest one above it that is there. */
async function diskOf(folder: string): Promise<Check> {
  let at = resolve(folder);
  while (!(await isFolder(at)) && dirname(at) !== at) at = dirname(at);
  const isWritable = await access(at, constants.W_OK).then(
    () => true,
    () => false,
  );
  const { bavail, bsize } = await statfs(at);
  return judgeDisk(folder, bavail * bsize, isWritable);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return Number(/^MemAvailable:\s*(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/** `undefined` when it cannot be run, or fails. */
function outputOf(program: string, ...words: string[]): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(program, words, { timeout: 5000 }, (error, stdout) => done(error ? undefined : stdout));
  });
}
