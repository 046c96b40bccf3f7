import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventRecord } from '../../src/record/event.ts';
import { numberField } from '../../src/timeline/fields.ts';
import { valueByPosition } from '../../src/timeline/positions.ts';
import { Script } from './script.ts';

function event(what: string, values: readonly string[], name = ''): EventRecord {
  const [record] = new Script().log('08:00', what).events;
  return { ...(record as EventRecord), data: values.map((value): [string, string] => [name, value]) };
}

describe('data without names', () => {
  it('are known by their position', () => {
    const entering = event('KP 42', ['4', '4', '7', '0', '12']);
    assert.deepEqual(
      ['TargetState', 'EffectiveState', 'Reason'].map((name) => numberField(entering, name)),
      [4, 4, 7],
    );
  });
  it('are another field where a version put one in between: the number of fields tells', () => {
    assert.equal(valueByPosition(event('KG 1', ['new', 'old', '2', 'p', '4']), 'Reason'), '2');
    assert.equal(valueByPosition(event('KG 1', ['new', 'old', '-9223372036854775', '2', 'p', '4']), 'Reason'), '2');
    assert.equal(valueByPosition(event('PT 1', ['sleep', 'wake', '1', '2']), 'TargetState'), undefined);
  });
  it('may be numbered, in any order, with empty ones left out', () => {
    const stop = event('KG 1', []);
    const numbered = (data: [string, string][]) => ({ ...stop, data });
    assert.equal(
      valueByPosition(
        numbered([
          ['param2', 'old'],
          ['param1', 'new'],
        ]),
        'OldTime',
      ),
      'old',
    );
    assert.equal(valueByPosition(numbered([['param1', 'new']]), 'OldTime'), undefined);
    assert.equal(
      valueByPosition(
        numbered([
          ['param1', 'new'],
          ['Other', 'old'],
        ]),
        'NewTime',
      ),
      undefined,
    );
  });
  it('are not guessed where the data have names, or the event no such field', () => {
    assert.equal(valueByPosition(event('KP 42', ['4'], 'Other'), 'TargetState'), undefined);
    assert.equal(valueByPosition(event('KP 42', []), 'TargetState'), undefined);
    assert.equal(valueByPosition(event('SC 7036', ['a', 'b']), 'TargetState'), undefined);
  });
});
