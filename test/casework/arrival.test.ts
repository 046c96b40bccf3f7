/** Whole captures, logs and decisions in any order, also repeated: one result. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Casework } from '../../src/casework/casework.ts';
import { makeDecision } from '../../src/judge/decisions.ts';
import { linkType } from '../../src/link/frameBlock.ts';
import { PcapngWriter } from '../../src/link/pcapngWriter.ts';
import { decisionKind } from '../../src/record/decision.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { contradiction } from '../../src/scenario/contradiction.ts';
import { encodeWevtutilXml } from '../../src/scenario/wevtutilXml.ts';
import { destinations, devices, intervals, judgedTraffic } from '../../src/store/questions/derived.ts';
import { Store } from '../../src/store/store.ts';
import { replayCapture } from '../../src/watch/replayCapture.ts';
import { replayLog } from '../../src/watch/replayLog.ts';
import { knowledge } from '../cli/judgedStory.ts';
import { rule } from '../judge/sample.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** In all with the other property; whole files take longer. */
const orders = Math.ceil(Number(process.env.YOBAN_ORDERS ?? 15) / 3);
const options = { sensor: 'box1', maxFlows: 1_000_000 };

type Delivery = (store: Store) => Promise<unknown>;

/** A story cut into three captures and two logs, and decisions about what it shows. */
async function deliveries(folder: string): Promise<Delivery[]> {
  const { frames, logs } = contradiction(5);
  const third = Math.ceil(frames.length / 3);
  const parts: Delivery[] = [];
  for (const i of [0, 1, 2]) {
    const path = join(folder, `part-${i}.pcapng`);
    const writer = await PcapngWriter.open(path, { linkType: linkType.ethernet, interfaceName: 'mirror', snapLength: 262_144 });
    for (const { capturedAtUs, octets } of frames.slice(i * third, (i + 1) * third)) writer.write(capturedAtUs, octets);
    await writer.close();
    parts.push((store) => replayCapture(path, store, options));
  }
  const events = logs[0]?.events ?? [];
  const half = Math.ceil(events.length / 2);
  for (const [i, some] of [events.slice(0, half), events.slice(half)].entries()) {
    const path = join(folder, `log-${i}.xml`);
    await writeFile(path, encodeWevtutilXml(some));
    parts.push((store) => replayLog(path, store, options));
  }
  const decision = (at: number, act: 'add' | 'remove', id: string, pattern: string) =>
    makeDecision({ at, who: 'me', act, rule: id, explanation: act === 'remove' ? null : rule({ id, pattern }), why: 'a test' });
  const decisions = [
    decision(1, 'add', 'operator/news', 'news.example.org'),
    decision(2, 'remove', 'paper-2021/ssdp', ''),
    decision(3, 'add', 'operator/mail', 'mail.example.net'),
    decision(4, 'remove', 'operator/mail', ''),
  ];
  // As they come from elsewhere: `decide` would leave out what changes nothing at the moment.
  parts.push(
    ...decisions.map((one) => async (store: Store) => {
      store.append(decisionKind, one);
      await store.commit();
    }),
  );
  return parts;
}

async function derivedText(store: Store): Promise<string> {
  await new Casework(store, { explanations: knowledge }).settle();
  const rows = [
    await store.ask(devices, {}),
    await store.ask(intervals, {}),
    await store.ask(judgedTraffic, { from: 0, to: Number.MAX_SAFE_INTEGER }),
    await store.ask(destinations, {}),
    await assembleReport(store, { policy: 'sleep' }),
  ];
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

async function reference(t: TestContext, folder: string, all: readonly Delivery[]): Promise<string> {
  const store = await Store.open(join(folder, 'reference'));
  t.after(() => store.close());
  for (const deliver of all) await deliver(store);
  const text = await derivedText(store);
  assert.match(text, /could not send/);
  return text;
}

describe('captures, logs and decisions', () => {
  it('give one result in whatever order they arrive, repeated or not, with the casework running in between', async (t) => {
    const folder = await temporaryFolder(t);
    const all = await deliveries(folder);
    const expected = await reference(t, folder, all);
    let stores = 0;
    const property = fc.asyncProperty(
      fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
      fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
      fc.subarray([0, 1, 2, 3, 4]),
      async (order, pauses, repeated) => {
        const store = await Store.open(join(folder, `order-${stores++}`));
        try {
          for (const [i, index] of order.entries()) {
            await (all[index] as Delivery)(store);
            if (pauses[i]) await new Casework(store, { explanations: i % 2 === 0 ? knowledge : [] }).settle();
          }
          for (const index of repeated) await (all[index] as Delivery)(store);
          assert.equal(await derivedText(store), expected);
        } finally {
          await store.close();
        }
      },
    );
    await fc.assert(property, { numRuns: orders });
  });
});
