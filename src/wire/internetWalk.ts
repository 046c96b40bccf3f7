/** Network headers on the frame path: ARP, IPv4, IPv6 with its extension headers. The rules stand in `arp.ts`, `ipv4.ts`, `ipv6.ts`. */

import { uint8, uint16, uint32 } from '../base/octets.ts';
import { arpAt, arpLength, isEthernetArp } from './arp.ts';
import { type HeaderBatch, layer } from './headerBatch.ts';
import { ipv4At, ipv4HeaderLength, ipv4HeaderLengthAt } from './ipv4.ts';
import { ipv6At, ipv6HeaderLength } from './ipv6.ts';
import { extension, extensionHeadersWalked, ipv6ExtensionLengthAt, isIpv6Extension } from './ipv6Extension.ts';
import { mark, proceed, reaches, refuse } from './walk.ts';

/** The third word of an IPv4-mapped address. */
const mapped = 0xffff;
/** Next header, length, reserved, SPI and sequence number, before any check value (RFC 4302 §2). */
const authenticationLength = 12;

/** ARP ends the walk; its packet is the payload. Reverse ARP has the same form (RFC 903). */
export function walkArp(batch: HeaderBatch, row: number): void {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, 'arp', at, end, 8)) return;
  mark(batch, row, layer.arp);
  batch.networkAt[row] = at;
  batch.protocol[row] = uint16(octets, at + arpAt.operation);
  if (end - at < arpLength || !isEthernetArp(octets, at)) {
    // Other hardware is no fault; Ethernet's ARP that ends early is.
    if (uint8(octets, at + arpAt.lengths) === 6 && uint8(octets, at + arpAt.lengths + 1) === 4)
      reaches(batch, row, 'arp', at, end, arpLength);
    return;
  }
  setMapped(batch.sourceAddress, row, uint32(octets, at + arpAt.senderAddress));
  setMapped(batch.destinationAddress, row, uint32(octets, at + arpAt.targetAddress));
  proceed(batch, row, at, at + arpLength);
}

function setMapped(column: Uint32Array, row: number, word: number): void {
  column[row * 4 + 2] = mapped;
  column[row * 4 + 3] = word;
}

export function walkIpv4(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, 'ipv4', at, end, ipv4HeaderLength)) return false;
  if (uint8(octets, at) >>> 4 !== 4) return refuse(batch, row, 'ipv4', at, 'malformed', 'ipv4.version is not 4');
  const headerLength = ipv4HeaderLengthAt(octets, at);
  if (headerLength < ipv4HeaderLength) return refuse(batch, row, 'ipv4', at, 'malformed', 'ipv4.headerLength < 20');
  const totalLength = uint16(octets, at + ipv4At.totalLength);
  if (totalLength !== 0 && totalLength < headerLength)
    return refuse(batch, row, 'ipv4', at, 'malformed', 'ipv4.totalLength < headerLength');
  mark(batch, row, layer.ipv4);
  batch.networkAt[row] = at;
  batch.ipVersion[row] = 4;
  setMapped(batch.sourceAddress, row, uint32(octets, at + ipv4At.source));
  setMapped(batch.destinationAddress, row, uint32(octets, at + ipv4At.destination));
  batch.protocol[row] = uint8(octets, at + ipv4At.protocol);
  batch.identification[row] = uint16(octets, at + ipv4At.identification);
  // 0: a network card that segments will write it; the packet then ends where the frame does.
  const packetEnd = totalLength === 0 ? end : Math.min(end, at + totalLength);
  if (!reaches(batch, row, 'ipv4', at, end, headerLength)) return false;
  proceed(batch, row, at + headerLength, packetEnd);
  const fragment = uint16(octets, at + ipv4At.fragment);
  // The More Fragments bit and the offset (RFC 791 §3.1).
  if ((fragment & 0x3fff) !== 0) batch.isFragment[row] = 1;
  if ((fragment & 0x1fff) === 0) return walkAuthentication(batch, row);
  batch.laterFragment[row] = 1;
  return false;
}

/** An Authentication Header hides nothing (RFC 4302 §2): over IPv4, too, what it protects is walked into. Each is at least twelve octets. */
function walkAuthentication(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const end = batch.payloadEnd[row] as number;
  while (batch.protocol[row] === extension.authentication) {
    const at = batch.payloadAt[row] as number;
    if (!reaches(batch, row, 'ah', at, end, authenticationLength)) return false;
    const length = ipv6ExtensionLengthAt(extension.authentication, octets, at);
    if (length < authenticationLength) return refuse(batch, row, 'ah', at, 'malformed', 'ah.payloadLength < 1');
    if (!reaches(batch, row, 'ah', at, end, length)) return false;
    batch.protocol[row] = uint8(octets, at);
    proceed(batch, row, at + length, end);
  }
  return true;
}

function setWords(column: Uint32Array, row: number, octets: Uint8Array, at: number): void {
  column[row * 4] = uint32(octets, at);
  column[row * 4 + 1] = uint32(octets, at + 4);
  column[row * 4 + 2] = uint32(octets, at + 8);
  column[row * 4 + 3] = uint32(octets, at + 12);
}

export function walkIpv6(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, 'ipv6', at, end, ipv6HeaderLength)) return false;
  if (uint8(octets, at) >>> 4 !== 6) return refuse(batch, row, 'ipv6', at, 'malformed', 'ipv6.version is not 6');
  mark(batch, row, layer.ipv6);
  batch.networkAt[row] = at;
  batch.ipVersion[row] = 6;
  setWords(batch.sourceAddress, row, octets, at + ipv6At.source);
  setWords(batch.destinationAddress, row, octets, at + ipv6At.destination);
  const protocol = uint8(octets, at + ipv6At.nextHeader);
  batch.protocol[row] = protocol;
  const payloadLength = uint16(octets, at + ipv6At.payloadLength);
  // 0: a jumbogram (RFC 2675), or a segmenting network card; either way the packet ends where the frame does.
  const packetEnd = payloadLength === 0 && protocol !== extension.none ? end : Math.min(end, at + ipv6HeaderLength + payloadLength);
  proceed(batch, row, at + ipv6HeaderLength, packetEnd);
  return isIpv6Extension(protocol) ? walkIpv6Extensions(batch, row) : true;
}

/** At most 32 headers, each of at least eight octets. */
function walkIpv6Extensions(batch: HeaderBatch, row: number): boolean {
  const { octets } = batch;
  const end = batch.payloadEnd[row] as number;
  let at = batch.payloadAt[row] as number;
  let protocol = batch.protocol[row] as number;
  for (let passed = 0; isIpv6Extension(protocol); passed++) {
    if (passed === extensionHeadersWalked)
      return refuse(batch, row, 'ipv6.extension', at, 'loop', `more than ${extensionHeadersWalked} headers`);
    if (!reaches(batch, row, 'ipv6.extension', at, end, 8)) return false;
    const length = ipv6ExtensionLengthAt(protocol, octets, at);
    if (!reaches(batch, row, 'ipv6.extension', at, end, length)) return false;
    mark(batch, row, layer.ipv6Extension);
    const isLater = protocol === extension.fragment && (uint16(octets, at + 2) & 0xfff8) !== 0;
    if (protocol === extension.fragment) {
      batch.isFragment[row] = 1;
      batch.identification[row] = uint16(octets, at + 6);
    }
    protocol = uint8(octets, at);
    batch.protocol[row] = protocol;
    at += length;
    proceed(batch, row, at, end);
    if (!isLater) continue;
    // Its next header field names what the first fragment carries (RFC 8200 §4.5); here follows the middle of it.
    batch.laterFragment[row] = 1;
    return false;
  }
  return true;
}
