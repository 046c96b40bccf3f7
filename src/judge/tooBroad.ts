/** Patterns that would explain more than anybody can know. */

import type { Explanation } from '../record/explanation.ts';
import { matchesPattern } from './explain.ts';

/** Second labels below which registries give names to anybody, such as `co.jp` and `com.au`; with one label more they are a domain. */
const givenAway = new Set(['ac', 'co', 'com', 'edu', 'go', 'gov', 'gr', 'lg', 'me', 'ne', 'net', 'nom', 'or', 'org', 'sch']);

/**
 * Why an operator may not add this explanation, or `undefined`.
 *
 * @param rules with the places where anybody can rent a name (`breadth: shared`)
 */
export function tooBroad(wanted: Explanation, rules: readonly Explanation[]): string | undefined {
  const { pattern, breadth } = wanted;
  if (breadth === 'shared') return `${wanted.id}: the breadth shared explains nothing, so there is nothing to add`;
  if (pattern === undefined) return undefined;
  const literal = pattern.split('.').slice(-2);
  if (literal.some((label) => label === '*')) return `${pattern} leaves open whose domain it is: write out the last two labels`;
  if (!pattern.includes('*')) return undefined;
  const labels = pattern.replace(/^\*\./, '').split('.');
  const [second, top] = labels.slice(-2) as [string, string];
  const isGivenAway = top.length === 2 && givenAway.has(second);
  if (isGivenAway && (labels.length === 2 || labels.at(-3) === '*'))
    return `below ${second}.${top} anybody can register a domain: name the domain`;
  const rented = rules.find((rule) => rule.breadth === 'shared' && rule.pattern?.includes('*') && meets(pattern, rule.pattern));
  return rented && `anybody can rent a name like ${rented.pattern}, so ${pattern} explains nothing: name the host in full`;
}

/** Whether a name that matches one could match the other: one lies below the other, or they are the same. */
function meets(one: string, other: string): boolean {
  const sample = (pattern: string) =>
    pattern
      .split('.')
      .map((label) => (label === '*' ? 'sample' : label))
      .join('.');
  return matchesPattern(one, sample(other)) || matchesPattern(other, sample(one));
}
