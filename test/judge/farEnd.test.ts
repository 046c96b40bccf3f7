import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { farEndOf, protocolName } from '../../src/judge/farEnd.ts';
import { Networks } from '../../src/judge/networks.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { address, sampleFlow } from '../store/sampleFlow.ts';
import { device, router, teach } from './sample.ts';

const networks = new Networks([teach('prefix', '192.168.7.0/24')]);
const other = address('203.0.113.9');
const own = address('192.168.7.23');
const received = (changes: Partial<FlowRecord> = {}) =>
  sampleFlow({
    sourceMac: router,
    destinationMac: device,
    sourceAddress: other,
    destinationAddress: own,
    sourcePort: 50_000,
    destinationPort: 3389,
    ...changes,
  });
const seen = (flow: FlowRecord) => {
  const { address: peer, port, direction } = farEndOf(flow, device, networks);
  return [peer, port, direction];
};

describe('the far end of a flow', () => {
  it('is the other side, and the port is that of the service', () => assert.deepEqual(seen(sampleFlow()), [other, 443, 'outgoing']));
  it('began when its SYN was seen: then the port is the device’s own', () => assert.deepEqual(seen(received()), [other, 3389, 'incoming']));

  const rows: [string, FlowRecord, [bigint, number | null, string]][] = [
    [
      'is a server when its first captured packet came from a well-known port',
      received({ begunBy: 'first-packet', sourcePort: 443, destinationPort: 50_000 }),
      [other, 443, 'outgoing'],
    ],
    [
      'began when the device’s first captured packet came from a well-known port',
      sampleFlow({ begunBy: 'first-packet', sourcePort: 445, destinationPort: 50_000 }),
      [other, 445, 'incoming'],
    ],
    [
      'is not turned round when a SYN was seen, whatever the ports',
      received({ begunBy: 'syn', sourcePort: 20, destinationPort: 50_000 }),
      [other, 50_000, 'incoming'],
    ],
    [
      'is not turned round between two well-known ports (DHCP)',
      received({ begunBy: 'first-packet', protocol: 17, sourcePort: 67, destinationPort: 68 }),
      [other, 68, 'incoming'],
    ],
    [
      'is not turned round between two high ports',
      sampleFlow({ begunBy: 'first-packet', protocol: 17, sourcePort: 3478, destinationPort: 50_000 }),
      [other, 50_000, 'outgoing'],
    ],
    [
      'is turned round from the last well-known port to the first other',
      received({ begunBy: 'first-packet', sourcePort: 1023, destinationPort: 1024 }),
      [other, 1023, 'outgoing'],
    ],
    [
      'is not turned round from the first port that is not well known',
      received({ begunBy: 'first-packet', sourcePort: 1024, destinationPort: 50_000 }),
      [other, 50_000, 'incoming'],
    ],
    [
      'has no port where the protocol has none',
      sampleFlow({ begunBy: 'first-packet', protocol: 1, sourcePort: null, destinationPort: null, icmpType: 8, icmpCode: 0 }),
      [other, null, 'outgoing'],
    ],
  ];
  for (const [sentence, flow, expected] of rows) it(sentence, () => assert.deepEqual(seen(flow), expected));

  it('received what the device sent: turning round the service never turns round the traffic', () => {
    const flow = received({ begunBy: 'first-packet', sourcePort: 443, destinationPort: 50_000 });
    const far = farEndOf(flow, device, networks);
    assert.deepEqual([far.sentPackets, far.receivedPackets], [flow.destinationPacketsBySecond, flow.sourcePacketsBySecond]);
    assert.deepEqual([far.sentOctets, far.receivedOctets], [flow.destinationOctetsBySecond, flow.sourceOctetsBySecond]);
  });
  it('seen from both sides: what one sent the other received, one began, and both name one port', () => {
    const port = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(fc.constantFrom('syn' as const, 'first-packet' as const), port, port, (begunBy, sourcePort, destinationPort) => {
        const flow = sampleFlow({ begunBy, sourcePort, destinationPort });
        const [one, two] = [farEndOf(flow, device, networks), farEndOf(flow, router, networks)];
        assert.deepEqual([one.sentPackets, one.receivedOctets], [two.receivedPackets, two.sentOctets]);
        assert.deepEqual([one.direction, two.direction].toSorted(), ['incoming', 'outgoing']);
        assert.equal(one.port, two.port);
      }),
    );
  });

  it('did not begin when it is a group, whatever came first: an answer to all is begun by the device', () => {
    const answer = sampleFlow({
      sourceMac: router,
      destinationMac: device,
      sourceAddress: address('ff02::1'),
      protocol: 58,
      icmpType: 135,
    });
    const far = farEndOf(answer, device, networks);
    assert.deepEqual([far.direction, far.cast, far.scope], ['outgoing', 'multicast', 'inside']);
  });

  const casts: [string, Partial<FlowRecord>, [string, string]][] = [
    ['outside by its address', {}, ['unicast', 'outside']],
    ['inside by its address', { destinationAddress: address('192.168.7.9') }, ['unicast', 'inside']],
    ['inside without an address', { destinationAddress: null, protocol: null, etherType: 0x88cc }, ['unicast', 'inside']],
    ['multicast by its address', { destinationAddress: address('239.255.255.250') }, ['multicast', 'inside']],
    ['multicast by its MAC address', { destinationMac: 0x01_00_5e_7f_ff_fa }, ['multicast', 'inside']],
    ['broadcast by its MAC address', { destinationMac: 0xffff_ffff_ffff }, ['broadcast', 'inside']],
    ['broadcast of a subnet that was taught', { destinationAddress: address('192.168.7.255') }, ['broadcast', 'inside']],
    ['unicast on a link without MAC addresses', { destinationMac: null }, ['unicast', 'outside']],
  ];
  for (const [sentence, changes, expected] of casts)
    it(`is ${sentence}`, () => {
      const { cast, scope } = farEndOf(sampleFlow(changes), device, networks);
      assert.deepEqual([cast, scope], expected);
    });
});

describe('the name of a protocol', () => {
  const rows: [number | null, number, string][] = [
    [1, 0x0800, 'icmp'],
    [2, 0x0800, 'igmp'],
    [6, 0x86dd, 'tcp'],
    [17, 0x0800, 'udp'],
    [58, 0x86dd, 'ipv6-icmp'],
    [47, 0x0800, 'ip-47'],
    [0, 0x86dd, 'ip-0'],
    [null, 0x0806, 'arp'],
    [null, 0x88cc, 'ethertype-0x88cc'],
    [null, 0, 'ethertype-0x0000'],
  ];
  for (const [protocol, etherType, expected] of rows)
    it(`of ${protocol} over 0x${etherType.toString(16)} is ${expected}`, () =>
      assert.equal(protocolName({ protocol, etherType }), expected));
});
