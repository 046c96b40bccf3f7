/** What must hold for any order of events: no live address is answered for, nothing is sent that may not be, memory is bounded. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Mode } from '../../src/darkspace/claim.ts';
import { advertisement, arpFrame, askerMac, Bench, dark, ip, ipv6Frame, ownerMac, serviceMac, solicitation } from './frames.ts';

const targets = [dark, dark + 1n, dark + 2n, dark + 3n, ip('fe80::9789:50d8:4b01:eeee'), ip('2001:db8:1::'), ip('2001:db8:1::fe')];
const target = fc.constantFrom(...targets);
const machine = fc.integer({ min: 0, max: 3 }).map((n) => askerMac + 0x100 + n);

type Event = { readonly frame: Uint8Array; readonly owns?: bigint } | { readonly waitMs: number };

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ target, mac: machine }).map(({ target, mac }) => ({ frame: ask(target, mac) })) },
  { weight: 1, arbitrary: fc.record({ target, mac: machine }).map(({ target, mac }) => ({ frame: check(target, mac) })) },
  { weight: 1, arbitrary: target.map((target) => ({ frame: advertisement({ target }), owns: target })) },
  { weight: 1, arbitrary: target.map((target) => ({ frame: solicitation({ source: 0n, mac: ownerMac, target }), owns: target })) },
  { weight: 1, arbitrary: target.map((target) => ({ frame: packetFrom(target), owns: target })) },
  { weight: 1, arbitrary: fc.constant({ frame: arpFrame() }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3000 }).map((waitMs) => ({ waitMs })) },
  { weight: 1, arbitrary: fc.constantFrom(40_000, 90_000).map((waitMs) => ({ waitMs })) },
);

const sourceOf = (mac: number) => ip('fe80::1:0') + BigInt(mac % 0x10000);
const ask = (target: bigint, mac: number) => solicitation({ target, mac, source: sourceOf(mac) });
const check = (target: bigint, mac: number) => solicitation({ target, mac, source: sourceOf(mac), unicastTo: serviceMac });
const packetFrom = (source: bigint) =>
  ipv6Frame(ownerMac, askerMac, source, ip('2001:db8:1::1'), Uint8Array.of(129, 0, 0, 0, 0, 0, 0, 0), 64);

function run(list: readonly Event[], mode: Mode, onEvent: (bench: Bench, owned: ReadonlySet<bigint>) => void): Bench {
  const bench = new Bench({ mode });
  const owned = new Set<bigint>();
  for (const event of list) {
    if ('waitMs' in event) bench.wait(event.waitMs);
    else {
      if (event.owns !== undefined) owned.add(event.owns);
      bench.hear(event.frame);
    }
    onEvent(bench, owned);
  }
  return bench;
}

describe('the claim machine, for any order of events,', () => {
  it('never answers for an address whose owner was heard, nor for a router or an anycast address', () => {
    let answered = 0;
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), (list) => {
        let done = 0;
        run(list, 'answer', ({ actions, machine: { heard, taken, refusals } }, owned) => {
          const refused = [...refusals.values()].reduce((a, b) => a + b, 0);
          assert.equal(heard, taken + refused, 'each question is taken or refused');
          for (const action of actions.slice(done)) {
            if (action.kind !== 'answer') continue;
            answered++;
            assert.ok(!owned.has(action.target), 'a live address was answered for');
            assert.ok(action.target !== ip('2001:db8:1::') && action.target !== ip('2001:db8:1::fe'), 'router or anycast');
          }
          done = actions.length;
        });
      }),
      { numRuns: 400 },
    );
    assert.ok(answered > 100, `only ${answered} answers: the events prove nothing`);
  });
  it('answers nothing that was not probed twice before, with half a second of silence', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), (list) => {
        const { transitions } = run(list, 'answer', () => undefined);
        for (const { to, atUs, probesAtUs } of transitions) {
          if (to !== 'held') continue;
          assert.equal(probesAtUs.length, 2);
          assert.ok(atUs - (probesAtUs[1] as number) >= 500_000);
          assert.ok(atUs - (probesAtUs[0] as number) <= 2_500_000);
        }
      }),
    );
  });
  it('sends nothing at all in off and in dry-run', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), fc.constantFrom<Mode>('off', 'dry-run'), (list, mode) => {
        assert.deepEqual(run(list, mode, () => undefined).actions, []);
      }),
    );
  });
  it('holds no more than there are targets, and nothing once all is quiet', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), (list) => {
        const bench = run(list, 'answer', ({ machine }) => assert.ok(machine.size <= targets.length + 1));
        bench.wait(130_000);
        assert.equal(bench.machine.size, 0);
        assert.equal(bench.machine.nextDueUs, undefined);
        for (let n = 0; n < 4; n++) assert.equal(bench.machine.heldBy(askerMac + 0x100 + n), 0);
      }),
    );
  });
});
