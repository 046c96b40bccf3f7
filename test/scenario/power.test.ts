import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseTime, second } from '../../src/base/time.ts';
import { eventKind } from '../../src/record/event.ts';
import { machineStates, personStates } from '../../src/record/interval.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import type { PowerStory } from '../../src/scenario/power/powerStory.ts';
import { plainFrame } from './frameText.ts';

const seeds = [1, 2, 77];
const delivered = new Set(['late-and-lossy', 'newest-first', 'duplicated', 'instance-ids']);
const instant = (text: string) => parseTime(text) as number;
const digest = (story: PowerStory) => {
  const hash = createHash('sha256');
  for (const { capturedAtUs, octets } of story.frames) hash.update(String(capturedAtUs)).update(octets);
  return hash.update(JSON.stringify(story.logs)).update(JSON.stringify(story.truth)).digest('hex');
};

describe('the stories about power and people', () => {
  it('are more than thirty, each with its trap, and at least ten of them on the wire', () => {
    const told = Object.entries(powerStories).map(([name, tell]) => [name, tell(1)] as const);
    assert.ok(told.length >= 30);
    for (const [name, { truth }] of told) assert.match(truth.trap, /^.{30,}[.]$/, name);
    assert.equal(new Set(told.map(([, { truth }]) => truth.trap)).size, told.length);
    assert.ok(told.filter(([, { frames }]) => frames.length > 100).length >= 10);
  });

  for (const [name, tell] of Object.entries(powerStories)) {
    for (const seed of seeds) {
      const story = tell(seed);

      it(`${name}: records are as declared and numbered in the order of writing, with seed ${seed}`, () => {
        for (const { events } of story.logs) {
          for (const event of events) eventKind.schema.parse(event);
          if (delivered.has(name)) continue;
          for (const [i, { recordId }] of events.entries()) assert.equal(recordId, (events[0]?.recordId as number) + i);
        }
      });

      it(`${name}: the truth of both axes touches, has states that exist, and ends with the log, with seed ${seed}`, () => {
        for (const { machine, person, logFiles } of story.truth.timelines) {
          assert.ok(logFiles.every((file) => story.logs.some(({ fileName }) => fileName === file)));
          for (const [spans, states] of [
            [machine, machineStates],
            [person, personStates],
          ] as const) {
            for (const [i, { state, from, to, accepted, really }] of spans.entries()) {
              assert.ok(from < to && (i === 0 || from === spans[i - 1]?.to));
              for (const each of [state, ...accepted, ...(really === null ? [] : [really])])
                assert.ok((states as readonly string[]).includes(each), each);
            }
          }
          assert.deepEqual([machine[0]?.from, machine.at(-1)?.to], [person[0]?.from, person.at(-1)?.to]);
        }
      });

      it(`${name}: a machine that sleeps deeply or is off sends nothing, with seed ${seed}`, () => {
        if (story.frames.length === 0) return;
        const deep = new Set(['s3', 'hibernate', 'off']);
        for (const [i, { mac }] of story.truth.hosts.entries()) {
          const spans = story.truth.timelines[i]?.machine ?? [];
          const sent = story.frames.map(plainFrame).filter(({ sourceMac }) => sourceMac === mac);
          const during = (states: (really: string | null) => boolean) =>
            sent.filter(({ at }) => spans.some(({ really, from, to }) => states(really) && instant(from) <= at && at < instant(to))).length;
          assert.equal(
            during((really) => really === null || deep.has(really)),
            0,
          );
          assert.ok(during((really) => really === 'on') > 20);
        }
      });
    }

    it(`${name}: the same seed tells the same, another seed another`, () => {
      const told = digest(tell(5));
      assert.equal(told, digest(tell(5)));
      assert.notEqual(told, digest(tell(6)));
    });
  }

  it('reach the wire in modern standby, but not in one without a network', () => {
    const asleep = (name: string) => powerStories[name]?.(1).truth.hosts[0]?.packets['modern-sleep'] ?? 0;
    assert.ok(asleep('modern-sleep-windows-10') > 50);
    assert.equal(asleep('disconnected-standby'), 0);
  });

  it('keep short what must be short: no state is shorter than its edges are vague', () => {
    for (const [name, tell] of Object.entries(powerStories))
      for (const { machine } of tell(1).truth.timelines)
        for (const [i, { from, to, state, accepted }] of machine.entries())
          assert.ok(
            state === 'unknown' || machine[i + 1]?.state === 'unknown' || accepted.length > 0 || instant(to) - instant(from) > 15 * second,
            `${name} ${state} ${from}`,
          );
  });
});
