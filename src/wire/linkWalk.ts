/**
 * Link headers on the frame path: Ethernet (`ethernet.ts`), 802.1Q and 802.1ad tags (IEEE 802.1Q-2018 §9), MPLS labels (RFC 3032),
 * LLC and SNAP (IEEE 802.2, RFC 1042), Linux cooked v1 and v2, BSD loopback (link types 113, 276, 0 and 108 of the pcap registry).
 */

import { uint8, uint16, uint32, uint32LittleEndian, uint48 } from '../base/octets.ts';
import { ethernetLength, etherType, longestLlc } from './ethernet.ts';
import { type HeaderBatch, layer, vlansKept } from './headerBatch.ts';
import { mark, proceed, reaches } from './walk.ts';

/** ARPHRD values (Linux if_arp.h) whose protocol field is no EtherType: radio headers, netlink and the like are left alone. */
const arpHardware = { ethernet: 1, loopback: 772, netlink: 824 } as const;
const smallestEtherType = 0x0600;

export function walkEthernet(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  if (!reaches(batch, row, 'ethernet', at, end, ethernetLength)) return false;
  const { octets } = batch;
  batch.destinationMac[row] = uint48(octets, at);
  batch.sourceMac[row] = uint48(octets, at + 6);
  mark(batch, row, layer.ethernet);
  return walkTypeOrLength(batch, row, uint16(octets, at + 12), at + ethernetLength, end);
}

/** A value up to 1500 is the length of an LLC frame; what lies behind it is padding. */
function walkTypeOrLength(batch: HeaderBatch, row: number, value: number, at: number, end: number): boolean {
  if (value > longestLlc) {
    batch.etherType[row] = value;
    return proceed(batch, row, at, end);
  }
  return walkLlc(batch, row, at, Math.min(end, at + value));
}

/** The OUI that Cisco bridges write before an EtherType, beside the zero of RFC 1042. */
const bridgedOui = 0x0000f8;
/** Service access point of IP itself (RFC 948 §2), behind it an unnumbered information frame. */
const ipAccessPoints = 0x0606;
const unnumberedInformation = 3;

/** LLC is counted; what goes on is IP by its own access point, and SNAP with an OUI that makes it an EtherType in other clothes (RFC 1042). */
export function walkLlc(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  batch.etherType[row] = 0;
  if (!reaches(batch, row, 'llc', at, end, 3)) return false;
  mark(batch, row, layer.llc);
  proceed(batch, row, at + 3, end);
  const { octets } = batch;
  if (uint8(octets, at + 2) !== unnumberedInformation) return false;
  if (uint16(octets, at) === ipAccessPoints) {
    batch.etherType[row] = etherType.ipv4;
    return true;
  }
  if (uint16(octets, at) !== 0xaaaa || end - at < 8) return false;
  const oui = (uint16(octets, at + 3) << 8) | uint8(octets, at + 5);
  if (oui !== 0 && oui !== bridgedOui) return false;
  batch.etherType[row] = uint16(octets, at + 6);
  return proceed(batch, row, at + 8, end);
}

export function isVlanTag(value: number): boolean {
  return value === etherType.vlan || value === etherType.serviceVlan || value === etherType.oldServiceVlan;
}

/** Any number of tags: each turn advances by four octets, so a frame bounds them. */
export function walkVlans(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const end = batch.payloadEnd[row] as number;
  let at = batch.payloadAt[row] as number;
  let value = batch.etherType[row] as number;
  let count = 0;
  while (isVlanTag(value)) {
    if (!reaches(batch, row, 'vlan', at, end, 4)) return false;
    mark(batch, row, layer.vlan);
    if (count < vlansKept) batch.vlans[row * vlansKept + count] = uint16(octets, at) & 0x0fff;
    count += 1;
    batch.vlanCount[row] = Math.min(count, 255);
    value = uint16(octets, at + 2);
    at += 4;
  }
  return walkTypeOrLength(batch, row, value, at, end);
}

/** Labels up to the bottom of the stack; behind it only IP is recognised, by its version (RFC 4928 §2). */
export function walkMpls(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const end = batch.payloadEnd[row] as number;
  let at = batch.payloadAt[row] as number;
  for (;;) {
    if (!reaches(batch, row, 'mpls', at, end, 4)) return false;
    mark(batch, row, layer.mpls);
    const isBottom = (uint8(octets, at + 2) & 1) !== 0;
    at += 4;
    if (isBottom) break;
  }
  proceed(batch, row, at, end);
  return walkByVersion(batch, row, at, end);
}

/** No link header says what comes: the first four bits do. Anything but IP is left alone. */
function walkByVersion(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  if (!reaches(batch, row, 'ip', at, end, 1)) return false;
  const version = uint8(batch.octets, at) >>> 4;
  if (version !== 4 && version !== 6) return false;
  batch.etherType[row] = version === 4 ? etherType.ipv4 : etherType.ipv6;
  return proceed(batch, row, at, end);
}

export function walkRawIp(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  mark(batch, row, layer.rawIp);
  proceed(batch, row, at, end);
  return walkByVersion(batch, row, at, end);
}

export function walkRawIpOf(batch: HeaderBatch, row: number, at: number, end: number, value: number): boolean {
  mark(batch, row, layer.rawIp);
  batch.etherType[row] = value;
  return proceed(batch, row, at, end);
}

/** The address family in the byte order of the capturing machine; 10 (Linux), 24, 28 and 30 (the BSDs and macOS) are IPv6. */
export function walkLoopback(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  if (!reaches(batch, row, 'loopback', at, end, 4)) return false;
  mark(batch, row, layer.loopback);
  proceed(batch, row, at + 4, end);
  const bigEndian = uint32(batch.octets, at);
  const family = bigEndian <= 0xffff ? bigEndian : uint32LittleEndian(batch.octets, at);
  switch (family) {
    case 2:
      batch.etherType[row] = etherType.ipv4;
      return true;
    case 10:
    case 24:
    case 28:
    case 30:
      batch.etherType[row] = etherType.ipv6;
      return true;
    default:
      // Some drivers write an EtherType where the family belongs; no family is that large.
      if (family < smallestEtherType || family > 0xffff) return false;
      batch.etherType[row] = family;
      return true;
  }
}

/** LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address, protocol. There is no destination address. */
export function walkLinuxCooked(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  if (!reaches(batch, row, 'linux-cooked', at, end, 16)) return false;
  const { octets } = batch;
  return walkCooked(batch, row, end, uint16(octets, at + 2), uint16(octets, at + 4), at + 6, uint16(octets, at + 14), at + 16);
}

/** LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD, packet type, address length, address. */
export function walkLinuxCooked2(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  if (!reaches(batch, row, 'linux-cooked', at, end, 20)) return false;
  const { octets } = batch;
  return walkCooked(batch, row, end, uint16(octets, at + 8), uint8(octets, at + 11), at + 12, uint16(octets, at), at + 20);
}

function walkCooked(
  batch: HeaderBatch,
  row: number,
  end: number,
  hardware: number,
  addressLength: number,
  addressAt: number,
  protocol: number,
  payloadAt: number,
): boolean {
  mark(batch, row, layer.linuxCooked);
  // The loopback interface says 6 octets of zero, which is nobody's address.
  if (addressLength === 6 && hardware === arpHardware.ethernet) batch.sourceMac[row] = uint48(batch.octets, addressAt);
  proceed(batch, row, payloadAt, end);
  if (hardware === arpHardware.netlink) return false;
  // 0x0004: an LLC frame follows (Linux ETH_P_802_2); other small values are not EtherTypes either.
  if (protocol === 0x0004) return walkLlc(batch, row, payloadAt, end);
  if (protocol < smallestEtherType) return false;
  batch.etherType[row] = protocol;
  return true;
}
