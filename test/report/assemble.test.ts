import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { minute } from '../../src/base/time.ts';
import { flowKind } from '../../src/record/flow.ts';
import { type IntervalRecord, intervalKind } from '../../src/record/interval.ts';
import {
  type DestinationRecord,
  type DeviceRecord,
  destinationKind,
  deviceKind,
  type JudgementRecord,
  judgementKind,
} from '../../src/record/judged.ts';
import { reportOutput } from '../../src/record/output/report.ts';
import { assembleReport, type ReportOptions } from '../../src/report/assemble.ts';
import { Store } from '../../src/store/store.ts';
import { destination, device, router } from '../judge/sample.ts';
import { rollUpAll } from '../store/rollUpAll.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const start = at('2021-01-10T03:04:00Z');
const second = 1_000_000;

const machine = (changes: Partial<DeviceRecord> = {}): DeviceRecord => ({
  mac: device,
  host: 'PC-7',
  hostEvidence: 'dhcp: PC-7',
  hostNames: ['pc-7.local'],
  doubts: [],
  addresses: [address('192.168.7.23')],
  ...changes,
});
const farEnd = (id: string, changes: Partial<DestinationRecord> = {}): DestinationRecord =>
  destination({ id, name: `${id}.example`, ...changes });
const judged = (destination: string, changes: Partial<JudgementRecord> = {}): JudgementRecord => {
  const begin = changes.minute ?? start;
  return {
    mac: device,
    minute: begin,
    state: 'modern-sleep',
    intervalFrom: start - 60 * minute,
    confidence: 'high',
    destination,
    peerAddress: address('203.0.113.9'),
    sentPackets: 2,
    sentOctets: 200,
    receivedPackets: 3,
    receivedOctets: 3000,
    firstAt: begin + second,
    lastAt: begin + 9 * second,
    contradiction: false,
    ...changes,
  };
};
const interval = (changes: Partial<IntervalRecord> = {}): IntervalRecord => ({
  host: 'PC-7',
  axis: 'machine',
  state: 'modern-sleep',
  from: at('2021-01-10T02:00:00Z'),
  to: at('2021-01-10T06:00:00Z'),
  confidence: 'high',
  evidence: [],
  fromGuardUs: 0,
  toGuardUs: 0,
  rule: 'a rule',
  ...changes,
});

interface Contents {
  readonly devices?: DeviceRecord[];
  readonly destinations?: DestinationRecord[];
  readonly judgements?: JudgementRecord[];
  readonly intervals?: IntervalRecord[];
}

async function stored(t: TestContext, contents: Contents): Promise<Store> {
  const store = await Store.open(await temporaryFolder(t));
  t.after(() => store.close());
  for (const row of contents.devices ?? [machine()]) store.append(deviceKind, row);
  for (const row of contents.destinations ?? []) store.append(destinationKind, row);
  for (const row of contents.judgements ?? []) store.append(judgementKind, row);
  for (const row of contents.intervals ?? []) store.append(intervalKind, row);
  // There is no judgement without a flow.
  const minutes = new Set([start, ...(contents.judgements ?? []).map((judgement) => judgement.minute)]);
  for (const begin of minutes) store.append(flowKind, sampleFlow({ minute: begin }));
  await rollUpAll(store);
  return store;
}

const window = { from: at('2021-01-10T00:00:00Z'), to: at('2021-01-11T00:00:00Z') };
async function report(t: TestContext, contents: Contents, options: Partial<ReportOptions> = window) {
  const output = await assembleReport(await stored(t, contents), { policy: 'sleep', ...options });
  assert.deepEqual(reportOutput.parse(output), output);
  return output;
}

describe('a report', () => {
  it('of an empty store is empty, with totals of zero', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    t.after(() => store.close());
    const output = await assembleReport(store, { policy: 'sleep' });
    assert.deepEqual([output.from, output.to, output.hosts, output.notes], [null, null, [], []]);
    assert.deepEqual(new Set(Object.values(output.totals)), new Set([0]));
  });

  it('adds up what one host exchanged with one far end, over all minutes', async (t) => {
    const { hosts } = await report(t, {
      destinations: [farEnd('a')],
      judgements: [judged('a'), judged('a', { minute: start + minute })],
    });
    const found = hosts[0]?.destinations[0];
    assert.deepEqual([found?.packets, found?.sentPackets, found?.receivedPackets, found?.octets], [10, 4, 6, 6400]);
    assert.deepEqual([found?.firstAt, found?.lastAt], ['2021-01-10T03:04:01.000000Z', '2021-01-10T03:05:09.000000Z']);
    assert.deepEqual(hosts[0]?.noUserStarted, { packets: 10, explained: 0 });
  });
  it('counts only what the policy counts, but shows the traffic of every state', async (t) => {
    const contents = {
      destinations: [farEnd('a')],
      judgements: [
        judged('a'),
        judged('a', { state: 'locked' }),
        judged('a', { state: 'present' }),
        judged('a', { confidence: 'low', intervalFrom: start }),
      ],
    };
    const packets = async (policy: ReportOptions['policy']) =>
      (await report(t, contents, { ...window, policy })).hosts[0]?.noUserStarted.packets;
    assert.deepEqual([await packets('sleep'), await packets('no-person'), await packets('strict')], [10, 15, 5]);
    const { hosts } = await report(t, contents);
    assert.deepEqual(hosts[0]?.traffic, {
      'modern-sleep': { packets: 10, octets: 6400 },
      locked: { packets: 5, octets: 3200 },
      present: { packets: 5, octets: 3200 },
    });
  });
  it('puts the most suspicious far end of a host first, and the most suspicious host', async (t) => {
    const { hosts } = await report(t, {
      devices: [machine(), machine({ mac: device + 1, host: 'PC-8', addresses: [] })],
      destinations: [
        farEnd('explained', { status: 'explained', reason: 'it does this' }),
        farEnd('open'),
        farEnd('inside', { scope: 'inside' }),
      ],
      judgements: [
        judged('explained', { sentPackets: 1000 }),
        judged('inside'),
        judged('open', { mac: device + 1 }),
        judged('explained', { mac: device + 1 }),
      ],
    });
    assert.deepEqual(
      hosts.map(({ host, destinations }) => [host, ...destinations.map(({ name }) => name)]),
      [
        ['PC-8', 'open.example', 'explained.example'],
        ['PC-7', 'inside.example', 'explained.example'],
      ],
    );
  });
  it('calls suspicious what was sent while the machine could not send, and notes it at the host', async (t) => {
    const { hosts } = await report(t, {
      destinations: [farEnd('a', { status: 'explained', reason: 'it does this' })],
      judgements: [judged('a', { state: 's3', contradiction: true })],
    });
    const [found] = hosts[0]?.destinations ?? [];
    assert.deepEqual([found?.status, found?.priority], ['suspicious', 90]);
    assert.match(found?.reason ?? '', /could not send/);
    assert.match(hosts[0]?.notes[0] ?? '', /sent in 1 minute/);
    assert.equal(hosts[0]?.noUserStarted.explained, 0);
  });

  it('gives every hour of its window to one state; what no interval covers is unknown', async (t) => {
    const { hosts } = await report(t, {
      intervals: [interval(), interval({ axis: 'person', state: 'absent' })],
      destinations: [farEnd('a')],
      judgements: [judged('a')],
    });
    const hours = hosts[0]?.hours ?? {};
    assert.deepEqual([hours['modern-sleep'], hours.unknown, hours.present], [4, 20, 0]);
    assert.equal(
      Object.values(hours).reduce((sum, n) => sum + n, 0),
      24,
    );
  });
  it('cuts intervals at the edges of its window', async (t) => {
    const { hosts } = await report(
      t,
      { intervals: [interval(), interval({ axis: 'person', state: 'absent' })] },
      { from: at('2021-01-10T05:00:00Z'), to: at('2021-01-10T07:00:00Z') },
    );
    assert.deepEqual([hosts[0]?.hours['modern-sleep'], hosts[0]?.hours.unknown], [1, 1]);
  });
  it('leaves out traffic before and after its window', async (t) => {
    const contents = { destinations: [farEnd('a')], judgements: [judged('a'), judged('a', { minute: start + 60 * minute })] };
    const packets = async (from: number, to: number) => (await report(t, contents, { from, to })).hosts[0]?.noUserStarted.packets;
    assert.equal(await packets(start, start + minute), 5);
    assert.equal(await packets(start + 30 * minute, start + 90 * minute), 5);
    assert.equal(await packets(start + 10 * second, start + minute), 0);
  });

  const wanted: [string, string, boolean][] = [
    ['its name in the log', 'pc-7', true],
    ['a name that it calls itself by', 'PC-7.LOCAL', true],
    ['an address', '192.168.7.23', true],
    ['its MAC address', '02:00:5E:00:00:01', true],
    ['another name', 'PC-70', false],
    ['nothing', '', false],
  ];
  for (const [sentence, host, found] of wanted)
    it(`${found ? 'finds' : 'does not find'} a host by ${sentence}`, async (t) => {
      const { hosts } = await report(t, { destinations: [farEnd('a')], judgements: [judged('a')] }, { ...window, host });
      assert.equal(hosts.length, found ? 1 : 0);
    });

  it('shows machines without a log, with all their traffic from the first packet on, judged by nobody', async (t) => {
    for (const options of [{}, window]) {
      const { hosts } = await report(t, { devices: [machine({ host: null, hostEvidence: null })] }, options);
      assert.deepEqual(
        [hosts[0]?.host, hosts[0]?.traffic, hosts[0]?.destinations],
        ['pc-7.local', { unknown: { packets: 9, octets: 4700 } }, []],
      );
      assert.match(hosts[0]?.notes[0] ?? '', /no event log/);
    }
  });
  it('names a machine without a name by its MAC address', async (t) => {
    const { hosts } = await report(t, { devices: [machine({ host: null, hostEvidence: null, hostNames: [] })] });
    assert.equal(hosts[0]?.host, '02:00:5e:00:00:01');
  });
  it('counts no traffic of far away for the router that passed it on', async (t) => {
    const { hosts } = await report(t, {
      devices: [machine(), machine({ mac: router, host: null, hostEvidence: null, hostNames: [], addresses: [address('192.168.7.1')] })],
    });
    assert.deepEqual(
      hosts.map(({ host }) => host),
      ['PC-7'],
    );
  });
});
