/** Crafted messages that lead a careless decoder in circles, out of bounds, or into endless work. */

import type { Region } from '../../src/base/octets.ts';
import { readDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { readDhcpv6 } from '../../src/wire/dhcpv6.ts';
import { readDns } from '../../src/wire/dns.ts';
import { readDnsOverTcp } from '../../src/wire/dnsOverTcp.ts';
import { icmpv6Type } from '../../src/wire/icmpv6.ts';
import { readIgmp } from '../../src/wire/igmp.ts';
import { eachIpv4Option } from '../../src/wire/ipv4Options.ts';
import { readIpv6Chain } from '../../src/wire/ipv6Extension.ts';
import { readMld } from '../../src/wire/mld.ts';
import { readNbns } from '../../src/wire/nbns.ts';
import { readNdp } from '../../src/wire/ndp.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { readClientHello } from '../../src/wire/tls.ts';
import { hex } from '../wire/hostility.ts';

export interface Trap {
  readonly sentence: string;
  readonly octets: Uint8Array;
  readonly read: (region: Region) => unknown;
  /** `accepted`, `other protocol`, or the kind of the fault. */
  readonly expected: string;
}

const zeroes = (count: number) => new Uint8Array(count);
const header = (flags: string, questions: number, answers: number) =>
  hex(`0007 ${flags} ${questions.toString(16).padStart(4, '0')} ${answers.toString(16).padStart(4, '0')} 0000 0000`);
/** Each of 127 labels points one step back: a chain as long as backward pointers can be. */
const staircase = concatenate(
  hex('00'),
  ...Array.from({ length: 4000 }, (_, i) => hex(`c0${(12 + Math.max(0, 2 * i - 1)).toString(16).slice(-2).padStart(2, '0')}`)),
);

function options(octets: string): Trap['octets'] {
  const area = hex(octets);
  return concatenate(Uint8Array.of(0x40 | ((20 + area.length) / 4)), zeroes(19), area);
}
const walkOptions = ({ octets, at }: Region) => eachIpv4Option(octets, at, () => {}) ?? 'walked';
const chainOf = (nextHeader: number) => (region: Region) => readIpv6Chain(region, nextHeader);
const ndpOf = (type: number) => (region: Region) => readNdp(region, type);
/** A relay message whose option 9 holds another relay message, `depth` deep. */
function nestedRelays(depth: number): Uint8Array {
  let message: Uint8Array = hex('07000001');
  for (let i = 0; i < depth; i++)
    message = concatenate(Uint8Array.of(12, i), zeroes(32), Uint8Array.of(0, 9, message.length >>> 8, message.length & 255), message);
  return message;
}

export const traps: readonly Trap[] = [
  {
    sentence: 'dns: a pointer to itself is a loop',
    octets: concatenate(header('0100', 1, 0), hex('c00c 0001 0001')),
    read: readDns,
    expected: 'loop',
  },
  {
    sentence: 'dns: two pointers to each other are a loop',
    octets: concatenate(header('0100', 1, 0), hex('c00e c00c 0001 0001')),
    read: readDns,
    expected: 'loop',
  },
  {
    sentence: 'dns: a pointer forwards is refused',
    octets: concatenate(header('0100', 1, 0), hex('c020'), zeroes(40)),
    read: readDns,
    expected: 'loop',
  },
  {
    sentence: 'dns: a label that points into itself is a loop',
    octets: concatenate(header('0100', 1, 0), hex('0161 c00c 0001 0001')),
    read: readDns,
    expected: 'loop',
  },
  {
    sentence: 'dns: a label type that was never defined is refused',
    octets: concatenate(header('0100', 1, 0), hex('4161 00 0001 0001')),
    read: readDns,
    expected: 'malformed',
  },
  {
    sentence: 'dns: a name of more than 255 octets is refused',
    octets: concatenate(header('0100', 1, 0), ...Array.from({ length: 5 }, () => concatenate(Uint8Array.of(63), zeroes(63))), zeroes(5)),
    read: readDns,
    expected: 'malformed',
  },
  {
    sentence: 'dns: counts of 65535 with nothing behind them end at the octets',
    octets: header('8180', 65535, 65535),
    read: readDns,
    expected: 'truncated',
  },
  {
    sentence: 'dns: a long staircase of pointers ends',
    octets: concatenate(header('0100', 65535, 65535), staircase),
    read: readDns,
    expected: 'accepted',
  },
  {
    sentence: 'dns: a record whose data ends behind the message keeps the question',
    octets: concatenate(header('8180', 1, 1), hex('0161 00 0001 0001 c00c 0001 0001 00000001 ffff 01')),
    read: readDns,
    expected: 'accepted',
  },
  { sentence: 'dns over tcp: lengths of zero end', octets: zeroes(2000), read: readDnsOverTcp, expected: 'overrun' },
  {
    sentence: 'nbns: a pointer to itself is a loop',
    octets: concatenate(header('0110', 1, 0), hex('c00c 0020 0001')),
    read: readNbns,
    expected: 'loop',
  },
  { sentence: 'ipv4: an option of length zero is refused', octets: options('9400 0000'), read: walkOptions, expected: 'malformed' },
  { sentence: 'ipv4: an option of length one is refused', octets: options('9401 0000'), read: walkOptions, expected: 'malformed' },
  { sentence: 'ipv4: an option beyond the header is refused', octets: options('9405 0000'), read: walkOptions, expected: 'malformed' },
  {
    sentence: 'ipv4: an option without room for its length is refused',
    octets: options('0101 0194'),
    read: walkOptions,
    expected: 'malformed',
  },
  { sentence: 'ipv4: forty No Operations are walked', octets: options('01'.repeat(40)), read: walkOptions, expected: 'accepted' },
  {
    sentence: 'ipv6: a chain of a hundred destination options is a loop',
    octets: concatenate(...Array.from({ length: 100 }, () => hex('3c00 0104 0000 0000'))),
    read: chainOf(60),
    expected: 'loop',
  },
  {
    sentence: 'ipv6: an extension header longer than the packet is refused',
    octets: hex('11ff 0104 0000 0000'),
    read: chainOf(0),
    expected: 'truncated',
  },
  {
    sentence: 'ipv6: an AH of length zero still advances',
    octets: concatenate(...Array.from({ length: 100 }, () => hex('3300 0000 0000 0000'))),
    read: chainOf(51),
    expected: 'loop',
  },
  {
    sentence: 'ndp: an option of length zero condemns the message',
    octets: concatenate(zeroes(4), Uint8Array.of(0xfe), zeroes(15), hex('0100 0000 0000 0000')),
    read: ndpOf(icmpv6Type.neighborSolicitation),
    expected: 'malformed',
  },
  {
    sentence: 'ndp: a multicast target is refused',
    octets: concatenate(zeroes(4), Uint8Array.of(0xff), zeroes(15)),
    read: ndpOf(icmpv6Type.neighborSolicitation),
    expected: 'malformed',
  },
  {
    sentence: 'ndp: a prefix of 129 bits is refused',
    octets: concatenate(zeroes(12), hex('0304 81c0'), zeroes(28)),
    read: ndpOf(icmpv6Type.routerAdvertisement),
    expected: 'malformed',
  },
  {
    sentence: 'mld: 65535 records with nothing behind them end at the octets',
    octets: hex('0000 ffff'),
    read: (region) => readMld(region, icmpv6Type.listenerReportV2),
    expected: 'truncated',
  },
  {
    sentence: 'igmp: 65535 records with nothing behind them end at the octets',
    octets: hex('2200 0000 0000 ffff'),
    read: readIgmp,
    expected: 'truncated',
  },
  {
    sentence: 'dhcp: options that never end are read to the end of the octets',
    octets: concatenate(hex('01010600'), zeroes(232), hex('63825363'), zeroes(5000)),
    read: readDhcpv4,
    expected: 'accepted',
  },
  { sentence: 'dhcpv6: eight nested relays are followed', octets: nestedRelays(8), read: readDhcpv6, expected: 'accepted' },
  { sentence: 'dhcpv6: nine nested relays are one too many', octets: nestedRelays(9), read: readDhcpv6, expected: 'loop' },
  {
    sentence: 'tls: records of one octet each are joined',
    octets: concatenate(...Array.from(hex('01000029 0303'.concat('00'.repeat(39))), (octet) => Uint8Array.of(22, 3, 1, 0, 1, octet))),
    read: readClientHello,
    expected: 'accepted',
  },
  {
    sentence: 'tls: a hello of sixteen megabytes is refused',
    octets: concatenate(hex('160301 4000 01ffffff 0303'), zeroes(64)),
    read: readClientHello,
    expected: 'malformed',
  },
  {
    sentence: 'tls: extensions of length zero end',
    octets: concatenate(hex('160301 00a3 0100009f 0303'), zeroes(32), hex('00 0002 1301 01 00 0074'), zeroes(116)),
    read: readClientHello,
    expected: 'accepted',
  },
  {
    sentence: 'tls: an extension cut by the message itself is no reason to wait for more',
    octets: concatenate(hex('160301 00a2 0100009e 0303'), zeroes(32), hex('00 0002 1301 01 00 0073'), zeroes(115)),
    read: readClientHello,
    expected: 'overrun',
  },
  {
    sentence: 'dns over tcp: a message cut by its own length is no reason to wait for more',
    octets: concatenate(hex('000e'), header('0100', 1, 0), hex('0161')),
    read: readDnsOverTcp,
    expected: 'overrun',
  },
];
