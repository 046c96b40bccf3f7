import { rm } from 'node:fs/promises';
import { Store } from '../../src/store/store.ts';
import { fillLargeStore } from './largeStore.ts';

const folder = process.argv[2] as string;
await rm(folder, { recursive: true, force: true });
const store = await Store.open(folder);
const begin = performance.now();
await fillLargeStore(store, { flows: Number(process.argv[3] ?? 10_000_000), days: 30, hosts: 200, others: 60 });
process.stdout.write(`filled in ${((performance.now() - begin) / 1000).toFixed(0)} s\n`);
await store.close();
