/** Whether and why the traffic with a destination is explained. */

import { envelopeOfNames } from '../record/envelope.ts';
import type { Explanation } from '../record/explanation.ts';
import type { DestinationRecord } from '../record/judged.ts';
import type { FarEndIdentity } from './judgement.ts';

/** The narrower the rule, the better it explains. `shared` never explains anything alone. */
const narrowness = { exact: 0, vendor: 1, protocol: 2, shared: 3 } as const;

/**
 * Compares on whole labels: `*.example.com` is any name below example.com, `*` within a pattern is exactly one label.
 *
 * @param name lower case, without a trailing dot
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.startsWith('*.')) {
    const suffix = pattern.slice(1);
    return suffix.includes('*') ? matchesSuffixLabels(pattern.slice(2), name) : name.endsWith(suffix) && name.length > suffix.length;
  }
  const wanted = pattern.split('.');
  const labels = name.split('.');
  return wanted.length === labels.length && wanted.every((label, i) => label === '*' || label === labels[i]);
}

function matchesSuffixLabels(pattern: string, name: string): boolean {
  const depth = pattern.split('.').length;
  const labels = name.split('.');
  return labels.length > depth && matchesPattern(pattern, labels.slice(-depth).join('.'));
}

function portsOf({ port }: Explanation): readonly number[] {
  return port === undefined ? [] : Array.isArray(port) ? port : [port];
}

function matches(rule: Explanation, far: FarEndIdentity): boolean {
  const { direction = 'outgoing' } = rule;
  if ((direction !== 'either' && direction !== far.direction) || rule.protocol !== far.protocol || rule.scope !== far.scope) return false;
  if (rule.pattern !== undefined && (far.name === null || !matchesPattern(rule.pattern, far.name))) return false;
  if (rule.port !== undefined && (far.port === null || !portsOf(rule).includes(far.port))) return false;
  if (rule.application !== undefined && rule.application !== far.application) return false;
  if (rule.icmpTypes !== undefined && (far.icmpType === null || !rule.icmpTypes.includes(far.icmpType))) return false;
  if (rule.cast !== undefined && !rule.cast.includes(far.cast)) return false;
  return rule.role === undefined || far.roles.includes(rule.role);
}

/** What a rule may ask beyond protocol and scope, which every rule names. */
const conditions = ['port', 'application', 'icmpTypes', 'cast', 'role'] as const;

/** Labels of the pattern that are written out: of two patterns that match one name, the one with more is the narrower. */
function depth({ pattern }: Explanation): number {
  return pattern?.split('.').filter((label) => label !== '*').length ?? 0;
}

/** The narrower of two rules that match the same far end comes first: by breadth, by pattern, by conditions, by ports, then by id. */
function byNarrowness(a: Explanation, b: Explanation): number {
  const [left, right] = [a, b].map((rule) => [
    narrowness[rule.breadth],
    -depth(rule),
    -conditions.filter((condition) => rule[condition] !== undefined).length,
    portsOf(rule).length,
  ]) as [number[], number[]];
  const differs = left.findIndex((rank, i) => rank !== right[i]);
  if (differs >= 0) return (left[differs] as number) - (right[differs] as number);
  return a.id < b.id ? -1 : 1;
}

/** A vendor's suffix does not reach into a deeper one where anybody can rent a place. */
function isTakenOut(rule: Explanation, matching: readonly Explanation[]): boolean {
  return rule.breadth === 'vendor' && matching.some((other) => other.breadth === 'shared' && depth(other) > depth(rule));
}

/** @param rules in any order: the narrowest rule that matches explains, of equals the first by id */
export function explain(far: FarEndIdentity, rules: readonly Explanation[]): DestinationRecord {
  const matching = rules.filter((rule) => matches(rule, far)).sort(byNarrowness);
  const found = matching.find((rule) => !isTakenOut(rule, matching));
  const unexplained = (reason: string): DestinationRecord => ({
    ...far,
    status: 'unexplained',
    reason,
    rule: null,
    source: null,
    envelope: null,
  });
  if (!found) return unexplained(whyNot(far));
  if (found.breadth === 'shared')
    return unexplained(`anybody can rent a place like ${found.pattern}, so it explains nothing alone (a hint: ${found.reason})`);
  if (found.pattern !== undefined && far.nameProof !== 'resolved') return unexplained(unproven(far, found));
  const envelope = found.envelope ?? (found.pattern === undefined ? null : envelopeOfNames);
  return { ...far, status: 'explained', reason: found.reason, rule: found.id, source: found.source, envelope };
}

function unproven(far: FarEndIdentity, rule: Explanation): string {
  return far.nameProof === 'claimed'
    ? `no trusted answer tied ${far.name} to this address: SNI, Host or a stranger named it (would be ${rule.id})`
    : `several names were tied to this address, ${far.name} is only the latest of them (would be ${rule.id})`;
}

function whyNot(far: FarEndIdentity): string {
  if (far.direction === 'incoming') return 'the far end began this conversation, and no explanation covers that';
  if (far.cast !== 'unicast') return `no explanation for this ${far.cast} traffic`;
  if (far.name === null) return 'no name is known for this address, and no explanation covers it';
  if (far.nameProof === 'claimed') return 'no explanation for this name, which no trusted answer tied to the address';
  return 'no explanation for this name';
}
