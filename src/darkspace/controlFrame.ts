/**
 * Reads from one Ethernet frame what it says about owners and askers of addresses: neighbour discovery (RFC 4861 §7.1), ARP
 * (RFC 826, RFC 5227), DHCP, MLD, and any packet's source.
 *
 * Stricter than the meter: what a host would discard says nothing here, because an answer to it would be an answer to a forgery.
 */

import { type Address, addressFromIpv4, addressFromWords, isGroupMac, type Mac } from '../base/address.ts';
import { Fault, type Region, uint8, uint16 } from '../base/octets.ts';
import type { UsageEvidence } from '../record/usage.ts';
import { arpOperation, readArp } from '../wire/arp.ts';
import { internetChecksum } from '../wire/checksum.ts';
import { dhcpMessage, readDhcpv4 } from '../wire/dhcpv4.ts';
import { dhcpv6Message, readDhcpv6 } from '../wire/dhcpv6.ts';
import { appendFrame } from '../wire/frame.ts';
import { HeaderBatch, layer, noMac } from '../wire/headerBatch.ts';
import { icmpv6Type } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ipv4.ts';
import { ipv6At, ipv6HeaderLength } from '../wire/ipv6.ts';
import { readMld } from '../wire/mld.ts';
import { type NdpMessage, type NeighborSolicitation, readNdp, solicitedNodeOf } from '../wire/ndp.ts';
import { has } from '../wire/walk.ts';
import { isMulticast, unspecifiedIpv4, unspecifiedIpv6 } from './reservedAddress.ts';
import type { Sign } from './sign.ts';

const ethernetLinkType = 1;
const dhcpPort = { server4: 67, client4: 68, client6: 546, server6: 547 } as const;

/** Reads frame after frame into one row of its own: nothing is allocated for a frame that says nothing. */
export class ControlFrameReader {
  private readonly batch = new HeaderBatch();

  /**
   * @param serviceMac of this box: packets to it are contacts, packets from it are not looked at
   * @param emit called for each thing that the frame says
   */
  constructor(
    private readonly serviceMac: Mac,
    private readonly emit: (sign: Sign) => void,
  ) {}

  /** The frame is `octets[at..end)`, captured whole. Borrowed; never throws. */
  read(octets: Uint8Array, at: number, end: number): void {
    const { batch } = this;
    batch.clear();
    batch.octets = octets;
    appendFrame(batch, ethernetLinkType, at, end, end - at, 0, 1, 0);
    const source = batch.sourceMac[0] as number;
    if (source === noMac || source === this.serviceMac || isGroupMac(source)) return;
    if (has(batch, 0, layer.arp)) this.readArp(source);
    else if (batch.ipVersion[0] !== 0) this.readPacket(source);
  }

  private invalid(because: string): void {
    this.emit({ kind: 'invalid', because });
  }

  private readArp(frameSource: Mac): void {
    const { batch } = this;
    const arp = readArp(payload(batch));
    if (arp === undefined) return;
    if (arp instanceof Fault) {
      this.invalid('ARP packet is cut');
      return;
    }
    if (arp.operation !== arpOperation.request && arp.operation !== arpOperation.reply) return;
    const { senderMac, senderAddress, targetAddress } = arp;
    const askedMac = batch.destinationMac[0] as number;
    if (isGroupMac(senderMac) || senderMac === 0) {
      this.invalid('ARP sender is no machine');
      return;
    }
    if (arp.isProbe) {
      // Its owner asks whether it may take the address (RFC 5227 §2.1.1); a DHCP server may ask so before it grants one.
      this.owner(addressFromIpv4(targetAddress), senderMac, 'duplicate-probe');
      return;
    }
    if (senderAddress === 0) return;
    const asker = addressFromIpv4(senderAddress);
    this.owner(asker, senderMac, 'arp');
    if (arp.isAnnouncement || arp.operation === arpOperation.reply) return;
    if (!isGroupMac(askedMac)) this.owner(addressFromIpv4(targetAddress), askedMac, 'neighbor-cache');
    const objection = senderMac === frameSource ? undefined : 'sender and frame have different MAC addresses';
    this.emit({ kind: 'solicitation', asker, askerMac: senderMac, target: addressFromIpv4(targetAddress), askedMac, objection });
  }

  private readPacket(frameSource: Mac): void {
    const { batch } = this;
    const source = sourceOf(batch);
    const destination = addressOf(batch.destinationAddress);
    const isIcmpv6 = batch.protocol[0] === ipProtocol.icmpv6 && batch.ipVersion[0] === 6 && batch.laterFragment[0] === 0;
    const type = batch.sourcePort[0] as number;
    if (isIcmpv6 && type >= icmpv6Type.routerSolicitation && type <= icmpv6Type.redirect) {
      this.readNdp(frameSource, source, destination, type);
      return;
    }
    if (source !== unspecifiedIpv6 && source !== unspecifiedIpv4 && !isMulticast(source))
      this.owner(source, frameSource, isIcmpv6 && readMld(payload(batch), type) !== undefined ? 'mld' : 'packet');
    if (batch.protocol[0] === ipProtocol.udp) this.readDhcp(frameSource, source);
    if (batch.destinationMac[0] === this.serviceMac && !isMulticast(destination)) this.contact(frameSource, source, destination);
  }

  private contact(askerMac: Mac, asker: Address, target: Address): void {
    const { batch } = this;
    const hasPort = has(batch, 0, layer.tcp) || has(batch, 0, layer.udp);
    const hasType = has(batch, 0, layer.icmp) || has(batch, 0, layer.icmpv6);
    this.emit({
      kind: 'contact',
      asker,
      askerMac,
      target,
      protocol: batch.protocol[0] as number,
      port: hasPort ? (batch.destinationPort[0] as number) : hasType ? (batch.sourcePort[0] as number) : null,
      octets: batch.originalLength[0] as number,
      payloadAt: batch.payloadAt[0] as number,
      payloadEnd: batch.payloadEnd[0] as number,
    });
  }

  /** RFC 4861 §7.1.1, §7.1.2, §6.1.2; no fragments and, stricter than RFC 6980, no extension headers at all. */
  private readNdp(frameSource: Mac, source: Address, destination: Address, type: number): void {
    const { batch } = this;
    const { octets } = batch;
    const networkAt = batch.networkAt[0] as number;
    if (has(batch, 0, layer.ipv6Extension)) {
      this.invalid('extension header before neighbour discovery');
      return;
    }
    if (uint8(octets, networkAt + ipv6At.hopLimit) !== 255) {
      this.invalid('hop limit is not 255');
      return;
    }
    if (batch.destinationPort[0] !== 0) {
      this.invalid('code is not 0');
      return;
    }
    const messageAt = networkAt + ipv6HeaderLength;
    const messageEnd = batch.payloadEnd[0] as number;
    if (messageEnd - messageAt !== uint16(octets, networkAt + ipv6At.payloadLength)) {
      this.invalid('message is cut');
      return;
    }
    // Without extension headers the addresses of the pseudo header lie right before the message.
    const sum = messageEnd - messageAt + ipProtocol.icmpv6;
    if (internetChecksum(octets, networkAt + ipv6At.source, messageEnd, sum) !== 0) {
      this.invalid('checksum is wrong');
      return;
    }
    const message = readNdp(payload(batch), type);
    if (message instanceof Fault) {
      this.invalid(`${message.layer}: ${message.limitedBy}`);
      return;
    }
    if (message !== undefined) this.readMessage(message, frameSource, source, destination);
  }

  private readMessage(message: NdpMessage, frameSource: Mac, source: Address, destination: Address): void {
    if (isMulticast(source)) {
      this.invalid('source is multicast');
      return;
    }
    switch (message.kind) {
      case 'neighbor-solicitation':
        this.readSolicitation(message, frameSource, source, destination);
        return;
      case 'neighbor-advertisement': {
        if (message.solicited && isMulticast(destination)) {
          this.invalid('solicited advertisement to a group');
          return;
        }
        const mac = message.targetLinkLayer ?? frameSource;
        if (isGroupMac(mac)) {
          this.invalid('advertised link-layer address is a group');
          return;
        }
        // Our own claim, sent back or repeated by somebody, makes nobody an owner.
        if (mac !== this.serviceMac) this.emit({ kind: 'owner', address: message.target, mac, evidence: 'ndp', isRouter: message.router });
        if (message.router) this.emit({ kind: 'role', role: 'router', address: message.target, mac });
        return;
      }
      case 'router-advertisement':
        if (source >> 118n !== 0x3fan) {
          this.invalid('router advertisement from no link-local address');
          return;
        }
        this.owner(source, frameSource, 'ndp');
        this.emit({ kind: 'role', role: 'router', address: source, mac: frameSource });
        for (const { prefix, onLink, validLifetimeSeconds } of message.prefixes)
          if (onLink && validLifetimeSeconds > 0) this.emit({ kind: 'prefix', prefix });
        return;
      case 'router-solicitation':
        if (source !== unspecifiedIpv6) this.owner(source, frameSource, 'ndp');
        return;
      case 'redirect':
        if (source >> 118n === 0x3fan) this.emit({ kind: 'role', role: 'router', address: source, mac: frameSource });
        return;
      default:
        message satisfies never;
    }
  }

  private readSolicitation(message: NeighborSolicitation, frameSource: Mac, source: Address, destination: Address): void {
    const { target, sourceLinkLayer, nonce } = message;
    const group = solicitedNodeOf(target).address;
    if (source === unspecifiedIpv6) {
      if (destination !== group) {
        this.invalid('duplicate address probe to another group');
        return;
      }
      if (sourceLinkLayer !== undefined) {
        this.invalid('duplicate address probe with a link-layer address');
        return;
      }
      this.owner(target, frameSource, 'duplicate-probe');
      return;
    }
    if (destination !== group && destination !== target) {
      this.invalid('solicitation to neither the target nor its group');
      return;
    }
    this.owner(source, frameSource, 'ndp');
    if (source === target) return;
    const askedMac = this.batch.destinationMac[0] as number;
    // The asker checks an entry that it has (RFC 4861 §7.3): somebody had this address a short while ago.
    if (!isGroupMac(askedMac)) this.owner(target, askedMac, 'neighbor-cache');
    const objection = objectionTo(sourceLinkLayer, nonce, frameSource, askedMac);
    this.emit({ kind: 'solicitation', asker: source, askerMac: frameSource, target, askedMac, objection });
  }

  private owner(address: Address, mac: Mac, evidence: UsageEvidence): void {
    if (mac !== this.serviceMac && mac !== 0 && !isGroupMac(mac)) this.emit({ kind: 'owner', address, mac, evidence, isRouter: false });
  }

  /** A lease is usage: its holder may sleep, and its server may be checking whether the address is free. */
  private readDhcp(frameSource: Mac, source: Address): void {
    const { batch } = this;
    const [from, to] = [batch.sourcePort[0] as number, batch.destinationPort[0] as number];
    if (from === dhcpPort.server4 && (to === dhcpPort.client4 || to === dhcpPort.server4)) {
      const message = readDhcpv4(payload(batch));
      if (message === undefined || message instanceof Fault || message.operation !== 2) return;
      this.emit({ kind: 'role', role: 'address-server', address: source, mac: frameSource });
      for (const router of message.routers) this.emit({ kind: 'role', role: 'router', address: router, mac: 0 });
      const isGrant = message.messageType === dhcpMessage.ack || message.messageType === dhcpMessage.offer;
      if (isGrant && message.yourAddress !== undefined) this.owner(message.yourAddress, message.clientMac, 'dhcp');
    } else if (from === dhcpPort.server6 && (to === dhcpPort.client6 || to === dhcpPort.server6)) {
      const message = readDhcpv6(payload(batch));
      if (message === undefined || message instanceof Fault) return;
      this.emit({ kind: 'role', role: 'address-server', address: source, mac: frameSource });
      const isGrant = message.messageType === dhcpv6Message.reply || message.messageType === dhcpv6Message.advertise;
      for (const { address, validLifetimeSeconds } of isGrant ? message.addresses : [])
        if (validLifetimeSeconds > 0) this.owner(address, message.clientMac ?? frameSource, 'dhcpv6');
    }
  }
}

/** Why a solicitation from a unicast address may not be answered. */
function objectionTo(sourceLinkLayer: Mac | undefined, nonce: string | undefined, frameSource: Mac, askedMac: Mac): string | undefined {
  // Hosts with Secure Neighbor Discovery or Enhanced DAD would take an answer for a forgery (RFC 3971 §5.3.4, RFC 7527 §4).
  if (nonce !== undefined) return 'the solicitation carries a nonce';
  // Only an optimistic address may leave it out when it asks a group (RFC 4429 §3.2, RFC 4861 §4.3).
  if (sourceLinkLayer === undefined) return isGroupMac(askedMac) ? 'the asker is optimistic: no link-layer address' : undefined;
  return sourceLinkLayer === frameSource ? undefined : 'option and frame have different MAC addresses';
}

function payload(batch: HeaderBatch): Region {
  return { octets: batch.octets, at: batch.payloadAt[0] as number, end: batch.payloadEnd[0] as number, limitedBy: 'capture' };
}

function addressOf(column: Uint32Array): Address {
  return addressFromWords(column[0] as number, column[1] as number, column[2] as number, column[3] as number);
}

function sourceOf(batch: HeaderBatch): Address {
  return addressOf(batch.sourceAddress);
}
