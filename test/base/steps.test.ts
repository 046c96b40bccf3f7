import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete } from '../../src/base/steps.ts';
import { assembleDevices, assembleDevicesSteps, type SeenBinding } from '../../src/judge/device.ts';
import { claimedNames, claimedNamesSteps } from '../../src/judge/naming.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { buildIntervals, buildIntervalsSteps } from '../../src/timeline/intervals.ts';
import { sampleFlow } from '../store/sampleFlow.ts';
import { Script } from '../timeline/script.ts';

/** A clock that counts: how often `field` of a row was read. */
class Reads {
  count = 0;

  of<T extends object>(row: T, field: keyof T): T {
    const value = row[field];
    return Object.defineProperty({ ...row }, field, {
      enumerable: true,
      get: () => {
        this.count++;
        return value;
      },
    });
  }
}

/** Runs the steps; returns the result and the most that one of them read. */
function mostInOneStep<T>(steps: Iterator<void, T>, reads: Reads): { readonly result: T; readonly most: number; readonly steps: number } {
  let [most, taken] = [0, 0];
  for (;;) {
    const before = reads.count;
    const step = steps.next();
    most = Math.max(most, reads.count - before);
    taken++;
    if (step.done) return { result: step.value, most, steps: taken };
  }
}

describe('work in steps', () => {
  it('run at once gives what the last step gives', () =>
    assert.equal(
      complete(
        (function* () {
          yield;
          yield;
          return 7;
        })(),
      ),
      7,
    ));

  it('looks at a few hundred bindings in each step, however many there are', () => {
    const reads = new Reads();
    const bindings: SeenBinding[] = Array.from({ length: 20_000 }, (_, i) =>
      reads.of(
        { mac: 0x0200_0000_0000 + (i % 4000), address: null, hostName: `h${i}`, evidence: 'dhcp', firstSeen: i, lastSeen: i },
        'hostName',
      ),
    );
    const { result, most, steps } = mostInOneStep(assembleDevicesSteps(bindings, new Map()), reads);
    assert.deepEqual(result, assembleDevices(bindings, new Map()));
    assert.ok(steps > 40, `${steps} steps`);
    // A binding is read a few times.
    assert.ok(most <= 5000, `${most} reads in one step`);
  });

  it('looks at a few hundred flows in each step, however many there are', () => {
    const reads = new Reads();
    const flows: FlowRecord[] = Array.from({ length: 20_000 }, (_, i) => reads.of(sampleFlow({ sourcePort: i % 5000 }), 'sourcePort'));
    const { result, most, steps } = mostInOneStep(claimedNamesSteps(flows), reads);
    assert.deepEqual(result, claimedNames(flows));
    assert.ok(steps > 40, `${steps} steps`);
    assert.ok(most <= 1000, `${most} reads in one step`);
  });

  it('gives the same timeline in steps as at once', () => {
    const { events } = new Script().boot('08:00:00').fullSleep('12:00', '13:00').log('14:00', 'SC 7036');
    assert.deepEqual(complete(buildIntervalsSteps(events)), buildIntervals(events));
  });
});
