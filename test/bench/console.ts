/**
 * Server time of every page, and of the answers of the API behind them, over a month of an office: fills a store, serves it, asks for each page a
 * hundred times, each time with other parameters.
 *
 * Usage: node console.js [FLOWS [FOLDER]]. A folder that holds a store already is not filled again.
 */

import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { day, formatTime, minute } from '../../src/base/time.ts';
import { startConsole } from '../../src/console/server.ts';
import { Store } from '../../src/store/store.ts';
import { visitorThreads } from '../../src/store/visitor.ts';
import { fillLargeStore, firstDay } from './largeStore.ts';

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
const store = await Store.open(folder, { threads: visitorThreads });
const running = await startConsole(store, { listen: { host: '127.0.0.1', port: 0 }, policy: 'sleep', explanations: [], version: 'bench' });

const overview = (await (await fetch(`${running.url}/api/v1/overview`)).json()) as {
  hosts: { mac: string; host: string }[];
  open: { destination: { id: string } }[];
};
const pick = <T>(all: readonly T[], n: number): T => all[n % all.length] as T;
const text = (at: number) => formatTime(at).slice(0, 16);
/** The n-th of spans that begin and end at any minute. */
const span = (n: number, days: number, step = minute) => {
  const from = firstDay + (((n * 7919 * step) % ((size.days - days) * day || step)) as number);
  return `from=${text(from)}&to=${text(from + days * day)}`;
};
const machine = (n: number) => `mac=${pick(overview.hosts, n).mac}`;
const host = (n: number) => `/hosts/${pick(overview.hosts, n).mac}`;
const farEnd = (n: number) => pick(overview.open, n).destination.id;

/** Each request of a page differs from the others as those of people do: in host, far end, span of time, or part. */
const pages: readonly (readonly [name: string, address: (n: number) => string])[] = [
  ['/ (30 days, the same again)', () => '/'],
  ['/ (30 days but some hours)', (n) => `/?from=${text(firstDay + (n + 1) * 13 * minute)}`],
  ['/ (7 days, UTC)', (n) => `/?${span(n, 7, day)}`],
  ['/ (7 days)', (n) => `/?${span(n, 7)}`],
  ['/ (1 day, UTC)', (n) => `/?${span(n, 1, day)}`],
  ['/ (1 day)', (n) => `/?${span(n, 1)}`],
  ['/ (30 days, strict)', () => '/?policy=strict'],
  ['/ (30 days, no-person)', () => '/?policy=no-person'],
  ['/hosts', (n) => `/hosts?page=${1 + (n % 3)}`],
  ['/hosts (7 days, by name)', (n) => `/hosts?name=PC-${n % 10}&${span(n, 7)}`],
  ['/hosts/:mac', host],
  ['/hosts/:mac (7 days)', (n) => `${host(n)}?${span(n, 7)}`],
  ['/hosts/:mac (1 day)', (n) => `${host(n)}?${span(n, 1, day)}`],
  ['/destinations/:id', (n) => `/destinations/${farEnd(n)}`],
  ['/destinations/:id (7 days)', (n) => `/destinations/${farEnd(n)}?${span(n, 7)}`],
  ['/minutes', (n) => `/minutes?page=${1 + n}`],
  ['/minutes of a host', (n) => `/minutes?${machine(n)}`],
  ['/minutes of a far end', (n) => `/minutes?destination=${farEnd(n)}`],
  ['/minutes (1 day, any state)', (n) => `/minutes?state=any&${span(n, 1)}`],
  ['/flows', (n) => `/flows?page=${1 + n}`],
  ['/flows of a host', (n) => `/flows?${machine(n)}`],
  ['/flows of a host (1 day)', (n) => `/flows?${machine(n)}&${span(n, 1)}`],
  ['/events', (n) => `/events?host=${pick(overview.hosts, n).host}`],
  ['/captures', (n) => `/captures?page=${1 + n}`],
  ['/explanations', (n) => `/explanations?page=${1 + n}`],
  ['/health', (n) => `/health?${span(n, 7)}`],
];
const api = pages.map(
  ([name, address]) =>
    [`/api/v1${name.replace('/ ', '/overview ')}`, (n: number) => `/api/v1${address(n).replace(/^\/(\?|$)/, '/overview$1')}`] as const,
);
const wanted = process.env.YOBAN_PAGES ?? '';
const all = [...pages, ['/api/v1/hosts/:mac/curve', (n: number) => `/api/v1${host(n)}/curve`] as const, ...api].filter(([name]) =>
  name.includes(wanted),
);
const width = Math.max(...all.map(([name]) => name.length));
process.stdout.write(`${'page'.padEnd(width)}     p50 ms  p95 ms\n`);
let slowest = 0;
for (const [name, address] of all) {
  const times: number[] = [];
  for (let n = 0; n < requests; n++) {
    const asked = performance.now();
    const response = await fetch(`${running.url}${address(n)}`);
    await response.text();
    if (response.status !== 200) throw new Error(`${address(n)} answered ${response.status}`);
    times.push(performance.now() - asked);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
  slowest = Math.max(slowest, at(0.95));
  process.stdout.write(`${name.padEnd(width)}   ${[0.5, 0.95].map((share) => at(share).toFixed(0).padStart(8)).join('')}\n`);
}
process.stdout.write(`slowest p95: ${slowest.toFixed(0)} ms (at most 1000)\n`);
await running.close();
await store.close();
if (given === undefined) await rm(folder, { recursive: true });
