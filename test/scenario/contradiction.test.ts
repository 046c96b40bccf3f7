import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime, second } from '../../src/base/time.ts';
import { contradiction } from '../../src/scenario/contradiction.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { testFolder } from '../link/readAll.ts';
import { missingTool } from '../link/tool.ts';
import { plainFrame } from './frameText.ts';
import { badFrames, tshark } from './tshark.ts';

const folder = testFolder();

describe('the story contradiction', () => {
  for (const seed of [1, 2, 3]) {
    const story = contradiction(seed);
    const host = story.truth.hosts[0] as (typeof story.truth.hosts)[number];
    const own = story.frames.map(plainFrame).filter(({ sourceMac, destinationMac }) => [sourceMac, destinationMac].includes(host.mac));
    const within = (state: string) =>
      own.filter(({ at }) => {
        const span = host.intervals.find(({ from, to }) => (parseTime(from) as number) <= at && at < (parseTime(to) as number));
        return span?.state === state;
      }).length;

    it(`has 23 packets in S3 and none while off, with seed ${seed}`, () => {
      assert.deepEqual([within('s3'), within('off')], [23, 0]);
      assert.deepEqual(host.packets.s3, 23);
      assert.deepEqual(
        host.asleep.map(({ peer, packets, benign }) => [peer, packets, benign]),
        [['update-check.example-cdn.net', 23, false]],
      );
    });

    it(`has the traps of a real log, with seed ${seed}`, () => {
      const events = story.logs[0]?.events ?? [];
      const s3 = host.intervals.find(({ state }) => state === 's3');
      const resumed = events.filter(({ eventId }) => eventId === 107);
      const reports = events.filter(({ provider }) => provider.endsWith('Power-Troubleshooter'));
      assert.deepEqual([resumed.length, reports.length], [2, 2]);
      assert.ok((resumed[0]?.time as number) < (parseTime(s3?.from as string) as number) + 60 * second);
      assert.deepEqual(
        reports[0]?.data.slice(0, 3).map(([, text]) => (text.includes('T') ? parseTime(text) : text)),
        [parseTime(s3?.from as string), parseTime(s3?.to as string), '1029'],
      );
      const sleeps = events.filter(({ eventId }) => eventId === 42).map(({ data }) => data.slice(0, 3).map(([, text]) => text));
      assert.deepEqual(sleeps, [
        ['4', '4', '7'],
        ['6', '5', '4'],
      ]);
    });
  }

  it('is sound for tshark', { skip: missingTool('tshark') }, async () => {
    const { capture } = await writeStory(contradiction(1), folder.path);
    assert.deepEqual(tshark(capture, badFrames, ['frame.number']), []);
  });
});
