/** What the far end of a flow is called, and how far that can be trusted. */

import type { Address } from '../base/address.ts';
import { complete } from '../base/steps.ts';
import type { Microseconds } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { NameProof } from '../record/judged.ts';
import { type NameRecord, usableUntil } from '../record/sighting.ts';
import type { Networks } from './networks.ts';

export interface FarEndName {
  readonly name: string;
  readonly proof: NameProof;
}

const synFlag = 0x02;

/** Names that one client learnt, by address. */
export class LearntNames {
  private readonly byAddress = new Map<Address, NameRecord[]>();

  /** @param networks knows which resolvers this network has taught */
  constructor(
    names: readonly NameRecord[],
    private readonly networks: Networks,
  ) {
    for (const record of names) {
      const known = this.byAddress.get(record.address);
      if (known) known.push(record);
      else this.byAddress.set(record.address, [record]);
    }
  }

  /**
   * @param claimed what the client itself asked the server for (SNI, Host), or null
   * @param at time of the first packet
   * @param until time of the last packet: an answer that came later says nothing about this flow
   */
  name(address: Address, claimed: string | null, at: Microseconds, until: Microseconds): FarEndName | null {
    const learnt = (this.byAddress.get(address) ?? []).filter((record) => record.from <= until && at <= usableUntil(record));
    const proven = learnt.filter((record) => this.isTrusted(record));
    if (claimed !== null) return { name: claimed, proof: proven.some((record) => record.name === claimed) ? 'resolved' : 'claimed' };
    const told = this.told(proven, at);
    if (told) return told;
    // What only a stranger answered is a claim as well: whoever wants to be taken for a vendor can send such an answer.
    const hearsay = this.told(learnt, at);
    return hearsay && { name: hearsay.name, proof: 'claimed' };
  }

  /**
   * Anybody on the link can answer for any name. A resolver that the network taught is believed for every name; where none
   * was taught, whoever answered over DNS. LLMNR, mDNS and NBNS speak for the names of this link alone.
   */
  private isTrusted({ evidence, name, server }: NameRecord): boolean {
    if (evidence === 'dns' || evidence === 'https-record')
      return !this.networks.hasResolvers || this.networks.roles(server).includes('resolver');
    return !name.includes('.') || name.endsWith('.local');
  }

  private told(learnt: readonly NameRecord[], at: Microseconds): FarEndName | null {
    const current = learnt.filter((record) => at <= record.until);
    const candidates = current.length > 0 ? current : learnt;
    if (candidates.length === 0) return null;
    const names = new Set(candidates.map((record) => record.name));
    if (names.size === 1) return { name: (candidates[0] as NameRecord).name, proof: 'resolved' };
    // The latest answer is the likeliest; of two at one time the first by name, so that the order of arrival does not matter.
    const latest = candidates.reduce((best, record) =>
      record.from > best.from || (record.from === best.from && record.name < best.name) ? record : best,
    );
    return { name: latest.name, proof: 'ambiguous' };
  }
}

function conversationKey(flow: FlowRecord): string {
  return [
    flow.capture,
    flow.interface,
    flow.vlans.join('.'),
    flow.sourceMac,
    flow.destinationMac,
    flow.etherType,
    flow.sourceAddress,
    flow.destinationAddress,
    flow.protocol,
    flow.sourcePort,
    flow.destinationPort,
    flow.icmpType,
    flow.icmpCode,
  ].join('|');
}

/**
 * The name that the client asked for in each conversation: a ClientHello in one minute names the slices of the minutes
 * before and after it, until a SYN begins another conversation between the same ports.
 *
 * @returns slice → name
 */
export function claimedNames(flows: readonly FlowRecord[]): Map<FlowRecord, string> {
  return complete(claimedNamesSteps(flows));
}

const flowsPerStep = 500;

export function* claimedNamesSteps(flows: readonly FlowRecord[]): Generator<void, Map<FlowRecord, string>> {
  const conversations = new Map<string, FlowRecord[]>();
  for (const [i, flow] of flows.entries()) {
    if (i % flowsPerStep === 0) yield;
    const key = conversationKey(flow);
    const slices = conversations.get(key);
    if (slices) slices.push(flow);
    else conversations.set(key, [flow]);
  }
  const claimed = new Map<FlowRecord, string>();
  let looked = 0;
  for (const slices of conversations.values()) {
    looked += slices.length;
    if (looked >= flowsPerStep) {
      looked = 0;
      yield;
    }
    slices.sort((a, b) => a.firstAt - b.firstAt || a.lastAt - b.lastAt);
    let part: FlowRecord[] = [];
    const settle = () => {
      const name = part.find((slice) => slice.serverName !== null)?.serverName;
      if (name) for (const slice of part) claimed.set(slice, name);
      part = [];
    };
    for (const slice of slices) {
      if (((slice.sourceTcpFlags ?? 0) & synFlag) !== 0) settle();
      part.push(slice);
    }
    settle();
  }
  return claimed;
}
