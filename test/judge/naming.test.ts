import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hour, minute, second } from '../../src/base/time.ts';
import { claimedNames, LearntNames } from '../../src/judge/naming.ts';
import { Networks, type Teaching } from '../../src/judge/networks.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import type { NameRecord } from '../../src/record/sighting.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { learnt, teach } from './sample.ts';

const far = address('203.0.113.9');
const asked = at('2021-01-10T03:00:00Z');
const answer = (name: string, changes: Partial<NameRecord> = {}): NameRecord => ({
  ...learnt(name, '203.0.113.9', '2021-01-10T03:00:00Z', '2021-01-10T03:05:00Z'),
  ...changes,
});
const named = (names: NameRecord[], begin: number, end = begin, claimed: string | null = null) =>
  new LearntNames(names, new Networks([])).name(far, claimed, begin, end);

describe('the name of a far end', () => {
  const one = [answer('a.example')];
  const rows: [string, number, string | null][] = [
    ['is what the client learnt, within the TTL', asked + minute, 'a.example'],
    ['is what it learnt at the very instant of the answer', asked, 'a.example'],
    ['is kept beyond the TTL, as programs keep addresses', asked + 10 * hour, 'a.example'],
    ['is kept until a day after the TTL', asked + 5 * minute + 24 * hour, 'a.example'],
    ['is forgotten after that', asked + 5 * minute + 24 * hour + 1, null],
    ['is not known before the answer', asked - 1, null],
  ];
  for (const [sentence, begin, expected] of rows) it(sentence, () => assert.equal(named(one, begin)?.name ?? null, expected));

  it('may be learnt while the flow runs', () => assert.equal(named(one, asked - minute, asked)?.name, 'a.example'));
  it('is not known for another address', () =>
    assert.equal(new LearntNames(one, new Networks([])).name(far + 1n, null, asked, asked), null));
  it('is resolved when one name is tied to the address, however often', () => {
    const often = [answer('a.example'), answer('a.example', { from: asked + second, frame: 9 })];
    assert.deepEqual(named(often, asked + minute), { name: 'a.example', proof: 'resolved' });
  });
  it('is what was asked for, not an alias on the way: records hold no CNAME, and whose server it was does not matter', () => {
    const records = [answer('www.a.example', { server: address('198.51.100.1') }), answer('www.a.example', { evidence: 'https-record' })];
    assert.deepEqual(named(records, asked + minute), { name: 'www.a.example', proof: 'resolved' });
  });
  it('is ambiguous with two names on one address, and the latest answer leads', () => {
    const two = [answer('b.example', { from: asked + second }), answer('a.example')];
    for (const names of [two, two.toReversed()]) assert.deepEqual(named(names, asked + minute), { name: 'b.example', proof: 'ambiguous' });
  });
  it('of two answers at one instant is the first by name', () => {
    const two = [answer('b.example'), answer('a.example')];
    for (const names of [two, two.toReversed()]) assert.equal(named(names, asked + minute)?.name, 'a.example');
  });
  it('rests on an answer that is still valid before one that has expired', () => {
    const two = [answer('old.example'), answer('new.example', { from: asked + hour, until: asked + 2 * hour })];
    assert.deepEqual(named(two, asked + hour + minute), { name: 'new.example', proof: 'resolved' });
    assert.deepEqual(named(two, asked + 5 * hour), { name: 'new.example', proof: 'ambiguous' }, 'both have expired');
  });
  it('is resolved when an answer proves what the client claimed, of several names too', () => {
    const two = [answer('a.example'), answer('b.example')];
    assert.deepEqual(named(two, asked + minute, asked + minute, 'a.example'), { name: 'a.example', proof: 'resolved' });
  });
  it('is resolved by an expired answer for what the client claimed', () =>
    assert.equal(named(one, asked + 10 * hour, asked + 10 * hour, 'a.example')?.proof, 'resolved'));
  it('is only claimed when no answer tied it to this address for this client', () => {
    assert.deepEqual(named(one, asked + minute, asked + minute, 'edge.microsoft.com'), { name: 'edge.microsoft.com', proof: 'claimed' });
    assert.deepEqual(named([], asked, asked, 'a.example'), { name: 'a.example', proof: 'claimed' });
    assert.equal(named(one, asked - hour, asked - 1, 'a.example')?.proof, 'claimed', 'an answer that came later proves nothing');
  });

  it('does not depend on the order of the answers', () => {
    const answers = fc.array(
      fc.record({ name: fc.constantFrom('a.example', 'b.example', 'c.example'), from: fc.nat(50), ttl: fc.nat(50) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(answers, fc.nat(60), fc.option(fc.constantFrom('a.example', 'z.example')), (list, offset, claimed) => {
        const records = list.map(({ name, from, ttl }) =>
          answer(name, { from: asked + from * minute, until: asked + (from + ttl) * minute }),
        );
        const begin = asked + offset * minute;
        assert.deepEqual(named(records.toReversed(), begin, begin, claimed), named(records, begin, begin, claimed));
      }),
    );
  });
});

describe('the names that clients claimed', () => {
  const start = at('2021-01-10T03:04:00Z');
  const slice = (offset: number, changes: Partial<FlowRecord> = {}) =>
    sampleFlow({ minute: start + offset * minute, sourceTcpFlags: 0x18, serverName: null, serverNameEvidence: null, ...changes });
  const names = (flows: FlowRecord[]) => {
    const claimed = claimedNames(flows);
    return flows.map((flow) => claimed.get(flow) ?? null);
  };

  it('reach the slices before and after the ClientHello', () =>
    assert.deepEqual(names([slice(0), slice(1, { serverName: 'a.example' }), slice(2)]), ['a.example', 'a.example', 'a.example']));
  it('do not reach over a SYN, which begins another conversation', () =>
    assert.deepEqual(names([slice(0, { serverName: 'a.example' }), slice(1, { sourceTcpFlags: 0x02 }), slice(2)]), [
      'a.example',
      null,
      null,
    ]));
  const others: [string, Partial<FlowRecord>][] = [
    ['source port', { sourcePort: 50_001 }],
    ['destination port', { destinationPort: 8443 }],
    ['far end', { destinationAddress: address('203.0.113.10') }],
    ['client', { sourceMac: 0x02_00_5e_00_00_02 }],
    ['capture', { capture: 'capture-2' }],
    ['interface', { interface: 1 }],
    ['VLAN', { vlans: [7] }],
    ['protocol', { protocol: 17 }],
  ];
  for (const [sentence, changes] of others)
    it(`do not reach another ${sentence}`, () =>
      assert.deepEqual(names([slice(0, { serverName: 'a.example' }), slice(1, changes)]), ['a.example', null]));
  it('are the first of several in one conversation (HTTP Host may change)', () =>
    assert.deepEqual(names([slice(0, { serverName: 'a.example' }), slice(1, { serverName: 'b.example' })]), ['a.example', 'a.example']));
  it('leave a conversation without any unnamed', () => assert.deepEqual(names([slice(0), slice(1)]), [null, null]));
  it('do not depend on the order of the slices', () => {
    const flows = [
      slice(0),
      slice(1, { serverName: 'a.example' }),
      slice(2, { sourceTcpFlags: 0x02 }),
      slice(3, { serverName: 'b.example' }),
    ];
    assert.deepEqual(names(flows.toReversed()).toReversed(), names(flows));
  });
});

describe('an answer for a name', () => {
  const vendor = learnt('edge.microsoft.com', '203.0.113.9', '2021-01-10T03:00:00Z', '2021-01-10T04:00:00Z');
  const when = at('2021-01-10T03:30:00Z');
  const proof = (changes: Partial<NameRecord>, teachings: Teaching[], claimed: string | null = vendor.name) =>
    new LearntNames([{ ...vendor, ...changes }], new Networks(teachings)).name(vendor.address, claimed, when, when)?.proof;
  const taught = [teach('resolver', '192.168.7.1')];
  const stranger = { server: address('198.51.100.66') };
  const rows: [string, string | undefined, string][] = [
    ['of the resolver that the network taught is believed', proof({}, taught), 'resolved'],
    ['of anybody else is a claim', proof(stranger, taught), 'claimed'],
    ['of anybody else is a claim, too, where the client itself named nobody', proof(stranger, taught, null), 'claimed'],
    ['of whoever answers is believed where no resolver was taught', proof(stranger, []), 'resolved'],
    ['over LLMNR is a claim for a name of the Internet', proof({ evidence: 'llmnr' }, taught), 'claimed'],
    ['over LLMNR is believed for a name of this link', proof({ evidence: 'llmnr', name: 'printer' }, taught, 'printer'), 'resolved'],
    ['over mDNS is believed below local', proof({ evidence: 'mdns', name: 'printer.local' }, taught, null), 'resolved'],
  ];
  for (const [sentence, found, expected] of rows) it(sentence, () => assert.equal(found, expected));
});
