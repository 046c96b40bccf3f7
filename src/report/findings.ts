/** What is not explained, as an analyst wants to read it: a scan is one line, and so is a far end that ten hosts talk to. */

import type { ReportDestination, ReportFinding, ReportHost } from '../record/output/report.ts';
import { farEnd, service } from './farEnd.ts';

/** Fewer ports of one far end, or addresses with one port, are no scan. */
const fewestOfScan = 4;
/** So many are no chance. A scan is preparation, whatever each of its packets is. */
const scanWeight = 15;
const highestBelowSuspicious = 89;

interface Row {
  readonly host: string;
  readonly destination: ReportDestination;
}

/** Most suspicious first; every row that is not explained is in exactly one finding. */
export function findings(hosts: readonly ReportHost[]): ReportFinding[] {
  const open = hosts.flatMap(({ host, destinations }) =>
    destinations.filter(({ status }) => status !== 'explained').map((destination): Row => ({ host, destination })),
  );
  const ports = partition(open, portScanKey, ({ destination }) => destination.port);
  const sweeps = partition(ports.rest, sweepKey, ({ destination }) => destination.address);
  // One far end whoever talks to it: with another reason it is another matter.
  const ends = groupBy(sweeps.rest, ({ destination }) => `${farEnd(destination)} ${destination.status} ${destination.reason}`);
  const found = [
    ...ports.groups.map((rows) => scan('port-scan', rows)),
    ...sweeps.groups.map((rows) => scan('address-sweep', rows)),
    ...ends.map((rows) => describe('far-end', rows, farEnd(mostUrgent(rows).destination))),
  ];
  return found.sort((a, b) => b.priority - a.priority || b.packets - a.packets || (a.farEnd < b.farEnd ? -1 : a.farEnd > b.farEnd ? 1 : 0));
}

/** Many ports of one far end, or one far end that tries many ports of the host. */
function portScanKey({ host, destination }: Row): string | undefined {
  const { name, address, protocol, direction, status, cast } = destination;
  return destination.port === null || cast !== 'unicast' ? undefined : `${host} ${name ?? address} ${protocol} ${direction} ${status}`;
}

/** One service of many addresses: nameless, because whoever tries addresses asks for no names. */
function sweepKey({ host, destination }: Row): string | undefined {
  const { name, address, protocol, port, application, direction, status, scope, cast } = destination;
  return name !== null || address === null || cast !== 'unicast'
    ? undefined
    : `${host} ${protocol} ${port} ${application} ${direction} ${status} ${scope}`;
}

function groupBy(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

/** Groups in which enough different values occur, and all rows that are in none. */
function partition(rows: readonly Row[], keyOf: (row: Row) => string | undefined, distinctBy: (row: Row) => unknown) {
  const keyed = rows.filter((row) => keyOf(row) !== undefined);
  const rest = rows.filter((row) => keyOf(row) === undefined);
  const groups: Row[][] = [];
  for (const group of groupBy(keyed, (row) => keyOf(row) as string)) {
    if (new Set(group.map(distinctBy)).size >= fewestOfScan) groups.push(group);
    else rest.push(...group);
  }
  return { groups, rest };
}

function mostUrgent(rows: readonly Row[]): Row {
  return rows.reduce((best, row) => {
    const [one, other] = [row.destination, best.destination];
    return one.priority > other.priority || (one.priority === other.priority && one.packets > other.packets) ? row : best;
  });
}

function scan(kind: 'port-scan' | 'address-sweep', rows: readonly Row[]): ReportFinding {
  const { destination } = mostUrgent(rows);
  const incoming = destination.direction === 'incoming';
  const count = new Set(rows.map((row) => (kind === 'port-scan' ? row.destination.port : row.destination.address))).size;
  const what =
    kind === 'port-scan'
      ? `${destination.name ?? destination.address}: ${count} ports (${destination.protocol})${incoming ? ', begun by it' : ''}`
      : `${count} addresses: ${service(destination)}${destination.port === null ? '' : ` port ${destination.port}`}${incoming ? ', begun by them' : ''}`;
  const found = describe(kind, rows, what);
  if (destination.status === 'suspicious') return found;
  const because = `${count} ${kind === 'port-scan' ? 'ports of one far end' : 'addresses with one service'}, as in a scan`;
  return { ...found, priority: Math.min(highestBelowSuspicious, found.priority + scanWeight), because: [because, ...found.because] };
}

function describe(kind: ReportFinding['kind'], rows: readonly Row[], what: string): ReportFinding {
  const first = mostUrgent(rows);
  const { name, address, protocol, port, scope, direction, priority, status, reason, because } = first.destination;
  const ports = new Set(rows.map(({ destination }) => destination.port).filter((one) => one !== null));
  const addresses = new Set(rows.map(({ destination }) => destination.address).filter((one) => one !== null));
  const sum = (field: 'packets' | 'octets') => rows.reduce((total, { destination }) => total + destination[field], 0);
  const times = rows.flatMap(({ destination }) => [destination.firstAt, destination.lastAt]).sort();
  return {
    kind,
    farEnd: what,
    hosts: [first.host, ...[...new Set(rows.map(({ host }) => host))].filter((host) => host !== first.host).sort()],
    name,
    address: addresses.size > 1 ? null : address,
    protocol,
    port: ports.size > 1 ? null : port,
    scope,
    direction,
    ports: ports.size,
    addresses: addresses.size,
    rows: rows.length,
    packets: sum('packets'),
    octets: sum('octets'),
    status,
    reason,
    priority,
    because,
    firstAt: times[0] as string,
    lastAt: times.at(-1) as string,
  };
}
