import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { day, minute } from '../../src/base/time.ts';
import type { Envelope } from '../../src/record/envelope.ts';
import { flowKind } from '../../src/record/flow.ts';
import { type DestinationRecord, destinationKind, deviceKind, type JudgementRecord, judgementKind } from '../../src/record/judged.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { assembleOverview } from '../../src/report/overview.ts';
import { span } from '../../src/store/questions/facts.ts';
import { Store } from '../../src/store/store.ts';
import { destination } from '../judge/sample.ts';
import { rollUpAll } from '../store/rollUpAll.ts';
import { at, sampleFlow } from '../store/sampleFlow.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const start = at('2021-01-10T00:00:00Z');
const macs = [1, 2, 3];
const source = 'bounds of this test';

/** Each way in which what is explained may turn out to be open, and some in which it may not. */
const farEnds: readonly (Partial<DestinationRecord> & { readonly id: string })[] = [
  { id: 'unexplained', status: 'unexplained' },
  { id: 'without bounds', rule: 'free' },
  ...['one', 'two', 'three'].map((id) => ({
    id,
    rule: 'many',
    envelope: { perHour: { sentPackets: 60, farEnds: 2 }, source } as Envelope,
  })),
  { id: 'mean', rule: 'mean', envelope: { sentOctetsPerPacket: 70, source } },
  { id: 'received', rule: 'received', envelope: { perMinute: { receivedOctets: 900 }, perDay: { receivedPackets: 50 }, source } },
  { id: 'data', rule: 'data', envelope: { perDay: { sentData: 500, sentOctets: 100_000 }, source } },
  { id: 'quiet', rule: 'quiet', envelope: { perDay: { sentPackets: 1_000_000 }, source } },
];
const explained = { status: 'explained', reason: 'an explanation of this test' } as const;
const destinations = farEnds.map((changes) => destination({ name: `${changes.id.replace(' ', '-')}.example`, ...explained, ...changes }));

const judgement = fc
  .record({
    mac: fc.constantFrom(...macs),
    minute: fc.integer({ min: 0, max: 2 * 1440 - 1 }).map((n) => start + n * minute),
    state: fc.constantFrom('modern-sleep' as const, 'off' as const, 'present' as const),
    confidence: fc.constantFrom('high' as const, 'low' as const),
    destination: fc.constantFrom(...farEnds.map(({ id }) => id)),
    sentPackets: fc.integer({ min: 0, max: 40 }),
    octetsEach: fc.integer({ min: 60, max: 120 }),
    receivedPackets: fc.integer({ min: 0, max: 20 }),
    contradiction: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
  })
  .map(
    ({ octetsEach, ...row }): JudgementRecord => ({
      ...row,
      intervalFrom: null,
      peerAddress: null,
      sentOctets: octetsEach * row.sentPackets,
      receivedOctets: octetsEach * row.receivedPackets,
      firstAt: row.minute,
      lastAt: row.minute + 1_000_000,
    }),
  );

/** Traffic that is surely open in each of the three ways, so that no run is without them. */
const surelyOpen = (['unexplained', 'mean', 'without bounds'] as const).map(
  (destination, n): JudgementRecord => ({
    mac: macs[0] as number,
    minute: start + n * minute,
    state: 'off',
    confidence: 'high',
    destination,
    sentPackets: 20,
    sentOctets: 20 * 120,
    receivedPackets: 10,
    receivedOctets: 10 * 120,
    contradiction: destination === 'without bounds',
    intervalFrom: null,
    peerAddress: null,
    firstAt: start + n * minute,
    lastAt: start + n * minute + 1_000_000,
  }),
);

describe('the overview', () => {
  it('finds what the report finds, for any traffic, though it fetches only what may be open', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    t.after(() => store.close());
    for (const mac of macs)
      store.append(deviceKind, { mac, host: `PC-${mac}`, hostEvidence: null, hostNames: [], doubts: [], addresses: [] });
    for (const row of destinations) store.append(destinationKind, row);
    for (const n of [0, 1]) store.append(flowKind, sampleFlow({ minute: start + n * day }));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(judgement, { maxLength: 120 }), fc.integer({ min: 0, max: 1000 }), async (rows, offset) => {
        for (const row of rows) store.append(judgementKind, row);
        await rollUpAll(store, [{ sql: 'DELETE FROM "judgement"', values: [] }]);
        const window = { from: start + offset * minute, to: start + 2 * day };
        for (const policy of ['sleep', 'strict'] as const) {
          const report = await assembleReport(store, { policy, ...window });
          const { open, hosts } = await assembleOverview(store, window, policy, (await store.ask(span, {}))[0] ?? null);
          const expected = report.hosts.filter(({ hasLog }) => hasLog);
          assert.deepEqual(
            new Map(hosts.map(({ host, packets, explained }) => [host, { packets, explained }])),
            new Map(expected.map(({ host, noUserStarted }) => [host, noUserStarted])),
          );
          const isOpen = expected.flatMap(({ destinations: all }) => all.filter(({ status }) => status !== 'explained'));
          assert.equal(
            hosts.reduce((sum, { openFarEnds }) => sum + openFarEnds, 0),
            isOpen.length,
          );
          for (const { destination } of open) {
            const { id: _, ...published } = destination;
            assert.ok(
              isOpen.some(
                (one) =>
                  JSON.stringify(one) ===
                  JSON.stringify(Object.fromEntries(Object.keys(one).map((key) => [key, published[key as keyof typeof published]]))),
              ),
              published.name ?? '',
            );
          }
          for (const { status } of isOpen) seen.add(status);
        }
      }),
      { numRuns: 12, examples: [[surelyOpen, 0]] },
    );
    assert.deepEqual([...seen].sort(), ['out-of-envelope', 'suspicious', 'unexplained']);
  });
});
