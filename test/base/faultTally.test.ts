import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FaultTally } from '../../src/base/faultTally.ts';
import { type FaultKind, malformed, within } from '../../src/base/octets.ts';

const kinds: readonly FaultKind[] = ['truncated', 'overrun', 'malformed', 'loop', 'unsupported'];
const some = fc.array(
  fc.record({
    layer: fc.constantFrom('arp', 'ipv4', 'ipv4.options', 'tcp'),
    kind: fc.constantFrom(...kinds),
    count: fc.integer({ min: 1, max: 9 }),
  }),
);

describe('a tally of faults', () => {
  it('is empty before the first', () => {
    const tally = new FaultTally();
    assert.deepEqual([tally.count, tally.list()], [0, []]);
  });
  it('counts by layer and kind, whatever else a fault says', () => {
    const tally = new FaultTally();
    const short = within({ octets: new Uint8Array(4), at: 0, end: 4, limitedBy: 'capture' }, 28, 'arp');
    assert.ok(short);
    tally.add(short);
    tally.add(malformed('ipv4', 14, 'ipv4.headerLength < 20'));
    tally.add(malformed('ipv4', 30, 'ipv4.version'));
    tally.add({ layer: 'ipv4', kind: 'loop' }, 5);
    assert.equal(tally.count, 8);
    assert.deepEqual(tally.list(), [
      { layer: 'arp', kind: 'truncated', count: 1 },
      { layer: 'ipv4', kind: 'loop', count: 5 },
      { layer: 'ipv4', kind: 'malformed', count: 2 },
    ]);
  });
  it('gives the same list in every order, loses nothing, and names each layer and kind once', () => {
    fc.assert(
      fc.property(some, (faults) => {
        const [there, back] = [new FaultTally(), new FaultTally()];
        for (const { count, ...fault } of faults) there.add(fault, count);
        for (const { count, ...fault } of faults.toReversed()) back.add(fault, count);
        assert.deepEqual(there.list(), back.list());
        assert.equal(
          there.count,
          faults.reduce((sum, { count }) => sum + count, 0),
        );
        assert.equal(new Set(there.list().map(({ layer, kind }) => `${layer} ${kind}`)).size, there.list().length);
      }),
    );
  });
  it('hands out a copy: who changes it changes nothing', () => {
    const tally = new FaultTally();
    tally.add({ layer: 'arp', kind: 'truncated' });
    const [first] = tally.list() as { count: number }[];
    if (first) first.count = 99;
    assert.equal(tally.count, 1);
  });
});
