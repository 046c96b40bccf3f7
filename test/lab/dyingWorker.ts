/** Run inside a namespace: observes `mirror0`, and ends the thread of its capture at every line on stdin. */

import { createInterface } from 'node:readline';
import type { Worker } from 'node:worker_threads';
import { createLog } from '../../src/app/logging.ts';
import { Store } from '../../src/store/store.ts';
import { Observation } from '../../src/watch/observation.ts';

const store = await Store.open(process.argv[2] as string);
const log = createLog({ level: 'info' });
const ending = new AbortController();
process.once('SIGINT', () => ending.abort());
const live = { interface: 'mirror0', source: 'ring', filter: '', ringMiB: 8, retireMs: 10, promiscuous: true } as const;
const interfaces = [{ live, mustExist: true }];
const observation = new Observation(store, { sensor: 'lab', interfaces, maxFlows: 10_000, log: log.room('watch'), signal: ending.signal });
const lines = createInterface({ input: process.stdin });
lines.on('line', () => {
  const { sessions } = observation as unknown as { sessions: Map<string, { worker: Worker }> };
  void sessions.get('mirror0')?.worker.terminate();
});
await observation.run();
lines.close();
process.stdin.destroy();
await store.close();
