/** A flow seen from one device: who is at the far end, which service, and what went each way. */

import { type Address, broadcastMac, isGroupMac, type Mac } from '../base/address.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { Cast, Networks, Scope } from './networks.ts';

export interface FarEnd {
  readonly address: Address | null;
  readonly protocol: string;
  /** Port of the service: at the far end of an outgoing conversation, at the device of an incoming one. */
  readonly port: number | null;
  readonly icmpType: number | null;
  readonly direction: 'outgoing' | 'incoming';
  readonly cast: Cast;
  readonly scope: Scope;
  readonly sentPackets: readonly number[];
  readonly sentOctets: readonly number[];
  readonly receivedPackets: readonly number[];
  readonly receivedOctets: readonly number[];
}

const protocolNames: Readonly<Record<number, string>> = { 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };
const etherTypeArp = 0x0806;
/** Below it lie the ports that only services use (RFC 6335 §6). */
const firstUserPort = 1024;

export function protocolName(flow: Pick<FlowRecord, 'protocol' | 'etherType'>): string {
  if (flow.protocol !== null) return protocolNames[flow.protocol] ?? `ip-${flow.protocol}`;
  return flow.etherType === etherTypeArp ? 'arp' : `ethertype-0x${flow.etherType.toString(16).padStart(4, '0')}`;
}

/**
 * Whether the side called `source` is in truth the server: its first packet was merely the first that was captured.
 * Without a SYN, a well-known port against an unprivileged one tells.
 */
function sourceIsServer(flow: FlowRecord): boolean {
  if (flow.begunBy === 'syn' || flow.sourcePort === null || flow.destinationPort === null) return false;
  return flow.sourcePort < firstUserPort && flow.destinationPort >= firstUserPort;
}

/** @param mac one of the two MAC addresses of `flow` */
export function farEndOf(flow: FlowRecord, mac: Mac, networks: Networks): FarEnd {
  const deviceIsSource = flow.sourceMac === mac;
  const deviceBegan = deviceIsSource !== sourceIsServer(flow);
  const address = deviceIsSource ? flow.destinationAddress : flow.sourceAddress;
  const servicePort = sourceIsServer(flow) ? flow.sourcePort : flow.destinationPort;
  const cast = castOf(flow, deviceIsSource, address, networks);
  const [sentPackets, sentOctets, receivedPackets, receivedOctets] = deviceIsSource
    ? [flow.sourcePacketsBySecond, flow.sourceOctetsBySecond, flow.destinationPacketsBySecond, flow.destinationOctetsBySecond]
    : [flow.destinationPacketsBySecond, flow.destinationOctetsBySecond, flow.sourcePacketsBySecond, flow.sourceOctetsBySecond];
  return {
    address,
    protocol: protocolName(flow),
    port: servicePort,
    icmpType: flow.icmpType,
    // Nothing comes from a group: an unsolicited answer to all (RFC 4861 §7.2.6) was begun by the device.
    direction: deviceBegan || cast !== 'unicast' ? 'outgoing' : 'incoming',
    cast,
    // A frame to a group address stays on the link, and so does one without an Internet address.
    scope: cast !== 'unicast' || address === null ? 'inside' : networks.scope(address),
    sentPackets,
    sentOctets,
    receivedPackets,
    receivedOctets,
  };
}

/** The link tells, too: a subnet broadcast is one even where nobody taught the prefix. */
function castOf(flow: FlowRecord, deviceIsSource: boolean, address: Address | null, networks: Networks): Cast {
  if (deviceIsSource && flow.destinationMac === broadcastMac) return 'broadcast';
  if (deviceIsSource && flow.destinationMac !== null && isGroupMac(flow.destinationMac)) return 'multicast';
  return address === null ? 'unicast' : networks.cast(address);
}
