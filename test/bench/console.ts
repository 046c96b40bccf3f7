/**
 * Server time of every page over a month of an office: fills a store, serves it, asks each page a hundred times.
 *
 * Usage: node console.js [FLOWS [FOLDER]]. A folder that holds a store already is not filled again.
 */

import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConsole } from '../../src/console/server.ts';
import { Store } from '../../src/store/store.ts';
import { fillLargeStore } from './largeStore.ts';

const flows = Number(process.argv[2] ?? 10_000_000);
const given = process.argv[3];
const requests = Number(process.env.YOBAN_REQUESTS ?? 100);
const folder = given ?? (await mkdtemp(join(tmpdir(), 'yoban-bench-')));
const size = { flows, days: 30, hosts: 200, others: 60 };

const isFilled = await access(join(folder, 'yoban.duckdb')).then(
  () => true,
  () => false,
);
const begin = performance.now();
if (!isFilled) {
  // Both processors to fill it; what is measured has what the console has.
  const filling = await Store.open(folder, { threads: 2, memoryLimit: '1GB' });
  await fillLargeStore(filling, size);
  await filling.close();
  process.stdout.write(`filled with ${flows} flows in ${((performance.now() - begin) / 1000).toFixed(0)} s\n`);
}
const store = await Store.open(folder);
const running = await startConsole(store, { listen: { host: '127.0.0.1', port: 0 }, policy: 'sleep', explanations: [], version: 'bench' });

const overview = (await (await fetch(`${running.url}/api/v1/overview`)).json()) as {
  hosts: { mac: string; host: string }[];
  open: { destination: { id: string } }[];
};
const [one, far] = [overview.hosts[0], overview.open[0]?.destination.id];
const day = '?from=2026-05-12T00:00Z&to=2026-05-13T00:00Z';
const pages = [
  ...['/', `/${day}`, '/hosts', `/hosts/${one?.mac}`, `/hosts/${one?.mac}${day}`, `/destinations/${far}`, `/minutes?mac=${one?.mac}`],
  ...[
    `/minutes?destination=${far}`,
    '/minutes',
    `/flows?mac=${one?.mac}`,
    '/flows',
    `/events?host=${one?.host}`,
    '/captures',
    '/explanations',
    '/health',
  ],
  `/api/v1/hosts/${one?.mac}/curve`,
];
const width = Math.max(...pages.map((page) => page.length));
process.stdout.write(`${'page'.padEnd(width)}     p50 ms  p95 ms\n`);
for (const page of pages) {
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    const asked = performance.now();
    const response = await fetch(`${running.url}${page}`);
    await response.text();
    if (response.status !== 200) throw new Error(`${page} answered ${response.status}`);
    times.push(performance.now() - asked);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] as number).toFixed(0).padStart(8);
  process.stdout.write(`${page.padEnd(width)}   ${at(0.5)}${at(0.95)}\n`);
}
await running.close();
await store.close();
if (given === undefined) await rm(folder, { recursive: true });
