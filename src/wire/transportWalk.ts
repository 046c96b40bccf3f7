/** What IP carries, on the frame path: UDP, TCP, ICMP, ICMPv6, IGMP. Packets that ICMP errors quote are never walked into. */

import { uint8, uint16, uint32 } from '../base/octets.ts';
import { type HeaderBatch, layer } from './headerBatch.ts';
import { icmpHeaderLength } from './icmpv4.ts';
import { igmpLength } from './igmp.ts';
import { ipProtocol } from './ipv4.ts';
import { tcpHeaderLength, tcpHeaderLengthAt } from './tcp.ts';
import { udpHeaderLength } from './udp.ts';
import { mark, proceed, reaches, refuse } from './walk.ts';

/** Steps into what the protocol column names; a protocol that is not known here stays a payload, which is no fault. */
export function walkTransport(batch: HeaderBatch, row: number): void {
  const isIpv4 = batch.ipVersion[row] === 4;
  switch (batch.protocol[row]) {
    case ipProtocol.tcp:
      walkTcp(batch, row);
      return;
    case ipProtocol.udp:
      walkUdp(batch, row);
      return;
    case ipProtocol.icmp:
      if (isIpv4) walkIcmp(batch, row, 'icmp', layer.icmp);
      return;
    case ipProtocol.icmpv6:
      if (!isIpv4) walkIcmp(batch, row, 'icmpv6', layer.icmpv6);
      return;
    case ipProtocol.igmp:
      if (isIpv4) walkIgmp(batch, row);
      return;
    default:
      return;
  }
}

function walkUdp(batch: HeaderBatch, row: number): void {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, 'udp', at, end, udpHeaderLength)) return;
  mark(batch, row, layer.udp);
  batch.sourcePort[row] = uint16(octets, at);
  batch.destinationPort[row] = uint16(octets, at + 2);
  const length = uint16(octets, at + 4);
  if (length !== 0 && length < udpHeaderLength) {
    proceed(batch, row, at + udpHeaderLength, at + udpHeaderLength);
    refuse(batch, row, 'udp', at, 'malformed', 'udp.length < 8');
    return;
  }
  // Zero only in a jumbogram (RFC 2675 §4) or where a network card fills it in.
  proceed(batch, row, at + udpHeaderLength, length === 0 ? end : Math.min(end, at + length));
}

function walkTcp(batch: HeaderBatch, row: number): void {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, 'tcp', at, end, tcpHeaderLength)) return;
  mark(batch, row, layer.tcp);
  batch.sourcePort[row] = uint16(octets, at);
  batch.destinationPort[row] = uint16(octets, at + 2);
  batch.tcpSequence[row] = uint32(octets, at + 4);
  batch.tcpFlags[row] = uint8(octets, at + 13);
  const headerLength = tcpHeaderLengthAt(octets, at);
  proceed(batch, row, end, end);
  if (headerLength < tcpHeaderLength) {
    refuse(batch, row, 'tcp', at, 'malformed', 'tcp.dataOffset < 5');
    return;
  }
  if (!reaches(batch, row, 'tcp', at, end, headerLength)) return;
  proceed(batch, row, at + headerLength, end);
}

function walkIcmp(batch: HeaderBatch, row: number, name: 'icmp' | 'icmpv6', bit: number): void {
  const { octets } = batch;
  const at = batch.payloadAt[row] as number;
  const end = batch.payloadEnd[row] as number;
  if (!reaches(batch, row, name, at, end, icmpHeaderLength)) return;
  mark(batch, row, bit);
  batch.sourcePort[row] = uint8(octets, at);
  batch.destinationPort[row] = uint8(octets, at + 1);
  proceed(batch, row, at + icmpHeaderLength, end);
}

/** The payload is the whole message, type included: IGMP has no header that its versions share. */
function walkIgmp(batch: HeaderBatch, row: number): void {
  const at = batch.payloadAt[row] as number;
  if (!reaches(batch, row, 'igmp', at, batch.payloadEnd[row] as number, igmpLength)) return;
  mark(batch, row, layer.igmp);
}
