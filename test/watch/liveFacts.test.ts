import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from '../../src/base/address.ts';
import { type FlowRecord, flowKind } from '../../src/record/flow.ts';
import { allOf } from '../../src/store/question.ts';
import { Store } from '../../src/store/store.ts';
import { LiveFacts } from '../../src/watch/liveFacts.ts';
import { OneDirection } from '../../src/watch/oneDirection.ts';
import { sampleFlow } from '../store/sampleFlow.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const flows = allOf(flowKind);
const packetsOf = (record: FlowRecord) => record.sourcePackets + record.destinationPackets;
const v6 = { sourceAddress: parseAddress('fe80::1') as bigint, destinationAddress: parseAddress('ff02::fb') as bigint };

const shapes: readonly [sentence: string, fields: Partial<FlowRecord>][] = [
  ['an IPv4 flow', {}],
  ['an IPv6 flow, whose addresses need all 128 bits', v6],
  ['a flow with VLAN tags', { vlans: [7, 4094] }],
  ['a flow without IP', { sourceAddress: null, destinationAddress: null, protocol: null, sourcePort: null, destinationPort: null }],
  ['a flow of ICMP', { icmpType: 8, icmpCode: 0, sourcePort: null, destinationPort: null, protocol: 1 }],
];

describe('a flow that takes the place of its early copy', () => {
  for (const [sentence, fields] of shapes)
    it(`leaves ${sentence} once, and others alone`, async (t) => {
      const store = await Store.open(await temporaryFolder(t));
      const facts = new LiveFacts(store, 'eth1');
      const copy = sampleFlow({ ...fields, sourcePackets: 3, destinationPackets: 2 });
      // Like it in all but one: another minute, another capture, and a part of the same minute that was closed before.
      const others = [{ minute: copy.minute + 60_000_000 }, { capture: 'other' }, { sourcePackets: 9 }].map((other) => ({
        ...copy,
        ...other,
      }));
      for (const record of [copy, ...others]) facts.flow(record, undefined);
      facts.append([new OneDirection()]);
      await store.commit();
      // Meanwhile a SYN has shown that the other end began.
      const final = { ...copy, sourcePackets: 4, begunBy: 'syn' as const };
      facts.flow(final, { key: copy, packets: packetsOf(copy) });
      facts.append([new OneDirection()]);
      assert.deepEqual([facts.waiting, facts.taken, facts.replaced], [1, 5, 0]);
      await store.commit(facts.replace());
      assert.deepEqual([facts.waiting, facts.replaced], [0, 1]);
      const text = (record: FlowRecord) => JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? String(value) : value));
      assert.deepEqual((await store.ask(flows, {})).map(text).sort(), [final, ...others].map(text).sort());
      await store.close();
    });
});

describe('a mirror port that shows one direction', () => {
  const talk = (port: number, fields: Partial<FlowRecord>) =>
    sampleFlow({
      protocol: 6,
      sourcePort: port,
      sourcePackets: 5,
      sourceTcpFlags: 0x18,
      destinationPackets: 5,
      destinationTcpFlags: 0x18,
      ...fields,
    });
  const half = { destinationPackets: 0, destinationTcpFlags: 0 };
  const judged = (records: readonly (readonly [FlowRecord, string])[]) => {
    const one = new OneDirection();
    for (const [record, name] of records) one.take(record, name);
    return one.judge();
  };
  const many = (fields: Partial<FlowRecord>, name = 'eth1', count = 20) =>
    Array.from({ length: count }, (_, i) => [talk(i + 1, fields), name] as const);

  it('is noticed by ends that acknowledge what nobody is seen to send', () => {
    assert.match(judged(many(half))[0] ?? '', /eth1: only one direction is visible: of 20 TCP conversations 20 show one half/);
  });
  it('is not seen in conversations of both directions, nor in a few halves', () => {
    assert.deepEqual(judged(many({})), []);
    assert.deepEqual(judged(many(half, 'eth1', 5)), []);
    assert.deepEqual(judged([...many({}), ...many({ ...half, sourceMac: 99 }, 'eth1', 4)]), []);
  });
  it('is not seen in a scan, which acknowledges nothing', () => {
    assert.deepEqual(judged(many({ ...half, sourceTcpFlags: 0x02 })), []);
  });
  it('is not seen where a tap brings each direction on an interface of its own', () => {
    const back = many({ sourcePackets: 0, sourceTcpFlags: 0 }, 'eth2');
    assert.deepEqual(judged([...many(half), ...back]), []);
  });
  it('is said once, and so is its end', () => {
    const one = new OneDirection();
    const take = (records: readonly (readonly [FlowRecord, string])[]) => {
      for (const [record, name] of records) one.take(record, name);
      return one.judge().length;
    };
    assert.deepEqual([take(many(half)), take(many(half)), take(many({})), take(many({}))], [1, 0, 1, 0]);
  });
});
