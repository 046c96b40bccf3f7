/** Which machines there are, and which event log belongs to which: from bindings seen on the wire or given by the operator. */

import { type Address, formatAddress, formatMac, isGroupMac, isIpv4, type Mac } from '../base/address.ts';
import { complete } from '../base/steps.ts';
import type { Microseconds } from '../base/time.ts';
import { hostOf } from '../record/event.ts';
import type { DeviceRecord } from '../record/judged.ts';

/** One distinct binding, and when it was seen first and last: see `record/sighting.ts`. */
export interface SeenBinding {
  readonly mac: Mac;
  readonly address: Address | null;
  readonly hostName: string | null;
  readonly evidence: string;
  readonly firstSeen: Microseconds;
  readonly lastSeen: Microseconds;
}

/** What the operator says stands above what the wire says; then what a host says of itself to get its lease. */
const trust = ['configuration', 'dhcp', 'dhcpv6', 'netbios-datagram', 'nbns', 'mdns', 'llmnr', 'log'];
const rank = (evidence: string) => (trust.includes(evidence) ? trust.indexOf(evidence) : trust.length);
const certain = rank('configuration');
/** These tie an address to the MAC address itself; a name can be said from behind a router, these cannot. */
const ofTheLink: ReadonlySet<string> = new Set(['configuration', 'arp', 'ndp', 'dhcp', 'dhcpv6']);

/** A MAC address says, or somebody says of it, that it is a host of which there is a log. */
interface Claim {
  readonly host: string;
  readonly rank: number;
  readonly evidence: string;
  readonly firstSeen: Microseconds;
  readonly lastSeen: Microseconds;
}

interface Tied {
  readonly device: DeviceRecord;
  /** Of the claim that tied the log. */
  readonly rank: number;
}

/**
 * @param hosts names under which there are events → the newest name of that machine
 * @returns one record for each MAC address, in ascending order
 */
export function assembleDevices(bindings: readonly SeenBinding[], hosts: ReadonlyMap<string, string>): DeviceRecord[] {
  return complete(assembleDevicesSteps(bindings, hosts));
}

const bindingsPerStep = 500;

/** The same in steps. */
export function* assembleDevicesSteps(
  bindings: readonly SeenBinding[],
  hosts: ReadonlyMap<string, string>,
): Generator<void, DeviceRecord[]> {
  const byMac = new Map<Mac, SeenBinding[]>();
  for (const [i, binding] of bindings.entries()) {
    if (i % bindingsPerStep === bindingsPerStep - 1) yield;
    if (isGroupMac(binding.mac) || binding.mac === 0) continue;
    const known = byMac.get(binding.mac);
    if (known) known.push(binding);
    else byMac.set(binding.mac, [binding]);
  }
  const tied: Tied[] = [];
  let looked = 0;
  for (const [mac, known] of [...byMac].sort(([a], [b]) => a - b)) {
    looked += known.length;
    if (looked >= bindingsPerStep) {
      looked = 0;
      yield;
    }
    tied.push(assemble(mac, known, hosts));
  }
  yield;
  return settleNamesakes(tied);
}

function assemble(mac: Mac, bindings: readonly SeenBinding[], hosts: ReadonlyMap<string, string>): Tied {
  const addresses = new Set(bindings.flatMap(({ address }) => (address === null ? [] : [address])));
  const names = new Set(bindings.flatMap(({ hostName }) => (hostName === null ? [] : [hostName])));
  const { own, behind } = apart(bindings);
  const { claim, doubts } = choose(claimsIn(own, hosts));
  const forwarded = [...new Set(claimsIn(behind, hosts).map(({ host }) => host))].filter((host) => host !== claim?.host).sort();
  if (forwarded.length > 0)
    doubts.push(
      `${forwarded.join(', ')} ${forwarded.length === 1 ? 'lies' : 'lie'} behind it: it forwards for others, whose log is not taken for its own`,
    );
  return {
    device: {
      mac,
      host: claim?.host ?? null,
      hostEvidence: claim?.evidence ?? null,
      hostNames: [...names].sort(),
      addresses: [...addresses].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      doubts,
    },
    rank: claim?.rank ?? trust.length,
  };
}

/**
 * A router passes on what hosts behind it say, from their addresses. Where the link shows which addresses a MAC address has,
 * a name that comes from another one, and could have been routed, is the name of somebody behind it.
 */
function apart(bindings: readonly SeenBinding[]): { readonly own: SeenBinding[]; readonly behind: SeenBinding[] } {
  const has = new Set(
    bindings.filter(({ evidence }) => ofTheLink.has(evidence)).flatMap(({ address }) => (address === null ? [] : [address])),
  );
  const isBehind = ({ address, evidence }: SeenBinding) =>
    address !== null &&
    !ofTheLink.has(evidence) &&
    !isLinkLocal(address) &&
    !has.has(address) &&
    [...has].some((known) => isIpv4(known) === isIpv4(address));
  return { own: bindings.filter((binding) => !isBehind(binding)), behind: bindings.filter(isBehind) };
}

/** 169.254.0.0/16 and fe80::/10 are never routed (RFC 3927 §7, RFC 4291 §2.5.6). */
function isLinkLocal(address: Address): boolean {
  return isIpv4(address) ? ((address >> 16n) & 0xffffn) === 0xa9fen : address >> 118n === 0x3fan;
}

/** One for each host, by its most trusted evidence; of equals the latest, then the first name. */
function claimsIn(bindings: readonly SeenBinding[], hosts: ReadonlyMap<string, string>): Claim[] {
  const claims = new Map<string, Claim>();
  const named = bindings.flatMap((binding) =>
    binding.hostName !== null && hosts.has(hostOf(binding.hostName)) ? [{ ...binding, hostName: binding.hostName }] : [],
  );
  named.sort((a, b) => rank(a.evidence) - rank(b.evidence) || b.lastSeen - a.lastSeen || (a.hostName < b.hostName ? -1 : 1));
  for (const { hostName, evidence, firstSeen, lastSeen } of named) {
    const host = hosts.get(hostOf(hostName)) as string;
    const known = claims.get(host);
    if (!known) claims.set(host, { host, rank: rank(evidence), evidence: `${evidence}: ${hostName}`, firstSeen, lastSeen });
    else if (known.rank === rank(evidence))
      claims.set(host, { ...known, firstSeen: Math.min(known.firstSeen, firstSeen), lastSeen: Math.max(known.lastSeen, lastSeen) });
  }
  return [...claims.values()];
}

/** The most trusted claim. Of several that are equally trusted the latest, when one name followed the other; otherwise none. */
function choose(claims: readonly Claim[]): { readonly claim: Claim | undefined; readonly doubts: string[] } {
  const [first] = claims;
  if (!first) return { claim: undefined, doubts: [] };
  const best = claims.filter((claim) => claim.rank === first.rank);
  const others = claims.filter((claim) => claim.rank !== first.rank).map(({ evidence }) => evidence);
  const doubts =
    others.length === 0 ? [] : [`it is also called otherwise (${others.sort().join('; ')}), which is trusted less than ${first.evidence}`];
  if (best.length === 1 || first.rank === certain) return { claim: first, doubts };
  const inTime = best.toSorted((a, b) => a.firstSeen - b.firstSeen || a.lastSeen - b.lastSeen);
  const follow = inTime.every((claim, i) => i === 0 || (inTime[i - 1] as Claim).lastSeen < claim.firstSeen);
  const names = inTime.map(({ host }) => host);
  if (follow) {
    const claim = inTime.at(-1) as Claim;
    return {
      claim,
      doubts: [...doubts, `it called itself ${names.join(', then ')}: the log of ${claim.host} is laid over all its traffic`],
    };
  }
  return {
    claim: undefined,
    doubts: [...doubts, `it calls itself ${names.sort().join(' and ')} by turns: none of these logs is taken for its own`],
  };
}

/**
 * Two MAC addresses with one name are a machine with two network cards, or one machine with the name of another. What the
 * operator said decides; otherwise both are judged by the log, because an intruder could blind the watch by taking a name,
 * and both are said to be doubtful.
 */
function settleNamesakes(tied: readonly Tied[]): DeviceRecord[] {
  const byHost = new Map<string, Tied[]>();
  for (const one of tied) {
    if (one.device.host === null) continue;
    const known = byHost.get(one.device.host);
    if (known) known.push(one);
    else byHost.set(one.device.host, [one]);
  }
  return tied.map(({ device, rank: own }) => {
    const namesakes = device.host === null ? [] : (byHost.get(device.host) as Tied[]).filter((other) => other.device.mac !== device.mac);
    if (namesakes.length === 0) return device;
    const known = namesakes.filter((other) => other.rank === certain);
    const list = (some: readonly Tied[]) =>
      some.map(({ device: { mac, addresses } }) => [formatMac(mac), ...addresses.slice(0, 2).map(formatAddress)].join(' ')).join(', ');
    if (own !== certain && known.length > 0) {
      const doubt = `it calls itself ${device.host}, which by the configuration is ${list(known)}: a machine with the name of another; it is not judged by that log`;
      return { ...device, host: null, hostEvidence: null, doubts: [...device.doubts, doubt] };
    }
    const rivals = own === certain ? known : namesakes;
    if (rivals.length === 0) return device;
    const doubt = `${list(rivals)} calls itself ${device.host} as well: one machine with two network cards, or one with the name of another; the log is laid over both, so name the right MAC address under \`hosts:\` in the configuration`;
    return own === certain ? device : { ...device, doubts: [...device.doubts, doubt] };
  });
}
