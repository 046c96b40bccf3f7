import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime, second } from '../../src/base/time.ts';
import { openLog } from '../../src/logs/edge/logFile.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { stories } from '../../src/scenario/stories.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { testFolder } from '../link/readAll.ts';

const folder = testFolder();

describe('every story', () => {
  for (const [name, tell] of Object.entries(stories)) {
    const story = tell(3);

    it(`${name} has logs that are read back as they were told`, async () => {
      const written = await writeStory(story, `${folder.path}/${name}`);
      for (const [i, path] of written.logs.entries()) {
        const read: EventRecord[] = [];
        const log = await openLog(path);
        for await (const events of log) read.push(...events);
        assert.deepEqual(log.faults, []);
        assert.deepEqual(read, story.logs[i]?.events);
      }
    });

    it(`${name} goes by time and within its span, and its truth is JSON`, () => {
      const [from, to] = [parseTime(story.truth.from) as number, parseTime(story.truth.to) as number];
      for (const [i, { capturedAtUs }] of story.frames.entries()) {
        assert.ok(capturedAtUs >= from && capturedAtUs < to && Number.isInteger(capturedAtUs));
        assert.ok(i === 0 || capturedAtUs >= (story.frames[i - 1]?.capturedAtUs as number));
      }
      assert.deepEqual(JSON.parse(JSON.stringify(story.truth)), story.truth);
      assert.equal(story.truth.story, name);
    });

    // Stories about power and people have a truth of both axes, with what cannot be known: test/timeline/stories.test.ts.
    if ('timelines' in story.truth) continue;
    it(`${name} has logs from which the timeline finds the states of its truth, to a few seconds`, () => {
      for (const { host, events } of story.logs) {
        const truth = story.truth.hosts.find((each) => each.host === host)?.intervals ?? [];
        const found = buildIntervals(events).filter(({ axis }) => axis === 'machine');
        for (const { state, from, to } of truth) {
          const [begin, end] = [parseTime(from) as number, parseTime(to) as number];
          // The state half-way, and both ends, unless the end is only that of the story.
          const interval = found.find((each) => each.from <= (begin + end) / 2 && (begin + end) / 2 < each.to);
          assert.equal(interval?.state, state, `${host} from ${from}`);
          if (from !== story.truth.from) assert.ok(Math.abs((interval?.from as number) - begin) < 5 * second, `${host} from ${from}`);
          if (to !== story.truth.to) assert.ok(Math.abs((interval?.to as number) - end) < 5 * second, `${host} to ${to}`);
        }
      }
    });
  }
});
