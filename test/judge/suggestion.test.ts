import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Evidence } from '../../src/judge/priority.ts';
import { suggest } from '../../src/judge/suggestion.ts';
import type { DestinationRecord } from '../../src/record/judged.ts';
import { destination, rule } from './sample.ts';

const evidence = (changes: Partial<Evidence> = {}, far: Partial<DestinationRecord> = {}): Evidence => ({
  destination: destination(far),
  minutes: [10, 500],
  sentOctets: 100,
  receivedOctets: 200,
  contradictions: 0,
  devices: 2,
  devicesInAll: 5,
  excesses: [],
  ...changes,
});
const rented = rule({ id: 'shared/cdn', pattern: '*.azureedge.net', breadth: 'shared' });
const every = (distance: number, count: number) => Array.from({ length: count }, (_, i) => 1000 + i * distance);

describe('a suggestion', () => {
  it('is made for a name that two hosts talk to now and then', () => {
    const { suggestions, leftOut } = suggest([evidence(), evidence({ minutes: [77] })], [rented]);
    assert.deepEqual(
      [suggestions, leftOut],
      [
        [
          {
            name: 'a.example',
            protocol: 'tcp',
            port: 443,
            application: 'tls',
            hosts: 2,
            hostsInAll: 5,
            minutes: 3,
            sentOctets: 200,
            receivedOctets: 400,
          },
        ],
        [],
      ],
    );
  });
  it('is not made for what is explained, and nothing is said about it', () =>
    assert.deepEqual(suggest([evidence({}, { status: 'explained' }), evidence({}, { status: 'explained' })], []), {
      suggestions: [],
      leftOut: [],
    }));

  const rows: [string, Partial<Evidence>, Partial<DestinationRecord>, RegExp][] = [
    ['comes back', { minutes: every(60, 6) }, {}, /comes back every 60 minutes/],
    ['goes on and on', { minutes: every(1, 90) }, {}, /nearly every minute/],
    ['was sent by a machine that could not', { contradictions: 1 }, {}, /suspicious/],
    [
      'is too much of something known',
      { excesses: [{ text: 'too much', times: 2, destinations: new Set() }] },
      { status: 'explained' },
      /out-of-envelope/,
    ],
    ['sends more than it receives', { sentOctets: 201 }, {}, /sent more/],
    ['has a name that was only claimed', {}, { nameProof: 'claimed' }, /claimed/],
    ['has one of several names', {}, { nameProof: 'ambiguous' }, /ambiguous/],
    ['was begun by the far end', {}, { direction: 'incoming' }, /began/],
    ['lies inside', {}, { scope: 'inside' }, /inside/],
    ['has a name that anybody can rent', {}, { name: 'a.azureedge.net' }, /rent/],
  ];
  for (const [sentence, changes, far, why] of rows)
    it(`is not made for what ${sentence}, even when another host does the same harmlessly`, () => {
      const name = far.name === undefined ? {} : { name: far.name };
      const { suggestions, leftOut } = suggest([evidence({}, name), evidence(changes, far)], [rented]);
      assert.deepEqual(suggestions, []);
      assert.match(leftOut[0]?.why ?? '', why);
    });
  it('is not made for what one host alone talks to', () =>
    assert.match(suggest([evidence({ devices: 1 })], []).leftOut[0]?.why ?? '', /only one host/));
  it('is not made for what comes back only when all hosts are taken together', () => {
    const minutes = every(60, 8);
    const halves = [minutes.filter((_, i) => i % 2 === 0), minutes.filter((_, i) => i % 2 === 1)];
    const { leftOut } = suggest(
      halves.map((part) => evidence({ minutes: part.slice(0, 4) })),
      [],
    );
    assert.match(leftOut[0]?.why ?? '', /over all hosts it comes back/);
  });
});
