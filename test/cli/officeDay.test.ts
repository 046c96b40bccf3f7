import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadKnowledge } from '../../src/app/knowledge.ts';
import { Casework } from '../../src/casework/casework.ts';
import type { ReportDestination } from '../../src/record/output/report.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { renderText } from '../../src/report/text.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { stories } from '../../src/scenario/stories.ts';
import { Store } from '../../src/store/store.ts';
import { replayCapture } from '../../src/watch/replayCapture.ts';
import { replayLog } from '../../src/watch/replayLog.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Seeds that the story is tried with; every one is another office. */
const seeds = Number(process.env.YOBAN_SEEDS ?? 20);
const options = { sensor: 'box1', maxFlows: 1_000_000 };

describe('the story office-day', () => {
  for (let seed = 1; seed <= seeds; seed++)
    it(`puts the beacon first, seed ${seed}`, async (t) => {
      const folder = await temporaryFolder(t);
      const story = (stories['office-day'] as NonNullable<(typeof stories)[string]>)(seed);
      const files = await writeStory(story, folder);
      const store = await Store.open(join(folder, 'data'));
      t.after(() => store.close());
      await replayCapture(files.capture, store, options);
      for (const log of files.logs) await replayLog(log, store, options);
      await new Casework(store, { explanations: await loadKnowledge(join(repositoryRoot, 'appliance', 'knowledge')) }).settle();
      const report = await assembleReport(store, { policy: 'sleep' });

      const evil = story.truth.hosts.flatMap(({ host, asleep }) =>
        asleep.filter(({ benign }) => !benign).map(({ peer, packets }) => ({ host, peer, packets })),
      );
      assert.equal(evil.length, 1);
      const [beacon] = evil;
      const rows = report.hosts.flatMap(({ host, destinations }) => destinations.map((destination) => ({ host, ...destination })));
      rows.sort((a, b) => b.priority - a.priority);
      const [first] = rows;
      assert.deepEqual([first?.host, first?.name, first?.packets], [beacon?.host, beacon?.peer, beacon?.packets]);
      assert.ok(
        rows.slice(1).every(({ priority }) => priority < (first?.priority ?? 0)),
        'no benign row stands beside it',
      );
      assert.equal(report.hosts[0]?.host, beacon?.host);
      const line = renderText(report)
        .split('\n')
        .findIndex((text) => text === 'Look at these first');
      assert.ok(
        renderText(report)
          .split('\n')
          [line + 2]?.includes(beacon?.peer as string),
      );

      const benign = rows.filter((row) => row !== first);
      const sum = (some: readonly ReportDestination[]) => some.reduce((packets, row) => packets + row.packets, 0);
      const explained = benign.filter(({ status }) => status === 'explained');
      const open = new Map(
        benign
          .filter(({ status }) => status !== 'explained')
          .map((row) => [`${row.name ?? row.address}:${row.port ?? row.protocol}`, row.reason]),
      );
      t.diagnostic(`${Math.round((100 * sum(explained)) / sum(benign))} % of ${sum(benign)} benign packets are explained`);
      for (const [farEnd, reason] of [...open].sort()) t.diagnostic(`not explained: ${farEnd}: ${reason}`);
    });
});
