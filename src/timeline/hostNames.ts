/** Which names of hosts are one host: EventLog 6011 tells that a machine was renamed from one to the other. */

import type { Microseconds } from '../base/time.ts';
import { type EventRecord, hostOf } from '../record/event.ts';
import { is } from './eventKey.ts';

/** `host` of an event → the newest name of that machine. Names that were never changed map to themselves. */
export function hostNames(events: Iterable<EventRecord>): Map<string, string> {
  const parents = new Map<string, string>();
  const seenAt = new Map<string, Microseconds>();
  for (const event of events) {
    if (event.recovered) continue;
    add(parents, event.host);
    const renamed = renaming(event);
    if (renamed) {
      const [from, to] = renamed;
      // The event still bears one of the names. Of others it could not know.
      if (event.host === from || event.host === to) {
        parents.set(rootOf(parents, add(parents, from)), rootOf(parents, add(parents, to)));
        seenAt.set(to, Math.max(seenAt.get(to) ?? event.time, event.time));
      }
    }
    seenAt.set(event.host, Math.max(seenAt.get(event.host) ?? event.time, event.time));
  }
  const newest = new Map<string, string>();
  for (const name of [...parents.keys()].sort()) {
    const root = rootOf(parents, name);
    const best = newest.get(root);
    if (best === undefined || (seenAt.get(name) ?? 0) > (seenAt.get(best) ?? 0)) newest.set(root, name);
  }
  return new Map([...parents.keys()].map((name) => [name, newest.get(rootOf(parents, name)) as string]));
}

/** Events of each machine under its newest name. */
export function groupByHost(events: readonly EventRecord[]): Map<string, EventRecord[]> {
  const names = hostNames(events);
  const groups = new Map<string, EventRecord[]>();
  for (const event of events) {
    const host = names.get(event.host) ?? event.host;
    const group = groups.get(host);
    if (group) group.push(event);
    else groups.set(host, [event]);
  }
  return groups;
}

/** 6011: "The NetBIOS name and DNS host name of this machine have been changed from %1 to %2." */
function renaming(event: EventRecord): [string, string] | undefined {
  if (!is(event, 'eventlog', 6011)) return undefined;
  const [from, to] = event.data.map(([, value]) => hostOf(value));
  return from && to && from !== to ? [from, to] : undefined;
}

function add(parents: Map<string, string>, name: string): string {
  if (!parents.has(name)) parents.set(name, name);
  return name;
}

/** Shortens the way for the next time; a chain of names cannot loop, for a root is only ever put under another root. */
function rootOf(parents: Map<string, string>, name: string): string {
  let root = name;
  while (parents.get(root) !== root) root = parents.get(root) as string;
  for (let at = name; at !== root; ) {
    const next = parents.get(at) as string;
    parents.set(at, root);
    at = next;
  }
  return root;
}
