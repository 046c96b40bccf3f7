import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { writeStory } from '../../../src/scenario/edge/writeStory.ts';
import { stories } from '../../../src/scenario/stories.ts';
import type { Story } from '../../../src/scenario/story.ts';
import { readAll, testFolder } from '../../link/readAll.ts';

const folder = testFolder();
const story = stories.contradiction?.(5) as Story;

describe('a written story', () => {
  it('is read back frame by frame', async () => {
    const written = await writeStory(story, join(folder.path, 'a', 'b'));
    const read = await readAll(written.capture);
    assert.deepEqual(read.faults, []);
    assert.deepEqual(
      read.frames.map(({ capturedAtUs, octets }) => [capturedAtUs, octets]),
      story.frames.map(({ capturedAtUs, octets }) => [capturedAtUs, Buffer.from(octets).toString('hex')]),
    );
    assert.deepEqual(
      [written.capture, ...written.logs, written.truth].map((path) => basename(path)),
      ['capture.pcapng', 'DESKTOP-0303-System.xml', 'truth.json'],
    );
    assert.deepEqual(JSON.parse(readFileSync(written.truth, 'utf8')), story.truth);
    assert.equal(readFileSync(written.logs[0] as string, 'utf8').split('\r\n').length - 1, story.logs[0]?.events.length);
  });

  it('is written the same twice', async () => {
    const one = await writeStory(story, join(folder.path, 'one'));
    const two = await writeStory(stories.contradiction?.(5) as Story, join(folder.path, 'two'));
    const pairs = [
      [one.capture, two.capture],
      [one.truth, two.truth],
      [one.logs[0] as string, two.logs[0] as string],
    ] as const;
    for (const [a, b] of pairs) assert.ok(readFileSync(a).equals(readFileSync(b)), a);
  });
});
