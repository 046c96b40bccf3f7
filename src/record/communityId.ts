/** Community ID v1: one short name for a conversation that every tool computes alike (corelight/community-id-spec). */

import { type Address, ipv4Word, isIpv4 } from '../base/address.ts';
import { sha1Base64 } from '../base/ids.ts';
import type { FlowRecord } from './flow.ts';

/** ICMP types that answer each other; every other type stands alone. */
const icmpAnswers: Readonly<Record<number, number>> = { 0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17 };
const icmpv6Answers: Readonly<Record<number, number>> = {
  128: 129,
  129: 128,
  130: 131,
  131: 130,
  133: 134,
  134: 133,
  135: 136,
  136: 135,
  139: 140,
  140: 139,
  144: 145,
  145: 144,
};
const protocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

export type Conversation = Pick<
  FlowRecord,
  'sourceAddress' | 'destinationAddress' | 'protocol' | 'sourcePort' | 'destinationPort' | 'icmpType' | 'icmpCode'
>;

/** 4 or 16 octets. */
function octetsOf(address: Address): Uint8Array {
  const octets = new Uint8Array(isIpv4(address) ? 4 : 16);
  if (isIpv4(address)) new DataView(octets.buffer).setUint32(0, ipv4Word(address));
  else for (let i = 0; i < 16; i++) octets[i] = Number((address >> BigInt(120 - 8 * i)) & 0xffn);
  return octets;
}

function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((octet, i) => octet !== b[i]);
  return differs === -1 ? 0 : (a[differs] as number) - (b[differs] as number);
}

interface Ports {
  readonly source: number;
  readonly destination: number;
  /** The order of the two ends matters: nothing answers this. */
  readonly isOneWay: boolean;
}

function portsOf(flow: Conversation): Ports | undefined {
  if (flow.protocol === protocol.icmp || flow.protocol === protocol.icmpv6) {
    if (flow.icmpType === null) return undefined;
    const answer = (flow.protocol === protocol.icmp ? icmpAnswers : icmpv6Answers)[flow.icmpType];
    return { source: flow.icmpType, destination: answer ?? flow.icmpCode ?? 0, isOneWay: answer === undefined };
  }
  const hasPorts = flow.protocol === protocol.tcp || flow.protocol === protocol.udp || flow.protocol === protocol.sctp;
  if (!hasPorts || flow.sourcePort === null || flow.destinationPort === null) return undefined;
  return { source: flow.sourcePort, destination: flow.destinationPort, isOneWay: false };
}

/** `null` for what is no IP conversation. Protocols without ports are named by their addresses and protocol alone. */
export function communityId(flow: Conversation): string | null {
  if (flow.protocol === null || flow.sourceAddress === null || flow.destinationAddress === null) return null;
  const ports = portsOf(flow);
  const [source, destination] = [octetsOf(flow.sourceAddress), octetsOf(flow.destinationAddress)];
  const compared = compareOctets(source, destination) || (ports ? ports.source - ports.destination : 0);
  const inOrder = ports?.isOneWay === true || compared <= 0;
  const pair = new Uint8Array(ports ? 4 : 0);
  if (ports) {
    const view = new DataView(pair.buffer);
    view.setUint16(0, inOrder ? ports.source : ports.destination);
    view.setUint16(2, inOrder ? ports.destination : ports.source);
  }
  // First two octets of seed, which is 0 unless sites agree on another.
  const parts = [
    Uint8Array.of(0, 0),
    inOrder ? source : destination,
    inOrder ? destination : source,
    Uint8Array.of(flow.protocol, 0),
    pair,
  ];
  return `1:${sha1Base64(parts)}`;
}
