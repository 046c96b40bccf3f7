/** Narrow explanations for what stands unexplained and looks harmless. A person decides; nothing that looks suspicious is ever proposed. */

import type { Explanation } from '../record/explanation.ts';
import { matchesPattern } from './explain.ts';
import { type Evidence, recurrenceOf, statusOf } from './priority.ts';

/** Far ends that fewer hosts share prove nothing: an intruder begins with one. */
const fewestHosts = 2;

export interface Suggestion {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly application: Explanation['application'];
  /** Hosts that talk to it while no user starts it, and all that are judged. */
  readonly hosts: number;
  readonly hostsInAll: number;
  readonly minutes: number;
  readonly sentOctets: number;
  readonly receivedOctets: number;
}

export interface LeftOut {
  readonly farEnd: string;
  readonly why: string;
}

/** @param evidence of every destination of every host, for traffic that no user started */
export function suggest(
  evidence: readonly Evidence[],
  rules: readonly Explanation[],
): { readonly suggestions: Suggestion[]; readonly leftOut: LeftOut[] } {
  const groups = new Map<string, Evidence[]>();
  for (const one of evidence) {
    const { name, address, protocol, port } = one.destination;
    const key = `${name ?? `${address}`} ${protocol} ${port}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const suggestions: Suggestion[] = [];
  const leftOut: LeftOut[] = [];
  for (const group of groups.values()) {
    const open = group.filter((one) => statusOf(one) !== 'explained');
    if (open.length === 0) continue;
    const why = whyNot(group, rules);
    const { name, protocol, port, application } = (open[0] as Evidence).destination;
    if (why !== undefined) {
      if (name !== null) leftOut.push({ farEnd: `${name}:${port ?? protocol}`, why });
      continue;
    }
    suggestions.push({
      name: name as string,
      protocol: protocol as 'tcp' | 'udp',
      port: port as number,
      application: application ?? undefined,
      hosts: group.length,
      hostsInAll: (open[0] as Evidence).devicesInAll,
      minutes: group.reduce((sum, { minutes }) => sum + minutes.length, 0),
      sentOctets: group.reduce((sum, { sentOctets }) => sum + sentOctets, 0),
      receivedOctets: group.reduce((sum, { receivedOctets }) => sum + receivedOctets, 0),
    });
  }
  suggestions.sort((a, b) => b.hosts - a.hosts || (a.name < b.name ? -1 : 1));
  return { suggestions, leftOut: leftOut.sort((a, b) => (a.farEnd < b.farEnd ? -1 : 1)) };
}

/** One host that looks suspicious is enough: the same far end may be harmless for nobody. */
function whyNot(group: readonly Evidence[], rules: readonly Explanation[]): string | undefined {
  for (const one of group) {
    const { destination } = one;
    const status = statusOf(one);
    if (status === 'suspicious' || status === 'out-of-envelope') return `it is ${status} for a host`;
    if (destination.direction === 'incoming') return 'the far end began';
    if (destination.scope === 'inside' || destination.cast !== 'unicast') return 'it lies inside, where a rule by protocol belongs';
    if (destination.name === null) return 'no name is known for its address';
    if (destination.nameProof !== 'resolved') return `its name is ${destination.nameProof}`;
    if ((destination.protocol !== 'tcp' && destination.protocol !== 'udp') || destination.port === null) return 'it has no port';
    const recurrence = recurrenceOf(one.minutes);
    if (recurrence) return recurrence[1];
    if (one.sentOctets > one.receivedOctets) return 'a host sent more than it received';
    const rented = rules.find(
      ({ breadth, pattern }) => breadth === 'shared' && pattern !== undefined && matchesPattern(pattern, destination.name as string),
    );
    if (rented) return `anybody can rent a place like ${rented.pattern}`;
  }
  const together = recurrenceOf([...new Set(group.flatMap(({ minutes }) => minutes))].sort((a, b) => a - b));
  if (together) return `over all hosts it ${together[1]}`;
  return group.length < fewestHosts ? 'only one host talks to it' : undefined;
}
