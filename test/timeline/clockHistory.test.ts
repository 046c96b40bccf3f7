import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete } from '../../src/base/steps.ts';
import { hour, second } from '../../src/base/time.ts';
import { clockHistorySteps } from '../../src/timeline/clockHistory.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { at, Script } from './script.ts';

const historyOf = (script: Script) => complete(clockHistorySteps(script.events, buildIntervals(script.events)));
const on = () => new Script().boot('08:00:00');

describe('how the clock of a host was set', () => {
  it('has no steps where it was not, and knows the starts', () => {
    const { steps, stretches, starts } = historyOf(on().log('12:00', 'SC 7036'));
    assert.deepEqual([steps, stretches.map(({ repairUs, segment }) => [repairUs, segment]), starts], [[], [[0, 0]], [at('08:00:00')]]);
  });
  it('takes the clock that the hardware sets after a sleep for no step', () =>
    assert.deepEqual(historyOf(on().fullSleep('12:00', '18:00').log('19:00', 'SC 7036')).steps, []));
  it('leaves out what the time service does below a second', () =>
    assert.deepEqual(
      historyOf(
        on()
          .clock(at('12:00') + 400_000, '12:00')
          .log('13:00', 'SC 7036'),
      ).steps,
      [],
    ));
  it('counts a step forward, after which another segment begins', () => {
    const { steps, stretches } = historyOf(on().log('11:00', 'SC 7036').clock('12:00', '12:02').log('13:00', 'SC 7036'));
    assert.deepEqual(steps, [{ oldTime: at('12:00'), newTime: at('12:02') }]);
    assert.deepEqual(
      stretches.map(({ segment }) => segment),
      [0, 1],
    );
  });
  it('tells by how much times before a step back were repaired', () => {
    const { steps, stretches } = historyOf(on().log('11:00', 'SC 7036').clock('12:00', '11:58').log('13:00', 'SC 7036'));
    assert.equal(steps.length, 1);
    assert.ok(stretches.some(({ repairUs, segment }) => segment === 0 && repairUs === -120 * second));
    assert.deepEqual([stretches.at(-1)?.segment, stretches.at(-1)?.repairUs], [1, 0]);
    assert.ok((stretches.at(-1)?.from as number) > at('08:00') + hour);
  });
});
