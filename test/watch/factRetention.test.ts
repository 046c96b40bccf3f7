import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { day } from '../../src/base/time.ts';
import { Casework } from '../../src/casework/casework.ts';
import { type CaptureRecord, captureKind } from '../../src/record/capture.ts';
import { type EventRecord, eventIdentity, eventKind } from '../../src/record/event.ts';
import { flowKind } from '../../src/record/flow.ts';
import { healthKind } from '../../src/record/health.ts';
import { bindingKind, nameKind } from '../../src/record/sighting.ts';
import { allOf } from '../../src/store/question.ts';
import { intervals, judgedTraffic, staleUnits } from '../../src/store/questions/derived.ts';
import { Store } from '../../src/store/store.ts';
import { FactRetention } from '../../src/watch/factRetention.ts';
import { FactSink } from '../../src/watch/factSink.ts';
import { storeEvents } from '../../src/watch/storeEvents.ts';
import { device, learnt } from '../judge/sample.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const then = at('2021-01-10T00:00:00Z');
const now = then + 100 * day;
const hour = day / 24;
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined };

function capture(id: string, kind: CaptureRecord['kind'], state: CaptureRecord['state'], firstAt: number, lastAt: number): CaptureRecord {
  const nothing = { contentSha256: null, octets: 0, linkTypes: [], frames: 0, records: 0, faults: [] };
  return { id, sensor: 'box', kind, format: 'x', name: id, state, firstAt, lastAt, ...nothing };
}

function event(host: string, recordId: number, time: number, provider: string, eventId: number): EventRecord {
  const plain = { version: null, qualifiers: null, data: [] as [string, string][], recovered: false };
  const record = { host, channel: 'System', recordId, provider, eventId, time, computer: host, ...plain };
  return { id: eventIdentity(record), ...record };
}

const power = 'Microsoft-Windows-Kernel-Power';
/** On for an hour, asleep for four, on again. */
const nightOf = (host: string, from: number): EventRecord[] => [
  event(host, 1, from, 'EventLog', 6005),
  event(host, 2, from + hour, power, 42),
  event(host, 3, from + 5 * hour, power, 107),
  event(host, 4, from + 6 * hour, 'EventLog', 6006),
];

/** A session that is long over, one that goes on, and a file that was replayed: each saw the machine in the night then. */
async function filled(t: TestContext): Promise<Store> {
  const store = await Store.open(await temporaryFolder(t));
  t.after(() => store.close());
  store.append(captureKind, capture('over', 'live', 'complete', then, then + day));
  store.append(captureKind, capture('open', 'live', 'reading', then, now));
  store.append(captureKind, capture('file', 'capture', 'complete', then, then + day));
  const sink = new FactSink(store);
  const dhcp = { frame: 1, mac: device, address: address('192.168.7.23'), hostName: 'PC-7', until: null, evidence: 'dhcp' as const };
  for (const id of ['over', 'open', 'file']) {
    sink.flow(sampleFlow({ capture: id, minute: then + 3 * hour }));
    sink.name({ ...learnt('old.example.com', '203.0.113.9', '2021-01-10T00:30:00Z', '2021-01-10T06:00:00Z'), capture: id });
    sink.binding({ ...dhcp, capture: id, from: then });
  }
  sink.flow(sampleFlow({ capture: 'open', minute: now - hour }));
  sink.binding({ ...dhcp, capture: 'open', from: now - hour });
  const books = {
    sensor: 'box',
    interface: 'eth1',
    stage: 'link',
    unit: 'frames',
    carried: null,
    in: 1,
    out: 1,
    held: 0,
    refused: {},
    dropped: {},
  };
  for (const [id, from] of [
    ['over', then],
    ['open', now - hour],
    ['file', then],
  ] as const)
    store.append(healthKind, { ...books, capture: id, from, until: from + hour });
  await storeEvents(store, nightOf('PC-7', then));
  await new Casework(store, { explanations: [] }).settle();
  return store;
}

async function left(store: Store) {
  const captures = (await store.ask(allOf(captureKind), {})).map(({ id }) => id);
  const [flows, names, bindings, health] = [
    await store.ask(allOf(flowKind), {}),
    await store.ask(allOf(nameKind), {}),
    await store.ask(allOf(bindingKind), {}),
    await store.ask(allOf(healthKind), {}),
  ].map((rows) => (rows as { readonly capture: string }[]).map((row) => row.capture).sort());
  return { captures, flows, names, bindings, health };
}

const packetsThen = async (store: Store) =>
  (await store.ask(judgedTraffic, { from: then, to: then + day })).reduce((sum, row) => sum + row.sentPackets + row.receivedPackets, 0);

describe('facts that are older than they are to be kept', () => {
  it('go where a live session brought them, with what was derived from them; what was replayed stays', async (t) => {
    const store = await filled(t);
    assert.equal(await packetsThen(store), 3 * 9);
    let told = 0;
    const retention = new FactRetention(store, { flowUs: 30 * day, eventUs: 365 * day }, silent, () => told++);
    for (let round = 0; round < 2; round++) {
      await retention.forget(now);
      await new Casework(store, { explanations: [] }).settle();
      assert.deepEqual(await left(store), {
        captures: ['file', 'open'],
        flows: ['file', 'open'],
        names: ['file'],
        bindings: ['file', 'open'],
        health: ['file', 'open'],
      });
      assert.equal(await packetsThen(store), 9);
      assert.deepEqual(await store.ask(staleUnits, {}), []);
    }
    assert.equal(told, 1, 'the second time there was nothing to forget');
  });

  it('stay as long as they are young enough, whole days and one more', async (t) => {
    const store = await filled(t);
    const before = await left(store);
    await new FactRetention(store, { flowUs: 99 * day, eventUs: 99 * day }, silent, () => assert.fail('nothing is old')).forget(now);
    assert.deepEqual(await left(store), before);
  });

  it('go as events of receivers, with the states they told of; a log that was replayed stays', async (t) => {
    const store = await filled(t);
    store.append(captureKind, capture('log', 'log', 'complete', then + 10 * day, then + 10 * day + 6 * hour));
    await storeEvents(store, nightOf('PC-8', then + 10 * day));
    await storeEvents(
      store,
      nightOf('PC-7', now - day).map((record) => ({ ...record, recordId: 100 + (record.recordId ?? 0), id: `${record.id}b` })),
    );
    await new Casework(store, { explanations: [] }).settle();
    await new FactRetention(store, { flowUs: 365 * day, eventUs: 60 * day }, silent, () => undefined).forget(now);
    await new Casework(store, { explanations: [] }).settle();
    const events = (await store.ask(allOf(eventKind), {})).map(({ host, time }) => `${host} ${Math.floor((time - then) / day)}`);
    assert.deepEqual([...new Set(events)].sort(), ['PC-7 99', 'PC-8 10']);
    const told = await store.ask(intervals, {});
    assert.ok(told.some(({ host }) => host === 'PC-8'));
    assert.ok(told.filter(({ host }) => host === 'PC-7').every(({ from }) => from >= now - 2 * day));
    // Of that night nothing tells any more whether somebody was there.
    const states = new Set((await store.ask(judgedTraffic, { from: then, to: then + day })).map(({ state }) => state));
    assert.deepEqual([...states], ['unknown']);
  });
});
