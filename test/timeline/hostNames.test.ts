import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupByHost, hostNames } from '../../src/timeline/hostNames.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { Script, told } from './script.ts';

describe('names of hosts', () => {
  const before = () =>
    new Script('OLD-NAME').boot('08:00').log('09:00', 'EL 6011', { '': 'OLD-NAME', ' ': 'NEW-NAME' }).log('09:01', 'EL 6006');
  const after = new Script('new-name.corp.example').skip('System', 500).boot('09:10').log('12:00', 'SC 7036');

  it('a renamed machine (6011) is one host under its newest name', () => {
    const events = [...before().events, ...after.events];
    assert.deepEqual(
      [...hostNames(events)],
      [
        ['OLD-NAME', 'NEW-NAME'],
        ['NEW-NAME', 'NEW-NAME'],
      ],
    );
    const groups = groupByHost(events);
    assert.deepEqual([...groups.keys()], ['NEW-NAME']);
    const intervals = buildIntervals(groups.get('NEW-NAME') ?? []);
    assert.deepEqual(told(intervals, 'machine'), ['08:00:00 on', '09:01:00 off', '09:10:00 on']);
    assert.ok(intervals.every((interval) => interval.host === 'NEW-NAME'));
  });

  it('names that nobody tied together stay apart', () => {
    const other = new Script('THIRD').boot('08:00');
    assert.deepEqual([...groupByHost([...after.events, ...other.events]).keys()].sort(), ['NEW-NAME', 'THIRD']);
  });

  it('a rename that another machine tells of ties nothing', () => {
    const liar = new Script('LIAR').log('09:00', 'EL 6011', { '': 'A', ' ': 'B' });
    assert.deepEqual([...hostNames(liar.events)], [['LIAR', 'LIAR']]);
  });

  it('a name that was taken back ends in the one that was seen last', () => {
    const there = new Script('A').log('09:00', 'EL 6011', { '': 'A', ' ': 'B' });
    const back = new Script('B').log('10:00', 'EL 6011', { '': 'B', ' ': 'A' });
    const last = new Script('A').skip('System', 10).log('11:00', 'SC 7036');
    const names = hostNames([...there.events, ...back.events, ...last.events]);
    assert.deepEqual([names.get('A'), names.get('B')], ['A', 'A']);
  });
});
