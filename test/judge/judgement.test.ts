import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { day, dayOf } from '../../src/base/time.ts';
import { judgeDay } from '../../src/judge/judgement.ts';
import { Networks } from '../../src/judge/networks.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import type { HostInterval, HostState } from '../../src/record/interval.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { device, learnt, router, stretch, teach } from './sample.ts';

const networks = new Networks([teach('prefix', '192.168.7.0/24'), teach('router', '192.168.7.1'), teach('resolver', '192.168.7.1')]);
const from = dayOf(at('2021-01-10T03:04:00Z'));

function judge(
  flows: FlowRecord[],
  states: HostInterval[],
  names = [learnt('settings-win.data.microsoft.com', '203.0.113.9', '2021-01-10T03:00:00Z', '2021-01-10T03:10:00Z')],
) {
  return judgeDay({ mac: device, from, to: from + day, flows, names, states }, networks);
}

const packets = (judged: ReturnType<typeof judge>, state: HostState) =>
  judged.judgements.filter((row) => row.state === state).reduce((sum, row) => sum + row.sentPackets + row.receivedPackets, 0);

describe('a judgement', () => {
  it('splits a minute at the second in which the state changes', () => {
    const judged = judge(
      [sampleFlow()],
      [
        stretch('present', '2021-01-10T00:00:00Z', '2021-01-10T03:04:05Z'),
        stretch('modern-sleep', '2021-01-10T03:04:05Z', '2021-01-11T00:00:00Z'),
      ],
    );
    assert.deepEqual([packets(judged, 'present'), packets(judged, 'modern-sleep')], [6, 3]);
  });
  it('gives a second that lies on an edge to the waking side, on falling asleep and on waking', () => {
    const sleep = stretch('modern-sleep', '2021-01-10T03:04:01.5Z', '2021-01-10T03:04:07.5Z');
    const awake = [
      stretch('present', '2021-01-10T00:00:00Z', '2021-01-10T03:04:01.5Z'),
      sleep,
      stretch('present', '2021-01-10T03:04:07.5Z', '2021-01-11T00:00:00Z'),
    ];
    const judged = judge([sampleFlow()], awake);
    assert.deepEqual([packets(judged, 'present'), packets(judged, 'modern-sleep')], [9, 0]);
  });
  it('knows nothing where no interval is', () => {
    assert.equal(packets(judge([sampleFlow()], []), 'unknown'), 9);
  });
  it('keeps the directions apart, whichever side the device is on', () => {
    const [out] = judge([sampleFlow()], []).judgements;
    const [back] = judge([sampleFlow({ sourceMac: router, destinationMac: device })], []).judgements;
    assert.deepEqual([out?.sentPackets, out?.receivedPackets, back?.sentPackets, back?.receivedPackets], [5, 4, 4, 5]);
  });
  it('names the far end by what the client asked for, and says whether an answer proved it', () => {
    const proven = judge([sampleFlow()], []).destinations[0];
    const claimed = judge([sampleFlow({ serverName: 'other.example' })], []).destinations[0];
    assert.deepEqual(
      [proven?.name, proven?.nameProof, claimed?.name, claimed?.nameProof],
      ['settings-win.data.microsoft.com', 'resolved', 'other.example', 'claimed'],
    );
  });
  it('names the slices before and after the one with the ClientHello, up to the next SYN between the same ports', () => {
    const minute = at('2021-01-10T03:04:00Z');
    const slice = (offset: number, changes: Partial<FlowRecord>) =>
      sampleFlow({ minute: minute + offset * 60_000_000, sourceTcpFlags: 0x10, serverName: null, ...changes });
    const flows = [
      slice(0, { sourceTcpFlags: 0x12 }),
      slice(1, { serverName: 'first.example' }),
      slice(2, {}),
      slice(3, { sourceTcpFlags: 0x02 }),
      slice(4, { serverName: 'second.example' }),
    ];
    const { judgements, destinations } = judge(flows.toReversed(), [], []);
    const nameOf = new Map(destinations.map(({ id, name }) => [id, name]));
    assert.deepEqual(
      judgements.toSorted((a, b) => a.minute - b.minute).map((row) => nameOf.get(row.destination)),
      ['first.example', 'first.example', 'first.example', 'second.example', 'second.example'],
    );
  });
  it('calls the far end inside when a frame went to a group address, whatever address it carries', () => {
    const [destination] = judge(
      [
        sampleFlow({
          destinationMac: 0xffff_ffff_ffff,
          destinationAddress: address('10.9.8.255'),
          protocol: 17,
          destinationPort: 138,
          application: 'browser',
          serverName: null,
        }),
      ],
      [],
    ).destinations;
    assert.deepEqual([destination?.scope, destination?.cast, destination?.name], ['inside', 'broadcast', null]);
  });

  const silent: [string, HostState, Partial<FlowRecord>, boolean][] = [
    ['in S3', 's3', {}, true],
    ['while hibernated', 'hibernate', {}, true],
    ['while off', 'off', {}, true],
    ['in modern sleep, where it may', 'modern-sleep', {}, false],
    [
      'in S3, but only ARP, which the network card answers',
      's3',
      { etherType: 0x0806, protocol: null, sourcePort: null, destinationPort: null, application: null },
      false,
    ],
  ];
  for (const [sentence, state, changes, contradiction] of silent)
    it(`${contradiction ? 'sees a contradiction in' : 'sees no contradiction in'} a host that sends ${sentence}`, () => {
      const { judgements } = judge([sampleFlow(changes)], [stretch(state, '2021-01-10T00:00:00Z', '2021-01-11T00:00:00Z')]);
      assert.deepEqual(
        judgements.map((row) => row.contradiction),
        [contradiction],
      );
    });
  it('sees no contradiction in what was only sent to a sleeping host, nor inside a guard band', () => {
    const received = sampleFlow({ sourceMac: router, destinationMac: device, destinationPackets: 0, destinationPacketsBySecond: [0, 0] });
    const states = [stretch('s3', '2021-01-10T00:00:00Z', '2021-01-11T00:00:00Z')];
    const guarded = [stretch('s3', '2021-01-10T03:04:00Z', '2021-01-11T00:00:00Z', { fromGuardUs: 30_000_000 })];
    assert.equal(
      judge([received], states).judgements.some((row) => row.contradiction),
      false,
    );
    const [row] = judge([sampleFlow()], guarded).judgements;
    assert.deepEqual([row?.contradiction, row?.confidence, row?.state], [false, 'low', 's3']);
  });

  it('loses no packet and invents none, whatever the intervals and the order of the flows', () => {
    const edges = fc.uniqueArray(fc.integer({ min: 0, max: 86_400 * 1000 }), { minLength: 2, maxLength: 12 });
    const slices = fc.array(fc.record({ minute: fc.integer({ min: 0, max: 1439 }), port: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    const states: HostState[] = ['modern-sleep', 'present', 's3', 'unknown', 'off'];
    fc.assert(
      fc.property(edges, slices, (cuts, picks) => {
        const sorted = cuts.toSorted((a, b) => a - b).map((ms) => from + ms * 1000);
        const stretches = sorted.slice(1).map((to, i) => ({
          from: sorted[i] as number,
          to,
          state: states[i % states.length] as HostState,
          machineFrom: sorted[i] as number,
          confidence: 'high' as const,
          fromGuardUs: 0,
          toGuardUs: 0,
        }));
        const flows = picks.map(({ minute, port }) => sampleFlow({ minute: from + minute * 60_000_000, sourcePort: port }));
        const judged = judge(flows, stretches);
        const sum = judged.judgements.reduce((total, row) => total + row.sentPackets + row.receivedPackets, 0);
        assert.equal(sum, flows.length * 9);
        const sorting = (rows: readonly object[]) =>
          rows.map((row) => JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? String(v) : v))).toSorted();
        assert.deepEqual(sorting(judge(flows.toReversed(), stretches).judgements), sorting(judged.judgements));
      }),
      { numRuns: 100 },
    );
  });
});
