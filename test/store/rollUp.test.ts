import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { day, hour, minute, second } from '../../src/base/time.ts';
import { policies } from '../../src/judge/policy.ts';
import { flowKind } from '../../src/record/flow.ts';
import { confidences, hostStates } from '../../src/record/interval.ts';
import { deviceKind, type JudgementRecord, judgementKind } from '../../src/record/judged.ts';
import { countedStates } from '../../src/report/evidence.ts';
import { judgedTraffic, unjudgedTraffic } from '../../src/store/questions/derived.ts';
import { countedTraffic, trafficByState } from '../../src/store/questions/traffic.ts';
import { rollUpDay, rollUpStale, unattendedStates } from '../../src/store/rollUp.ts';
import { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { rollUpAll } from './rollUpAll.ts';
import { address, at, sampleFlow } from './sampleFlow.ts';

const start = at('2021-01-10T00:00:00Z');

const judgement = fc
  .record({
    mac: fc.integer({ min: 1, max: 3 }),
    minute: fc.integer({ min: 0, max: 4 * 1440 - 1 }).map((n) => start + n * minute),
    state: fc.constantFrom(...hostStates),
    confidence: fc.constantFrom(...confidences),
    destination: fc.constantFrom('a', 'b', 'c'),
    sentPackets: fc.nat(9),
    receivedPackets: fc.nat(9),
    first: fc.integer({ min: 0, max: 29 }),
    last: fc.integer({ min: 30, max: 59 }),
    contradiction: fc.boolean(),
  })
  .map(
    ({ first, last, ...row }): JudgementRecord => ({
      ...row,
      intervalFrom: null,
      peerAddress: null,
      sentOctets: 60 * row.sentPackets,
      receivedOctets: 70 * row.receivedPackets,
      firstAt: row.minute + first * second,
      lastAt: row.minute + last * second,
    }),
  );
const span = fc
  .tuple(fc.integer({ min: -hour, max: 4 * day }), fc.integer({ min: 1, max: 4 * day + hour }))
  .map(([from, length]) => ({ from: start + from, to: start + from + length }));

async function emptyStore(t: Parameters<typeof temporaryFolder>[0]): Promise<Store> {
  const store = await Store.open(await temporaryFolder(t));
  t.after(() => store.close());
  return store;
}

describe('traffic from the daily sums', () => {
  it('is what the judgements alone say, for any judgements and any span of time', async (t) => {
    const store = await emptyStore(t);
    await fc.assert(
      fc.asyncProperty(fc.array(judgement, { maxLength: 60 }), fc.array(span, { minLength: 1, maxLength: 4 }), async (rows, spans) => {
        for (const row of rows) store.append(judgementKind, row);
        await rollUpAll(store, [{ sql: 'DELETE FROM "judgement"', values: [] }]);
        for (const window of spans) {
          const truth = await store.ask(judgedTraffic, window);
          const add = (some: typeof truth, key: (row: (typeof truth)[number]) => string) => {
            const sums = new Map<string, number>();
            for (const row of some) sums.set(key(row), (sums.get(key(row)) ?? 0) + row.sentPackets + row.receivedPackets);
            return [...sums].sort();
          };
          const byState = await store.ask(trafficByState, { ...window, mac: null });
          assert.deepEqual(
            byState.map(({ mac, state, packets }) => [`${mac} ${state}`, packets]).sort(),
            add(truth, ({ mac, state }) => `${mac} ${state}`),
          );
          const counting = { ...window, states: ['s3', 'off', 'modern-sleep'] as const, confidences: ['high', 'low'] as const };
          const parameters = { ...counting, states: [...counting.states], confidences: [...counting.confidences] };
          const counted = truth.filter(
            ({ state, confidence }) => parameters.states.some((one) => one === state) && confidence !== 'medium',
          );
          const found = await store.ask(countedTraffic, { ...parameters, mac: null, destination: null });
          assert.deepEqual(
            found.map((row) => [`${row.mac} ${row.destination}`, row.sentPackets + row.receivedPackets]).sort(),
            add(counted, ({ mac, destination }) => `${mac} ${destination}`),
          );
          for (const row of found) {
            const same = counted.filter(({ mac, destination }) => mac === row.mac && destination === row.destination);
            assert.equal(row.firstAt, Math.min(...same.map(({ firstAt }) => firstAt)));
            assert.equal(row.lastAt, Math.max(...same.map(({ lastAt }) => lastAt)));
            assert.equal(
              row.contradictions,
              same.reduce((sum, { contradictions }) => sum + contradictions, 0),
            );
            assert.equal(
              row.devices,
              new Set(counted.filter(({ destination }) => destination === row.destination).map(({ mac }) => mac)).size,
            );
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('has in the smaller table every state that a policy counts', () => {
    for (const policy of policies)
      assert.deepEqual(
        countedStates(policy).states.filter((state) => !unattendedStates.includes(state)),
        [],
      );
  });

  it('follows when the judgements of one device and day are replaced', async (t) => {
    const store = await emptyStore(t);
    const rows = fc.sample(judgement, { numRuns: 80, seed: 5 });
    for (const row of rows) store.append(judgementKind, row);
    await rollUpAll(store);
    const [some] = rows as [JudgementRecord];
    const from = start + Math.floor((some.minute - start) / day) * day;
    const isReplaced = (row: JudgementRecord) => row.mac === some.mac && row.minute >= from && row.minute < from + day;
    store.append(judgementKind, { ...some, sentPackets: 1000 });
    const left = rows.filter((row) => !isReplaced(row));
    await store.commit(
      [
        {
          sql: 'DELETE FROM "judgement" WHERE "mac" = $1 AND date_trunc(\'day\', "minute") = make_timestamp($2::BIGINT)',
          values: [BigInt(some.mac), BigInt(from)],
        },
      ],
      undefined,
      [],
      rollUpDay(some.mac, from),
    );
    const packets = (await store.ask(trafficByState, { from: start, to: start + 4 * day, mac: null })).reduce(
      (sum, row) => sum + row.packets,
      0,
    );
    assert.equal(
      packets,
      left.reduce((sum, row) => sum + row.sentPackets + row.receivedPackets, 1000 + some.receivedPackets),
    );
  });
});

describe('traffic of machines without a log', () => {
  it('is the same whether days are added up or not, and follows the marks', async (t) => {
    const store = await emptyStore(t);
    const [host, router] = [0x02_00_5e_00_00_01, 0x02_00_5e_00_00_fe];
    store.append(deviceKind, {
      mac: host,
      host: null,
      hostEvidence: null,
      hostNames: [],
      addresses: [address('192.168.7.23')],
      doubts: [],
    });
    store.append(deviceKind, {
      mac: router,
      host: null,
      hostEvidence: null,
      hostNames: [],
      addresses: [address('192.168.7.1')],
      doubts: [],
    });
    const flow = (n: number) => {
      store.append(flowKind, sampleFlow({ minute: start + n * 7 * hour }));
      store.markStale({ unit: 'device-day', subject: String(host), day: start + Math.floor((n * 7 * hour) / day) * day });
    };
    for (let n = 0; n < 10; n++) flow(n);
    await store.commit();
    await store.commit(rollUpStale(start, start + 3 * day));
    const ask = (from: number, to: number) => store.ask(unjudgedTraffic, { from, to });
    // The far address passes the router, and is not the router's own.
    assert.deepEqual(await ask(start, start + 3 * day), [{ mac: host, packets: 90, octets: 47_000 }]);
    assert.deepEqual(await ask(start + hour, start + 3 * day - 1), [{ mac: host, packets: 81, octets: 42_300 }]);
    assert.deepEqual(await ask(start + day, start + 2 * day), [{ mac: host, packets: 27, octets: 14_100 }]);
    // Twice is the same as once.
    await store.commit(rollUpStale(start, start + 3 * day));
    assert.deepEqual(await ask(start, start + 3 * day), [{ mac: host, packets: 90, octets: 47_000 }]);
  });
});
