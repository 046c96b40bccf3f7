/**
 * Every generated story about power and people, read by the timeline: kinds exact, edges within the guard bands or what the log
 * itself leaves open, `unknown` where the log holds no evidence, and never a confident wrong answer.
 *
 * The stories were written from the facts about Windows logs before any reader was looked at. Where the timeline differs, the
 * difference stands in `known` with its reason; one that is gone, or a new one, fails.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTime, hour, parseTime, second } from '../../src/base/time.ts';
import type { IntervalRecord } from '../../src/record/interval.ts';
import type { WrittenTruthSpan } from '../../src/scenario/power/axisTruth.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import { axisDifferences, type Difference, storyDifferences } from './storyDifferences.ts';

/** YOBAN_STORY_SEEDS asks for more. */
const seeds = Array.from({ length: Number(process.env.YOBAN_STORY_SEEDS ?? 5) }, (_, i) => i + 1);

/** By story, then by sign: none today. */
const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

describe('the timeline of every story', () => {
  it('is known to differ only in stories that exist', () => {
    assert.deepEqual(
      Object.keys(known).filter((name) => !(name in powerStories)),
      [],
    );
  });

  for (const [name, tell] of Object.entries(powerStories)) {
    it(`${name}: ${tell(1).truth.trap}`, () => {
      const found = new Map<string, string>();
      for (const seed of seeds)
        for (const { sign, detail } of storyDifferences(tell(seed))) if (!found.has(sign)) found.set(sign, `seed ${seed}: ${detail}`);
      const listed = known[name] ?? {};
      const fresh = [...found].filter(([sign]) => !(sign in listed)).map(([sign, detail]) => `${sign}: ${detail}`);
      assert.deepEqual(fresh, [], 'differences that nobody has explained');
      const gone = Object.keys(listed).filter((sign) => !found.has(sign));
      assert.deepEqual(gone, [], 'differences that are gone: take them off the list');
    });
  }
});

describe('the comparison with the truth', () => {
  const at = parseTime('2021-05-10T00:00:00Z') as number;
  const text = (hours: number) => formatTime(at + hours * hour);
  const span = (state: string, from: number, to: number, more: Partial<WrittenTruthSpan> = {}): WrittenTruthSpan => ({
    state,
    from: text(from),
    to: text(to),
    accepted: [],
    really: state,
    fromToleranceUs: 3 * second,
    ...more,
  });
  const interval = (state: IntervalRecord['state'], from: number, to: number, more: Partial<IntervalRecord> = {}): IntervalRecord => ({
    host: 'H',
    axis: 'machine',
    state,
    from: at + from * hour,
    to: at + to * hour,
    confidence: 'high',
    evidence: [],
    fromGuardUs: 0,
    toGuardUs: 0,
    rule: 'test',
    ...more,
  });
  const truth = [span('on', 0, 4), span('s3', 4, 9), span('on', 9, 12)];
  const right = [interval('on', 0, 4), interval('s3', 4, 9), interval('on', 9, 12)];
  const signs = (differences: readonly Difference[]) => differences.map(({ sign, confident }) => `${sign}${confident ? '!' : ''}`);
  const compare = (found: readonly IntervalRecord[], wanted = truth) => signs(axisDifferences('machine', wanted, found));
  const moved = (by: number) => [
    interval('on', 0, 4),
    { ...interval('s3', 4, 9), to: at + 9 * hour + by },
    { ...interval('on', 9, 12), from: at + 9 * hour + by },
  ];

  it('finds nothing where there is nothing', () => assert.deepEqual(compare(right), []));
  it('finds an edge that is ten seconds off', () => {
    assert.deepEqual(compare(moved(10 * second)), ['machine: s3 (high) for on!']);
    assert.deepEqual(compare(moved(-10 * second)), ['machine: on (high) for s3!']);
  });
  it('lets an edge be off within the guard band that the interval states', () => {
    const guarded = moved(10 * second).map((each) => ({ ...each, toGuardUs: 15 * second }));
    assert.deepEqual(compare(guarded), []);
  });
  it('takes no guard band of hours for one', () => {
    const all = right.map((each) => (each.state === 's3' ? interval('off', 4, 9, { toGuardUs: 5 * hour }) : each));
    assert.deepEqual(compare(all), ['machine: off (high) for s3!']);
  });
  it('finds what is missing', () => {
    assert.deepEqual(compare(right.slice(0, 2)), ['machine: unknown (none) for on']);
    assert.deepEqual(compare([]), ['machine: unknown (none) for on', 'machine: unknown (none) for s3', 'machine: unknown (none) for on']);
  });
  it('finds a sliver in the middle of a state', () => {
    const sliver = [interval('on', 0, 4), interval('s3', 4, 6), interval('on', 6, 6.001), interval('s3', 6.001, 9), interval('on', 9, 12)];
    assert.deepEqual(compare(sliver), ['machine: on (high) for s3!']);
  });
  it('asks for unknown where nothing can be known, even of low confidence', () => {
    const doubtful = [span('on', 0, 4), span('unknown', 4, 9, { really: null }), span('on', 9, 12)];
    assert.deepEqual(compare(right, doubtful), ['machine: s3 (high) for unknown!']);
    const low = right.map((each) => (each.state === 's3' ? { ...each, confidence: 'low' as const } : each));
    assert.deepEqual(compare(low, doubtful), ['machine: s3 (low) for unknown']);
    const unknown = right.map((each) => (each.state === 's3' ? { ...each, state: 'unknown' as const } : each));
    assert.deepEqual(compare(unknown, doubtful), []);
  });
  it('takes another answer where the truth accepts it', () => {
    const lenient = [span('on', 0, 4), span('s3', 4, 9, { accepted: ['unknown'] }), span('on', 9, 12)];
    const unknown = right.map((each) => (each.state === 's3' ? { ...each, state: 'unknown' as const } : each));
    assert.deepEqual(compare(unknown, lenient), []);
    assert.deepEqual(compare(unknown), ['machine: unknown (high) for s3']);
  });
});
