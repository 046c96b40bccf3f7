/**
 * Which addresses the metering of the mirror ports shows as sources, for the inventory of addresses in use. Looked at once a flow, never
 * once a packet; what was told lately is not told again.
 */

import { type Address, isGroupMac, isIpv4, type Mac } from '../base/address.ts';
import { type Microseconds, minute } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import { etherType } from '../wire/ethernet.ts';
import type { FlowWatcher } from './liveFacts.ts';

export interface FlowSource {
  readonly address: Address;
  readonly mac: Mac;
  readonly lastAt: Microseconds;
  /** The VLAN that it was seen in; 0 for untagged frames. */
  readonly vlan: number;
}

interface Told {
  readonly mac: Mac;
  readonly vlan: number;
  readonly atUs: Microseconds;
}

const tellAgainAfter: Microseconds = 10 * minute;
/** Sources on the other side of a router are among them. */
const mostRemembered = 65_536;

export class FlowSources implements FlowWatcher {
  /** In the order in which they were told. */
  private readonly told = new Map<Address, Told>();
  private waiting: FlowSource[] = [];

  take(flow: FlowRecord): void {
    // ARP is heard by the watch itself, and an address that is only asked for is no source.
    if (flow.etherType !== etherType.ipv4 && flow.etherType !== etherType.ipv6) return;
    // Tags within tags belong to somebody else's network.
    if (flow.vlans.length > 1) return;
    const vlan = flow.vlans[0] ?? 0;
    if (flow.sourcePackets > 0) this.see(flow.sourceAddress, flow.sourceMac, vlan, flow.lastAt);
    if (flow.destinationPackets > 0) this.see(flow.destinationAddress, flow.destinationMac, vlan, flow.lastAt);
  }

  private see(address: Address | null, mac: Mac | null, vlan: number, lastAt: Microseconds): void {
    if (address === null || mac === null || mac === 0 || isGroupMac(mac)) return;
    if (address === 0n || (isIpv4(address) && (address & 0xffff_ffffn) === 0n)) return;
    const known = this.told.get(address);
    if (known && known.mac === mac && known.vlan === vlan && lastAt - known.atUs < tellAgainAfter) return;
    this.told.delete(address);
    if (this.told.size >= mostRemembered) this.told.delete(this.told.keys().next().value as Address);
    this.told.set(address, { mac, vlan, atUs: lastAt });
    this.waiting.push({ address, mac, lastAt, vlan });
  }

  /** What was seen since the last call. */
  takeSeen(): FlowSource[] {
    const seen = this.waiting;
    this.waiting = [];
    return seen;
  }
}
