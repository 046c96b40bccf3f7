/** Which rows teach something beside their packets, and to whom what they say is handed: names, bindings, network facts. */

import { type Decoded, Fault } from '../base/octets.ts';
import type { Microseconds } from '../base/time.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { BindingRecord, NameRecord, NetworkRecord } from '../record/sighting.ts';
import { readArp } from '../wire/arp.ts';
import { readDhcpv4 } from '../wire/dhcpv4.ts';
import { readDhcpv6 } from '../wire/dhcpv6.ts';
import { readDns } from '../wire/dns.ts';
import { type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { ipv6At } from '../wire/ipv6.ts';
import { kerberosPort, readKerberosError, readKerberosErrorOverTcp } from '../wire/kerberos.ts';
import { nbnsPort, readNbns } from '../wire/nbns.ts';
import { readNdp } from '../wire/ndp.ts';
import { netbiosDatagramPort, readNetbiosDatagram } from '../wire/netbiosDatagram.ts';
import { ntpPort, readNtp } from '../wire/ntp.ts';
import { PlainAnswer } from '../wire/plainAnswer.ts';
import { readSmbNegotiation, smbPort } from '../wire/smb2.ts';
import { assembleDnsMessages } from '../wire/streamHeads.ts';
import { ArpMemory } from './arpMemory.ts';
import { Bindings, type SenderContext } from './bindings.ts';
import { type ClockContext, HostClocks } from './hostClocks.ts';
import { HourlyMemory } from './hourlyMemory.ts';
import { type AnswerContext, Names } from './names.ts';
import { NetworkFacts } from './networkFacts.ts';
import { destinationOf, macOrNull, payloadOf, sourceOf } from './rowReading.ts';
import type { ToldName } from './toldName.ts';

export interface SightingSink {
  name(record: NameRecord): void;
  /** Most names come like this, where a sink takes them so: it makes a record of them itself, or none. */
  toldName?(told: ToldName): void;
  binding(record: BindingRecord): void;
  network(record: NetworkRecord): void;
  clock(record: ClockRecord): void;
}

const port = { dns: 53, dhcpServer: 67, dhcpClient: 68, dhcpv6Client: 546, dhcpv6Server: 547, mdns: 5353, llmnr: 5355 } as const;
/** Types of RFC 4861 §4: router solicitation to redirect. */
const ndpTypes = { first: 133, last: 137 } as const;
/** A packet that no router has forwarded (RFC 4861 §3.1). */
const unforwarded = 255;

export class Sightings {
  /** Neighbour discovery that was forwarded, or an advertisement from no link-local address: forged or broken, not believed. */
  unbelieved = 0;
  private readonly memory = new HourlyMemory();
  private readonly arpMemory = new ArpMemory();
  private readonly dnsMessages = assembleDnsMessages();
  private readonly plainAnswer = new PlainAnswer();
  private readonly names: Names;
  private readonly bindings: Bindings;
  private readonly networkFacts: NetworkFacts;
  private readonly hostClocks: HostClocks;

  constructor(capture: string, sink: SightingSink) {
    this.names = new Names(
      capture,
      (record) => sink.name(record),
      (told) => (sink.toldName ? sink.toldName(told) : sink.name(told.record(capture))),
    );
    this.bindings = new Bindings(capture, this.memory, (record) => sink.binding(record));
    this.networkFacts = new NetworkFacts(capture, this.memory, (record) => sink.network(record));
    this.hostClocks = new HostClocks(capture, this.memory, (record) => sink.clock(record));
  }

  /** What bounds left out, by what it was. */
  get leftOut(): Record<string, number> {
    return {
      'neighbour-discovery-unbelieved': this.unbelieved,
      'name-beyond-bound': this.names.leftOut,
      'sighting-forgotten': this.memory.forgotten,
      'dns-stream-given-up': this.dnsMessages.givenUp,
      'clock-implausible': this.hostClocks.implausible,
    };
  }

  /** Reads the row where it is of a kind that teaches; the fault where it could not be read to its end. */
  read(batch: HeaderBatch, row: number, atUs: Microseconds): Fault | undefined {
    const layers = batch.layers[row] as number;
    if (layers & layer.udp) return this.readUdp(batch, row, atUs);
    if (layers & layer.tcp) return this.readTcp(batch, row, atUs);
    if (layers & layer.arp) {
      const arp = readArp(payloadOf(batch, row));
      if (arp instanceof Fault) return arp;
      if (arp && !this.arpMemory.has(arp.senderMac, arp.senderAddress, atUs)) this.bindings.learnArp(arp, senderOf(batch, row, atUs));
    } else if (layers & layer.icmpv6) return this.readNdp(batch, row, atUs);
    return undefined;
  }

  private readTcp(batch: HeaderBatch, row: number, atUs: Microseconds): Fault | undefined {
    const sourcePort = batch.sourcePort[row];
    if (sourcePort === smbPort || sourcePort === kerberosPort) return this.readClocks(batch, row, atUs);
    if (sourcePort !== port.dns) return undefined;
    const messages = this.dnsMessages.add(batch, row);
    if (messages instanceof Fault) return messages;
    for (const message of messages ?? []) this.names.learnDns(message, 'dns', answerOf(batch, row, atUs));
    return undefined;
  }

  /** `row`: the one that completed the hello. */
  readHello(gmtUnixTime: number, batch: HeaderBatch, row: number): void {
    const atUs = Math.floor(batch.capturedAtUs[row] as number);
    this.hostClocks.learnTls(gmtUnixTime, clocksOf(batch, row, atUs));
  }

  /** Segments that begin in the middle of a message read as other messages: no fault of theirs is one. */
  private readClocks(batch: HeaderBatch, row: number, atUs: Microseconds): undefined {
    if ((batch.payloadEnd[row] as number) <= (batch.payloadAt[row] as number)) return;
    if (batch.sourcePort[row] === smbPort) {
      const negotiation = readSmbNegotiation(payloadOf(batch, row));
      if (negotiation && !(negotiation instanceof Fault)) this.hostClocks.learnSmb(negotiation, clocksOf(batch, row, atUs));
    } else {
      const error = readKerberosErrorOverTcp(payloadOf(batch, row));
      if (error && !(error instanceof Fault)) this.hostClocks.learnKerberos(error, clocksOf(batch, row, atUs));
    }
  }

  private readUdp(batch: HeaderBatch, row: number, atUs: Microseconds): Fault | undefined {
    switch (batch.sourcePort[row]) {
      case port.dns:
        if (this.plainAnswer.read(batch.view, batch.payloadAt[row] as number, batch.payloadEnd[row] as number)) {
          this.names.learnPlain(this.plainAnswer, batch, row, atUs);
          return undefined;
        }
        return this.learn(readDns(payloadOf(batch, row)), (message) => this.names.learnDns(message, 'dns', answerOf(batch, row, atUs)));
      case port.mdns:
      case port.llmnr: {
        const evidence = batch.sourcePort[row] === port.mdns ? 'mdns' : 'llmnr';
        return this.learn(readDns(payloadOf(batch, row)), (message) => {
          this.names.learnDns(message, evidence, answerOf(batch, row, atUs));
          this.bindings.learnDns(message, evidence, senderOf(batch, row, atUs));
        });
      }
      case nbnsPort:
        return this.learn(readNbns(payloadOf(batch, row)), (message) => {
          this.names.learnNbns(message, answerOf(batch, row, atUs));
          this.bindings.learnNbns(message, senderOf(batch, row, atUs));
        });
      case netbiosDatagramPort:
        return this.learn(readNetbiosDatagram(payloadOf(batch, row)), (datagram) =>
          this.bindings.learnNetbiosDatagram(datagram, senderOf(batch, row, atUs)),
        );
      case port.dhcpServer:
      case port.dhcpClient:
        return this.learn(readDhcpv4(payloadOf(batch, row)), (message) => {
          this.bindings.learnDhcp(message, senderOf(batch, row, atUs));
          this.networkFacts.learnDhcp(message, senderOf(batch, row, atUs));
        });
      case port.dhcpv6Server:
      case port.dhcpv6Client:
        return this.learn(readDhcpv6(payloadOf(batch, row)), (message) => {
          this.bindings.learnDhcpv6(message, senderOf(batch, row, atUs));
          this.networkFacts.learnDhcpv6(message, senderOf(batch, row, atUs));
        });
      case kerberosPort:
        return this.learn(readKerberosError(payloadOf(batch, row)), (error) =>
          this.hostClocks.learnKerberos(error, clocksOf(batch, row, atUs)),
        );
      default:
        // Clients choose any port (RFC 9109).
        if (batch.sourcePort[row] !== ntpPort && batch.destinationPort[row] !== ntpPort) return undefined;
        return this.learn(readNtp(payloadOf(batch, row)), (message) => this.hostClocks.learnNtp(message, clocksOf(batch, row, atUs)));
    }
  }

  private readNdp(batch: HeaderBatch, row: number, atUs: Microseconds): Fault | undefined {
    const type = batch.sourcePort[row] as number;
    if (type < ndpTypes.first || type > ndpTypes.last) return undefined;
    return this.learn(readNdp(payloadOf(batch, row), type), (message) => {
      const context = senderOf(batch, row, atUs);
      const isAdvertisement = message.kind === 'router-advertisement';
      const hopLimit = batch.octets[(batch.networkAt[row] as number) + ipv6At.hopLimit];
      if (hopLimit !== unforwarded || (isAdvertisement && context.source >> 118n !== 0x3fan)) {
        this.unbelieved++;
        return;
      }
      this.bindings.learnNdp(message, context);
      if (isAdvertisement) this.networkFacts.learnAdvertisement(message, context);
    });
  }

  private learn<T extends object>(read: Decoded<T>, use: (value: T) => void): Fault | undefined {
    if (read instanceof Fault) return read;
    if (read === undefined) return undefined;
    use(read);
    return 'fault' in read && read.fault instanceof Fault ? read.fault : undefined;
  }
}

function senderOf(batch: HeaderBatch, row: number, atUs: Microseconds): SenderContext {
  return { frame: batch.frameNumber[row] as number, atUs, mac: macOrNull(batch.sourceMac[row]), source: sourceOf(batch, row) };
}

function clocksOf(batch: HeaderBatch, row: number, atUs: Microseconds): ClockContext {
  return {
    frame: batch.frameNumber[row] as number,
    atUs,
    sourceMac: macOrNull(batch.sourceMac[row]),
    source: sourceOf(batch, row),
    destinationMac: macOrNull(batch.destinationMac[row]),
    destination: destinationOf(batch, row),
  };
}

function answerOf(batch: HeaderBatch, row: number, atUs: Microseconds): AnswerContext {
  return {
    frame: batch.frameNumber[row] as number,
    atUs,
    clientMac: macOrNull(batch.destinationMac[row]),
    clientAddress: destinationOf(batch, row),
    server: sourceOf(batch, row),
  };
}
