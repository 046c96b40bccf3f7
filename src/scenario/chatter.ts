/** What machines say on a LAN without being asked: SSDP searches, browser announcements, echo requests, ARP, IPv4 leases. */

import { addressFromIpv4, broadcastMac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import { arpOperation } from '../wire/arp.ts';
import { dhcpMessage, encodeDhcpv4 } from '../wire/dhcpv4.ts';
import { encodeIcmpv4Echo, icmpv4Type } from '../wire/icmpv4.ts';
import { ipProtocol } from '../wire/ipv4.ts';
import { browserCommand, encodeBrowserAnnouncement, netbiosDatagramPort } from '../wire/netbiosDatagram.ts';
import { encodeSsdpSearch, ssdpPort } from '../wire/ssdp.ts';
import type { Random } from './random.ts';
import { type Lan, Station } from './station.ts';
import type { Purpose, Receiver, Wiretap } from './wiretap.ts';

const ssdpGroup: Receiver = { mac: 0x01_00_5e_7f_ff_fa, address: 0xef_ff_ff_fa, timeToLive: 1 };
export const ssdpPurpose: Purpose = { scope: 'inside', peer: '239.255.255.250', protocol: 'udp', port: ssdpPort };
export const browserPurpose: Purpose = { scope: 'inside', peer: 'broadcast', protocol: 'udp', port: netbiosDatagramPort };
export const pingPurpose: Purpose = { scope: 'inside', peer: 'router', protocol: 'icmp', port: null };
const dhcpPurpose: Purpose = { scope: 'inside', peer: 'dhcp', protocol: 'udp', port: 67 };

const searchTargets = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:MediaRenderer:1',
  'urn:dial-multiscreen-org:service:dial:1',
  'upnp:rootdevice',
];

/** One search, repeated every three seconds as Windows does; `count` packets, all sent by `from`. */
export function ssdpSearch(tap: Wiretap, from: Station, at: Microseconds, count: number, random: Random): void {
  const port = from.nextPort();
  const search = encodeSsdpSearch({ host: '239.255.255.250:1900', target: random.pick(searchTargets) });
  for (let i = 0; i < count; i++) tap.udp(at + i * 3 * second + random.below(4000), from, ssdpGroup, [port, ssdpPort], search, ssdpPurpose);
}

/** One host announcement to the broadcast address of the subnet. */
export function announceToBrowsers(tap: Wiretap, lan: Lan, from: Station, at: Microseconds, random: Random): void {
  const announcement = encodeBrowserAnnouncement({
    command: browserCommand.hostAnnouncement,
    sourceName: from.name,
    sourceAddress: from.mapped,
    groupName: 'WORKGROUP',
    datagramId: random.below(0x1_0000),
  });
  const everybody = { mac: broadcastMac, address: lan.broadcast };
  tap.udp(at, from, everybody, [netbiosDatagramPort, netbiosDatagramPort], announcement, browserPurpose);
}

/** An echo request to the default router and its reply: two packets. */
export function pingRouter(tap: Wiretap, lan: Lan, from: Station, at: Microseconds, random: Random): void {
  const echo = { identifier: 1, sequence: random.below(0x1_0000) };
  const data = Uint8Array.from({ length: 32 }, (_, i) => 0x61 + (i % 23));
  tap.ipv4(at, from, lan.router, ipProtocol.icmp, encodeIcmpv4Echo({ type: icmpv4Type.echo, ...echo }, data), pingPurpose);
  const reply = encodeIcmpv4Echo({ type: icmpv4Type.echoReply, ...echo }, data);
  tap.ipv4(at + random.between(300, 2500), lan.router, from, ipProtocol.icmp, reply, pingPurpose);
}

const everybodyOnTheLink = { mac: broadcastMac, address: 0 };

/** `from` asks everybody who has `asked`, who answers when it is there. */
export function resolve(tap: Wiretap, from: Station, asked: Receiver, at: Microseconds, answering?: Station): void {
  tap.arp(at, from, everybodyOnTheLink, arpOperation.request, from.address, { mac: 0, address: asked.address });
  if (answering) tap.arp(at + 400, answering, from, arpOperation.reply, answering.address, from);
}

/** Probes for the own address, then announces it (RFC 5227 §2.1.1, §2.3). */
export function announceAddress(tap: Wiretap, from: Station, at: Microseconds): void {
  const own = { mac: 0, address: from.address };
  for (let i = 0; i < 3; i++) tap.arp(at + i * second, from, everybodyOnTheLink, arpOperation.request, 0, own);
  tap.arp(at + 3 * second, from, everybodyOnTheLink, arpOperation.request, from.address, own);
}

/** Eight days, what Windows Server gives: halfway through, a client renews, which lies after every story. */
const leaseSeconds = 691_200;

/** A lease: discovered when `fresh`, else only asked for again, as after a resume. Router and server are one machine. */
export function lease(tap: Wiretap, lan: Lan, client: Station, at: Microseconds, fresh: boolean, random: Random): Microseconds {
  const transaction = random.uint32();
  const unaddressed = new Station({ ...client, name: client.name, mac: client.mac, address: 0, timeToLive: 128 }, random.branch('dhcp'));
  const everybody = { mac: broadcastMac, address: 0xffff_ffff };
  const address = client.mapped;
  const asking = { operation: 1, transaction, clientMac: client.mac, hostName: client.name, vendorClass: 'MSFT 5.0' } as const;
  const answering = {
    operation: 2,
    transaction,
    clientMac: client.mac,
    yourAddress: address,
    leaseSeconds,
    subnetMask: lan.mask,
    routers: [lan.router.mapped],
    resolvers: [addressFromIpv4(lan.resolver.address)],
    serverIdentifier: lan.router.mapped,
  } as const;
  const ask = (messageType: number, time: Microseconds, fields: object) =>
    tap.udp(time, unaddressed, everybody, [68, 67], encodeDhcpv4({ ...asking, messageType, ...fields }), dhcpPurpose);
  const answer = (messageType: number, time: Microseconds) =>
    tap.udp(time, lan.router, client, [67, 68], encodeDhcpv4({ ...answering, messageType }), dhcpPurpose);
  let now = at;
  if (fresh) {
    ask(dhcpMessage.discover, now, { requestedAddress: address });
    now += random.between(2_000, 60_000);
    answer(dhcpMessage.offer, now);
    now += random.between(500, 3_000);
  }
  ask(dhcpMessage.request, now, { requestedAddress: address, ...(fresh ? { serverIdentifier: lan.router.mapped } : {}) });
  now += random.between(2_000, 60_000);
  answer(dhcpMessage.ack, now);
  return now;
}
