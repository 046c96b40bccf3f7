/** `flow`: what one conversation carried in one UTC minute. */

import { z } from 'zod';
import { applications } from './application.ts';
import { address, choice, count, instant, mac, text, uint8, uint8s, uint16, uint16s, uint32, uint32s } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const flowKind = defineKind({
  name: 'flow',
  nature: 'fact',
  description: 'One key (link, addresses, protocol, ports) in one UTC minute of one capture. Cut by packet time only.',
  identity: [
    'capture',
    'interface',
    'vlans',
    'sourceMac',
    'destinationMac',
    'etherType',
    'sourceAddress',
    'destinationAddress',
    'protocol',
    'sourcePort',
    'destinationPort',
    'icmpType',
    'icmpCode',
    'minute',
  ],
  schema: z.strictObject({
    capture: text('The capture that holds these frames.'),
    interface: uint16('Index of the interface in the capture.'),
    minute: instant('Start of the UTC minute.'),
    vlans: uint16s('VLAN identifiers, outermost first.'),
    sourceMac: mac('MAC address on the side of `source`; null where the link has none.').nullable(),
    destinationMac: mac('MAC address on the side of `destination`.').nullable(),
    etherType: uint16('EtherType; 0 for LLC.'),
    sourceAddress: address('Address of the side that began. For ARP: of the asker.').nullable(),
    destinationAddress: address('Address of the other side. For ARP: the address asked for.').nullable(),
    protocol: uint8('IP protocol number; null where there is no IP.').nullable(),
    sourcePort: uint16('Port on the side that began; null for protocols without ports.').nullable(),
    destinationPort: uint16('Port on the other side.').nullable(),
    icmpType: uint8('ICMP type; of an answered pair, the type of the request.').nullable(),
    icmpCode: uint8('ICMP code.').nullable(),
    begunBy: choice(['syn', 'first-packet'], 'How it is known which side began: a TCP SYN was seen, or only that its packet came first.'),
    firstAt: instant('Time of the first packet in this minute.'),
    lastAt: instant('Time of the last packet in this minute.'),
    sourcePackets: count('Packets sent by `source`.'),
    sourceOctets: count('Octets on the wire sent by `source`, link header included.'),
    destinationPackets: count('Packets sent by `destination`.'),
    destinationOctets: count('Octets on the wire sent by `destination`, link header included.'),
    sourceTcpFlags: uint8('OR of the TCP flags sent by `source`.').nullable(),
    destinationTcpFlags: uint8('OR of the TCP flags sent by `destination`.').nullable(),
    application: choice(applications, 'Application protocol, recognised by its octets.').nullable(),
    serverName: text('Name that the client asked for in this minute: TLS SNI or HTTP Host.').nullable(),
    serverNameEvidence: choice(['tls-sni', 'http-host'], 'Where `serverName` was seen.').nullable(),
    seconds: uint8s('Seconds of the minute that carried packets, ascending; the next four lists run in parallel.'),
    sourcePacketsBySecond: uint32s('Packets sent by `source` in each of `seconds`.'),
    sourceOctetsBySecond: uint32s('Octets sent by `source` in each of `seconds`.'),
    destinationPacketsBySecond: uint32s('Packets sent by `destination` in each of `seconds`.'),
    destinationOctetsBySecond: uint32s('Octets sent by `destination` in each of `seconds`.'),
    faults: uint32('Packets of this flow in which a layer could not be read to its end.'),
  }),
});
export type FlowRecord = RecordOf<typeof flowKind>;
