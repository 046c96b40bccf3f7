import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { healthKind, imbalance } from '../../src/record/health.ts';
import { StageLedger } from '../../src/watch/ledger.ts';

const where = { sensor: 'box1', capture: 'c', interface: 'a.pcap', from: 0, until: 60_000_000 };

describe('the ledger of a stage', () => {
  it('begins empty and balanced', () => {
    const record = new StageLedger('link', 'frames').record(where);
    assert.deepEqual(record, { ...where, stage: 'link', unit: 'frames', carried: null, in: 0, out: 0, held: 0, refused: {}, dropped: {} });
    assert.equal(imbalance(record), 0);
  });
  it('counts what it refused by reason', () => {
    const ledger = new StageLedger('meter', 'packets');
    ledger.refuse('table-full');
    ledger.refuse('table-full', 4);
    ledger.refuse('no-address');
    assert.deepEqual(ledger.record(where).refused, { 'table-full': 5, 'no-address': 1 });
  });
  it('hands out a copy: what is counted later does not change a record that was written', () => {
    const ledger = new StageLedger('meter', 'packets');
    ledger.refuse('late');
    const record = ledger.record(where);
    ledger.refuse('late');
    ledger.in = 7;
    assert.deepEqual([record.refused, record.in], [{ late: 1 }, 0]);
  });
  it('gives a record that the store takes, and that says exactly what is missing', () => {
    const reason = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.nat(1000),
        fc.nat(9),
        fc.array(fc.tuple(reason, fc.nat(99))),
        fc.nat(99),
        (received, out, held, refusals, dropped) => {
          const ledger = new StageLedger('link', 'frames');
          ledger.in = received;
          ledger.out = out;
          ledger.held = held;
          for (const [why, count] of refusals) ledger.refuse(why, count);
          ledger.dropped.kernel = dropped;
          const record = healthKind.schema.parse(ledger.record(where));
          const refused = refusals.reduce((sum, [, count]) => sum + count, 0);
          assert.equal(imbalance(record), received - out - held - refused - dropped);
        },
      ),
    );
  });
});
