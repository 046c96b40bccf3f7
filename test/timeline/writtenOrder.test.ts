import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete } from '../../src/base/steps.ts';
import { hour } from '../../src/base/time.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { writtenOrderSteps } from '../../src/timeline/writtenOrder.ts';
import { at, Script } from './script.ts';

const writtenOrder = (events: readonly EventRecord[]) => complete(writtenOrderSteps(events));

describe('the order of writing', () => {
  it('is that of the record ids and not of the time stamps', () => {
    const { events } = new Script().boot('13:00', '12:00');
    const [written] = writtenOrder([...events].reverse()).channels;
    assert.deepEqual(
      written?.map((event) => event.record.eventId),
      [6009, 6005, 6013, 109, 13, 12, 27],
    );
  });

  it('of a clock that is set back, moves only what was stamped between the start and the step', () => {
    const { events } = new Script()
      .log('10:00', 'KG 12')
      .log('08:00:50', 'EL 6005')
      .log('07:00', 'KG 13')
      .log('10:00:30', 'SC 7036')
      .clock('10:00:40', '08:00:40', null)
      .log('10:00:20', 'SC 7036');
    const [written] = writtenOrder(events).channels;
    assert.deepEqual(
      written?.map((event) => [event.record.eventId, event.repairUs]),
      [
        [12, -2 * hour],
        [6005, 0],
        [13, 0],
        [7036, -2 * hour],
        [1, 0],
        [7036, 0],
      ],
    );
    assert.equal(written?.[0]?.at, at('08:00'));
  });

  it('puts events without a record id where their time belongs', () => {
    const { events } = new Script().log('08:00', 'SC 1').log('10:00', 'SC 2').log('09:00', 'SC 3');
    const loose = events.map((event) => (event.eventId === 3 ? { ...event, recordId: null } : event));
    assert.deepEqual(
      writtenOrder(loose).channels[0]?.map((event) => event.record.eventId),
      [1, 3, 2],
    );
  });
});

describe('a log that turns back in time', () => {
  const day = (script: Script, name: string) => script.boot(`${name}08:00:00`).log(`${name}09:00`, 'WL 7001', { TSId: 1 });
  const filled = (script: Script, name: string) => {
    for (let hour = 10; hour < 20; hour++) script.log(`${name}${hour}:00`, 'SC 7036').log(`${name}${hour}:30`, 'SC 7036');
    return script;
  };
  it('is that of two machines whose record ids do not meet', () => {
    const script = filled(filled(day(new Script(), ''), ''), '');
    assert.ok(writtenOrder(script.events).contradiction);
  });
  it('is one where a clock was set back', () => {
    const script = filled(filled(day(new Script(), ''), '').clock('19:30', '09:59'), '');
    assert.equal(writtenOrder(script.events).contradiction, undefined);
  });
  it('is one where only a few records carry a time of their own', () => {
    const script = filled(day(new Script(), ''), '').log('09:00', 'SC 7036').log('09:00', 'SC 7036').log('20:00', 'SC 7036');
    assert.equal(writtenOrder(script.events).contradiction, undefined);
  });
});
