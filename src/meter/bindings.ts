/** Which MAC has which address or host name: ARP, neighbour discovery, DHCP, NetBIOS, mDNS and LLMNR become binding records. */

import { type Address, addressFromIpv4, broadcastMac, isGroupMac, isIpv4, type Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import type { BindingRecord } from '../record/sighting.ts';
import type { ArpView } from '../wire/arp.ts';
import { type Dhcpv4Message, dhcpMessage } from '../wire/dhcpv4.ts';
import { type Dhcpv6Message, dhcpv6Message } from '../wire/dhcpv6.ts';
import type { DnsMessage } from '../wire/dns.ts';
import { type NbnsMessage, nbnsOpcode } from '../wire/nbns.ts';
import type { NdpMessage } from '../wire/ndp.ts';
import { browserCommand, type NetbiosDatagram } from '../wire/netbiosDatagram.ts';
import type { HourlyMemory } from './hourlyMemory.ts';
import { promisedUntil } from './rowReading.ts';

/** Where a packet came from. */
export interface SenderContext {
  readonly frame: number;
  readonly atUs: Microseconds;
  readonly mac: Mac | null;
  readonly source: Address;
}

type Sighting = Pick<BindingRecord, 'address' | 'hostName' | 'evidence'> & { readonly until?: Microseconds | null };

/** Suffixes of names that stand for one machine: workstation and file server (MS-BRWS §1.3). */
const machineSuffixes: readonly number[] = [0x00, 0x20];

export class Bindings {
  constructor(
    private readonly capture: string,
    private readonly memory: HourlyMemory,
    private readonly write: (record: BindingRecord) => void,
  ) {}

  /** The sender's claim. A probe has the sender 0.0.0.0, which belongs to nobody, and so claims nothing yet (RFC 5227 §2.1). */
  learnArp(arp: ArpView, context: SenderContext): void {
    this.see(arp.senderMac, { address: addressFromIpv4(arp.senderAddress), hostName: null, evidence: 'arp' }, context);
  }

  /** The caller has made sure that the packet was not routed (hop limit 255: RFC 4861 §7.1). */
  learnNdp(message: NdpMessage, context: SenderContext): void {
    switch (message.kind) {
      case 'router-solicitation':
      case 'router-advertisement':
      case 'neighbor-solicitation':
        // From `::` it is a probe (RFC 4862 §5.4.2), which must not carry the option.
        if (message.sourceLinkLayer !== undefined && context.source !== 0n)
          this.see(message.sourceLinkLayer, { address: context.source, hostName: null, evidence: 'ndp' }, context);
        return;
      case 'neighbor-advertisement':
        if (message.targetLinkLayer !== undefined)
          this.see(message.targetLinkLayer, { address: message.target, hostName: null, evidence: 'ndp' }, context);
        return;
      case 'redirect':
        return;
      default:
        message satisfies never;
    }
  }

  learnDhcp(message: Dhcpv4Message, context: SenderContext): void {
    const { clientMac: mac, messageType } = message;
    const hostName = nameOrNull(message.hostName ?? message.fullName);
    if (messageType === dhcpMessage.ack) {
      // The answer to an INFORM gives no address: the client had one (RFC 2131 §4.3.5).
      const address = message.yourAddress ?? message.clientAddress ?? null;
      const until = message.yourAddress === undefined ? null : promisedUntil(context.atUs, message.leaseSeconds);
      this.see(mac, { address, hostName, until, evidence: 'dhcp' }, context);
    } else if (messageType === dhcpMessage.request || messageType === dhcpMessage.inform) {
      // What is asked for is not had; `clientAddress` is filled in only by a client that has it (RFC 2131 §4.1).
      const address = message.clientAddress ?? null;
      if (hostName !== null || address !== null) this.see(mac, { address, hostName, evidence: 'dhcp' }, context);
    }
  }

  /** A REPLY grants addresses; the client's own messages name it. */
  learnDhcpv6(message: Dhcpv6Message, context: SenderContext): void {
    const hostName = nameOrNull(message.fullName);
    if (message.messageType === dhcpv6Message.reply) {
      if (message.clientMac === undefined) return;
      for (const { address, validLifetimeSeconds } of message.addresses) {
        if (validLifetimeSeconds === 0) continue;
        const until = promisedUntil(context.atUs, validLifetimeSeconds);
        this.see(message.clientMac, { address, hostName, until, evidence: 'dhcpv6' }, context);
      }
    } else if (hostName !== null && context.mac !== null && isLinkLocal(context.source))
      this.see(context.mac, { address: context.source, hostName, evidence: 'dhcpv6' }, context);
  }

  /** Announcements of the browser and the names by which machines sign their datagrams. */
  learnNetbiosDatagram(datagram: NetbiosDatagram, context: SenderContext): void {
    const { browserCommand: command, announcedName } = datagram;
    // A domain announcement names the domain, not its sender.
    const announces = command === browserCommand.hostAnnouncement || command === browserCommand.localMasterAnnouncement;
    const signed = machineSuffixes.includes(datagram.sourceSuffix) ? datagram.sourceName : undefined;
    const hostName = nameOrNull(announces ? (announcedName ?? signed) : signed);
    if (hostName === null || context.mac === null) return;
    this.see(context.mac, { address: context.source, hostName, evidence: 'netbios-datagram' }, context);
  }

  /** What a machine says of itself: only where it names the address that it sends from. */
  learnNbns(message: NbnsMessage, context: SenderContext): void {
    const claims = message.isResponse
      ? message.opcode === nbnsOpcode.query && message.responseCode === 0
      : message.opcode === nbnsOpcode.registration || message.opcode === nbnsOpcode.multiHomed || isRefresh(message.opcode);
    if (!claims || context.mac === null) return;
    for (const { name, suffix, addresses, isGroup } of message.records) {
      const hostName = nameOrNull(name);
      if (isGroup || hostName === null || !machineSuffixes.includes(suffix) || !addresses.includes(context.source)) continue;
      this.see(context.mac, { address: context.source, hostName, evidence: 'nbns' }, context);
    }
  }

  /** As for NBNS: a record counts where the machine that sends it has its address. */
  learnDns(message: DnsMessage, evidence: 'mdns' | 'llmnr', context: SenderContext): void {
    if (!message.isResponse || message.responseCode !== 0 || context.mac === null) return;
    for (const { name, address, ttlSeconds } of [...message.answers, ...message.additionals]) {
      const hostName = nameOrNull(name);
      // A record without time to live says goodbye (RFC 6762 §10.1).
      if (address !== context.source || hostName === null || ttlSeconds === 0 || name.endsWith('.arpa')) continue;
      this.see(context.mac, { address, hostName, evidence }, context);
    }
  }

  private see(mac: Mac, sighting: Sighting, { atUs, frame }: SenderContext): void {
    const { address, hostName, evidence, until = null } = sighting;
    if (mac === 0 || mac === broadcastMac || isGroupMac(mac)) return;
    if (address !== null && !canBelongToOne(address)) return;
    if (address === null && hostName === null) return;
    const key = `${mac} ${address === null ? '' : address.toString(16)} ${evidence} ${hostName ?? ''}`;
    if (!this.memory.isNew(atUs, key)) return;
    this.write({ capture: this.capture, frame, mac, address, hostName, from: atUs, until, evidence });
  }
}

function isRefresh(opcode: number): boolean {
  return opcode === nbnsOpcode.refresh || opcode === nbnsOpcode.refreshAlternative;
}

/** As written, without a trailing dot and without what cannot be part of a name. */
function nameOrNull(text: string | undefined): string | null {
  const name = text?.trim().replace(/\.$/, '') ?? '';
  return /^[^\p{Cc}]{1,253}$/u.test(name) ? name : null;
}

function isLinkLocal(address: Address): boolean {
  return address >> 118n === 0x3fan;
}

/** Neither unspecified, nor multicast, nor broadcast. */
function canBelongToOne(address: Address): boolean {
  if (!isIpv4(address)) return address !== 0n && address >> 120n !== 0xffn;
  const first = Number((address >> 24n) & 0xffn);
  return first !== 0 && first < 224;
}
