import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, parseTime } from '../../src/base/time.ts';
import { dayBars } from '../../src/report/dayBars.ts';

const at = parseTime('2021-01-10T00:00:00Z') as number;

describe('a bar for each day', () => {
  it('has a sign for each half hour, that of the longest state in it, and blanks where nothing is told', () => {
    const stretches = [
      { state: 'on', from: at + 8 * hour, to: at + 20.3 * hour },
      { state: 's3', from: at + 20.3 * hour, to: at + 31 * hour },
    ];
    assert.deepEqual(dayBars(stretches), [
      `  2021-01-10 |${' '.repeat(16)}${'#'.repeat(25)}${'s'.repeat(7)}|`,
      `  2021-01-11 |${'s'.repeat(14)}${' '.repeat(34)}|`,
    ]);
  });
  it('is none without states, and at most a month', () => {
    assert.deepEqual(dayBars([]), []);
    assert.equal(dayBars([{ state: 'off', from: at, to: at + 900 * day + hour }]).length, 31);
  });
});
