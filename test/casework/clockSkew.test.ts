/**
 * Hosts whose clock is wrong: of the flows within 600 s of a true edge, how many are judged as with a right clock. The figure
 * with the correction off is printed beside it. YOBAN_CLOCK_SEEDS asks for more seeds.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { second } from '../../src/base/time.ts';
import { clockScripts, clockStory, rightClock } from '../../src/scenario/power/clockStories.ts';
import { powerScripts } from '../../src/scenario/power/powerStories.ts';
import type { PowerScript } from '../../src/scenario/power/powerStory.ts';
import { clockTrial } from './clockTrial.ts';

const seeds = Number(process.env.YOBAN_CLOCK_SEEDS ?? 1);
const skews = [-300, -47, 0, 121, 300];
/** Stories whose wire shows when the host sleeps or is off. */
const shown = ['s3-idle', 's3-lid', 'hibernate', 'wake-timer', 'network-wake', 'full-shutdown', 'fast-startup', 'disconnected-standby'];
/** Of the flows near edges. */
const required = 0.95;

interface Sum {
  flows: number;
  corrected: number;
  uncorrected: number;
  readonly statuses: Set<string>;
}

function tried(script: PowerScript, aheadSeconds: number, firstSeed = 1): Sum {
  const sum: Sum = { flows: 0, corrected: 0, uncorrected: 0, statuses: new Set() };
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const wrong = { driftUsPerDay: 0, ...script.clock, aheadUs: aheadSeconds * second };
    const trial = clockTrial(clockStory(script, seed, rightClock), clockStory(script, seed, wrong));
    sum.flows += trial.flows;
    sum.corrected += trial.corrected;
    sum.uncorrected += trial.uncorrected;
    for (const { status } of trial.records) sum.statuses.add(status);
  }
  return sum;
}

describe('a clock that is wrong', () => {
  const scripts = [...clockScripts, ...powerScripts.filter(({ name }) => shown.includes(name))];
  for (const script of scripts) {
    it(`${script.name}: is corrected, whatever the difference`, (t) => {
      for (const skew of skews) {
        const { flows, corrected, uncorrected } = tried(script, skew);
        const percent = (count: number) => `${((100 * count) / flows).toFixed(1)} %`;
        t.diagnostic(
          `${skew} s: ${flows} flows near edges, as with a right clock ${percent(corrected)}, with the correction off ${percent(uncorrected)}`,
        );
        assert.ok(flows > 10, `${flows} flows`);
        assert.ok(corrected >= required * flows, `${skew} s: ${percent(corrected)}`);
        if (skew === 0 && !script.clock) assert.equal(corrected, uncorrected, 'a right clock must not be moved');
      }
    });
  }

  it('is not corrected, and that is said, where nothing shows it', () => {
    const silent = powerScripts.filter(({ name }) => name === 'screen-off-only' || name === 'audio-playing');
    assert.equal(silent.length, 2);
    for (const script of silent) {
      const { corrected, uncorrected, statuses } = tried(script, 121);
      assert.deepEqual([[...statuses], corrected], [['unknown'], uncorrected]);
    }
  });
});
