/** What the wire teaches about names, addresses and the network itself: `name`, `binding`, `network`. */

import { z } from 'zod';
import { hour, type Microseconds } from '../base/time.ts';
import { address, choice, count, instant, mac, text, uint8 } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const nameKind = defineKind({
  name: 'name',
  nature: 'fact',
  description: 'A client learnt that a name has an address.',
  identity: ['capture', 'frame', 'clientMac', 'name', 'address'],
  schema: z.strictObject({
    capture: text('The capture that holds the answer.'),
    frame: count('Position of the answering frame in its capture, from 1.'),
    clientMac: mac('The host that was answered; null where the link has no MAC addresses.').nullable(),
    clientAddress: address('Its address.'),
    name: text('The name that was asked for: lower case, without a trailing dot.'),
    address: address('The address that it was given.'),
    from: instant('Time of the answer.'),
    until: instant('Time of the answer plus the smallest TTL on the way.'),
    evidence: choice(['dns', 'mdns', 'llmnr', 'nbns', 'https-record'], 'What kind of answer it was.'),
    server: address('Who answered.'),
  }),
});
export type NameRecord = RecordOf<typeof nameKind>;

/** Programs keep an address beyond its TTL, and some TTLs are absurd: an answer is believed for its TTL, at most a day, and a day more. */
export const nameMemory: Microseconds = 24 * hour;

/** The end of the time in which a name can still be what a client used. */
export function usableUntil(record: Pick<NameRecord, 'from' | 'until'>): Microseconds {
  return Math.min(record.until, record.from + nameMemory) + nameMemory;
}

export const bindingKind = defineKind({
  name: 'binding',
  nature: 'fact',
  description: 'A MAC address was seen to have an IP address or a host name. Written at most once for each UTC hour and evidence.',
  identity: ['capture', 'frame', 'mac', 'address', 'hostName', 'evidence'],
  schema: z.strictObject({
    capture: text('The capture in which it was seen.'),
    frame: count('Position of the frame in its capture, from 1.'),
    mac: mac('The machine.'),
    address: address('An address that it has.').nullable(),
    hostName: text('A name that it calls itself by: as written, without a trailing dot.').nullable(),
    from: instant('When it was seen.'),
    until: instant('How long it is promised to hold (a lease); null when nothing was promised.').nullable(),
    evidence: choice(
      ['arp', 'ndp', 'dhcp', 'dhcpv6', 'nbns', 'netbios-datagram', 'mdns', 'llmnr', 'configuration', 'log'],
      'What showed it.',
    ),
  }),
});
export type BindingRecord = RecordOf<typeof bindingKind>;

export const networkKind = defineKind({
  name: 'network',
  nature: 'fact',
  description:
    'A router or DHCP server taught what belongs to this network: a prefix, a router, a resolver. Once for each UTC hour and evidence.',
  identity: ['capture', 'frame', 'what', 'address', 'prefixLength'],
  schema: z.strictObject({
    capture: text('The capture in which it was seen.'),
    frame: count('Position of the frame in its capture, from 1.'),
    what: choice(['prefix', 'router', 'resolver'], 'What was taught.'),
    address: address('The prefix, or the address of the router or resolver.'),
    prefixLength: uint8('Of a prefix: its length over 128 bits (an IPv4 /24 is 120).').nullable(),
    from: instant('When it was seen.'),
    until: instant('How long it was promised to hold; null when nothing was promised.').nullable(),
    evidence: choice(['router-advertisement', 'dhcp', 'dhcpv6', 'configuration'], 'Who taught it.'),
    toldBy: mac('The machine that said so.').nullable(),
  }),
});
export type NetworkRecord = RecordOf<typeof networkKind>;
