import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Excess } from '../../src/judge/envelope.ts';
import { type Evidence, prioritise, rhythmMinutes, statusOf } from '../../src/judge/priority.ts';
import { type DestinationRecord, destinationStatuses } from '../../src/record/judged.ts';
import { destination } from './sample.ts';

const evidence = (changes: Partial<Evidence> = {}, far: Partial<DestinationRecord> = {}): Evidence => ({
  destination: destination(far),
  minutes: [10],
  sentOctets: 100,
  receivedOctets: 200,
  contradictions: 0,
  devices: 2,
  devicesInAll: 5,
  excesses: [],
  ...changes,
});

const excess = (times: number): Excess => ({ text: '7 of 3', times, destinations: new Set(['x']) });
const every = (distance: number, count: number, from = 1000) => Array.from({ length: count }, (_, i) => from + i * distance);
/** Minutes that lie so far apart. */
function cumulated(distances: number[]): number[] {
  const minutes = [1000];
  for (const distance of distances) minutes.push((minutes.at(-1) as number) + distance);
  return minutes;
}

describe('a rhythm', () => {
  const rows: [string, number[], number | undefined][] = [
    ['is there when traffic comes back every hour', every(60, 6), 60],
    ['is there with five returns', every(7, 6), 7],
    ['is not proven by four returns', every(7, 5), undefined],
    ['survives a minute of jitter', cumulated([60, 61, 59, 60, 60]), 60],
    ['survives a tenth of jitter at long distances', cumulated([1000, 1090, 910, 1000, 1000]), 1000],
    ['is not there when jitter is more than a tenth', cumulated([1000, 1200, 800, 700, 1000]), undefined],
    ['survives one gap in four distances or more', cumulated([10, 10, 25, 10, 10]), 10],
    ['is not there when two of five distances differ', cumulated([10, 30, 50, 10, 10]), undefined],
    ['is there when just three quarters are near', cumulated([10, 10, 10, 10, 10, 10, 50, 90]), 10],
    [
      'is measured from the begin of one burst to that of the next, however long each lasts',
      [10, 11, 12, 70, 71, 130, 190, 191, 250, 310],
      60,
    ],
    ['is not there in one long stretch', every(1, 500), undefined],
    ['is not there at random', [3, 20, 22, 90, 300, 301, 420, 777], undefined],
    ['is not there in nothing', [], undefined],
    ['is not there in one minute', [5], undefined],
  ];
  for (const [sentence, minutes, expected] of rows) it(sentence, () => assert.equal(rhythmMinutes(minutes), expected));
  it('is found at every distance above a minute, and does not depend on when it began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1440 }), fc.integer({ min: 6, max: 40 }), fc.nat(30_000_000), (distance, count, from) =>
        assert.equal(rhythmMinutes(every(distance, count, from)), distance),
      ),
    );
  });
});

describe('a priority', () => {
  const rows: [string, Evidence, number, RegExp][] = [
    ['is 0 for what is explained', evidence({}, { status: 'explained' }), 0, /^explained$/],
    ['is 50 for what is unexplained outside', evidence(), 50, /outside the network/],
    ['is 30 for what is unexplained inside', evidence({}, { scope: 'inside' }), 30, /inside the network/],
    ['is 60 for what is out of its envelope', evidence({ excesses: [excess(2)] }, { status: 'explained' }), 60, /7 of 3/],
    ['is 75 for what is far out of its envelope', evidence({ excesses: [excess(10)] }, { status: 'explained' }), 75, /10 times and more/],
    ['does not rise for an excess of what nothing explains', evidence({ excesses: [excess(10)] }), 50, /outside/],
    [
      'is given with three excesses in words and the number of others',
      evidence({ excesses: [excess(3), excess(3), excess(2), excess(2), excess(2)] }, { status: 'explained' }),
      60,
      /^7 of 3; 7 of 3; 7 of 3; and 2 more$/,
    ],
    ['is 90 for what a machine could not send', evidence({ contradictions: 3 }), 90, /sent in 3 minutes/],
    ['rises when traffic comes back at equal distances', evidence({ minutes: every(60, 6) }), 70, /comes back every 60 minutes/],
    ['rises without a name', evidence({}, { name: null, nameProof: null, address: 1n }), 60, /no name is known/],
    [
      'does not rise for a group, which has no name',
      evidence({}, { name: null, nameProof: null, cast: 'multicast', scope: 'inside' }),
      30,
      /./,
    ],
    ['rises for a name that was only claimed', evidence({}, { nameProof: 'claimed' }), 58, /only claimed/],
    ['rises when the far end began', evidence({}, { direction: 'incoming' }), 55, /far end began/],
    ['rises when more was sent than received', evidence({ sentOctets: 201 }), 55, /sent more/],
    ['does not rise when as much was sent as received', evidence({ sentOctets: 200 }), 50, /./],
    ['does not rise when more was sent inside', evidence({ sentOctets: 201 }, { scope: 'inside' }), 30, /./],
    ['rises when only one of three hosts talks to it', evidence({ devices: 1, devicesInAll: 3 }), 55, /only this host/],
    ['falls when half of the hosts do the same', evidence({ devices: 3, devicesInAll: 6 }), 25, /3 of 6 hosts do the same$/],
    ['rises when one host in five or fewer talk to it', evidence({ devices: 2, devicesInAll: 10 }), 55, /only 2 of 10 hosts/],
    [
      'rises for a beacon that jitters by a half, when it came back often',
      evidence({ minutes: cumulated([30, 16, 44, 40, 21, 30, 33, 27, 39, 24, 31, 45, 28, 19, 36, 25]) }),
      62,
      /comes back about every 30 minutes/,
    ],
    [
      'does not rise for what comes by chance, however often',
      evidence({ minutes: cumulated([3, 90, 11, 140, 25, 7, 60, 38, 5, 210, 16, 48, 72, 9, 31, 120]) }),
      50,
      /./,
    ],
    ['does not fall when fewer do', evidence({ devices: 3, devicesInAll: 7 }), 50, /./],
    [
      'rises less for a rhythm that jitters by a third',
      evidence({ minutes: cumulated([30, 22, 38, 40, 21, 30, 33, 27, 39, 24, 31]) }),
      62,
      /comes back about every 30 minutes/,
    ],
    ['does not rise for few returns that jitter', evidence({ minutes: cumulated([30, 22, 38, 40, 21, 30]) }), 50, /./],
    ['does not rise when there are but two hosts', evidence({ devices: 1, devicesInAll: 2 }), 50, /./],
  ];
  for (const [sentence, given, expected, because] of rows)
    it(sentence, () => {
      const found = prioritise(given);
      assert.equal(found.priority, expected);
      assert.match(found.because.join('; '), because);
    });

  it('of what is explained does not rise, whatever its rhythm: then it would not be explained', () =>
    assert.equal(prioritise(evidence({ minutes: every(60, 6), sentOctets: 999 }, { status: 'explained' })).priority, 0));
  it('names the weightiest reason first', () => {
    const { because } = prioritise(evidence({ minutes: every(60, 6), sentOctets: 999 }, { nameProof: 'claimed' }));
    assert.deepEqual(
      because.map((reason) => reason.split(' ')[0]),
      ['unexplained,', 'comes', 'the', 'sent'],
    );
  });

  const anything = fc.record({
    destination: fc
      .record({
        status: fc.constantFrom(...destinationStatuses.filter((status) => status !== 'suspicious')),
        scope: fc.constantFrom('outside' as const, 'inside' as const),
        direction: fc.constantFrom('outgoing' as const, 'incoming' as const),
        nameProof: fc.constantFrom('resolved' as const, 'claimed' as const, null),
        cast: fc.constantFrom('unicast' as const, 'multicast' as const),
      })
      .map((far) => destination({ ...far, name: far.nameProof === null ? null : 'a.example' })),
    minutes: fc.constantFrom(every(60, 6), [5]),
    sentOctets: fc.nat(300),
    receivedOctets: fc.nat(300),
    contradictions: fc.constant(0),
    devices: fc.integer({ min: 1, max: 3 }),
    devicesInAll: fc.integer({ min: 3, max: 9 }),
    excesses: fc.constant([]),
  });
  it('of what a machine could not send stands above everything else', () => {
    fc.assert(
      fc.property(anything, anything, fc.integer({ min: 1, max: 1440 }), (one, other, contradictions) => {
        const suspicious = prioritise({ ...one, contradictions }).priority;
        assert.ok(suspicious > prioritise(other).priority && suspicious <= 100);
      }),
    );
  });
  it('of what is explained stands below everything else, and there is always a reason', () => {
    fc.assert(
      fc.property(anything, (one) => {
        const { priority, because } = prioritise(one);
        assert.equal(priority === 0, one.destination.status === 'explained');
        assert.ok(because.length > 0);
      }),
    );
  });
  it('of what is unexplained outside stands above the same inside', () => {
    fc.assert(
      fc.property(anything, (one) => {
        const at = (scope: 'outside' | 'inside') =>
          prioritise({ ...one, destination: { ...one.destination, status: 'unexplained', scope } }).priority;
        assert.ok(at('outside') > at('inside'));
      }),
    );
  });
});

describe('a status', () => {
  it('is suspicious with one contradiction, explained or not', () => {
    for (const status of destinationStatuses) assert.equal(statusOf(evidence({ contradictions: 1 }, { status })), 'suspicious');
  });
  it('is out of its envelope when it is explained and there is too much of it', () => {
    for (const status of destinationStatuses.filter((one) => one !== 'explained'))
      assert.equal(statusOf(evidence({ excesses: [excess(2)] }, { status })), status);
    assert.equal(statusOf(evidence({ excesses: [excess(2)] }, { status: 'explained' })), 'out-of-envelope');
    assert.equal(statusOf(evidence({ excesses: [excess(2)], contradictions: 1 }, { status: 'explained' })), 'suspicious');
  });
  it('is that of the destination without one', () => {
    for (const status of destinationStatuses) assert.equal(statusOf(evidence({}, { status })), status);
  });
});
