/** Who says which resolvers and routers this network has, and whom to believe where two teach differently. */

import { type Address, contains, formatAddress, formatMac, type Mac, makePrefix } from '../base/address.ts';
import type { Teaching } from './networks.ts';

/** One thing that one teacher taught: see `record/sighting.ts`, kind `network`. */
export interface Taught extends Omit<Teaching, 'isCertain'> {
  readonly evidence: string;
  /** Null where the link has no MAC addresses, and for the operator. */
  readonly toldBy: Mac | null;
  /** Different UTC hours in which it was taught. */
  readonly hours: number;
  readonly firstSeen: number;
}

interface Teacher {
  readonly toldBy: Mac | null;
  readonly evidence: string;
  readonly taught: Taught[];
}

export interface Believed {
  readonly teachings: Teaching[];
  /** Sentences about those who were not believed. */
  readonly remarks: string[];
}

const of = (teacher: Teacher, what: Taught['what']) => teacher.taught.filter((one) => one.what === what);
const addressesOf = (teacher: Teacher, what: Taught['what']) =>
  [...new Set(of(teacher, what).map(({ address }) => address))].sort((a, b) => (a < b ? -1 : 1));

/** Whether they speak for one link: two that teach prefixes apart from each other stand on two. */
function shareLink(a: Teacher, b: Teacher): boolean {
  const [left, right] = [a, b].map((teacher) =>
    of(teacher, 'prefix').map(({ address, prefixLength }) => makePrefix(address, prefixLength ?? 128)),
  );
  if (!left || !right || left.length === 0 || right.length === 0) return true;
  return left.some((one) => right.some((other) => contains(one, other.address) || contains(other, one.address)));
}

/** A second server of one network teaches the same resolvers, or some of them. */
function disagree(a: Teacher, b: Teacher): boolean {
  if (a.evidence !== b.evidence || a.toldBy === b.toldBy) return false;
  const [left, right] = [addressesOf(a, 'resolver'), addressesOf(b, 'resolver')];
  if (left.length === 0 || right.length === 0) return false;
  const within = (some: readonly Address[], all: readonly Address[]) => some.every((address) => all.includes(address));
  return !within(left, right) && !within(right, left) && shareLink(a, b);
}

/** How much of the network was taught by it: hours in which it taught resolvers. */
const weight = (teacher: Teacher) => of(teacher, 'resolver').reduce((most, { hours }) => Math.max(most, hours), 0);
const firstSeen = (teacher: Teacher) => teacher.taught.reduce((first, one) => Math.min(first, one.firstSeen), Number.POSITIVE_INFINITY);

/**
 * Anybody on the link can answer a DHCP client or advertise a router. Where two teach different resolvers to one link, whoever
 * taught them in more hours is believed, of equals whoever came first; the resolvers and routers of the other prove nothing.
 */
export function believedTeachings(taught: readonly Taught[]): Believed {
  const teachers = new Map<string, Teacher>();
  for (const one of taught) {
    const key = `${one.evidence} ${one.toldBy}`;
    const known = teachers.get(key);
    if (known) known.taught.push(one);
    else teachers.set(key, { toldBy: one.toldBy, evidence: one.evidence, taught: [one] });
  }
  const inOrder = [...teachers.values()].sort(
    (a, b) =>
      weight(b) - weight(a) || firstSeen(a) - firstSeen(b) || (a.toldBy ?? -1) - (b.toldBy ?? -1) || (a.evidence < b.evidence ? -1 : 1),
  );
  const believed: Teacher[] = [];
  const remarks: string[] = [];
  const found: Taught[] = [];
  for (const teacher of inOrder) {
    const rival = believed.find((other) => disagree(other, teacher));
    if (!rival) {
      believed.push(teacher);
      found.push(...teacher.taught);
      continue;
    }
    found.push(...of(teacher, 'prefix'));
    remarks.push(
      `${describe(teacher)}, unlike ${describe(rival)}, which most of the network was taught: what the former says proves no name and makes nobody a router`,
    );
  }
  return { teachings: merge(found), remarks: remarks.sort() };
}

function describe(teacher: Teacher): string {
  const who = teacher.toldBy === null ? 'somebody' : formatMac(teacher.toldBy);
  return `${who} teaches the resolver ${addressesOf(teacher, 'resolver').map(formatAddress).join(', ')} (${teacher.evidence})`;
}

/** Each thing once, in one order whoever taught it. */
function merge(taught: readonly Taught[]): Teaching[] {
  const merged = new Map<string, Teaching>();
  for (const { what, address, prefixLength, evidence } of taught) {
    const key = `${what} ${address.toString(16).padStart(32, '0')} ${prefixLength}`;
    merged.set(key, { what, address, prefixLength, isCertain: evidence === 'configuration' || merged.get(key)?.isCertain === true });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, teaching]) => teaching);
}
