/** What is in a capture: frames by protocol, options, NDP events, names, faults. Sees header batches, keeps counts and names. */

import { Fault, type Region } from '../base/octets.ts';
import type { FaultCount } from '../record/capture.ts';
import { recognizeApplication } from '../wire/application.ts';
import { readDhcpv4 } from '../wire/dhcpv4.ts';
import { readDhcpv6 } from '../wire/dhcpv6.ts';
import { type DnsMessage, readDns } from '../wire/dns.ts';
import { type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { readIgmp } from '../wire/igmp.ts';
import { eachIpv4Option, hasIpv4Options } from '../wire/ipv4Options.ts';
import { readMld } from '../wire/mld.ts';
import { readNbns } from '../wire/nbns.ts';
import { readNdp } from '../wire/ndp.ts';
import { netbiosDatagramPort, readNetbiosDatagram } from '../wire/netbiosDatagram.ts';
import { assembleClientHellos, assembleDnsMessages, assembleHttpRequests } from '../wire/streamHeads.ts';
import { payloadRegion } from '../wire/walk.ts';
import { InspectionNames } from './inspectionNames.ts';
import { Tally } from './inspectionTally.ts';

const layerNames = Object.entries(layer);

const ndpKinds: Readonly<Record<number, string>> = {
  133: 'routerSolicitation',
  134: 'routerAdvertisement',
  135: 'neighborSolicitation',
  136: 'neighborAdvertisement',
  137: 'redirect',
};
const mldTypes: ReadonlySet<number> = new Set([130, 131, 132, 143]);

export interface InspectionResult {
  /** Frames in which each protocol was seen. */
  readonly protocols: Record<string, number>;
  /** Packets that carry each option type, by its number. */
  readonly ipv4Options: Record<string, number>;
  readonly ndp: Record<string, number>;
  /** Sorted, each once, lower case. `dns`: names that were asked for over DNS, mDNS or LLMNR. */
  readonly names: { readonly dns: string[]; readonly sni: string[]; readonly httpHost: string[] };
  readonly faults: FaultCount[];
}

export class Inspection {
  private readonly protocols = new Tally();
  /** Frames by layer, in the order of `layerNames`: a lookup by name for each layer of each frame would cost more than decoding it. */
  private readonly layerCounts = new Float64Array(layerNames.length);
  private readonly ipv4Options = new Tally();
  private readonly ndp = new Tally();
  private readonly faults = new Map<string, FaultCount>();
  private readonly dnsNames = new InspectionNames();
  private readonly serverNames = new InspectionNames();
  private readonly hostNames = new InspectionNames();
  private readonly clientHellos = assembleClientHellos();
  private readonly httpRequests = assembleHttpRequests();
  private readonly dnsMessages = assembleDnsMessages();
  /** Option types of the packet at hand: each is counted once a packet. */
  private readonly optionTypes = new Set<number>();

  /** Reads every row; keeps nothing that points into the batch. */
  add(batch: HeaderBatch): void {
    for (let row = 0; row < batch.count; row++) this.addRow(batch, row);
  }

  /** Names that found no room in the lists. */
  get namesLeftOut(): number {
    return this.dnsNames.leftOut + this.serverNames.leftOut + this.hostNames.leftOut;
  }

  result(): InspectionResult {
    return {
      protocols: this.countedProtocols(),
      ipv4Options: this.ipv4Options.toRecord(),
      ndp: this.ndp.toRecord(),
      names: { dns: this.dnsNames.sorted(), sni: this.serverNames.sorted(), httpHost: this.hostNames.sorted() },
      faults: [...this.faults.values()].toSorted((a, b) => b.count - a.count || (a.layer + a.kind < b.layer + b.kind ? -1 : 1)),
    };
  }

  private countedProtocols(): Record<string, number> {
    const all = new Tally();
    for (const [i, [name]] of layerNames.entries()) all.add(name, this.layerCounts[i]);
    for (const [name, count] of Object.entries(this.protocols.toRecord())) all.add(name, count);
    return all.toRecord();
  }

  private addRow(batch: HeaderBatch, row: number): void {
    const layers = batch.layers[row] as number;
    for (let i = 0; i < layerNames.length; i++) {
      const bit = layerNames[i]?.[1] ?? 0;
      if ((layers & bit) !== 0) this.layerCounts[i] = (this.layerCounts[i] as number) + 1;
    }
    this.addFault(batch.fault[row]);
    if (layers & layer.ipv4) this.addOptions(batch, row);
    if (batch.laterFragment[row] === 1) return;
    if (layers & layer.icmpv6) this.addIcmpv6(batch, row);
    else if (layers & layer.igmp) this.addFault(readIgmp(payloadRegion(batch, row)));
    else if (layers & layer.tcp) this.addTcp(batch, row);
    else if (layers & layer.udp) this.addUdp(batch, row);
  }

  private addFault(outcome: unknown): void {
    if (!(outcome instanceof Fault)) return;
    const key = `${outcome.layer} ${outcome.kind}`;
    const count = (this.faults.get(key)?.count ?? 0) + 1;
    this.faults.set(key, { layer: outcome.layer, kind: outcome.kind, count });
  }

  private addOptions(batch: HeaderBatch, row: number): void {
    const at = batch.networkAt[row] as number;
    if (!hasIpv4Options(batch.octets, at) || batch.fault[row]?.layer === 'ipv4') return;
    this.optionTypes.clear();
    this.addFault(eachIpv4Option(batch.octets, at, (type) => this.optionTypes.add(type)));
    for (const type of this.optionTypes) this.ipv4Options.add(String(type));
  }

  private addIcmpv6(batch: HeaderBatch, row: number): void {
    const type = batch.sourcePort[row] as number;
    const kind = ndpKinds[type];
    if (kind !== undefined) {
      this.ndp.add(kind);
      this.addFault(readNdp(payloadRegion(batch, row), type));
    }
    if (!mldTypes.has(type)) return;
    this.protocols.add('mld');
    this.addFault(readMld(payloadRegion(batch, row), type));
  }

  private addTcp(batch: HeaderBatch, row: number): void {
    const application = recognizeApplication(batch, row);
    if (application === 'tls' || application === 'http') this.protocols.add(application);
    const hello = this.clientHellos.add(batch, row);
    if (hello instanceof Fault) this.addFault(hello);
    else if (hello) {
      this.addFault(hello.fault);
      if (hello.serverName !== undefined) this.serverNames.add(hello.serverName);
    }
    const requests = this.httpRequests.add(batch, row);
    if (requests instanceof Fault) this.addFault(requests);
    else for (const { host } of requests ?? []) if (host !== undefined) this.hostNames.add(host);
    const messages = this.dnsMessages.add(batch, row);
    if (messages instanceof Fault) this.addFault(messages);
    else if (messages && messages.length > 0) {
      this.protocols.add('dns');
      for (const message of messages) this.addDns(message);
    }
  }

  private addUdp(batch: HeaderBatch, row: number): void {
    const region = payloadRegion(batch, row);
    // Not every NetBIOS datagram belongs to the browser.
    if (batch.destinationPort[row] === netbiosDatagramPort || batch.sourcePort[row] === netbiosDatagramPort)
      this.addNetbiosDatagram(region);
    const application = recognizeApplication(batch, row) ?? this.byPort(batch, row, region);
    if (application === undefined) return;
    this.protocols.add(application);
    switch (application) {
      case 'dns':
      case 'mdns':
      case 'llmnr':
        this.addDns(readDns(region));
        return;
      case 'nbns':
        this.addFault(readNbns(region));
        return;
      case 'dhcp':
        this.addFault(readDhcpv4(region));
        return;
      case 'dhcpv6':
        this.addFault(readDhcpv6(region));
        return;
      case 'browser':
      case 'ssdp':
      case 'ntp':
      case 'wsd':
      case 'tls':
      case 'http':
        return;
      default:
        application satisfies never;
    }
  }

  /** Whatever comes on the ports of DHCP is counted as that here, as tshark does; for the meter it must look like it too. */
  private byPort(batch: HeaderBatch, row: number, region: Region): 'dhcp' | 'dhcpv6' | undefined {
    if (region.end <= region.at) return undefined;
    const ports = [batch.destinationPort[row] as number, batch.sourcePort[row] as number];
    if (ports.some((port) => port === 67 || port === 68)) return 'dhcp';
    return ports.some((port) => port === 546 || port === 547) ? 'dhcpv6' : undefined;
  }

  private addDns(message: DnsMessage | Fault | undefined): void {
    if (message === undefined || message instanceof Fault) {
      this.addFault(message);
      return;
    }
    this.addFault(message.fault);
    // The root has no letters of its own.
    for (const { name } of message.questions) this.dnsNames.add(name === '' ? '.' : name);
  }

  private addNetbiosDatagram(region: Region): void {
    if (region.end - region.at < 1) return;
    const datagram = readNetbiosDatagram(region);
    this.addFault(datagram);
    if (datagram !== undefined) this.protocols.add('netbiosDatagram');
  }
}
