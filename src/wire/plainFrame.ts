/**
 * The frames that nearly all traffic is made of, in one pass: Ethernet with at most one 802.1Q tag, IPv4 without options or IPv6 without
 * extension headers, TCP or UDP, nothing odd about any length. The row is filled as the walk over `linkWalk.ts`, `internetWalk.ts` and
 * `transportWalk.ts` would fill it; whatever is less plain is left to that walk, which alone decides about faults.
 */

import { ethernetLength, etherType } from './ethernet.ts';
import { type HeaderBatch, layer, vlansKept } from './headerBatch.ts';
import { ipProtocol, ipv4At, ipv4HeaderLength } from './ipv4.ts';
import { ipv6At, ipv6HeaderLength } from './ipv6.ts';
import { tcpHeaderLength } from './tcp.ts';
import { udpHeaderLength } from './udp.ts';

const tagLength = 4;
/** Version 4, five words of header. */
const ipv4WithoutOptions = 0x45;
/** The third word of an IPv4-mapped address. */
const mapped = 0xffff;
/** Stands in `HeaderBatch.plainAs`. */
const usual = 1;
const upperOfMac = 0x1_0000_0000;
/** Of the flags and the offset: the More Fragments bit and the offset (RFC 791 §3.1). */
const moreOrLater = 0x3fff;
const [tcpSequenceAt, tcpDataOffsetAt, tcpFlagsAt] = [4, 12, 13];

/** Fills `row`, whose frame bounds are set, from the frame at `[at, end)` of the batch's buffer. False: not plain, and the row is undefined. */
export function walkPlainFrame(batch: HeaderBatch, row: number, at: number, end: number): boolean {
  const { view } = batch;
  let networkAt = at + ethernetLength;
  // One comparison for everything up to the shortest transport header of IPv4.
  if (end - networkAt < ipv4HeaderLength + udpHeaderLength) return false;
  let layers: number = layer.ethernet;
  let type = view.getUint16(at + ethernetLength - 2);
  let vlan = 0;
  if (type === etherType.vlan) {
    vlan = view.getUint16(networkAt) & 0x0fff;
    type = view.getUint16(networkAt + 2);
    networkAt += tagLength;
    layers |= layer.vlan;
    if (end - networkAt < ipv4HeaderLength + udpHeaderLength) return false;
  }
  let version = 4;
  let transportAt = networkAt + ipv4HeaderLength;
  let packetEnd = end;
  let protocol = 0;
  if (type === etherType.ipv4) {
    const totalLength = view.getUint16(networkAt + ipv4At.totalLength);
    if (view.getUint8(networkAt) !== ipv4WithoutOptions || totalLength < ipv4HeaderLength) return false;
    if ((view.getUint16(networkAt + ipv4At.fragment) & moreOrLater) !== 0) return false;
    if (networkAt + totalLength < end) packetEnd = networkAt + totalLength;
    protocol = view.getUint8(networkAt + ipv4At.protocol);
    layers |= layer.ipv4;
  } else if (type === etherType.ipv6) {
    version = 6;
    transportAt = networkAt + ipv6HeaderLength;
    if (end < transportAt || view.getUint8(networkAt) >>> 4 !== 6) return false;
    const payloadLength = view.getUint16(networkAt + ipv6At.payloadLength);
    if (payloadLength === 0) return false;
    if (transportAt + payloadLength < end) packetEnd = transportAt + payloadLength;
    protocol = view.getUint8(networkAt + ipv6At.nextHeader);
    layers |= layer.ipv6;
  } else return false;

  let payloadAt = transportAt + udpHeaderLength;
  let payloadEnd = packetEnd;
  let sequence = 0;
  let tcpFlags = 0;
  if (protocol === ipProtocol.tcp) {
    if (packetEnd - transportAt < tcpHeaderLength) return false;
    const headerLength = (view.getUint8(transportAt + tcpDataOffsetAt) >>> 4) * 4;
    payloadAt = transportAt + headerLength;
    if (headerLength < tcpHeaderLength || payloadAt > packetEnd) return false;
    sequence = view.getInt32(transportAt + tcpSequenceAt);
    tcpFlags = view.getUint8(transportAt + tcpFlagsAt);
    layers |= layer.tcp;
  } else if (protocol === ipProtocol.udp) {
    if (packetEnd < payloadAt) return false;
    const length = view.getUint16(transportAt + 4);
    if (length < udpHeaderLength) return false;
    if (transportAt + length < packetEnd) payloadEnd = transportAt + length;
    layers |= layer.udp;
  } else return false;

  batch.layers[row] = layers;
  batch.destinationMac[row] = view.getUint16(at) * upperOfMac + view.getUint32(at + 2);
  batch.sourceMac[row] = view.getUint16(at + 6) * upperOfMac + view.getUint32(at + 8);
  const isUsual = version === 4 && networkAt === at + ethernetLength;
  if (!isUsual || batch.plainAs[row] !== usual) writeAlike(batch, row, version, type, networkAt === at + ethernetLength ? -1 : vlan);
  batch.networkAt[row] = networkAt;
  const { sourceAddress, destinationAddress } = batch;
  const words = row * 4;
  if (version === 4) {
    sourceAddress[words + 3] = view.getInt32(networkAt + ipv4At.source);
    destinationAddress[words + 3] = view.getInt32(networkAt + ipv4At.destination);
    batch.identification[row] = view.getUint16(networkAt + ipv4At.identification);
  } else {
    for (let i = 0; i < 4; i++) {
      sourceAddress[words + i] = view.getInt32(networkAt + ipv6At.source + i * 4);
      destinationAddress[words + i] = view.getInt32(networkAt + ipv6At.destination + i * 4);
    }
    batch.identification[row] = 0;
  }
  batch.protocol[row] = protocol;
  batch.sourcePort[row] = view.getUint16(transportAt);
  batch.destinationPort[row] = view.getUint16(transportAt + 2);
  batch.tcpFlags[row] = tcpFlags;
  batch.tcpSequence[row] = sequence;
  batch.payloadAt[row] = payloadAt;
  batch.payloadEnd[row] = payloadEnd;
  return true;
}

/** What is the same in all plain frames of one kind. `vlan` −1: no tag. A row that held the usual kind, IPv4 without a tag, holds this already. */
function writeAlike(batch: HeaderBatch, row: number, version: number, type: number, vlan: number): void {
  const { vlans, sourceAddress, destinationAddress } = batch;
  batch.plainAs[row] = version === 4 && vlan < 0 ? usual : 0;
  batch.vlanCount[row] = vlan < 0 ? 0 : 1;
  vlans[row * vlansKept] = Math.max(vlan, 0);
  for (let i = 1; i < vlansKept; i++) vlans[row * vlansKept + i] = 0;
  batch.etherType[row] = type;
  batch.ipVersion[row] = version;
  for (let i = row * 4; i < row * 4 + 2; i++) {
    sourceAddress[i] = 0;
    destinationAddress[i] = 0;
  }
  sourceAddress[row * 4 + 2] = mapped;
  destinationAddress[row * 4 + 2] = mapped;
  batch.isFragment[row] = 0;
  batch.laterFragment[row] = 0;
}
