/** A log in parts and in several forms, in any order and more than once: the intervals are the same in the end. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Casework } from '../../src/casework/casework.ts';
import { LogDecoder } from '../../src/logs/logDecoder.ts';
import { detectForm } from '../../src/logs/logForm.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { logForms } from '../../src/scenario/logForms.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import { intervals } from '../../src/store/questions/derived.ts';
import { Store } from '../../src/store/store.ts';
import { storeEvents } from '../../src/watch/storeEvents.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Each form of the log in three parts that overlap, as a receiver would get them. */
function parts(): EventRecord[][] {
  const told = powerStories['s3-idle']?.(6).logs[0]?.events ?? [];
  return logForms.flatMap(({ encode }) => {
    const text = encode(told);
    const octets = typeof text === 'string' ? Buffer.from(text) : text;
    const form = detectForm(octets.subarray(0, 4096));
    if (form.kind === 'other' || form.kind === 'legacy-evt' || form.kind === 'csv') throw new Error('unreachable: a form that is none');
    const decoder = new LogDecoder(form);
    const events = [...decoder.push(octets), ...decoder.end()].map(({ record }) => record);
    const third = Math.ceil(events.length / 3);
    return [0, 1, 2].map((i) => events.slice(Math.max(0, i * third - 5), (i + 1) * third));
  });
}

describe('a log in parts', () => {
  it('gives the same intervals in whatever order and form its parts come, however often', async (t) => {
    const folder = await temporaryFolder(t);
    const all = parts();
    let stores = 0;
    const derived = async (order: readonly number[], pauses: readonly boolean[]): Promise<string> => {
      const store = await Store.open(join(folder, `store-${stores++}`));
      try {
        for (const [i, index] of order.entries()) {
          await storeEvents(store, all[index] as EventRecord[]);
          if (pauses[i]) await new Casework(store, { explanations: [] }).settle();
        }
        await new Casework(store, { explanations: [] }).settle();
        return JSON.stringify(await store.ask(intervals, {}));
      } finally {
        await store.close();
      }
    };
    const indices = [...all.keys()];
    const expected = await derived(indices, []);
    assert.ok(expected.includes('"s3"'));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...indices, ...indices], { minLength: indices.length * 2 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        async (order, pauses) => assert.equal(await derived(order, pauses), expected),
      ),
      { numRuns: Math.max(3, Math.floor(Number(process.env.YOBAN_ORDERS ?? 0) / 4)) },
    );
  });
});
