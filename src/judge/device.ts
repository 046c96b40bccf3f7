/** Which machines there are, and which event log belongs to which: from bindings seen on the wire or given by the operator. */

import type { Address, Mac } from '../base/address.ts';
import { isGroupMac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import { hostOf } from '../record/event.ts';
import type { DeviceRecord } from '../record/judged.ts';

/** One distinct binding and when it was last seen: see `record/sighting.ts`. */
export interface SeenBinding {
  readonly mac: Mac;
  readonly address: Address | null;
  readonly hostName: string | null;
  readonly evidence: string;
  readonly lastSeen: Microseconds;
}

/** What the operator says stands above what the wire says; then what a host says of itself to get its lease. */
const trust = ['configuration', 'dhcp', 'dhcpv6', 'netbios-datagram', 'nbns', 'mdns', 'llmnr', 'log'];
const rank = (evidence: string) => (trust.includes(evidence) ? trust.indexOf(evidence) : trust.length);

/**
 * @param hosts names under which there are events → the newest name of that machine
 * @returns one record for each MAC address, in ascending order
 */
export function assembleDevices(bindings: readonly SeenBinding[], hosts: ReadonlyMap<string, string>): DeviceRecord[] {
  const byMac = new Map<Mac, SeenBinding[]>();
  for (const binding of bindings) {
    if (isGroupMac(binding.mac) || binding.mac === 0) continue;
    const known = byMac.get(binding.mac);
    if (known) known.push(binding);
    else byMac.set(binding.mac, [binding]);
  }
  return [...byMac].sort(([a], [b]) => a - b).map(([mac, known]) => assemble(mac, known, hosts));
}

function assemble(mac: Mac, bindings: readonly SeenBinding[], hosts: ReadonlyMap<string, string>): DeviceRecord {
  const addresses = new Set(bindings.flatMap(({ address }) => (address === null ? [] : [address])));
  const names = new Set(bindings.flatMap(({ hostName }) => (hostName === null ? [] : [hostName])));
  // Of several names with a log the most trusted evidence decides, then the latest sighting, then the name itself.
  const tie = bindings
    .filter(({ hostName }) => hostName !== null && hosts.has(hostOf(hostName)))
    .sort(
      (a, b) =>
        rank(a.evidence) - rank(b.evidence) || b.lastSeen - a.lastSeen || ((a.hostName as string) < (b.hostName as string) ? -1 : 1),
    )[0];
  return {
    mac,
    host: tie ? (hosts.get(hostOf(tie.hostName as string)) as string) : null,
    hostEvidence: tie ? `${tie.evidence}: ${tie.hostName}` : null,
    hostNames: [...names].sort(),
    addresses: [...addresses].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    doubts: [],
  };
}
