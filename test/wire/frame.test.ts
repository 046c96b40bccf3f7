import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { addressFromIpv4, addressFromWords, parseAddress } from '../../src/base/address.ts';
import { encodeArp } from '../../src/wire/arp.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch, layer, noMac } from '../../src/wire/headerBatch.ts';
import { encodeIcmpv4Error } from '../../src/wire/icmpv4.ts';
import { encodeIpv4, ipProtocol } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeIpv6Fragment, encodeIpv6Options, extension } from '../../src/wire/ipv6Extension.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { encodeTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { has, payloadRegion } from '../../src/wire/walk.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { ascii, hex } from './hostility.ts';

const macs = { destinationMac: 0x0200_0000_0002, sourceMac: 0x0200_0000_0001 };
const [a4, b4] = [addressFromIpv4(0xc0a80001), addressFromIpv4(0xc0a80002)];
const [a6, b6] = [parseAddress('fe80::1') as bigint, parseAddress('fe80::2') as bigint];
const udp = encodeUdp({ source: a4, destination: b4, sourcePort: 50000, destinationPort: 53 }, ascii('abc'));
const ipv4 = encodeIpv4({ source: 0xc0a80001, destination: 0xc0a80002, protocol: ipProtocol.udp, identification: 77 }, udp);
const udp6 = encodeUdp({ source: a6, destination: b6, sourcePort: 50000, destinationPort: 53 }, ascii('abc'));
const ipv6 = encodeIpv6({ source: a6, destination: b6, nextHeader: ipProtocol.udp }, udp6);
const overEthernet = (type: number, payload: Uint8Array) => encodeEthernet({ ...macs, etherType: type, pad: false }, payload);

const before = 5;
/** The frame decoded into row 0, from the middle of a buffer. */
function decode(octets: Uint8Array, linkType = 1): HeaderBatch {
  const batch = new HeaderBatch();
  batch.octets = concatenate(new Uint8Array(before).fill(0xee), octets, new Uint8Array(5).fill(0xee));
  appendFrame(batch, linkType, before, before + octets.length, octets.length, 1, 1, 0);
  return batch;
}

function layersOf(batch: HeaderBatch): string[] {
  return Object.entries(layer).flatMap(([name, bit]) => (has(batch, 0, bit) ? [name] : []));
}

function addressIn(column: Uint32Array): bigint {
  return addressFromWords(...(Array.from(column.subarray(0, 4)) as [number, number, number, number]));
}

function payloadOf(batch: HeaderBatch): string {
  const { octets, at, end } = payloadRegion(batch, 0);
  return Buffer.from(octets.subarray(at, end)).toString('latin1');
}

describe('The frame walk', () => {
  it('fills every column of an ordinary frame', () => {
    const batch = decode(overEthernet(etherType.ipv4, ipv4));
    assert.deepEqual(layersOf(batch), ['ethernet', 'ipv4', 'udp']);
    const { sourceMac, destinationMac, ipVersion, protocol, sourcePort, destinationPort, identification, laterFragment, networkAt, fault } =
      batch;
    assert.deepEqual(
      [sourceMac, destinationMac, ipVersion, protocol, sourcePort, destinationPort, identification, laterFragment, networkAt, fault].map(
        (column) => column[0],
      ),
      [macs.sourceMac, macs.destinationMac, 4, 17, 50000, 53, 77, 0, before + 14, undefined],
    );
    assert.deepEqual([addressIn(batch.sourceAddress), addressIn(batch.destinationAddress)], [a4, b4]);
    assert.equal(payloadOf(batch), 'abc');
  });
  it('leaves Ethernet padding out of the payload', () =>
    assert.equal(payloadOf(decode(encodeEthernet({ ...macs, etherType: etherType.ipv4 }, ipv4))), 'abc'));
  it('reads TCP flags and sequence number', () => {
    const tcp = encodeTcp(
      {
        source: a4,
        destination: b4,
        sourcePort: 1,
        destinationPort: 2,
        sequence: 0xf000_0001,
        acknowledgement: 0,
        flags: tcpFlag.syn | tcpFlag.ece,
      },
      ascii('x'),
    );
    const batch = decode(overEthernet(etherType.ipv4, encodeIpv4({ source: 1, destination: 2, protocol: ipProtocol.tcp }, tcp)));
    assert.deepEqual([batch.tcpFlags[0], batch.tcpSequence[0], payloadOf(batch)], [0x42, 0xf000_0001, 'x']);
  });
  it('puts type and code of ICMP where ports stand, and does not walk into the packet that it quotes', () => {
    const error = encodeIcmpv4Error(3, 10, ipv4);
    const batch = decode(overEthernet(etherType.ipv4, encodeIpv4({ source: 1, destination: 2, protocol: ipProtocol.icmp }, error)));
    assert.deepEqual(layersOf(batch), ['ethernet', 'ipv4', 'icmp']);
    assert.deepEqual([batch.sourcePort[0], batch.destinationPort[0], addressIn(batch.sourceAddress)], [3, 10, addressFromIpv4(1)]);
    assert.equal(payloadOf(batch).length, error.length - 4);
  });
  it('gives no ports to a later fragment of IPv4', () => {
    const batch = decode(
      overEthernet(etherType.ipv4, encodeIpv4({ source: 1, destination: 2, protocol: 17, fragmentOffset: 8, identification: 5 }, udp)),
    );
    assert.deepEqual([batch.laterFragment[0], batch.sourcePort[0], batch.protocol[0], batch.identification[0]], [1, 0, 17, 5]);
    assert.deepEqual(layersOf(batch), ['ethernet', 'ipv4']);
  });
  it('gives no ports to a later fragment of IPv6', () => {
    const fragment = concatenate(encodeIpv6Fragment({ nextHeader: 17, offset: 8, moreFragments: false, identification: 0x12345 }), udp6);
    const batch = decode(
      overEthernet(etherType.ipv6, encodeIpv6({ source: a6, destination: b6, nextHeader: extension.fragment }, fragment)),
    );
    assert.deepEqual([batch.laterFragment[0], batch.sourcePort[0], batch.protocol[0], batch.identification[0]], [1, 0, 17, 0x2345]);
  });
  it('finds UDP behind the extension headers of IPv6', () => {
    const headers = concatenate(
      encodeIpv6Options(extension.destinationOptions, hex('0502 0000')),
      encodeIpv6Options(17, new Uint8Array(0)),
      udp6,
    );
    const batch = decode(
      overEthernet(etherType.ipv6, encodeIpv6({ source: a6, destination: b6, nextHeader: extension.hopByHop }, headers)),
    );
    assert.deepEqual(layersOf(batch), ['ethernet', 'ipv6', 'ipv6Extension', 'udp']);
    assert.deepEqual([batch.ipVersion[0], addressIn(batch.sourceAddress), payloadOf(batch)], [6, a6, 'abc']);
  });
  it('puts the operation and the addresses of ARP into the columns', () => {
    const arp = encodeArp({ operation: 2, senderMac: 1, senderAddress: 0xc0a80001, targetMac: 2, targetAddress: 0xc0a80002 });
    const batch = decode(encodeEthernet({ ...macs, etherType: etherType.arp }, arp));
    assert.deepEqual(
      [batch.protocol[0], batch.ipVersion[0], addressIn(batch.sourceAddress), addressIn(batch.destinationAddress)],
      [2, 0, a4, b4],
    );
    assert.equal(payloadOf(batch).length, 28);
  });
});

describe('Link headers', () => {
  it('walks any number of VLAN tags and keeps the four outermost', () => {
    const batch = decode(
      encodeEthernet(
        { ...macs, etherType: etherType.ipv4, vlans: [{ id: 200, tagType: 0x88a8 }, 2, 3, 4, 5, { id: 6, tagType: 0x9100 }], pad: false },
        ipv4,
      ),
    );
    assert.deepEqual(
      [batch.vlanCount[0], Array.from(batch.vlans.subarray(0, 4)), batch.etherType[0], payloadOf(batch)],
      [6, [200, 2, 3, 4], etherType.ipv4, 'abc'],
    );
  });
  it('walks MPLS labels to the bottom of the stack', () => {
    const batch = decode(overEthernet(etherType.mpls, concatenate(hex('0001d0ff 0001d1ff'), ipv4)));
    assert.deepEqual([layersOf(batch), payloadOf(batch)], [['ethernet', 'mpls', 'ipv4', 'udp'], 'abc']);
  });
  it('counts LLC and does not decode it', () => {
    // A bridge protocol unit: length 7, SAP 42 both, then padding.
    const batch = decode(encodeEthernet({ ...macs, etherType: 7 }, hex('424203 00000000')));
    assert.deepEqual(
      [layersOf(batch), batch.etherType[0], batch.fault[0], payloadOf(batch).length],
      [['ethernet', 'llc'], 0, undefined, 4],
    );
  });
  it('goes on where SNAP names an EtherType', () => {
    const snap = concatenate(hex('aaaa03 000000 0800'), ipv4);
    assert.equal(payloadOf(decode(overEthernet(snap.length, snap))), 'abc');
  });
  it('goes on where a bridge wrote its own OUI before the EtherType, and nowhere else', () => {
    const bridged = concatenate(hex('aaaa03 0000f8 0800'), ipv4);
    const other = concatenate(hex('aaaa03 00000c 0800'), ipv4);
    assert.equal(payloadOf(decode(overEthernet(bridged.length, bridged))), 'abc');
    assert.deepEqual(layersOf(decode(overEthernet(other.length, other))), ['ethernet', 'llc']);
  });
  it('goes on where the access point is that of IP', () => {
    const direct = concatenate(hex('060603'), ipv4);
    assert.equal(payloadOf(decode(overEthernet(direct.length, direct))), 'abc');
  });
  it('walks through an Authentication Header over IPv4', () => {
    const datagram = ipv4.slice(20);
    const packet = (header: string) =>
      overEthernet(etherType.ipv4, encodeIpv4({ source: 1, destination: 2, protocol: 51 }, concatenate(hex(header), datagram)));
    const batch = decode(packet('1102 0000 00000001 00000001 01020304'));
    assert.deepEqual([layersOf(batch), batch.protocol[0], payloadOf(batch)], [['ethernet', 'ipv4', 'udp'], 17, 'abc']);
    const short = decode(packet('1100 0000 00000001 00000001 01020304'));
    assert.deepEqual([layersOf(short), short.fault[0]?.layer, short.fault[0]?.kind], [['ethernet', 'ipv4'], 'ah', 'malformed']);
    const long = decode(packet('11ff 0000 00000001 00000001 01020304'));
    assert.deepEqual([layersOf(long), long.fault[0]?.layer], [['ethernet', 'ipv4'], 'ah']);
  });

  const links: [string, number, Uint8Array, string[]][] = [
    ['raw IP by its version, IPv4', 101, ipv4, ['rawIp', 'ipv4', 'udp']],
    ['raw IP by its version, IPv6', 101, ipv6, ['rawIp', 'ipv6', 'udp']],
    ['raw IP under the old numbers', 12, ipv4, ['rawIp', 'ipv4', 'udp']],
    ['raw IPv4', 228, ipv4, ['rawIp', 'ipv4', 'udp']],
    ['raw IPv6', 229, ipv6, ['rawIp', 'ipv6', 'udp']],
    ['loopback in little-endian order', 0, concatenate(hex('02000000'), ipv4), ['loopback', 'ipv4', 'udp']],
    ['loopback in big-endian order', 0, concatenate(hex('00000002'), ipv4), ['loopback', 'ipv4', 'udp']],
    ['loopback of macOS with IPv6', 0, concatenate(hex('1e000000'), ipv6), ['loopback', 'ipv6', 'udp']],
    ['OpenBSD loopback in network order', 108, concatenate(hex('00000018'), ipv6), ['loopback', 'ipv6', 'udp']],
    ['a loopback that names an EtherType', 0, concatenate(hex('00080000'), ipv4), ['loopback', 'ipv4', 'udp']],
    ['Linux cooked', 113, concatenate(hex('0000 0001 0006 0200000000010000 0800'), ipv4), ['linuxCooked', 'ipv4', 'udp']],
    [
      'Linux cooked version 2',
      276,
      concatenate(hex('86dd 0000 00000001 0001 00 06 0200000000010000'), ipv6),
      ['linuxCooked', 'ipv6', 'udp'],
    ],
  ];
  for (const [sentence, linkType, octets, layers] of links)
    it(`reads ${sentence}`, () => {
      const batch = decode(octets, linkType);
      assert.deepEqual([layersOf(batch), batch.fault[0], payloadOf(batch)], [layers, undefined, 'abc']);
      const mac = linkType === 113 || linkType === 276 ? macs.sourceMac : noMac;
      assert.deepEqual([batch.sourceMac[0], batch.destinationMac[0]], [mac, noMac]);
    });

  const quiet: [string, number, Uint8Array][] = [
    ['another address family of the loopback', 0, hex('07000000 01020304')],
    ['neither version behind a raw link', 101, hex('ff00')],
    ['an EtherType that nobody decodes', 1, overEthernet(0x88b5, ascii('x'))],
    ['netlink in a cooked capture', 113, hex('0000 0338 0000 0000000000000000 0800 45')],
  ];
  for (const [sentence, linkType, octets] of quiet)
    it(`finds no fault in ${sentence}`, () => assert.equal(decode(octets, linkType).fault[0], undefined));
});

describe('Where the frame walk stops', () => {
  const bad = (change: (octets: Uint8Array) => Uint8Array) => overEthernet(etherType.ipv4, change(ipv4));
  const rows: [string, Uint8Array, { layer: string; kind: string; at: number; limitedBy: string }, number?][] = [
    ['a cut Ethernet header', hex('0200'), { layer: 'ethernet', kind: 'truncated', at: 0, limitedBy: 'capture' }],
    ['a cut VLAN tag', overEthernet(etherType.vlan, hex('00')), { layer: 'vlan', kind: 'truncated', at: 14, limitedBy: 'capture' }],
    [
      'a label stack without bottom',
      overEthernet(etherType.mpls, hex('00000000')),
      { layer: 'mpls', kind: 'truncated', at: 18, limitedBy: 'capture' },
    ],
    [
      'an LLC header longer than its length field',
      overEthernet(2, hex('424203')),
      { layer: 'llc', kind: 'overrun', at: 14, limitedBy: 'ethernet.length' },
    ],
    ['a cut IPv4 header', bad((octets) => octets.slice(0, 19)), { layer: 'ipv4', kind: 'truncated', at: 14, limitedBy: 'capture' }],
    [
      'a version that contradicts the EtherType',
      bad((octets) => octets.with(0, 0x65)),
      { layer: 'ipv4', kind: 'malformed', at: 14, limitedBy: 'ipv4.version is not 4' },
    ],
    [
      'an IPv4 header of 16 octets',
      bad((octets) => octets.with(0, 0x44)),
      { layer: 'ipv4', kind: 'malformed', at: 14, limitedBy: 'ipv4.headerLength < 20' },
    ],
    [
      'a UDP header beyond the total length',
      bad((octets) => octets.with(3, 27)),
      { layer: 'udp', kind: 'overrun', at: 34, limitedBy: 'ipv4.totalLength' },
    ],
    ['a UDP length of 7', bad((octets) => octets.with(25, 7)), { layer: 'udp', kind: 'malformed', at: 34, limitedBy: 'udp.length < 8' }],
    ['a TCP data offset of 4', tcpWithOffset(0x40), { layer: 'tcp', kind: 'malformed', at: 34, limitedBy: 'tcp.dataOffset < 5' }],
    ['TCP options beyond the segment', tcpWithOffset(0x60), { layer: 'tcp', kind: 'truncated', at: 34, limitedBy: 'capture' }],
    [
      'a cut ARP packet',
      overEthernet(etherType.arp, hex('0001 0800 0604 0001 020000000001')),
      { layer: 'arp', kind: 'truncated', at: 14, limitedBy: 'capture' },
    ],
    ['a link type that is not read', ascii('x'), { layer: 'link', kind: 'unsupported', at: 0, limitedBy: 'link type 105' }, 105],
  ];
  for (const [sentence, octets, expected, linkType] of rows)
    it(`says what is wrong with ${sentence}`, () => {
      const fault = decode(octets, linkType).fault[0];
      assert.ok(fault);
      const { layer: name, kind, at, limitedBy } = fault;
      assert.deepEqual({ layer: name, kind, at, limitedBy }, expected);
    });
  it('keeps the layers before the fault, with their columns', () => {
    const batch = decode(bad((octets) => octets.with(3, 27)));
    assert.deepEqual([layersOf(batch), addressIn(batch.sourceAddress), batch.protocol[0]], [['ethernet', 'ipv4'], a4, 17]);
  });
});

function tcpWithOffset(octet: number): Uint8Array {
  const tcp = encodeTcp(
    { source: a4, destination: b4, sourcePort: 1, destinationPort: 2, sequence: 1, acknowledgement: 1, flags: tcpFlag.ack },
    new Uint8Array(0),
  );
  return overEthernet(etherType.ipv4, encodeIpv4({ source: 1, destination: 2, protocol: ipProtocol.tcp }, tcp.with(12, octet)));
}

describe('The cost of the frame walk', () => {
  const path = ['frame.ts', 'linkWalk.ts', 'internetWalk.ts', 'transportWalk.ts', 'walk.ts'];
  /** Objects, arrays, closures, spreads and copies; a fault is the one thing that may be made. */
  const makesGarbage = /\bnew (?!Fault\b)|\.(?:subarray|slice|map|filter|from|of)\(|\.\.\.|=>|= [[{]|\(\{|return \{/;

  for (const file of path)
    it(`${file} makes nothing for a sound frame`, () => {
      const source = readFileSync(join(repositoryRoot, 'src', 'wire', file), 'utf8');
      // Constants are made once, and `payloadRegion` is for those who read a payload.
      const body = source.replace(/^(?:export )?const [^;]*;$/gm, '').replace(/^export function payloadRegion[\s\S]*?^}$/m, '');
      const lines = body.split('\n').filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && makesGarbage.test(line));
      assert.deepEqual(lines, []);
    });
  it('is checked by a pattern that finds what it looks for', () => {
    for (const line of ['new Uint8Array(4)', 'octets.subarray(1)', 'const pair = [a, b];', 'f({ a })', 'xs.map((x) => x)', 'return { at }'])
      assert.match(line, makesGarbage);
    assert.doesNotMatch("return stop(batch, row, new Fault('link', 'unsupported', 0, 0, 0, because));", makesGarbage);
  });
});
