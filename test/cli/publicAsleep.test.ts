/**
 * Every public capture alone: it is replayed and reported on without a throw, and its books balance. Then it is judged as if all its
 * machines had slept: nobody's traffic of an ordinary network may lie beyond the envelope of what explains it, and what stands first
 * must be worth a look.
 */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatMac } from '../../src/base/address.ts';
import { day, hour } from '../../src/base/time.ts';
import { Casework } from '../../src/casework/casework.ts';
import { eventKind } from '../../src/record/event.ts';
import { imbalance } from '../../src/record/health.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { renderText } from '../../src/report/text.ts';
import { Random } from '../../src/scenario/random.ts';
import { WindowsLog } from '../../src/scenario/windowsLog.ts';
import { devices } from '../../src/store/questions/derived.ts';
import { health, span } from '../../src/store/questions/facts.ts';
import { Store } from '../../src/store/store.ts';
import { storeOperatorFacts } from '../../src/watch/operatorFacts.ts';
import { replayCapture } from '../../src/watch/replayCapture.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { knowledge } from './judgedStory.ts';

const folder = join(sharedData, 'pcaps');
const captures = () =>
  readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort();

/** A log that says that the machine slept from an hour before the capture to an hour after it. */
function asleep(computer: string, from: number, to: number) {
  const log = new WindowsLog(computer, '0 GMT Standard Time', new Random(computer));
  log.boot({ at: from - 3 * hour, bootId: 9, shutdownAt: from - day });
  log.modernSleep(from - hour, to + hour, 9);
  log.serviceNoise(to + hour, to + 2 * hour, 10);
  return log.finish(1000);
}

describe('public captures, as if everybody had slept', { skip: skipWithout('pcaps') }, () => {
  for (const name of skipWithout('pcaps') ? [] : captures())
    it(`${name}: nothing lies beyond its envelope`, async (t) => {
      const store = await Store.open(join(await temporaryFolder(t), 'data'));
      t.after(() => store.close());
      await replayCapture(join(folder, name), store, { sensor: 'box1', maxFlows: 100_000 });
      await new Casework(store, { explanations: knowledge }).settle();
      const books = await store.ask(health, {});
      assert.ok(books.length > 0 && books.every((stage) => imbalance(stage) === 0));
      assert.ok(renderText(await assembleReport(store, { policy: 'sleep' })).length > 0);
      const [time] = await store.ask(span, {});
      const machines = await store.ask(devices, {});
      if (time?.from == null || time.to === null || machines.length === 0) return t.diagnostic('no machine, no flow');
      const hosts = machines.map(({ mac }) => ({
        name: `H${formatMac(mac).replaceAll(':', '')}`.toUpperCase(),
        macs: [mac],
        addresses: [],
      }));
      for (const host of hosts)
        for (const event of asleep(host.name, time.from, time.to)) {
          store.append(eventKind, event);
          store.markStale({ unit: 'host', subject: event.host, day: null });
        }
      await storeOperatorFacts(store, { inside: [], hosts });
      await new Casework(store, { explanations: knowledge }).settle();
      const { findings, hosts: judged } = await assembleReport(store, { policy: 'sleep' });
      assert.ok(
        judged.some(({ noUserStarted }) => noUserStarted.packets > 0) || judged.every(({ destinations }) => destinations.length === 0),
      );
      for (const one of findings.slice(0, 8)) t.diagnostic(`${one.priority} ${one.farEnd} (${one.packets}): ${one.because.join('; ')}`);
      assert.deepEqual(
        findings.filter(({ status }) => status === 'out-of-envelope').map(({ farEnd, reason }) => [farEnd, reason]),
        [],
      );
    });
});
