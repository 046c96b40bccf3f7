/** One valid message of every protocol, made by the encoders, with its reader: the inputs of the tables that run over all decoders. */

import { addressFromIpv4, makePrefix, parseAddress } from '../../src/base/address.ts';
import { Fault, type Region } from '../../src/base/octets.ts';
import { arpOperation, encodeArp, readArp } from '../../src/wire/arp.ts';
import { dhcpMessage, encodeDhcpv4, readDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { dhcpv6Message, encodeDhcpv6, readDhcpv6 } from '../../src/wire/dhcpv6.ts';
import { encodeDnsQuery, encodeDnsResponse, readDns } from '../../src/wire/dns.ts';
import { encodeDnsOverTcp, readDnsOverTcp } from '../../src/wire/dnsOverTcp.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { encodeEapIdentity, encodeEapolStart, readEapol } from '../../src/wire/eapol.ts';
import { encodeEthernet, etherType, readEthernet } from '../../src/wire/ethernet.ts';
import { encodeHttpRequest, encodeHttpResponse, readHttpRequest, readHttpRequests, readHttpResponse } from '../../src/wire/http.ts';
import { readIcmpQuote } from '../../src/wire/icmpQuote.ts';
import { encodeIcmpv4Echo, encodeIcmpv4Error, icmpv4Type, readIcmpEcho, readIcmpv4 } from '../../src/wire/icmpv4.ts';
import { encodeIcmpv6Echo, encodeIcmpv6Error, icmpv6Type, readIcmpv6 } from '../../src/wire/icmpv6.ts';
import { encodeIgmp, igmpType, readIgmp } from '../../src/wire/igmp.ts';
import { encodeIpv4, ipProtocol, readIpv4 } from '../../src/wire/ipv4.ts';
import { eachIpv4Option, hasIpv4Options } from '../../src/wire/ipv4Options.ts';
import { encodeIpv6, readIpv6 } from '../../src/wire/ipv6.ts';
import { encodeIpv6Fragment, encodeIpv6Options, extension, readIpv6Chain } from '../../src/wire/ipv6Extension.ts';
import { encodeKerberosError, readKerberosError, readKerberosErrorOverTcp } from '../../src/wire/kerberos.ts';
import { encodeLldp, readLldp } from '../../src/wire/lldp.ts';
import { encodeMldReport, readMld } from '../../src/wire/mld.ts';
import { encodeNbnsQuery, encodeNbnsRegistration, encodeNbnsResponse, readNbns } from '../../src/wire/nbns.ts';
import {
  encodeNeighborAdvertisement,
  encodeNeighborSolicitation,
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
  readNdp,
} from '../../src/wire/ndp.ts';
import { browserCommand, encodeBrowserAnnouncement, readNetbiosDatagram } from '../../src/wire/netbiosDatagram.ts';
import { readNetbiosName } from '../../src/wire/netbiosName.ts';
import { encodeNtp, ntpMode, readNtp } from '../../src/wire/ntp.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { encodeSmbNegotiation, readSmbNegotiation } from '../../src/wire/smb2.ts';
import { encodeSsdpNotify, encodeSsdpResponse, encodeSsdpSearch, readSsdp } from '../../src/wire/ssdp.ts';
import { encodeTcp, readTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeClientHello, readClientHello } from '../../src/wire/tls.ts';
import { encodeUdp, readUdp } from '../../src/wire/udp.ts';
import { ascii, hex } from './hostility.ts';

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`unreachable: ${text} is no address`);
  return parsed;
};
const macA = 0x0200_0000_0001;
const macB = 0x0200_0000_0002;
const wordA = 0xc0a8_0001;
const wordB = 0xc0a8_0002;
const a4 = addressFromIpv4(wordA);
const b4 = addressFromIpv4(wordB);
const a6 = address('fe80::1');
const b6 = address('fe80::2');
const allNodes = address('ff02::1');

export interface Sample {
  readonly name: string;
  readonly read: (region: Region) => unknown;
  /** What `read` is given. */
  readonly octets: Uint8Array;
  /** A whole Ethernet frame with the message in it, where that makes sense. */
  readonly frame?: Uint8Array;
  /** The innermost protocol that tshark names in that frame. */
  readonly tshark?: string;
}

const ethernet = (type: number, payload: Uint8Array) =>
  encodeEthernet({ destinationMac: macB, sourceMac: macA, etherType: type, pad: false }, payload);
const overIpv4 = (protocol: number, payload: Uint8Array) =>
  ethernet(etherType.ipv4, encodeIpv4({ source: wordA, destination: wordB, protocol }, payload));
const overIpv6 = (nextHeader: number, payload: Uint8Array, destination = b6, hopLimit = 255) =>
  ethernet(etherType.ipv6, encodeIpv6({ source: a6, destination, nextHeader, hopLimit }, payload));
const udp4 = (sourcePort: number, destinationPort: number, payload: Uint8Array) =>
  overIpv4(ipProtocol.udp, encodeUdp({ source: a4, destination: b4, sourcePort, destinationPort }, payload));
const udp6 = (sourcePort: number, destinationPort: number, payload: Uint8Array) =>
  overIpv6(ipProtocol.udp, encodeUdp({ source: a6, destination: b6, sourcePort, destinationPort }, payload));
const tcpSegment = (destinationPort: number, payload: Uint8Array) =>
  encodeTcp(
    { source: a4, destination: b4, sourcePort: 50000, destinationPort, sequence: 1, acknowledgement: 1, flags: tcpFlag.psh | tcpFlag.ack },
    payload,
  );
const tcp4 = (destinationPort: number, payload: Uint8Array) => overIpv4(ipProtocol.tcp, tcpSegment(destinationPort, payload));

const udpDatagram = encodeUdp({ source: a4, destination: b4, sourcePort: 1, destinationPort: 2 }, ascii('hello'));
const ipv4Packet = encodeIpv4(
  { source: wordA, destination: wordB, protocol: ipProtocol.udp, options: Uint8Array.of(148, 4, 0, 0) },
  udpDatagram,
);
const ipv6Packet = encodeIpv6(
  { source: a6, destination: b6, nextHeader: ipProtocol.udp },
  encodeUdp({ source: a6, destination: b6, sourcePort: 1, destinationPort: 2 }, ascii('hi')),
);
const chain = concatenate(
  encodeIpv6Options(extension.destinationOptions, Uint8Array.of(5, 2, 0, 0)),
  encodeIpv6Options(extension.fragment, new Uint8Array(0)),
  encodeIpv6Fragment({ nextHeader: ipProtocol.udp, offset: 0, moreFragments: false, identification: 7 }),
  encodeUdp({ source: a6, destination: b6, sourcePort: 1, destinationPort: 2 }, ascii('12345678')),
);
const between = { source: a6, destination: b6 };
const toAll = { source: a6, destination: allNodes };
const advertisement = encodeRouterAdvertisement({
  ...toAll,
  routerLifetimeSeconds: 1800,
  sourceLinkLayer: macA,
  mtu: 1500,
  prefixes: [
    {
      prefix: makePrefix(address('2001:db8::'), 64),
      onLink: true,
      autonomous: true,
      validLifetimeSeconds: 86400,
      preferredLifetimeSeconds: 14400,
    },
  ],
  resolvers: [address('2001:db8::53')],
});
const solicitation = encodeNeighborSolicitation({ ...between, target: b6, sourceLinkLayer: macA, nonce: '010203040506' });
const neighbor = encodeNeighborAdvertisement({ ...between, target: a6, solicited: true, override: true, targetLinkLayer: macA });
const routerSolicitation = encodeRouterSolicitation({ ...between, sourceLinkLayer: macA });
const listenerReport = encodeMldReport({ ...between, groups: [address('ff02::1:ff00:1')] });
const unreachable4 = encodeIcmpv4Error(icmpv4Type.unreachable, 3, ipv4Packet);
const unreachable6 = encodeIcmpv6Error(between, icmpv6Type.unreachable, 4, ipv6Packet);
const question = encodeDnsQuery({ id: 7, name: 'www.example.com', type: dnsType.a });
const answer = encodeDnsResponse({
  id: 7,
  questions: [{ name: 'www.example.com', type: dnsType.a }],
  answers: [
    { name: 'www.example.com', ttlSeconds: 60, target: 'cdn.example.net' },
    { name: 'cdn.example.net', ttlSeconds: 30, address: address('192.0.2.1') },
    { name: 'cdn.example.net', ttlSeconds: 30, address: address('2001:db8::1') },
  ],
});
const multicastAnswer = encodeDnsResponse({
  id: 0,
  questions: [],
  answers: [
    { name: '_http._tcp.local', ttlSeconds: 120, type: dnsType.ptr, target: 'box._http._tcp.local' },
    { name: 'box._http._tcp.local', ttlSeconds: 120, type: dnsType.srv, target: 'box.local', cacheFlush: true },
  ],
  authoritative: true,
  recursionAvailable: false,
});
const lease = encodeDhcpv4({
  operation: 2,
  messageType: dhcpMessage.ack,
  transaction: 9,
  clientMac: macA,
  yourAddress: a4,
  leaseSeconds: 3600,
  subnetMask: 0xffff_ff00,
  routers: [b4],
  resolvers: [b4],
  hostName: 'box',
  domainName: 'example.com',
  vendorClass: 'MSFT 5.0',
  serverIdentifier: b4,
});
const lease6 = encodeDhcpv6({
  messageType: dhcpv6Message.reply,
  transaction: 9,
  clientMac: macA,
  addresses: [{ address: address('2001:db8::7'), validLifetimeSeconds: 3600 }],
  resolvers: [address('2001:db8::53')],
  fullName: 'box.example.com',
});
const hello = encodeClientHello({ serverName: 'www.example.com', applicationProtocols: ['h2', 'http/1.1'] });
const request = encodeHttpRequest({ target: '/', host: 'www.example.com:80', userAgent: 'test' });
const response = encodeHttpResponse({ status: 200, server: 'test', contentType: 'text/plain', body: ascii('hello') });
const search = encodeSsdpSearch({ host: '239.255.255.250:1900', target: 'ssdp:all', userAgent: 'test' });
const device = { target: 'upnp:rootdevice', uniqueServiceName: 'uuid:1::upnp:rootdevice', location: 'http://192.168.0.1/d.xml' };
const notify = encodeSsdpNotify({ host: '239.255.255.250:1900', ...device });
const found = encodeSsdpResponse(device);
const announcement = encodeBrowserAnnouncement({
  command: browserCommand.hostAnnouncement,
  sourceName: 'BOX',
  sourceAddress: a4,
  groupName: 'WORKGROUP',
  comment: 'a box',
});
const nbnsQuery = encodeNbnsQuery({ id: 3, name: 'BOX', suffix: 0x20 });
const claim = { id: 3, name: 'BOX', suffix: 0, address: a4, ttlSeconds: 300000 };
const time = encodeNtp({ mode: ntpMode.client, transmittedAtUs: 1_600_000_000_123_456 });
const kerberosError = encodeKerberosError({ errorCode: 37, serverTimeUs: 1_600_000_000_123_456, clientTimeUs: 1_600_000_400_000_000 });
const kerberosOverTcp = Uint8Array.of(0, 0, 0, kerberosError.length, ...kerberosError);
const negotiation = encodeSmbNegotiation({ dialect: 0x0311, systemTimeUs: 1_600_000_000_123_456 });
const lldp = encodeLldp({ chassisMac: macA, port: 'Gi1/0/1', timeToLiveSeconds: 120, systemName: 'switch1' });
const report = encodeIgmp(igmpType.reportV2, address('239.255.255.250'));
const body = (message: Uint8Array) => message.slice(4);
const echo4 = encodeIcmpv4Echo({ type: icmpv4Type.echo, identifier: 1, sequence: 2 }, ascii('abcdefgh'));
const echo6 = encodeIcmpv6Echo({ ...between, type: icmpv6Type.echo, identifier: 1, sequence: 2 }, ascii('abcdefgh'));
const icmp6 = ipProtocol.icmpv6;

/** A target and a destination, then the target's link-layer address (RFC 4861 §4.5). */
const redirect = hex('00000000 fe800000000000000000000000000001 20010db8000000000000000000000001 0201 020000000001');

/** Types of the options of a header, or the fault that ended the walk. */
function readOptions(region: Region): unknown {
  const header = readIpv4(region);
  if (header === undefined || header instanceof Fault) return header;
  const types: number[] = [];
  if (!hasIpv4Options(region.octets, region.at)) return types;
  return eachIpv4Option(region.octets, region.at, (type) => types.push(type)) ?? types;
}

export const samples: readonly Sample[] = [
  { name: 'ipv4 options', read: readOptions, octets: ipv4Packet },
  { name: 'redirect', read: (region) => readNdp(region, icmpv6Type.redirect), octets: redirect },
  { name: 'ethernet', read: readEthernet, octets: ethernet(0x88b5, ascii('local experiment')) },
  {
    name: 'arp',
    read: readArp,
    octets: encodeArp({ operation: arpOperation.request, senderMac: macA, senderAddress: wordA, targetMac: 0, targetAddress: wordB }),
    frame: ethernet(
      etherType.arp,
      encodeArp({ operation: arpOperation.request, senderMac: macA, senderAddress: wordA, targetMac: 0, targetAddress: wordB }),
    ),
    tshark: 'arp',
  },
  { name: 'ipv4', read: readIpv4, octets: ipv4Packet, frame: ethernet(etherType.ipv4, ipv4Packet), tshark: 'data' },
  { name: 'ipv6', read: readIpv6, octets: ipv6Packet, frame: ethernet(etherType.ipv6, ipv6Packet), tshark: 'data' },
  {
    name: 'ipv6 extensions',
    read: (region) => readIpv6Chain(region, extension.hopByHop),
    octets: chain,
    frame: overIpv6(extension.hopByHop, chain),
    tshark: 'data',
  },
  { name: 'udp', read: readUdp, octets: udpDatagram, frame: overIpv4(ipProtocol.udp, udpDatagram), tshark: 'data' },
  { name: 'tcp', read: readTcp, octets: tcpSegment(9, ascii('x')), frame: tcp4(9, ascii('x')), tshark: 'data' },
  { name: 'icmp', read: readIcmpv4, octets: echo4, frame: overIpv4(ipProtocol.icmp, echo4), tshark: 'data' },
  { name: 'icmp echo', read: readIcmpEcho, octets: body(echo4) },
  {
    name: 'icmp quote',
    read: (region) => readIcmpQuote(region, 4, icmpv4Type.unreachable),
    octets: body(unreachable4),
    frame: overIpv4(ipProtocol.icmp, unreachable4),
    tshark: 'data',
  },
  { name: 'icmpv6', read: (region) => readIcmpv6(region, a6, b6), octets: echo6, frame: overIpv6(icmp6, echo6), tshark: 'data' },
  {
    name: 'icmpv6 quote',
    read: (region) => readIcmpQuote(region, 6, icmpv6Type.unreachable),
    octets: body(unreachable6),
    frame: overIpv6(icmp6, unreachable6),
    tshark: 'data',
  },
  {
    name: 'router solicitation',
    read: (region) => readNdp(region, icmpv6Type.routerSolicitation),
    octets: body(routerSolicitation),
    frame: overIpv6(icmp6, routerSolicitation),
    tshark: 'icmpv6',
  },
  {
    name: 'router advertisement',
    read: (region) => readNdp(region, icmpv6Type.routerAdvertisement),
    octets: body(advertisement),
    frame: overIpv6(icmp6, advertisement, allNodes),
    tshark: 'icmpv6',
  },
  {
    name: 'neighbor solicitation',
    read: (region) => readNdp(region, icmpv6Type.neighborSolicitation),
    octets: body(solicitation),
    frame: overIpv6(icmp6, solicitation),
    tshark: 'icmpv6',
  },
  {
    name: 'neighbor advertisement',
    read: (region) => readNdp(region, icmpv6Type.neighborAdvertisement),
    octets: body(neighbor),
    frame: overIpv6(icmp6, neighbor),
    tshark: 'icmpv6',
  },
  {
    name: 'mld',
    read: (region) => readMld(region, icmpv6Type.listenerReportV2),
    octets: body(listenerReport),
    frame: overIpv6(icmp6, listenerReport, b6, 1),
    tshark: 'icmpv6',
  },
  { name: 'igmp', read: readIgmp, octets: report, frame: overIpv4(ipProtocol.igmp, report), tshark: 'igmp' },
  { name: 'dns query', read: readDns, octets: question, frame: udp4(50000, 53, question), tshark: 'dns' },
  { name: 'dns response', read: readDns, octets: answer, frame: udp4(53, 50000, answer), tshark: 'dns' },
  { name: 'mdns', read: readDns, octets: multicastAnswer, frame: udp4(5353, 5353, multicastAnswer), tshark: 'mdns' },
  {
    name: 'llmnr',
    read: readDns,
    octets: question,
    frame: udp6(50000, 5355, encodeDnsQuery({ id: 1, name: 'box', type: dnsType.aaaa, recursionDesired: false })),
    tshark: 'llmnr',
  },
  {
    name: 'dns over tcp',
    read: readDnsOverTcp,
    octets: encodeDnsOverTcp(answer),
    frame: tcp4(53, encodeDnsOverTcp(question)),
    tshark: 'dns',
  },
  { name: 'dhcp', read: readDhcpv4, octets: lease, frame: udp4(67, 68, lease), tshark: 'dhcp' },
  { name: 'dhcpv6', read: readDhcpv6, octets: lease6, frame: udp6(547, 546, lease6), tshark: 'dhcpv6' },
  { name: 'tls ClientHello', read: readClientHello, octets: hello, frame: tcp4(443, hello), tshark: 'tls' },
  { name: 'http request', read: readHttpRequest, octets: request, frame: tcp4(80, request), tshark: 'http' },
  { name: 'http requests', read: readHttpRequests, octets: concatenate(request, request) },
  { name: 'http response', read: readHttpResponse, octets: response, frame: tcp4(80, response), tshark: 'data-text-lines' },
  { name: 'ssdp search', read: readSsdp, octets: search, frame: udp4(50000, 1900, search), tshark: 'ssdp' },
  { name: 'ssdp notify', read: readSsdp, octets: notify, frame: udp4(50000, 1900, notify), tshark: 'ssdp' },
  { name: 'ssdp response', read: readSsdp, octets: found, frame: udp4(1900, 50000, found), tshark: 'ssdp' },
  { name: 'netbios name', read: readNetbiosName, octets: announcement.slice(14, 48) },
  { name: 'browser announcement', read: readNetbiosDatagram, octets: announcement, frame: udp4(138, 138, announcement), tshark: 'browser' },
  { name: 'nbns query', read: readNbns, octets: nbnsQuery, frame: udp4(137, 137, nbnsQuery), tshark: 'nbns' },
  {
    name: 'nbns response',
    read: readNbns,
    octets: encodeNbnsResponse(claim),
    frame: udp4(137, 137, encodeNbnsResponse(claim)),
    tshark: 'nbns',
  },
  {
    name: 'nbns registration',
    read: readNbns,
    octets: encodeNbnsRegistration(claim),
    frame: udp4(137, 137, encodeNbnsRegistration(claim)),
    tshark: 'nbns',
  },
  { name: 'ntp', read: readNtp, octets: time, frame: udp4(123, 123, time), tshark: 'ntp' },
  { name: 'krb-error', read: readKerberosError, octets: kerberosError, frame: udp4(88, 50000, kerberosError), tshark: 'kerberos' },
  {
    name: 'krb-error over tcp',
    read: readKerberosErrorOverTcp,
    octets: kerberosOverTcp,
    frame: tcp4(88, kerberosOverTcp),
    tshark: 'kerberos',
  },
  { name: 'smb2 negotiation', read: readSmbNegotiation, octets: negotiation, frame: tcp4(445, negotiation), tshark: 'smb2' },
  { name: 'lldp', read: readLldp, octets: lldp, frame: ethernet(etherType.lldp, lldp), tshark: 'lldp' },
  {
    name: 'eapol',
    read: readEapol,
    octets: encodeEapIdentity('anonymous'),
    frame: ethernet(etherType.eapol, encodeEapIdentity('anonymous')),
    tshark: 'eapol',
  },
  {
    name: 'eapol start',
    read: readEapol,
    octets: encodeEapolStart(),
    frame: ethernet(etherType.eapol, encodeEapolStart()),
    tshark: 'eapol',
  },
];
