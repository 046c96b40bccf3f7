/** The ranking is no answer to one sample: beacons of any period and jitter, nameless, only asleep, on two hosts, one packet an hour. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { officeTraps } from '../../src/scenario/officeTraps.ts';
import { judgeStory } from './judgedStory.ts';

const seeds = Number(process.env.YOBAN_TRAP_SEEDS ?? 1);

for (const [name, tell] of Object.entries(officeTraps))
  describe(`the story ${name}`, () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const story = tell(seed);
      it(`puts what is hidden first, seed ${seed}: ${story.truth.notes[0]}`, async (t) => {
        const { report, rows } = await judgeStory(t, story);
        const { infected, infectedToo = [], beacon } = story.truth.names as NonNullable<typeof story.truth.names>;
        const guilty = rows.filter((row) => row.name === beacon || row.address === beacon);
        assert.deepEqual(new Set(guilty.map(({ host }) => host)), new Set([infected, ...infectedToo]));
        const others = rows.filter((row) => !guilty.includes(row));
        const [lowest, highest] = [Math.min(...guilty.map(({ priority }) => priority)), others[0]?.priority ?? 0];
        const inWords = (row: (typeof rows)[number] | undefined) =>
          `${row?.priority} ${row?.name ?? row?.address}: ${row?.because.join('; ')}`;
        t.diagnostic(`${inWords(guilty.at(-1))} above ${inWords(others[0])}`);
        assert.ok(lowest > highest, `${inWords(guilty.at(-1))} is not above ${inWords(others[0])}`);
        assert.ok(report.findings[0]?.hosts.includes(infected));
      });
    }
  });
