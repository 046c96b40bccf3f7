/** What is derived from facts and rules: `device`, `judgement`, `destination`. */

import { z } from 'zod';
import { applications } from './application.ts';
import { envelope } from './envelope.ts';
import { address, addresses, choice, count, instant, json, mac, text, texts, truth, uint8, uint16 } from './field.ts';
import { confidences, hostStates } from './interval.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const deviceKind = defineKind({
  name: 'device',
  nature: 'derived',
  description: 'One machine on the link.',
  identity: ['mac'],
  schema: z.strictObject({
    mac: mac('Its MAC address.'),
    host: text('The host of the event log that runs on it; null when no log is known to belong to it.').nullable(),
    hostEvidence: text('What ties the log to this MAC address.').nullable(),
    hostNames: texts('Names that it called itself by, sorted.'),
    addresses: addresses('Addresses that it was seen to have, sorted.'),
    doubts: texts('What speaks against what is said here, each a sentence.'),
  }),
});
export type DeviceRecord = RecordOf<typeof deviceKind>;

export const judgementKind = defineKind({
  name: 'judgement',
  nature: 'derived',
  description: 'What one device exchanged with one far end in one UTC minute while it was in one state, split to the second.',
  identity: ['mac', 'minute', 'destination', 'peerAddress', 'state', 'intervalFrom', 'confidence'],
  schema: z.strictObject({
    mac: mac('The device: frames that it sent, or that were unicast to it.'),
    minute: instant('Start of the UTC minute.'),
    state: choice(hostStates, 'State of the host in these seconds.'),
    intervalFrom: instant('Start of the machine interval that says so; null where there is none.').nullable(),
    confidence: choice(confidences, 'Confidence of that interval.'),
    destination: text('The `destination` record that names the far end.'),
    peerAddress: address('Address of the far end; null where there is none.').nullable(),
    sentPackets: count('Packets that the device sent.'),
    sentOctets: count('Octets that the device sent.'),
    receivedPackets: count('Packets unicast to the device.'),
    receivedOctets: count('Octets unicast to the device.'),
    firstAt: instant('Start of the first second that counts here, or the time of the first packet where it falls into it.'),
    lastAt: instant('End of the last second that counts here, or the time of the last packet where it falls into it.'),
    contradiction: truth('The device sent although it was in a state in which a machine cannot send.'),
  }),
});
export type JudgementRecord = RecordOf<typeof judgementKind>;

export const nameProofs = ['resolved', 'ambiguous', 'claimed'] as const;
export type NameProof = (typeof nameProofs)[number];

export const destinationStatuses = ['explained', 'out-of-envelope', 'unexplained', 'suspicious'] as const;
export type DestinationStatus = (typeof destinationStatuses)[number];

export const destinationKind = defineKind({
  name: 'destination',
  nature: 'derived',
  description: 'What the far end of a flow is called, and whether and why traffic with it is explained.',
  identity: ['id'],
  schema: z.strictObject({
    id: text('Derived from the fields down to `direction`.'),
    name: text('Name of the far end; null when only its address is known.').nullable(),
    nameProof: choice(
      nameProofs,
      'How the name is known: tied to this address for this client by an answer; one of several names tied to it; only by SNI or Host.',
    ).nullable(),
    address: address('Address of the far end; null when a name stands for it.').nullable(),
    protocol: text('`tcp`, `udp`, `icmp`, `ipv6-icmp`, `igmp`, `arp`, or `ip-N` and `ethertype-0xNNNN` for others.'),
    port: uint16('Port of the service.').nullable(),
    icmpType: uint8('ICMP type.').nullable(),
    application: choice(applications, 'Application protocol, recognised by its octets.').nullable(),
    direction: choice(['outgoing', 'incoming'], '`incoming`: the far end began, and `port` is that of the device.'),
    scope: choice(['outside', 'inside'], 'By the defined networks, never guessed.'),
    cast: choice(['unicast', 'multicast', 'broadcast'], 'To whom it was addressed.'),
    roles: texts('What the network taught about this address: router, resolver.'),
    status: choice(destinationStatuses, 'Whether it is explained.'),
    reason: text('Why the traffic happens, or why it cannot be explained.').nullable(),
    rule: text('Id of the explanation.').nullable(),
    source: text('Where the explanation comes from.').nullable(),
    envelope: json(envelope, 'How much of it is normal for one host; null where nothing explains it.').nullable(),
  }),
});
export type DestinationRecord = RecordOf<typeof destinationKind>;
