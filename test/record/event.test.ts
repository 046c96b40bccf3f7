import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EventRecord, eventIdentity, hostOf } from '../../src/record/event.ts';
import { at } from '../store/sampleFlow.ts';

const record = (changes: Partial<EventRecord> = {}): Omit<EventRecord, 'id'> => ({
  host: 'PC-7',
  channel: 'System',
  recordId: 4711,
  provider: 'Microsoft-Windows-Kernel-Power',
  eventId: 506,
  version: 4,
  qualifiers: null,
  time: at('2021-01-10T09:00:00Z'),
  computer: 'pc-7.corp.example',
  data: [['Reason', '12']],
  recovered: false,
  ...changes,
});

describe('the host of a computer name', () => {
  const rows: [string, string][] = [
    ['PC-7', 'PC-7'],
    ['pc-7', 'PC-7'],
    ['pc-7.corp.example', 'PC-7'],
    ['PC-7.', 'PC-7'],
    [' pc-7 ', 'PC-7'],
    ['büro', 'BÜRO'],
    ['', ''],
  ];
  for (const [computer, host] of rows)
    it(`of ${JSON.stringify(computer)} is ${JSON.stringify(host)}`, () => assert.equal(hostOf(computer), host));
});

describe('the identity of an event', () => {
  const id = eventIdentity(record());
  it('is host, channel and record id: another form of log tells the same event with other words', () =>
    assert.equal(
      eventIdentity(record({ provider: 'Kernel-Power', data: [], version: null, time: 0, computer: 'PC-7', recovered: true })),
      id,
    ));
  const others: [string, Partial<EventRecord>][] = [
    ['another host', { host: 'PC-8' }],
    ['another channel', { channel: 'Security' }],
    ['another record id', { recordId: 4712 }],
  ];
  for (const [sentence, changes] of others) it(`differs for ${sentence}`, () => assert.notEqual(eventIdentity(record(changes)), id));

  describe('without a record id', () => {
    const content = eventIdentity(record({ recordId: null }));
    const differing: [string, Partial<EventRecord>][] = [
      ['the provider', { provider: 'Microsoft-Windows-Kernel-General' }],
      ['the event id', { eventId: 507 }],
      ['the time', { time: at('2021-01-10T09:00:00.000001Z') }],
      ['a datum', { data: [['Reason', '13']] }],
      ['the name of a datum', { data: [['', '12']] }],
      [
        'the order of data',
        {
          data: [
            ['Reason', '12'],
            ['x', ''],
          ],
        },
      ],
    ];
    for (const [sentence, changes] of differing)
      it(`differs with ${sentence}`, () => assert.notEqual(eventIdentity(record({ recordId: null, ...changes })), content));
    it('does not change with how the computer name was written', () =>
      assert.equal(eventIdentity(record({ recordId: null, computer: 'PC-7' })), content));
  });
});
