import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { day } from '../../src/base/time.ts';
import { Casework } from '../../src/casework/casework.ts';
import { makeDecision } from '../../src/judge/decisions.ts';
import { type DecisionRecord, decisionKind } from '../../src/record/decision.ts';
import { type EventRecord, eventIdentity, eventKind } from '../../src/record/event.ts';
import type { Explanation } from '../../src/record/explanation.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { basis, corrections, destinations, intervals, judgedTraffic, staleUnits } from '../../src/store/questions/derived.ts';
import { Store } from '../../src/store/store.ts';
import { FactSink } from '../../src/watch/factSink.ts';
import { storeOperatorFacts } from '../../src/watch/operatorFacts.ts';
import { device, learnt, rule } from '../judge/sample.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const start = at('2021-01-10T00:00:00Z');
const name = 'settings-win.data.microsoft.com';
const settingsWin = rule({ id: 'test/settings-win', pattern: name, port: 443 });

function event(recordId: number, time: string, provider: string, eventId: number, data: [string, string][] = []): EventRecord {
  const record = {
    host: 'PC-7',
    channel: 'System',
    recordId,
    provider,
    eventId,
    version: null,
    qualifiers: null,
    time: at(time),
    computer: 'pc-7.corp.example',
    data,
    recovered: false,
  };
  return { id: eventIdentity(record), ...record };
}

const power = 'Microsoft-Windows-Kernel-Power';
const log: EventRecord[] = [
  event(1, '2021-01-10T00:00:10Z', 'Microsoft-Windows-Kernel-General', 12, [['StartTime', '2021-01-10T00:00:00.0000000Z']]),
  event(2, '2021-01-10T00:00:20Z', 'EventLog', 6005),
  event(3, '2021-01-10T00:01:00Z', 'Microsoft-Windows-Winlogon', 7001),
  event(4, '2021-01-10T02:00:00Z', power, 506, [
    ['Reason', '12'],
    ['ScenarioInstanceIdV2', '7'],
    ['BootId', '1'],
  ]),
  event(5, '2021-01-10T05:00:00Z', power, 507, [
    ['Reason', '31'],
    ['DripsResidencyInUs', '9000000000'],
    ['DurationInUs', '10800000000'],
    ['ScenarioInstanceIdV2', '7'],
    ['BootId', '1'],
  ]),
  event(6, '2021-01-10T06:00:00Z', 'Microsoft-Windows-Winlogon', 7002),
];

/** In the end the rule that comes with Yoban stands in the words of an operator, by the later of three decisions on it. */
const decided = (hours: number, act: DecisionRecord['act'], id: string, reason: string) =>
  makeDecision({
    at: start + hours * 60 * 60_000_000,
    who: 'the night shift',
    act,
    rule: id,
    explanation: act === 'remove' ? null : rule({ id, pattern: name, port: 443, reason }),
    why: 'a test',
  });
const decisions = [
  decided(1, 'remove', settingsWin.id, ''),
  decided(2, 'import', settingsWin.id, 'in the words of an operator'),
  decided(2, 'add', 'operator/other', 'withdrawn in the same moment as added, or not: the id decides'),
  decided(2, 'remove', 'operator/other', ''),
  decided(1, 'import', settingsWin.id, 'in words that nobody reads any more'),
];

/** Facts of every kind; each is one delivery that may come at any time. */
type Delivery = (store: Store) => void;

function deliveries(): Delivery[] {
  const binding = (sink: FactSink) =>
    sink.binding({
      capture: 'capture-1',
      frame: 1,
      mac: device,
      address: address('192.168.7.23'),
      hostName: 'PC-7',
      from: start,
      until: null,
      evidence: 'dhcp',
    });
  const slice = (minutes: number, port: number) => (store: Store) =>
    new FactSink(store).flow(sampleFlow({ minute: start + minutes * 60_000_000, sourcePort: port }));
  return [
    ...log.map((record) => (store: Store) => {
      store.append(eventKind, record);
      store.markStale({ unit: 'host', subject: record.host, day: null });
      store.markStale({ unit: 'devices', subject: '', day: null });
    }),
    (store) => binding(new FactSink(store)),
    (store) =>
      new FactSink(store).network({
        capture: 'capture-1',
        frame: 1,
        what: 'prefix',
        address: address('192.168.7.0'),
        prefixLength: 120,
        from: start,
        until: null,
        evidence: 'dhcp',
        toldBy: null,
      }),
    (store) =>
      new FactSink(store).network({
        capture: 'capture-1',
        frame: 1,
        what: 'prefix',
        address: address('203.0.113.0'),
        prefixLength: 125,
        from: start,
        until: null,
        evidence: 'router-advertisement',
        toldBy: null,
      }),
    (store) => new FactSink(store).name(learnt(name, '203.0.113.9', '2021-01-10T00:30:00Z', '2021-01-10T06:00:00Z')),
    ...decisions.map((decision) => (store: Store) => store.append(decisionKind, decision)),
    slice(60, 50_001),
    slice(119, 50_002),
    slice(120, 50_003),
    slice(200, 50_004),
    slice(299, 50_005),
    slice(300, 50_006),
    slice(24 * 60 + 5, 50_007),
  ];
}

/** The host says twice that its clock is half a minute behind. */
function clocks(): Delivery[] {
  return [70, 190].map((minutes, i) => (store: Store) => {
    const capturedAt = start + minutes * 60_000_000;
    const hostTime = capturedAt - 30_000_000;
    new FactSink(store).clock({
      capture: 'capture-1',
      frame: 100 + i,
      mac: device,
      address: address('192.168.7.23'),
      hostTime,
      capturedAt,
      protocol: 'ntp',
    });
  });
}

const settle = (store: Store, explanations: readonly Explanation[] = [settingsWin]) => new Casework(store, { explanations }).settle();

/** Everything that is derived, as one text. */
async function derivedText(store: Store): Promise<string> {
  const rows = [
    await store.ask(intervals, {}),
    await store.ask(corrections, {}),
    await store.ask(judgedTraffic, { from: 0, to: start + 30 * day }),
    await store.ask(destinations, {}),
    await assembleReport(store, { policy: 'sleep' }),
  ];
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

async function opened(t: TestContext, folder: string, name: string): Promise<Store> {
  const store = await Store.open(join(folder, name));
  t.after(() => store.close());
  return store;
}

describe('casework', () => {
  it('judges what a sleeping host sent, and nothing else', async (t) => {
    const store = await opened(t, await temporaryFolder(t), 'a');
    for (const deliver of deliveries()) deliver(store);
    await store.commit();
    await settle(store);
    assert.deepEqual(await store.ask(staleUnits, {}), []);
    const report = await assembleReport(store, { policy: 'sleep' });
    const host = report.hosts.find((one) => one.host === 'PC-7');
    // Three slices lie between 02:00 and 05:00, nine packets each.
    assert.deepEqual(
      [host?.noUserStarted, host?.destinations.map((one) => [one.name, one.status])],
      [{ packets: 27, explained: 27 }, [[name, 'explained']]],
    );
  });

  it('comes to the same result in whatever order facts arrive, however often it runs between, and from nothing', async (t) => {
    const folder = await temporaryFolder(t);
    const reference = await opened(t, folder, 'reference');
    const all = [...deliveries(), ...clocks()];
    for (const deliver of all) deliver(reference);
    await reference.commit();
    await settle(reference);
    const expected = await derivedText(reference);
    assert.deepEqual(
      (await reference.ask(corrections, {})).map(({ status, offsetUs, stamps }) => [status, offsetUs, stamps]),
      [['applied', 30_000_000, 2]],
    );
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
        fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
        async (order, pauses) => {
          const store = await Store.open(join(folder, `order-${orders++}`));
          try {
            for (const [i, index] of order.entries()) {
              (all[index] as Delivery)(store);
              if (!pauses[i] && i < order.length - 1) continue;
              await store.commit();
              // In between the knowledge base is another one: what was decided meanwhile must not show in the end.
              if (pauses[i]) await settle(store, i % 2 === 0 ? [] : [settingsWin]);
            }
            await store.commit();
            await settle(store);
            assert.equal(await derivedText(store), expected);
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: Number(process.env.YOBAN_ORDERS ?? 15) },
    );
  });

  it('leaves the times of logs alone when it is told to, until it is told otherwise', async (t) => {
    const store = await opened(t, await temporaryFolder(t), 'a');
    for (const deliver of [...deliveries(), ...clocks()]) deliver(store);
    await store.commit();
    const statuses = async (options: { correctClocks?: boolean }) => {
      await new Casework(store, { explanations: [], ...options }).settle();
      return (await store.ask(corrections, {})).map(({ status }) => status);
    };
    assert.deepEqual([await statuses({}), await statuses({ correctClocks: false }), await statuses({})], [['applied'], [], []]);
    assert.deepEqual(await statuses({ correctClocks: true }), ['applied']);
  });

  it('explains anew when the knowledge base changes, and writes nothing when it does not', async (t) => {
    const store = await opened(t, await temporaryFolder(t), 'a');
    for (const deliver of deliveries()) deliver(store);
    await store.commit([]);
    await store.commit([{ sql: 'DELETE FROM "decision"', values: [] }]);
    await settle(store, []);
    const status = async () => (await store.ask(destinations, {})).map((one) => [one.status, one.rule]);
    assert.deepEqual(await status(), [['unexplained', null]]);
    await settle(store);
    assert.deepEqual(await status(), [['explained', settingsWin.id]]);
    const rows = store.committedRows;
    await settle(store);
    assert.equal(store.committedRows, rows);
    assert.equal((await store.ask(basis, {})).length, 4);
  });

  it('takes the word of the operator for which machine a log belongs to, and takes it back', async (t) => {
    const store = await opened(t, await temporaryFolder(t), 'a');
    for (const [i, deliver] of deliveries().entries()) if (i !== log.length) deliver(store);
    await store.commit();
    await settle(store);
    const report = () => assembleReport(store, { policy: 'sleep' });
    assert.match((await report()).notes.join(), /log of PC-7 .* belongs to no machine/);
    await storeOperatorFacts(store, { inside: [], hosts: [{ name: 'pc-7', macs: [device], addresses: [] }] });
    await settle(store);
    assert.deepEqual([(await report()).notes, (await report()).hosts[0]?.noUserStarted.packets], [[], 27]);
    await storeOperatorFacts(store, { inside: [], hosts: [] });
    await settle(store);
    assert.match((await report()).notes.join(), /belongs to no machine/);
  });

  it('goes on where it was stopped', async (t) => {
    const store = await opened(t, await temporaryFolder(t), 'a');
    for (const deliver of deliveries()) deliver(store);
    await store.commit();
    for (let units = 0; ; units++) {
      const abort = new AbortController();
      const work = new Casework(store, { explanations: [settingsWin], signal: abort.signal, onProgress: () => abort.abort() }).settle();
      const stopped = await work.then(
        () => false,
        (error: Error) => error.name === 'AbortError',
      );
      if (!stopped) break;
      assert.ok(units < 100);
    }
    const undisturbed = await opened(t, await temporaryFolder(t), 'b');
    for (const deliver of deliveries()) deliver(undisturbed);
    await undisturbed.commit();
    await settle(undisturbed);
    assert.equal(await derivedText(store), await derivedText(undisturbed));
  });
});
