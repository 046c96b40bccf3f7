/** What the whole network did that no user started: far ends that nothing explains, and the hosts, most suspicious first. */

import { formatAddress, formatMac } from '../base/address.ts';
import type { Policy } from '../judge/policy.ts';
import { prioritise, statusOf } from '../judge/priority.ts';
import type { DestinationRecord, DestinationStatus } from '../record/judged.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import { countedPackets } from '../store/questions/traffic.ts';
import { describeDestination, type IdentifiedDestination, nameInOrder } from './assemble.ts';
import { countedStates, type GatheredDestination, gather } from './evidence.ts';
import { farEnd } from './farEnd.ts';
import { hoursOfHosts } from './hours.ts';
import { type KnownSpan, type Window, wholeDays } from './window.ts';

/** A far end, once however many hosts talk to it. */
export interface OpenFarEnd {
  /** The host with the highest priority first. */
  readonly hosts: { readonly host: string; readonly mac: string }[];
  /** As that host sees it. */
  readonly destination: IdentifiedDestination;
  /** Of all these hosts. */
  readonly packets: number;
}

export interface HostLine {
  readonly host: string;
  readonly mac: string;
  readonly hasLog: boolean;
  readonly addresses: readonly bigint[];
  readonly hours: Readonly<Record<string, number>>;
  /** That no user started. */
  readonly packets: number;
  readonly explained: number;
  readonly openFarEnds: number;
  /** Of its most suspicious far end; 0 where there is none. */
  readonly priority: number;
  readonly doubts: readonly string[];
}

export interface Overview {
  readonly open: OpenFarEnd[];
  /** With a log; most suspicious first. */
  readonly hosts: HostLine[];
  /** Without: all that they exchanged, judged by nobody. */
  readonly unjudged: HostLine[];
}

/** @param span from the first to the last fact, as `facts.span` tells; what does not rest on each other is asked at once */
export async function assembleOverview(answers: Answers, window: Window, policy: Policy, span: KnownSpan): Promise<Overview> {
  const counting = wholeDays(window, span);
  const [devices, corrections] = await Promise.all([answers.ask(derived.devices, {}), answers.ask(derived.corrections, {})]);
  const [gathered, counted, hours, withoutLog] = await Promise.all([
    gather(answers, counting, policy, { devices, onlyOpen: true }),
    answers.ask(countedPackets, { ...counting, ...countedStates(policy) }),
    hoursOfHosts(answers, window, corrections),
    answers.ask(derived.unjudgedTraffic, counting),
  ]);
  const packetsOf = new Map(counted.map(({ mac, packets }) => [mac, packets]));
  const open: OpenRow[] = [];
  const callsOf = calls();
  const hosts = devices
    .filter(({ host }) => host !== null)
    .map((device): HostLine => {
      const [host, mac] = [device.host as string, formatMac(device.mac)];
      const unexplained = (gathered.get(device.mac) ?? []).flatMap((gatheredOne) => openRow(host, mac, gatheredOne, callsOf));
      for (const row of unexplained) open.push(row);
      const packets = packetsOf.get(device.mac) ?? 0;
      return {
        host,
        mac,
        hasLog: true,
        addresses: device.addresses,
        hours: hours(host),
        packets,
        explained: packets - unexplained.reduce((sum, row) => sum + row.packets, 0),
        openFarEnds: unexplained.length,
        priority: unexplained.reduce((highest, { priority }) => Math.max(highest, priority), 0),
        doubts: device.doubts,
      };
    })
    .sort((a, b) => b.priority - a.priority || b.packets - b.explained - (a.packets - a.explained) || (a.host < b.host ? -1 : 1));
  const known = new Map(devices.map((device) => [device.mac, device]));
  const unjudged = withoutLog.map(({ mac, packets }): HostLine => {
    const device = known.get(mac);
    return {
      host: device?.hostNames[0] ?? formatMac(mac),
      mac: formatMac(mac),
      hasLog: false,
      addresses: device?.addresses ?? [],
      hours: {},
      packets,
      explained: 0,
      openFarEnds: 0,
      priority: 0,
      doubts: device?.doubts ?? [],
    };
  });
  unjudged.sort((a, b) => b.packets - a.packets || (a.mac < b.mac ? -1 : 1));
  return { open: group(open), hosts, unjudged };
}

/** One far end of one host, as far as it takes to sort it in: there are tens of thousands, and few are shown. */
interface OpenRow {
  readonly host: string;
  readonly mac: string;
  readonly gathered: GatheredDestination;
  readonly status: DestinationStatus;
  readonly priority: number;
  readonly packets: number;
  readonly calls: Calls;
}

function openRow(host: string, mac: string, gathered: GatheredDestination, callsOf: (record: DestinationRecord) => Calls): OpenRow[] {
  const { row, evidence } = gathered;
  const status = statusOf(evidence);
  if (status === 'explained') return [];
  const packets = row.sentPackets + row.receivedPackets;
  return [{ host, mac, gathered, status, packets, priority: prioritise(evidence).priority, calls: callsOf(evidence.destination) }];
}

/** What a far end is called in text and in order, once for all hosts that talk to it. */
type Calls = ReturnType<typeof callsOfRecord>;

function callsOfRecord(record: DestinationRecord) {
  const destination = { ...record, address: record.address === null ? null : formatAddress(record.address) };
  return { farEnd: farEnd(destination), inOrder: nameInOrder(destination) };
}

function calls(): (record: DestinationRecord) => Calls {
  const known = new Map<string, Calls>();
  return (record) => {
    const found = known.get(record.id) ?? callsOfRecord(record);
    known.set(record.id, found);
    return found;
  };
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

interface Group {
  readonly first: OpenRow;
  readonly hosts: { host: string; mac: string }[];
  packets: number;
}

function group(open: OpenRow[]): OpenFarEnd[] {
  open.sort(
    (a, b) => b.priority - a.priority || b.packets - a.packets || compare(a.calls.inOrder, b.calls.inOrder) || compare(a.host, b.host),
  );
  const groups: Group[] = [];
  const byStatus = new Map<DestinationStatus, Map<string, Group>>();
  for (const row of open) {
    const { host, mac, packets, status, calls } = row;
    const byFarEnd = byStatus.get(status) ?? new Map<string, Group>();
    byStatus.set(status, byFarEnd);
    const known = byFarEnd.get(calls.farEnd);
    if (known) {
      known.hosts.push({ host, mac });
      known.packets += packets;
      continue;
    }
    const group = { first: row, hosts: [{ host, mac }], packets };
    byFarEnd.set(calls.farEnd, group);
    groups.push(group);
  }
  return groups.map(({ first, hosts, packets }) => ({ hosts, destination: describeDestination(first.gathered), packets }));
}
