/**
 * What a machine did that turned to addresses that nobody has. No user is led to such an address, so every contact is worth a look; how
 * much is said by how many there were, how fast, and what was wanted of them.
 */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, minute } from '../base/time.ts';

export interface DarkContact {
  readonly askerMac: Mac;
  readonly askerAddress: Address;
  readonly target: Address;
  readonly mode: string;
  readonly solicitedAt: Microseconds;
  readonly lastAt: Microseconds;
  /** Own solicitations to which nobody answered; 0 in dry-run. */
  readonly probes: number;
  readonly solicitations: number;
  readonly packets: number;
  readonly octets: number;
  /** Of each slice of the contact. */
  readonly services: readonly (readonly { readonly protocol: number; readonly port: number | null; readonly packets: number }[])[];
  readonly payload: string | null;
  readonly evidence: readonly string[];
}

export const severities = ['high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

export interface DarkAsker {
  readonly mac: Mac;
  readonly addresses: readonly Address[];
  readonly kind: 'sweep' | 'several' | 'single';
  readonly severity: Severity;
  /** Why, most weighty first. */
  readonly because: readonly string[];
  readonly targets: readonly Address[];
  readonly isDryRun: boolean;
  readonly solicitations: number;
  readonly packets: number;
  readonly octets: number;
  /** Most packets first. */
  readonly services: readonly { readonly name: string; readonly packets: number }[];
  readonly payload: string | null;
  readonly evidence: readonly string[];
  readonly firstAt: Microseconds;
  readonly lastAt: Microseconds;
}

/** So many addresses within `sweepWithin` are no mistake of one program. */
const sweepTargets = 10;
const sweepWithin: Microseconds = 10 * minute;
/** Services by which intruders spread inside: remote shells and desktops, file shares, management, databases. */
const lateral: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [23, 'Telnet'],
  [135, 'RPC'],
  [139, 'NetBIOS'],
  [445, 'SMB'],
  [1433, 'SQL Server'],
  [3306, 'MySQL'],
  [3389, 'Remote Desktop'],
  [5432, 'PostgreSQL'],
  [5900, 'VNC'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
]);
const protocolNames: Readonly<Record<number, string>> = { 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' };
const tcp = 6;

/** One row a machine, the worst first. */
export function darkAskers(contacts: readonly DarkContact[]): DarkAsker[] {
  const byMac = new Map<Mac, DarkContact[]>();
  for (const contact of contacts) byMac.set(contact.askerMac, [...(byMac.get(contact.askerMac) ?? []), contact]);
  const askers = [...byMac].map(([mac, own]) => describe(mac, own));
  const rank = ({ severity }: DarkAsker) => severities.indexOf(severity);
  return askers.toSorted((a, b) => rank(a) - rank(b) || b.targets.length - a.targets.length || b.packets - a.packets || a.mac - b.mac);
}

function describe(mac: Mac, contacts: readonly DarkContact[]): DarkAsker {
  const targets = [...new Set(contacts.map(({ target }) => target))];
  const services = servicesOf(contacts);
  const isSweep = mostWithin(contacts) >= sweepTargets;
  const kind = isSweep ? 'sweep' : targets.length > 1 ? 'several' : 'single';
  const spread = services.flatMap(({ protocol, port }) => (protocol === tcp && port !== null ? (lateral.get(port) ?? []) : []));
  const because: string[] = [];
  if (isSweep) because.push(`asked for ${targets.length} addresses that nobody has, at least ${sweepTargets} of them within ten minutes`);
  if (spread.length > 0) because.push(`tried services by which intruders spread: ${[...new Set(spread)].join(', ')}`);
  if (!isSweep)
    because.push(targets.length > 1 ? `asked for ${targets.length} addresses that nobody has` : 'asked for one address that nobody has');
  const hasData = contacts.some(({ payload }) => payload !== null);
  const hasConversation = services.some(({ protocol }) => protocol !== 1 && protocol !== 58);
  if (hasData) because.push('sent data before anybody could have answered');
  const severity = isSweep || spread.length > 0 ? 'high' : hasConversation || hasData || targets.length > 1 ? 'medium' : 'low';
  return {
    mac,
    addresses: [...new Set(contacts.map(({ askerAddress }) => askerAddress))],
    kind,
    severity,
    because,
    targets,
    isDryRun: contacts.every(({ mode }) => mode === 'dry-run'),
    solicitations: sum(contacts, 'solicitations'),
    packets: sum(contacts, 'packets'),
    octets: sum(contacts, 'octets'),
    services: services.map(({ protocol, port, packets }) => ({ name: serviceName(protocol, port), packets })),
    payload: contacts.find(({ payload }) => payload !== null)?.payload ?? null,
    evidence: [...new Set(contacts.flatMap(({ evidence }) => evidence))].toSorted(),
    firstAt: contacts.reduce((first, { solicitedAt }) => Math.min(first, solicitedAt), Number.POSITIVE_INFINITY),
    lastAt: contacts.reduce((last, { lastAt }) => Math.max(last, lastAt), Number.NEGATIVE_INFINITY),
  };
}

function sum(contacts: readonly DarkContact[], field: 'solicitations' | 'packets' | 'octets'): number {
  return contacts.reduce((total, contact) => total + contact[field], 0);
}

/** Largest number of different addresses that were asked for within `sweepWithin`. */
function mostWithin(contacts: readonly DarkContact[]): number {
  const inOrder = contacts.toSorted((a, b) => a.solicitedAt - b.solicitedAt);
  const inWindow = new Map<Address, number>();
  let most = 0;
  let from = 0;
  for (const { target, solicitedAt } of inOrder) {
    inWindow.set(target, (inWindow.get(target) ?? 0) + 1);
    for (; solicitedAt - (inOrder[from] as DarkContact).solicitedAt > sweepWithin; from++) {
      const left = (inOrder[from] as DarkContact).target;
      const count = (inWindow.get(left) as number) - 1;
      if (count > 0) inWindow.set(left, count);
      else inWindow.delete(left);
    }
    most = Math.max(most, inWindow.size);
  }
  return most;
}

function servicesOf(contacts: readonly DarkContact[]) {
  const found = new Map<string, { protocol: number; port: number | null; packets: number }>();
  for (const { protocol, port, packets } of contacts.flatMap(({ services }) => services.flat())) {
    const known = found.get(`${protocol} ${port}`);
    if (known) known.packets += packets;
    else found.set(`${protocol} ${port}`, { protocol, port, packets });
  }
  return [...found.values()].toSorted((a, b) => b.packets - a.packets || a.protocol - b.protocol || (a.port ?? 0) - (b.port ?? 0));
}

/** `tcp/445`, `ipv6-icmp type 128`, `ip-47`. */
function serviceName(protocol: number, port: number | null): string {
  const name = protocolNames[protocol] ?? `ip-${protocol}`;
  if (port === null) return name;
  return protocol === 1 || protocol === 58 ? `${name} type ${port}` : `${name}/${port}`;
}
