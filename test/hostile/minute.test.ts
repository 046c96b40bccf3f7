/** A minute of generated cases for each run of the tests, shared by all readers: what the fixed numbers of `decoders.test.ts` do not reach. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Inspection } from '../../src/meter/inspection.ts';
import { Meter } from '../../src/meter/meter.ts';
import { appendFrame, readableLinkTypes } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { region } from '../wire/hostility.ts';
import { samples } from '../wire/samples.ts';

/** Wall-clock time for all properties together. A failure prints its seed and path, with which it can be repeated. */
const seconds = Number(process.env.YOBAN_FUZZ_SECONDS ?? 60);
/** Fewer cases than this in its second mean that a reader is caught in something; usual are thousands. */
const fewestCases = 40;

const frames = samples.flatMap(({ frame }) => (frame ? [frame] : []));
const places = samples.length + readableLinkTypes.length + 1;
const shareMs = (1000 * seconds) / places;

function runFor<T>(milliseconds: number, cases: fc.Arbitrary<T>, survive: (value: T) => void): number {
  let count = 0;
  fc.assert(
    fc.property(cases, (value) => {
      survive(value);
      count++;
    }),
    { numRuns: 1_000_000_000, interruptAfterTimeLimit: milliseconds },
  );
  return count;
}

/** Edits at places that are taken modulo the length: what they are applied to is not part of the generator, which keeps it fast. */
const damage = fc.record({
  edits: fc.array(fc.tuple(fc.nat(4096), fc.nat(6), fc.uint8Array({ maxLength: 6 })), { maxLength: 5 }),
  cut: fc.option(fc.nat(4096)),
  tail: fc.uint8Array({ maxLength: 40 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;
const damagedFrame = fc.tuple(fc.nat(frames.length - 1), damage);

/** Octets with some overwritten, some cut out or put in, and the end cut off or lengthened. */
function damaged(whole: Uint8Array, { edits, cut, tail }: Damage): Uint8Array {
  let octets = [...whole];
  for (const [place, gone, put] of edits) octets.splice(place % (octets.length + 1), gone, ...put);
  if (cut !== null) octets = octets.slice(0, cut % (octets.length + 1));
  return Uint8Array.from([...octets, ...tail]);
}

function append(batch: HeaderBatch, linkType: number, octets: Uint8Array, frame: number): void {
  batch.octets = octets;
  appendFrame(batch, linkType, 0, octets.length, octets.length, 1_700_000_000_000_000 + frame * 400_000, frame, 0);
}

describe(`${seconds} seconds of generated hostile input`, () => {
  for (const { name, read, octets } of samples)
    it(`${name} survives damage of every kind`, (t) => {
      const count = runFor(shareMs, damage, (value) => void read(region(damaged(octets, value))));
      t.diagnostic(`${count} cases`);
      assert.ok(count >= fewestCases, `only ${count} cases`);
    });

  for (const linkType of readableLinkTypes)
    it(`the walk over a frame of link type ${linkType} survives it`, (t) => {
      const count = runFor(shareMs, damagedFrame, ([index, value]) => {
        const octets = damaged(frames[index] as Uint8Array, value);
        const batch = new HeaderBatch();
        append(batch, linkType, octets, 1);
        new Inspection().add(batch);
        const [from, to] = [batch.payloadAt[0] as number, batch.payloadEnd[0] as number];
        assert.ok(from <= to && to <= octets.length, `payload ${from} to ${to} of ${octets.length}`);
      });
      t.diagnostic(`${count} cases`);
      assert.ok(count >= fewestCases, `only ${count} cases`);
    });

  it('the meter balances its books over any sequence of damaged frames', (t) => {
    const sequence = fc.array(damagedFrame, { minLength: 1, maxLength: 12 });
    const sink = {
      flow: () => undefined,
      name: () => undefined,
      binding: () => undefined,
      network: () => undefined,
      clock: () => undefined,
    };
    const count = runFor(shareMs, sequence, (list) => {
      const meter = new Meter({ capture: 'fuzz', maxFlows: 8 }, sink);
      const batch = new HeaderBatch();
      for (const [i, [index, value]] of list.entries()) {
        append(batch, 1, damaged(frames[index] as Uint8Array, value), i + 1);
        meter.consume(batch);
        batch.clear();
      }
      meter.finish();
      const { in: received, out, held, refused } = meter.counters;
      const lost = Object.values(refused).reduce((sum, part) => sum + part, 0);
      assert.deepEqual([received, held], [list.length, 0]);
      assert.equal(out + lost, received);
    });
    t.diagnostic(`${count} cases`);
    assert.ok(count >= fewestCases / 8, `only ${count} cases`);
  });
});
