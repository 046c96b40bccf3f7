/** When a machine was silent on the wire, and how it came back: what a sleep looks like from outside. */

import type { Mac } from '../base/address.ts';
import { type Microseconds, minute, second } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';

export interface Silence {
  /** End of the last second in which it sent before; `undefined` where nothing before is known. */
  readonly from: Microseconds | undefined;
  /** Start of the second in which it sent again. */
  readonly to: Microseconds;
  /** Conversations that it began or answered in the minute after: a machine that wakes has much to say. */
  readonly conversations: number;
  /** Among them what a machine says whose link has come up: that it looks for an address, a router, its groups. */
  readonly isArrival: boolean;
}

interface Sent {
  readonly at: Microseconds;
  readonly conversation: string;
  readonly isArrival: boolean;
}

/** A machine that is awake is hardly ever silent for so long; one that sleeps is. */
const shortestSilence = 45 * second;
const arp = 0x0806;
const igmp = 2;
const udp = 17;
const icmpv6 = 58;
const dhcpServer = 67;
const dhcpv6Server = 547;
const broadcast = 0xffff_ffff_ffffn;
const routerSolicitation = 133;
const listenerReport = 143;
const neighborSolicitation = 135;
const neighborAdvertisement = 136;

/** `flows` of stretches that do not overlap, of one host with `macs`. What its network card may answer in its sleep is not its own will. */
export function silencesIn(flows: readonly FlowRecord[], macs: ReadonlySet<Mac>): Silence[] {
  const sent = flows.flatMap((flow) => sentIn(flow, macs)).sort((a, b) => a.at - b.at);
  const silences: Silence[] = [];
  sent.forEach(({ at }, i) => {
    const before = sent[i - 1];
    if (before && at - before.at < shortestSilence) return;
    const after = new Set<string>();
    let isArrival = false;
    for (let next = i; next < sent.length && (sent[next] as Sent).at < at + minute; next++) {
      after.add((sent[next] as Sent).conversation);
      isArrival ||= (sent[next] as Sent).isArrival;
    }
    silences.push({ from: before ? before.at + second : undefined, to: at, conversations: after.size, isArrival });
  });
  return silences;
}

function sentIn(flow: FlowRecord, macs: ReadonlySet<Mac>): Sent[] {
  const asked = flow.sourceMac !== null && macs.has(flow.sourceMac);
  const answered = flow.destinationMac !== null && macs.has(flow.destinationMac);
  const isOffered = flow.protocol === icmpv6 && flow.icmpType === neighborAdvertisement;
  const isAnswer = flow.etherType === arp || (flow.protocol === icmpv6 && (flow.icmpType === neighborSolicitation || isOffered));
  const packets = [
    ...(asked && !isOffered ? [flow.sourcePacketsBySecond] : []),
    ...(answered && !isAnswer ? [flow.destinationPacketsBySecond] : []),
  ];
  if (packets.length === 0) return [];
  const conversation = [flow.protocol, flow.etherType, flow.destinationAddress, flow.destinationPort, flow.icmpType].join(' ');
  const isArrival = asked && comesOntoTheLink(flow);
  return flow.seconds.flatMap((secondOfMinute, i) =>
    packets.some((list) => (list[i] as number) > 0) ? [{ at: flow.minute + secondOfMinute * second, conversation, isArrival }] : [],
  );
}

/** A lease renewed in its middle is asked of the server alone (RFC 2131 §4.4.5); an ARP probe has no sender (RFC 5227 §2.1). */
function comesOntoTheLink(flow: FlowRecord): boolean {
  if (flow.etherType === arp) return flow.sourceAddress === null || (flow.sourceAddress & 0xffff_ffffn) === 0n;
  if (flow.protocol === udp && flow.destinationPort === dhcpServer) return flow.destinationAddress === broadcast;
  if (flow.protocol === udp && flow.destinationPort === dhcpv6Server) return true;
  if (flow.protocol === igmp) return true;
  return flow.protocol === icmpv6 && (flow.icmpType === routerSolicitation || flow.icmpType === listenerReport);
}
