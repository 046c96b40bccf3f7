/** Whether and why the traffic with a destination is explained. */

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

function matches(rule: Explanation, far: FarEndIdentity): boolean {
  if (far.direction !== 'outgoing' || rule.protocol !== far.protocol || rule.scope !== far.scope) return false;
  if (rule.pattern !== undefined && (far.name === null || !matchesPattern(rule.pattern, far.name))) return false;
  if (rule.port !== undefined && rule.port !== far.port) return false;
  if (rule.application !== undefined && rule.application !== far.application) return false;
  if (rule.icmpTypes !== undefined && (far.icmpType === null || !rule.icmpTypes.includes(far.icmpType))) return false;
  if (rule.cast !== undefined && !rule.cast.includes(far.cast)) return false;
  return rule.role === undefined || far.roles.includes(rule.role);
}

/** @param rules in any order: the narrowest rule that matches explains, of equals the first by id */
export function explain(far: FarEndIdentity, rules: readonly Explanation[]): DestinationRecord {
  const found = rules
    .filter((rule) => matches(rule, far))
    .sort((a, b) => narrowness[a.breadth] - narrowness[b.breadth] || (a.id < b.id ? -1 : 1))[0];
  const unexplained = (reason: string): DestinationRecord => ({ ...far, status: 'unexplained', reason, rule: null, source: null });
  if (!found) return unexplained(whyNot(far));
  if (found.breadth === 'shared') return unexplained(`anybody can rent a name that matches ${found.pattern}: it explains nothing alone`);
  if (found.pattern !== undefined && far.nameProof !== 'resolved') return unexplained(unproven(far, found));
  return { ...far, status: 'explained', reason: found.reason, rule: found.id, source: found.source };
}

function unproven(far: FarEndIdentity, rule: Explanation): string {
  return far.nameProof === 'claimed'
    ? `the client named it in SNI or Host, but no answer tied ${far.name} to this address (would be ${rule.id})`
    : `several names were tied to this address, ${far.name} is only the latest of them (would be ${rule.id})`;
}

function whyNot(far: FarEndIdentity): string {
  if (far.direction === 'incoming') return 'the far end began this conversation, and no explanation covers that';
  if (far.cast !== 'unicast') return `no explanation for this ${far.cast} traffic`;
  if (far.name === null) return 'no name is known for this address, and no explanation covers it';
  if (far.nameProof === 'claimed') return 'no explanation for this name, which only SNI or Host claimed';
  return 'no explanation for this name';
}
