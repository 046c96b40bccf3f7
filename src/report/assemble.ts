/** Puts a forensic report together from what is derived. Reads only; the same answers give the same report. */

import { formatAddress, formatMac } from '../base/address.ts';
import { formatTime, hour, type Microseconds } from '../base/time.ts';
import { correctedStates } from '../judge/correction.ts';
import type { Policy } from '../judge/policy.ts';
import { prioritise, statusOf } from '../judge/priority.ts';
import type { CorrectionRecord } from '../record/correction.ts';
import { type HostInterval, hostStates, type IntervalRecord } from '../record/interval.ts';
import type { DeviceRecord } from '../record/judged.ts';
import type { ReportDestination, ReportHost, ReportOutput } from '../record/output/report.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { hostNames } from '../timeline/hostNames.ts';
import { combine } from '../timeline/hostState.ts';
import { describeClock } from './clock.ts';
import { type Gathered, type GatheredDestination, gather, type Traffic, total } from './evidence.ts';

export interface ReportOptions {
  readonly policy: Policy;
  /** Default: from the first to the last fact. */
  readonly from?: Microseconds;
  readonly to?: Microseconds;
  /** Only this host: its name in the log, a name or address that it has, or its MAC address. */
  readonly host?: string;
}

interface Window {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
}

export async function assembleReport(answers: Answers, options: ReportOptions): Promise<ReportOutput> {
  const [span] = await answers.ask(facts.span, {});
  const window = { from: options.from ?? span?.from ?? 0, to: options.to ?? (span?.to ?? 0) + 1 };
  const devices = await answers.ask(derived.devices, {});
  const destinations = new Map((await answers.ask(derived.destinations, {})).map((record) => [record.id, record]));
  const traffic = await answers.ask(derived.judgedTraffic, window);
  const intervals = await answers.ask(derived.intervals, {});
  const corrections = await answers.ask(derived.corrections, {});
  const asked = await answers.ask(derived.askedNames, window);
  const withLog = devices.filter(({ host }) => host !== null);
  const gathered = gather({ traffic, asked, destinations, devicesInAll: withLog.length }, options.policy);
  const judged = withLog.map((device) => judgedHost(device, window, intervals, corrections, traffic, gathered));
  const unjudged = await unjudgedHosts(answers, devices, window);
  const hosts = [...judged, ...unjudged].filter((host) => isWanted(host, options.host, devices));
  return {
    from: span?.from == null && options.from === undefined ? null : formatTime(window.from),
    to: span?.to == null && options.to === undefined ? null : formatTime(window.to),
    policy: options.policy,
    hosts: hosts.sort((a, b) => highest(b) - highest(a) || b.noUserStarted.packets - a.noUserStarted.packets || (a.host < b.host ? -1 : 1)),
    notes: await generalNotes(answers, devices),
    totals: (await answers.ask(facts.totals, {}))[0] ?? {},
  };
}

/** Its destinations are sorted: the most suspicious one comes first. */
const highest = (host: ReportHost) => host.destinations[0]?.priority ?? -1;

function isWanted(host: ReportHost, wanted: string | undefined, devices: readonly DeviceRecord[]): boolean {
  if (wanted === undefined) return true;
  const device = devices.find(({ mac }) => host.mac === formatMac(mac));
  const names = [host.host, host.mac ?? '', ...host.addresses, ...(device?.hostNames ?? [])];
  return names.some((name) => name.toUpperCase() === wanted.toUpperCase());
}

function describeDestination({ rows, evidence }: GatheredDestination): ReportDestination {
  const { destination } = evidence;
  const { priority, because } = prioritise(evidence);
  const status = statusOf(evidence);
  const [sentPackets, receivedPackets] = [total(rows, 'sentPackets'), total(rows, 'receivedPackets')];
  return {
    name: destination.name,
    address: destination.address === null ? null : formatAddress(destination.address),
    protocol: destination.protocol,
    port: destination.port,
    scope: destination.scope,
    packets: sentPackets + receivedPackets,
    octets: evidence.sentOctets + evidence.receivedOctets,
    status,
    reason: reasonOf(status, because, destination.reason),
    rule: destination.rule,
    source: destination.source,
    priority,
    because,
    application: destination.application,
    direction: destination.direction,
    cast: destination.cast,
    nameProof: destination.nameProof,
    sentPackets,
    receivedPackets,
    firstAt: formatTime(Math.min(...rows.map(({ firstAt }) => firstAt))),
    lastAt: formatTime(Math.max(...rows.map(({ lastAt }) => lastAt))),
  };
}

/** What goes beyond its envelope keeps its explanation: an analyst must know what it pretends to be. */
function reasonOf(status: ReportDestination['status'], because: readonly string[], explanation: string | null): string | null {
  if (status === 'suspicious') return because[0] ?? null;
  return status === 'out-of-envelope' ? `${because[0]} (otherwise explained: ${explanation})` : explanation;
}

const isExplained = (destination: ReportDestination) => destination.status === 'explained';
const packetsOf = (destinations: readonly ReportDestination[]) => destinations.reduce((sum, { packets }) => sum + packets, 0);

function judgedHost(
  device: DeviceRecord,
  window: Window,
  intervals: readonly IntervalRecord[],
  corrections: readonly CorrectionRecord[],
  traffic: readonly Traffic[],
  gathered: Gathered,
): ReportHost {
  const destinations = (gathered.get(device.mac) ?? []).map(describeDestination);
  destinations.sort((a, b) => b.priority - a.priority || b.packets - a.packets || (nameOf(a) < nameOf(b) ? -1 : 1));
  const own = traffic.filter(({ mac }) => mac === device.mac);
  const clock = corrections.filter(({ host }) => host === device.host).sort((a, b) => a.from - b.from);
  const states = correctedStates(combine(intervals.filter(({ host }) => host === device.host)), clock);
  return {
    host: device.host as string,
    hasLog: true,
    mac: formatMac(device.mac),
    addresses: device.addresses.map(formatAddress),
    hours: hoursByState(states, window),
    traffic: trafficByState(own),
    noUserStarted: { packets: packetsOf(destinations), explained: packetsOf(destinations.filter(isExplained)) },
    destinations,
    clock: clock.map(describeClock),
    notes: hostNotes(own),
  };
}

const nameOf = (destination: ReportDestination) => `${destination.name ?? destination.address} ${destination.protocol} ${destination.port}`;

/** Every hour of the window is in one state; what no interval covers is unknown. */
function hoursByState(stretches: readonly HostInterval[], window: Window): Record<string, number> {
  const microseconds: Record<string, number> = Object.fromEntries(hostStates.map((state) => [state, 0]));
  for (const { from, to, state } of stretches) {
    microseconds[state] = (microseconds[state] ?? 0) + Math.max(0, Math.min(to, window.to) - Math.max(from, window.from));
  }
  const covered = Object.values(microseconds).reduce((sum, us) => sum + us, 0);
  microseconds.unknown = (microseconds.unknown ?? 0) + Math.max(0, window.to - window.from - covered);
  return Object.fromEntries(Object.entries(microseconds).map(([state, us]) => [state, Math.round((us / hour) * 10_000) / 10_000]));
}

function trafficByState(rows: readonly Traffic[]): ReportHost['traffic'] {
  const sums: Record<string, { packets: number; octets: number }> = {};
  for (const row of rows) {
    const sum = sums[row.state] ?? { packets: 0, octets: 0 };
    sums[row.state] = {
      packets: sum.packets + row.sentPackets + row.receivedPackets,
      octets: sum.octets + row.sentOctets + row.receivedOctets,
    };
  }
  return Object.fromEntries(
    hostStates.filter((state) => sums[state]).map((state) => [state, sums[state] as { packets: number; octets: number }]),
  );
}

function hostNotes(own: readonly Traffic[]): string[] {
  const contradictions = total(own, 'contradictions');
  if (contradictions === 0) return [];
  return [
    `sent in ${contradictions} ${contradictions === 1 ? 'minute' : 'minutes'} in which its log says that it could not (S3, hibernated or off): its clock is wrong, its log is incomplete, or another machine uses its MAC address`,
  ];
}

/** Machines without a log: their traffic is shown, but nobody can say what of it a user started. */
async function unjudgedHosts(answers: Answers, devices: readonly DeviceRecord[], window: Window): Promise<ReportHost[]> {
  const byMac = new Map(devices.map((device) => [device.mac, device]));
  return (await answers.ask(derived.unjudgedTraffic, window)).map(({ mac, packets, octets }) => ({
    host: byMac.get(mac)?.hostNames[0] ?? formatMac(mac),
    hasLog: false,
    mac: formatMac(mac),
    addresses: (byMac.get(mac)?.addresses ?? []).map(formatAddress),
    hours: hoursByState([], window),
    traffic: { unknown: { packets, octets } },
    noUserStarted: { packets: 0, explained: 0 },
    destinations: [],
    clock: [],
    notes: ['no event log is known to belong to this machine: its state is unknown, and none of its traffic is judged'],
  }));
}

async function generalNotes(answers: Answers, devices: readonly DeviceRecord[]): Promise<string[]> {
  const tied = new Set(devices.map(({ host }) => host));
  const newest = hostNames(await answers.ask(facts.renamings, {}));
  const orphans = (await answers.ask(facts.hosts, {})).filter(({ host }) => !tied.has(newest.get(host) ?? host));
  const [totals] = await answers.ask(facts.totals, {});
  const unfinished = (await answers.ask(facts.captures, {})).filter(({ state }) => state !== 'complete');
  return [
    ...unfinished.map(({ name }) => `${name} was read only in part: replay it again, the figures below hold what was read so far`),
    ...orphans.map(
      ({ host, events }) =>
        `the log of ${host} (${events} events) belongs to no machine seen on the wire: name its MAC address under \`hosts:\` in the configuration`,
    ),
    ...(totals && totals.stale > 0 ? [`${totals.stale} units wait to be derived anew: the figures below are not final`] : []),
  ];
}
