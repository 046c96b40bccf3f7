import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ReportDestination } from '../../src/record/output/report.ts';
import { findings } from '../../src/report/findings.ts';
import { sampleDestination, sampleExplained, sampleHost } from './samples.ts';

const nameless = (changes: Partial<ReportDestination>) =>
  sampleDestination({ name: null, address: '192.168.7.9', application: null, nameProof: null, scope: 'inside', priority: 40, ...changes });
const many = (count: number, of: (i: number) => Partial<ReportDestination>) => Array.from({ length: count }, (_, i) => nameless(of(i)));

describe('findings', () => {
  it('take many ports of one far end for one matter, and name it as a scan', () => {
    const found = findings([sampleHost({ destinations: many(100, (i) => ({ port: 1 + i, packets: 2 })) })]);
    assert.equal(found.length, 1);
    const [scan] = found;
    assert.deepEqual(
      [scan?.kind, scan?.farEnd, scan?.packets, scan?.rows, scan?.priority],
      ['port-scan', '192.168.7.9: 100 ports (tcp)', 200, 100, 55],
    );
    assert.match(scan?.because[0] ?? '', /100 ports of one far end, as in a scan/);
  });
  it('take one service of many addresses for one matter', () => {
    const [sweep, ...others] = findings([sampleHost({ destinations: many(50, (i) => ({ port: 445, address: `192.168.7.${i}` })) })]);
    assert.deepEqual([sweep?.kind, sweep?.farEnd, sweep?.addresses, others], ['address-sweep', '50 addresses: TCP port 445', 50, []]);
  });
  it('take echo to many addresses for one matter, which has no port', () => {
    const [sweep] = findings([sampleHost({ destinations: many(9, (i) => ({ protocol: 'icmp', port: null, address: `192.168.7.${i}` })) })]);
    assert.equal(sweep?.farEnd, '9 addresses: ICMP');
  });
  it('say when the far end scans the host', () => {
    const [scan] = findings([sampleHost({ destinations: many(9, (i) => ({ port: 20 + i, direction: 'incoming' })) })]);
    assert.equal(scan?.farEnd, '192.168.7.9: 9 ports (tcp), begun by it');
  });
  it('leave a few ports of one far end apart', () =>
    assert.equal(findings([sampleHost({ destinations: many(3, (i) => ({ port: 20 + i })) })]).length, 3));
  it('do not take names of one service for a sweep', () =>
    assert.equal(findings([sampleHost({ destinations: many(9, (i) => ({ name: `n${i}.example`, address: null })) })]).length, 9));
  it('take one far end of several hosts for one matter, the host with the highest priority first', () => {
    const [found, ...others] = findings([
      sampleHost({ host: 'PC-1', destinations: [sampleDestination({ priority: 50 })] }),
      sampleHost({ host: 'PC-2', destinations: [sampleDestination({ priority: 70 })] }),
    ]);
    assert.deepEqual([found?.hosts, found?.priority, found?.packets, others], [['PC-2', 'PC-1'], 70, 18, []]);
  });
  it('never lift a scan above what a machine could not have sent', () => {
    const [scan] = findings([sampleHost({ destinations: many(9, (i) => ({ port: 20 + i, priority: 88 })) })]);
    assert.equal(scan?.priority, 89);
  });
  it('leave out what is explained', () => assert.deepEqual(findings([sampleHost({ destinations: [sampleExplained()] })]), []));
  it('hold every open row once, most suspicious first, in whatever order hosts and rows stand', () => {
    const row = fc
      .record({
        port: fc.integer({ min: 1, max: 9 }),
        address: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        priority: fc.nat(80),
        packets: fc.integer({ min: 1, max: 9 }),
      })
      .map(nameless);
    const rows = fc.array(row, { maxLength: 30 });
    fc.assert(
      fc.property(
        rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const found = findings([sampleHost({ destinations: all })]);
          assert.equal(
            found.reduce((sum, one) => sum + one.rows, 0),
            all.length,
          );
          assert.ok(found.every(({ priority }, i) => i === 0 || priority <= (found[i - 1]?.priority as number)));
          const key = ({ kind, farEnd, packets, priority }: (typeof found)[number]) => `${kind} ${farEnd} ${packets} ${priority}`;
          assert.deepEqual(findings([sampleHost({ destinations: shuffled })]).map(key), found.map(key));
        },
      ),
    );
  });
});
