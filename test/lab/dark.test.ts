/** The lab of the dark watch, with numbers that fit into a test: what must be so on any machine, and nothing that depends on its speed. */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type DarkExperimentName, fullDarkLab, runDarkLab } from '../../src/lab/darkLab.ts';
import { whyNoLab } from '../../src/lab/network.ts';

const reason = whyNoLab();
const skip = reason === undefined ? false : `no lab can be made: ${reason}`;
const few = { ...fullDarkLab, pingInterval: 0.1, trials: 600, trialsPerSecond: 100, joins: 50, sweep: 5000, sweepPerSecond: 1000 };

describe('the lab of the dark watch', { skip, concurrency: 7 }, () => {
  // A busy machine may be late, never wrong: figures of time are left to `make lab`.
  const ofTime = /^took|before the third solicitation|from the end of/;
  const shows = (name: DarkExperimentName, sentence: string) =>
    it(sentence, async () => {
      const experiments = await runDarkLab([name], few, () => undefined);
      const missed = experiments.flatMap(({ figures }) => figures).filter(({ isMet, what }) => !isMet && !ofTime.test(what));
      assert.deepEqual(
        missed.map(({ what, measured, wanted }) => `${what}: ${measured}, wanted ${wanted}`),
        [],
      );
      assert.ok(experiments.some(({ figures }) => figures.length > 0));
    });
  before(() => assert.equal(reason, undefined));
  shows('paper', 'repeats the experiment of the paper: 50 of 50 echo requests, in the order of its figure');
  shows('gauge', 'says that a box behind a snooping switch is blind, and that one behind a flooding switch sees');
  shows('late-owner', 'gives way to an owner that comes late');
  shows('sleeper', 'never speaks for a host that sleeps');
  shows('joins', 'lets fifty hosts join on addresses that it claimed before');
  shows('trials', 'answers for no live address, and for dark ones in time');
  shows('sweep', 'claims few of many addresses, keeps the own kernel silent and hurts nobody');
});
