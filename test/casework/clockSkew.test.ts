/**
 * Hosts whose clock is wrong: of the flows within 600 s of a true edge, how many are judged as with a right clock. The figure
 * with the correction off is printed beside it. YOBAN_CLOCK_SEEDS asks for more seeds, and for more differences.
 */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { second } from '../../src/base/time.ts';
import { clockScripts, clockStory, rightClock } from '../../src/scenario/power/clockStories.ts';
import { powerScripts } from '../../src/scenario/power/powerStories.ts';
import type { PowerScript } from '../../src/scenario/power/powerStory.ts';
import { clockTrial } from './clockTrial.ts';

const seeds = Number(process.env.YOBAN_CLOCK_SEEDS ?? 1);
/** Seconds by which the clock is ahead. */
const skews = process.env.YOBAN_CLOCK_SEEDS ? [-300, -121, -47, 0, 47, 121, 300] : [-300, 0, 300];
/** Stories whose sleeps, pauses of power and starts leave the wire silent: no clock on it is needed. */
const shown = [
  ...['s3-idle', 's3-lid', 'hibernate', 'doze-to-hibernate', 'wake-timer', 'network-wake', 'full-shutdown', 'fast-startup'],
  ...['restart-by-user', 'crash-awake', 'disconnected-standby', 'clock-off', 'clock-drifts', 'clock-off-and-disturbed'],
];
/** Of the flows near edges. */
const required = 0.95;

interface Sum {
  flows: number;
  corrected: number;
  uncorrected: number;
  readonly statuses: Set<string>;
}

type Trials = ReturnType<typeof clockTrial>;
const tried = new Map<string, readonly Trials[]>();

/** One for each seed. */
function trialsOf(script: PowerScript, aheadSeconds: number): readonly Trials[] {
  const key = `${script.name} ${aheadSeconds}`;
  const known = tried.get(key);
  if (known) return known;
  const trials = Array.from({ length: seeds }, (_, i) => {
    const wrong = { driftUsPerDay: 0, ...script.clock, aheadUs: aheadSeconds * second };
    return clockTrial(clockStory(script, i + 1, rightClock), clockStory(script, i + 1, wrong));
  });
  tried.set(key, trials);
  return trials;
}

function added(script: PowerScript, aheadSeconds: number, hidden: boolean): Sum {
  const sum: Sum = { flows: 0, corrected: 0, uncorrected: 0, statuses: new Set() };
  for (const trials of trialsOf(script, aheadSeconds)) {
    const { flows, corrected, uncorrected, records } = hidden ? trials.hidden : trials.open;
    sum.flows += flows;
    sum.corrected += corrected;
    sum.uncorrected += uncorrected;
    for (const { status } of records) sum.statuses.add(status);
  }
  return sum;
}

describe('a clock that is wrong', () => {
  const scripts = [...clockScripts, ...powerScripts].filter(({ wired }) => wired);

  const holds = (t: TestContext, script: PowerScript, hidden: boolean) => {
    for (const skew of skews) {
      const { flows, corrected, uncorrected } = added(script, skew, hidden);
      const percent = (count: number) => `${((100 * count) / flows).toFixed(1)} %`;
      t.diagnostic(
        `${skew} s: ${flows} flows near edges, as with a right clock ${percent(corrected)}, with the correction off ${percent(uncorrected)}`,
      );
      assert.ok(flows > 10, `${flows} flows`);
      assert.ok(corrected >= required * flows, `${skew} s: ${percent(corrected)}`);
      if (skew === 0 && !script.clock) assert.equal(corrected, uncorrected, 'a right clock must not be moved');
    }
  };
  for (const script of scripts)
    it(`${script.name}: is corrected by all that the wire shows, whatever the difference`, (t) => holds(t, script, false));
  it('is corrected by silences alone, where no clock is on the wire', (t) => {
    for (const skew of skews) {
      const sums = shown.map((name) => {
        const script = scripts.find((each) => each.name === name);
        assert.ok(script, `no such wired story: ${name}`);
        return added(script, skew, true);
      });
      const total = (what: 'flows' | 'corrected' | 'uncorrected') => sums.reduce((all, sum) => all + sum[what], 0);
      const percent = (count: number) => `${((100 * count) / total('flows')).toFixed(1)} %`;
      const [corrected, uncorrected] = [total('corrected'), total('uncorrected')];
      t.diagnostic(`${skew} s: ${percent(corrected)} as with a right clock, with the correction off ${percent(uncorrected)}`);
      assert.ok(corrected >= required * total('flows'), `${skew} s: ${percent(corrected)}`);
      // A story has some twenty flows near its edges: one of them may lie within what nobody can tell.
      for (const [i, sum] of sums.entries())
        assert.ok(sum.corrected >= required * sum.flows - 1, `${shown[i]}, ${skew} s: ${sum.corrected}`);
    }
  });

  it('is not corrected, and that is said, where nothing shows it', () => {
    const silent = powerScripts.filter(({ name }) => name === 'screen-off-only' || name === 'audio-playing');
    assert.equal(silent.length, 2);
    for (const script of silent) {
      const { corrected, uncorrected, statuses } = added(script, 300, true);
      assert.deepEqual([[...statuses], corrected], [['unknown'], uncorrected]);
    }
  });
});
