import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { excesses, type MinuteAmounts } from '../../src/judge/envelope.ts';
import type { Envelope } from '../../src/record/envelope.ts';

const amounts = (minute: number, changes: Partial<MinuteAmounts> = {}): MinuteAmounts => ({
  minute,
  destination: 'one',
  sentPackets: 10,
  sentOctets: 1000,
  receivedPackets: 8,
  receivedOctets: 4000,
  ...changes,
});
const every = (distance: number, count: number, changes: Partial<MinuteAmounts> = {}) =>
  Array.from({ length: count }, (_, i) => amounts(1000 + i * distance, changes));
const source = 'a test';

describe('an envelope', () => {
  const rows: [string, Envelope, MinuteAmounts[], RegExp | undefined][] = [
    ['holds what lies on its bound', { perHour: { sentPackets: 600 }, source }, every(1, 60), undefined],
    [
      'tells what lies one above it',
      { perHour: { sentPackets: 599 }, source },
      every(1, 60),
      /^600 packets sent within an hour, at most 599/,
    ],
    ['counts any sixty minutes, not those of the clock', { perHour: { sentPackets: 99 }, source }, every(6, 10), /^100 packets/],
    ['does not count what lies sixty minutes apart together', { perHour: { sentPackets: 10 }, source }, every(60, 9), undefined],
    ['counts one minute', { perMinute: { receivedOctets: 3999 }, source }, every(9, 2), /^4000 octets received within a minute/],
    ['counts a day', { perDay: { sentOctets: 23_999 }, source }, every(60, 48), /^24000 octets sent within a day/],
    ['does not count two days together', { perDay: { sentOctets: 24_000 }, source }, every(60, 48), undefined],
    ['takes headers for no data', { perHour: { sentData: 1 }, source }, every(1, 60, { sentPackets: 1000, sentOctets: 66_000 }), undefined],
    ['tells data above headers', { perHour: { sentData: 5999 }, source }, every(1, 60), /^6000 octets of data sent/],
    ['weighs the mean size', { sentOctetsPerPacket: 99, source }, every(1, 3), /^the packets sent have 100 octets on average, at most 99/],
    ['weighs received packets by themselves', { receivedOctetsPerPacket: 499, source }, every(1, 3), /^the packets received have 500/],
    ['does not weigh fewer than ten packets', { sentOctetsPerPacket: 9, source }, every(60, 5, { sentPackets: 9 }), undefined],
    [
      'sums what stands in several rows of a minute',
      { perMinute: { sentPackets: 29 }, source },
      [amounts(5), amounts(5, { destination: 'two' }), amounts(5, { destination: 'three' })],
      /^30 packets/,
    ],
    [
      'counts different far ends',
      { perHour: { farEnds: 2 }, source },
      [amounts(5), amounts(6), amounts(7, { destination: 'two' }), amounts(8, { destination: 'three' })],
      /^3 far ends within an hour, at most 2/,
    ],
    ['has nothing to say of nothing', { perHour: { sentPackets: 1 }, source }, [], undefined],
  ];
  for (const [sentence, envelope, traffic, expected] of rows)
    it(sentence, () => {
      const found = excesses(envelope, traffic);
      assert.equal(found.length, expected ? 1 : 0);
      if (expected) assert.match(found[0]?.text ?? '', expected);
    });

  it('bounds names below one domain and their length', () => {
    const envelope = { namesPerDomain: 60, longestName: 120, source };
    const asked = [
      { domain: 'a.example', names: 60, longest: 120 },
      { domain: 'b.example', names: 61, longest: 20 },
      { domain: 'c.example', names: 1, longest: 130 },
    ];
    assert.deepEqual(
      excesses(envelope, every(1, 1), asked).map(({ text }) => text),
      [
        'a name of 130 characters below c.example, at most 120 are normal',
        '61 names below b.example within an hour, at most 60 are normal',
      ],
    );
  });
  it('names the worst excess first, and who took part in it', () => {
    const traffic = [...every(1, 30), amounts(9000, { destination: 'two', sentPackets: 5000 })];
    const found = excesses({ perHour: { sentPackets: 100, receivedPackets: 100 }, source }, traffic);
    assert.deepEqual(
      found.map(({ times, destinations }) => [times, [...destinations]]),
      [
        [50, ['two']],
        [2.4, ['one']],
      ],
    );
  });
  it('does not depend on the order of what it judges', () => {
    const row = fc.record({
      minute: fc.integer({ min: 0, max: 200 }),
      destination: fc.constantFrom('one', 'two', 'three'),
      sentPackets: fc.nat(50),
      sentOctets: fc.nat(9000),
      receivedPackets: fc.nat(50),
      receivedOctets: fc.nat(9000),
    });
    const envelope: Envelope = {
      perMinute: { sentPackets: 60, farEnds: 2 },
      perHour: { sentOctets: 50_000, sentData: 40_000 },
      sentOctetsPerPacket: 200,
      source,
    };
    const text = (traffic: MinuteAmounts[]) =>
      JSON.stringify(excesses(envelope, traffic), (_, value) => (value instanceof Set ? [...value].sort() : value));
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => assert.equal(text(one), text(other)),
      ),
    );
  });
  it('finds in any window what a count by hand finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 30 }),
        (all) => {
          const traffic = all.map(([minute, sentPackets]) => amounts(minute, { sentPackets }));
          const most = Math.max(
            ...all.map(([end]) => all.filter(([at]) => at > end - 60 && at <= end).reduce((sum, [, packets]) => sum + packets, 0)),
          );
          const found = (bound: number) => excesses({ perHour: { sentPackets: bound }, source }, traffic).length;
          assert.deepEqual([found(most), most > 1 ? found(most - 1) : 1], [0, 1]);
        },
      ),
    );
  });
});
