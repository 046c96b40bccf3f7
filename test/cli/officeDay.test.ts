import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReportDestination } from '../../src/record/output/report.ts';
import { renderText } from '../../src/report/text.ts';
import { officeDay } from '../../src/scenario/officeDay.ts';
import { judgeStory } from './judgedStory.ts';

/** Seeds that the story is tried with; every one is another office. */
const seeds = Number(process.env.YOBAN_SEEDS ?? 20);

describe('the story office-day', () => {
  for (let seed = 1; seed <= seeds; seed++)
    it(`puts the beacon first, seed ${seed}`, async (t) => {
      const story = officeDay(seed);
      const { report, rows } = await judgeStory(t, story);
      const evil = story.truth.hosts.flatMap(({ host, asleep }) =>
        asleep.filter(({ benign }) => !benign).map(({ peer, packets }) => ({ host, peer, packets })),
      );
      assert.equal(evil.length, 1);
      const [beacon] = evil;
      const [first] = rows;
      assert.deepEqual([first?.host, first?.name, first?.packets], [beacon?.host, beacon?.peer, beacon?.packets]);
      assert.ok(
        rows.slice(1).every(({ priority }) => priority < (first?.priority ?? 0)),
        'no benign row stands beside it',
      );
      assert.equal(report.hosts[0]?.host, beacon?.host);
      const line = renderText(report).split('\n').indexOf('Look at these first');
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
