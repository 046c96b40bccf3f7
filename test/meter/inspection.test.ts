import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4, parseAddress } from '../../src/base/address.ts';
import { Inspection, type InspectionResult } from '../../src/meter/inspection.ts';
import { InspectionNames } from '../../src/meter/inspectionNames.ts';
import { inspectOutput } from '../../src/record/output/inspect.ts';
import { encodeDnsQuery } from '../../src/wire/dns.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { batchRows, HeaderBatch } from '../../src/wire/headerBatch.ts';
import { encodeHttpRequest } from '../../src/wire/http.ts';
import { encodeIcmpv4Error } from '../../src/wire/icmpv4.ts';
import { encodeIcmpv6 } from '../../src/wire/icmpv6.ts';
import { encodeIpv4, ipProtocol } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeNeighborSolicitation } from '../../src/wire/ndp.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { encodeTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { samples } from '../wire/samples.ts';

const ends = { source: addressFromIpv4(1), destination: addressFromIpv4(2) };
const macs = { destinationMac: 2, sourceMac: 4 };
const overIpv4 = (protocol: number, payload: Uint8Array, options = new Uint8Array(0)) =>
  encodeEthernet({ ...macs, etherType: etherType.ipv4 }, encodeIpv4({ source: 1, destination: 2, protocol, options }, payload));
const overIpv6 = (source: bigint, destination: bigint, payload: Uint8Array) =>
  encodeEthernet(
    { ...macs, etherType: etherType.ipv6 },
    encodeIpv6({ source, destination, nextHeader: ipProtocol.icmpv6, hopLimit: 255 }, payload),
  );
const tcp = (sequence: number, payload: Uint8Array, destinationPort = 443) =>
  overIpv4(
    ipProtocol.tcp,
    encodeTcp({ ...ends, sourcePort: 50000, destinationPort, sequence, acknowledgement: 1, flags: tcpFlag.ack }, payload),
  );
const query = (name: string, port = 53) =>
  overIpv4(
    ipProtocol.udp,
    encodeUdp({ ...ends, sourcePort: 50000, destinationPort: port }, encodeDnsQuery({ id: 1, name, type: dnsType.a })),
  );

function inspect(frames: readonly Uint8Array[]): InspectionResult {
  const inspection = new Inspection();
  const batch = new HeaderBatch();
  for (const frame of frames) {
    batch.clear();
    batch.octets = frame;
    appendFrame(batch, 1, 0, frame.length, frame.length, 0, 1, 0);
    inspection.add(batch);
    // Nothing that the inspection keeps may point into the frame.
    frame.fill(0);
  }
  return inspection.result();
}

const copies = () => samples.flatMap(({ frame }) => (frame ? [frame.slice()] : []));

describe('Inspection', () => {
  it('counts each protocol once a frame', () => {
    const { protocols, faults } = inspect(copies());
    assert.deepEqual(faults, []);
    const { ethernet, dns, nbns, ssdp, netbiosDatagram, browser, mdns, llmnr, http, tls, ntp, dhcp, dhcpv6, igmp, mld, arp, lldp, eapol } =
      protocols;
    assert.deepEqual(
      { ethernet, dns, nbns, ssdp, netbiosDatagram, browser, mdns, llmnr, http, tls, ntp, dhcp, dhcpv6, igmp, mld, arp, lldp, eapol },
      {
        ethernet: copies().length,
        dns: 3,
        nbns: 3,
        ssdp: 3,
        netbiosDatagram: 1,
        browser: 1,
        mdns: 1,
        llmnr: 1,
        http: 2,
        tls: 1,
        ntp: 1,
        dhcp: 1,
        dhcpv6: 1,
        igmp: 1,
        mld: 1,
        arp: 1,
        lldp: 1,
        eapol: 2,
      },
    );
  });
  it('has the form that yoban inspect publishes', () => {
    const { protocols, ipv4Options, ndp, names, faults } = inspect([...copies(), Uint8Array.of(1, 2, 3)]);
    const file = {
      file: 'x',
      format: 'pcap',
      linkTypes: ['ethernet'],
      frames: 1,
      octets: 1,
      firstAt: null,
      lastAt: null,
      firstExactlyAt: null,
      lastExactlyAt: null,
      addressNames: [],
      protocols,
      ipv4Options,
      ndp,
      names,
      faults,
      lost: { byInterface: 1, bySystem: 2 },
    };
    assert.equal(inspectOutput.safeParse({ files: [file] }).error, undefined);
    assert.ok(faults.length > 0);
  });
  it('counts whatever comes on the ports of DHCP as that, and an empty datagram as nothing', () => {
    const short = (destinationPort: number, octets: number) =>
      overIpv4(ipProtocol.udp, encodeUdp({ ...ends, sourcePort: 50000, destinationPort }, new Uint8Array(octets)));
    const { protocols, faults } = inspect([short(67, 1), short(68, 239), short(547, 3), short(67, 0), short(9, 1)]);
    assert.deepEqual([protocols.dhcp, protocols.dhcpv6], [2, 1]);
    const faultsIn = (wanted: string) => faults.reduce((sum, { layer, count }) => sum + (layer === wanted ? count : 0), 0);
    assert.deepEqual([faultsIn('dhcp'), faultsIn('dhcpv6')], [2, 1]);
  });
  it('names the hosts of all requests of a segment', () => {
    const requests = ['one.example', 'two.example'].map((host) => encodeHttpRequest({ target: '/', host }));
    const { protocols, names } = inspect([tcp(1, concatenate(...requests), 80)]);
    assert.deepEqual([protocols.http, names.httpHost], [1, ['one.example', 'two.example']]);
  });
  it('counts an option type once a packet, however often it stands in it', () => {
    const udp = encodeUdp({ ...ends, sourcePort: 1, destinationPort: 2 }, new Uint8Array(0));
    const marked = () => overIpv4(ipProtocol.udp, udp, Uint8Array.of(153, 4, 1, 2, 153, 4, 1, 2, 1, 1));
    assert.deepEqual(inspect([marked(), marked(), overIpv4(ipProtocol.udp, udp)]).ipv4Options, { 0: 2, 1: 2, 153: 2 });
  });
  it('counts a bad option length as a fault and keeps the options before it', () => {
    const { ipv4Options, faults } = inspect([
      overIpv4(
        ipProtocol.udp,
        encodeUdp({ ...ends, sourcePort: 1, destinationPort: 2 }, new Uint8Array(0)),
        Uint8Array.of(148, 4, 0, 0, 7, 0),
      ),
    ]);
    assert.deepEqual([ipv4Options, faults], [{ 148: 1 }, [{ layer: 'ipv4.option', kind: 'malformed', count: 1 }]]);
  });
  it('names NDP events', () => {
    const [source, destination] = [parseAddress('fe80::1') as bigint, parseAddress('fe80::2') as bigint];
    const frames = [
      overIpv6(source, destination, encodeNeighborSolicitation({ source, destination, target: destination })),
      overIpv6(source, destination, encodeIcmpv6({ source, destination }, 134, 0, new Uint8Array(3))),
    ];
    const { ndp, faults } = inspect(frames);
    assert.deepEqual(ndp, { neighborSolicitation: 1, routerAdvertisement: 1 });
    assert.deepEqual(faults, [{ layer: 'ndp', kind: 'truncated', count: 1 }]);
  });
  it('lists names sorted and once, from DNS, mDNS and LLMNR, from TLS and from HTTP', () => {
    const frames = [query('b.example'), query('A.example'), query('a.example'), query('box.local', 5353), query('box', 5355)];
    frames.push(
      tcp(1, encodeClientHello({ serverName: 'TLS.example' })),
      tcp(1, encodeHttpRequest({ target: '/', host: 'Http.example:80' }), 80),
    );
    assert.deepEqual(inspect(frames).names, {
      dns: ['a.example', 'b.example', 'box', 'box.local'],
      sni: ['tls.example'],
      httpHost: ['http.example'],
    });
  });
  it('finds the server name of a hello that is split over segments', () => {
    const hello = encodeClientHello({ serverName: 'split.example', padding: 1400 });
    assert.deepEqual(inspect([tcp(1, hello.slice(0, 30)), tcp(31, hello.slice(30))]).names.sni, ['split.example']);
  });
  it('counts nothing of a packet that an ICMP error quotes', () => {
    const quoted = query('quoted.example').slice(14);
    const { protocols, names } = inspect([overIpv4(ipProtocol.icmp, encodeIcmpv4Error(3, 3, quoted))]);
    assert.deepEqual([protocols, names.dns], [{ ethernet: 1, icmp: 1, ipv4: 1 }, []]);
  });
  it('reads every row of a full batch', () => {
    const inspection = new Inspection();
    const batch = new HeaderBatch();
    batch.octets = query('a.example');
    for (let row = 0; row < batchRows; row++) appendFrame(batch, 1, 0, batch.octets.length, batch.octets.length, 0, row, 0);
    inspection.add(batch);
    assert.equal(inspection.result().protocols.dns, batchRows);
  });
  it('keeps a hundred thousand names and counts the rest', () => {
    const names = new InspectionNames();
    for (let i = 0; i < 100_001; i++) names.add(`n${i}`);
    names.add('n0');
    assert.deepEqual([names.sorted().length, names.leftOut], [100_000, 1]);
  });
});
