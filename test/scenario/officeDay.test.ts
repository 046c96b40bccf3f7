import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseTime } from '../../src/base/time.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { officeDay } from '../../src/scenario/officeDay.ts';
import { cdnSuffix } from '../../src/scenario/officeNames.ts';
import type { HiddenNames, Story } from '../../src/scenario/story.ts';
import { testFolder } from '../link/readAll.ts';
import { missingTool } from '../link/tool.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { plainFrame } from './frameText.ts';
import { badFrames, tshark } from './tshark.ts';

const folder = testFolder();
const told = new Map([1, 2].map((seed) => [seed, officeDay(seed)]));
const first = told.get(1) as Story;

describe('the story office-day', () => {
  for (const [seed, { truth, logs, frames }] of told) {
    const names = truth.names as HiddenNames;
    const infected = truth.hosts.find(({ host }) => host === names.infected);

    it(`has ten hosts with a log each, one of them infected, with seed ${seed}`, () => {
      assert.equal(truth.hosts.length, 10);
      assert.deepEqual(
        logs.map(({ host }) => host),
        truth.hosts.map(({ host }) => host),
      );
      const states = truth.hosts.map(({ intervals }) => intervals[0]?.state).toSorted();
      assert.deepEqual(states, [...Array(8).fill('modern-sleep'), 'off', 's3']);
      const rows = truth.hosts.flatMap(({ host, asleep }) => asleep.filter(({ benign }) => !benign).map(({ peer }) => [host, peer]));
      assert.deepEqual(rows, [[names.infected, names.beacon]]);
    });

    it(`has a beacon that calls all night, with seed ${seed}`, () => {
      const row = infected?.asleep.find(({ peer }) => peer === names.beacon);
      assert.ok((row?.packets as number) > 250, String(row?.packets));
    });

    it(`hides the beacon behind the CDN of three harmless names, with seed ${seed}`, () => {
      assert.ok(names.beacon.endsWith(`.${cdnSuffix}`));
      const used = new Set(truth.hosts.flatMap(({ asleep }) => asleep.map(({ peer }) => peer)));
      assert.ok(names.benign.filter((name) => name.endsWith(`.${cdnSuffix}`) && used.has(name)).length >= 3);
      assert.ok(names.benign.every((name) => used.has(name)));
      assert.ok(!names.benign.includes(names.beacon));
      assert.ok(names.unlisted.length >= names.benign.length / 5);
    });

    it(`has no packet of a machine in S3 or off, with seed ${seed}`, () => {
      const silent = truth.hosts.filter(({ intervals }) => ['s3', 'off'].includes(intervals[0]?.state as string));
      assert.equal(silent.length, 2);
      for (const { mac, intervals } of silent) {
        const spans = intervals
          .filter(({ state }) => state !== 'on')
          .map(({ from, to }) => [parseTime(from), parseTime(to)] as [number, number]);
        const own = frames.map(plainFrame).filter(({ sourceMac, destinationMac }) => sourceMac === mac || destinationMac === mac);
        assert.ok(own.length > 500);
        assert.ok(!own.some(({ at }) => spans.some(([from, to]) => from <= at && at < to)));
      }
    });
  }

  it('moves beacon and victim with the seed and is the same for the same seed', () => {
    assert.notEqual(told.get(1)?.truth.names?.beacon, told.get(2)?.truth.names?.beacon);
    assert.deepEqual(officeDay(1).truth, first.truth);
  });

  it('names as unlisted what no public list holds, and as listed what one does', { skip: skipWithout('endpoints.csv') }, () => {
    const patterns = readFileSync(join(sharedData, 'endpoints.csv'), 'utf8')
      .split('\n')
      .slice(1)
      .map(
        (line) =>
          line
            .replace(/"[^"]*"/g, '')
            .split(',')[3]
            ?.replace(/\/.*$/, '') ?? '',
      )
      .filter((pattern) => pattern !== '')
      .map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'i'));
    assert.ok(patterns.length > 300);
    const isListed = (name: string) => patterns.some((pattern) => pattern.test(name));
    const names = first.truth.names as HiddenNames;
    assert.deepEqual(
      names.benign.filter((name) => !isListed(name)),
      names.unlisted,
    );
    assert.ok(!isListed(names.beacon));
  });

  it('is sound for tshark, which finds the beacon in as many packets', { skip: missingTool('tshark') }, async () => {
    const { capture } = await writeStory(first, folder.path);
    assert.deepEqual(tshark(capture, badFrames, ['frame.number']), []);
    const names = first.truth.names as HiddenNames;
    const infected = first.truth.hosts.find(({ host }) => host === names.infected);
    const answers = tshark(capture, `dns.flags.response == 1 && dns.qry.name == "${names.beacon}"`, ['dns.a', 'ip.dst']);
    const [address] = answers[0] ?? [];
    assert.deepEqual(new Set(answers.map(([, client]) => client)), new Set([infected?.address]));
    const asleep = infected?.intervals.filter(({ state }) => state === 'modern-sleep') ?? [];
    const epoch = (text: string) => ((parseTime(text) as number) / 1e6).toFixed(6);
    const times = asleep.map(({ from, to }) => `(frame.time_epoch >= ${epoch(from)} && frame.time_epoch < ${epoch(to)})`).join(' || ');
    const rows = tshark(capture, `ip.addr == ${address} && (${times})`, ['frame.number']);
    assert.equal(rows.length, infected?.asleep.find(({ peer }) => peer === names.beacon)?.packets);
  });
});
