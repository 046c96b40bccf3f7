/** Puts a forensic report together from what is derived. Reads only; the same answers give the same report. */

import { formatAddress, formatMac, type Mac } from '../base/address.ts';
import { formatTime, type Microseconds } from '../base/time.ts';
import type { Policy } from '../judge/policy.ts';
import { prioritise, statusOf } from '../judge/priority.ts';
import { believedTeachings } from '../judge/teachers.ts';
import type { CorrectionRecord } from '../record/correction.ts';
import { hostStates } from '../record/interval.ts';
import type { DeviceRecord } from '../record/judged.ts';
import type { ReportDestination, ReportHost, ReportOutput } from '../record/output/report.ts';
import type { AnswerOf, Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { trafficByState, waysOf } from '../store/questions/traffic.ts';
import { hostNames } from '../timeline/hostNames.ts';
import { describeClock } from './clock.ts';
import { assembleDark, blindSpots } from './dark.ts';
import { type Gathered, type GatheredDestination, gather } from './evidence.ts';
import { findings } from './findings.ts';
import { type Hours, hoursByState, hoursOfHosts } from './hours.ts';
import { type Window, wholeDays } from './window.ts';

type StateTraffic = AnswerOf<typeof trafficByState>[number];

export interface ReportOptions {
  readonly policy: Policy;
  /** Default: from the first to the last fact. */
  readonly from?: Microseconds;
  readonly to?: Microseconds;
  /** Only this host: its name in the log, a name or address that it has, or its MAC address. */
  readonly host?: string;
}

export async function assembleReport(answers: Answers, options: ReportOptions): Promise<ReportOutput> {
  const [span] = await answers.ask(facts.span, {});
  const window = { from: options.from ?? span?.from ?? 0, to: options.to ?? (span?.to ?? 0) + 1 };
  const devices = await answers.ask(derived.devices, {});
  const counting = wholeDays(window, span);
  const gathered = await gather(answers, counting, options.policy, { devices });
  const traffic = await answers.ask(trafficByState, { ...counting, mac: null });
  const corrections = await answers.ask(derived.corrections, {});
  const hours = await hoursOfHosts(answers, window, corrections);
  const judged = devices.filter(({ host }) => host !== null).map((device) => judgedHost(device, hours, corrections, traffic, gathered));
  const unjudged = await unjudgedHosts(answers, devices, window, counting);
  const hosts = [...judged, ...unjudged].map(withoutIds).filter((host) => isWanted(host, options.host, devices));
  hosts.sort((a, b) => highest(b) - highest(a) || b.noUserStarted.packets - a.noUserStarted.packets || (a.host < b.host ? -1 : 1));
  return {
    from: span?.from == null && options.from === undefined ? null : formatTime(window.from),
    to: span?.to == null && options.to === undefined ? null : formatTime(window.to),
    policy: options.policy,
    hosts,
    findings: findings(hosts),
    dark: (await assembleDark(answers, window, devices)).filter(
      ({ host, mac, addresses }) => options.host === undefined || [host, mac, ...addresses].some((name) => sameName(name, options.host)),
    ),
    notes: await generalNotes(answers, devices),
    totals: (await answers.ask(facts.totals, {}))[0] ?? {},
  };
}

/** One machine, as in the report; `undefined` where there is none of that address. */
export async function assembleHost(answers: Answers, mac: Mac, window: Window, policy: Policy): Promise<IdentifiedHost | undefined> {
  const devices = await answers.ask(derived.devices, {});
  const device = devices.find((candidate) => candidate.mac === mac);
  if (!device) return undefined;
  const [span] = await answers.ask(facts.span, {});
  const counting = wholeDays(window, span);
  if (device.host === null) return (await unjudgedHosts(answers, [device], window, counting))[0] ?? withoutTraffic(device, window);
  const gathered = await gather(answers, counting, policy, { devices, mac });
  const traffic = await answers.ask(trafficByState, { ...counting, mac });
  const corrections = await answers.ask(derived.correctionsOfHost, { host: device.host });
  const hours = await hoursOfHosts(answers, window, corrections, device.host);
  return judgedHost(device, hours, corrections, traffic, gathered);
}

/** A destination with the id under which the store knows it. */
export type IdentifiedDestination = ReportDestination & { readonly id: string };
export type IdentifiedHost = Omit<ReportHost, 'destinations'> & { readonly destinations: IdentifiedDestination[] };

/** Without ids, as it is published. */
const withoutIds = (host: IdentifiedHost): ReportHost => ({
  ...host,
  destinations: host.destinations.map(({ id: _, ...destination }) => destination),
});
const sameName = (a: string, b: string | undefined) => a.toUpperCase() === b?.toUpperCase();

/** Its destinations are sorted: the most suspicious one comes first. */
const highest = (host: ReportHost) => host.destinations[0]?.priority ?? -1;

function isWanted(host: ReportHost, wanted: string | undefined, devices: readonly DeviceRecord[]): boolean {
  if (wanted === undefined) return true;
  const device = devices.find(({ mac }) => host.mac === formatMac(mac));
  const names = [host.host, host.mac ?? '', ...host.addresses, ...(device?.hostNames ?? [])];
  return names.some((name) => name.toUpperCase() === wanted.toUpperCase());
}

export function describeDestination({ row, evidence }: GatheredDestination): IdentifiedDestination {
  const { destination } = evidence;
  const { priority, because } = prioritise(evidence);
  const status = statusOf(evidence);
  const { sentPackets, receivedPackets } = row;
  return {
    id: destination.id,
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
    firstAt: formatTime(row.firstAt),
    lastAt: formatTime(row.lastAt),
    judged: waysOf(row.judgedAs),
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
  hours: (host: string) => Hours,
  corrections: readonly CorrectionRecord[],
  traffic: readonly StateTraffic[],
  gathered: Gathered,
): IdentifiedHost {
  const destinations = (gathered.get(device.mac) ?? []).map(describeDestination).sort(byPriority);
  const own = traffic.filter(({ mac }) => mac === device.mac);
  const clock = corrections.filter(({ host }) => host === device.host).sort((a, b) => a.from - b.from);
  return {
    host: device.host as string,
    hasLog: true,
    mac: formatMac(device.mac),
    addresses: device.addresses.map(formatAddress),
    hours: hours(device.host as string),
    traffic: trafficByStates(own),
    noUserStarted: { packets: packetsOf(destinations), explained: packetsOf(destinations.filter(isExplained)) },
    destinations,
    clock: clock.map(describeClock),
    notes: [...device.doubts, ...hostNotes(own)],
  };
}

/** Most suspicious first. */
export const byPriority = (a: ReportDestination, b: ReportDestination) =>
  b.priority - a.priority || b.packets - a.packets || (nameInOrder(a) < nameInOrder(b) ? -1 : 1);
export const nameInOrder = (destination: Pick<ReportDestination, 'name' | 'address' | 'protocol' | 'port'>) =>
  `${destination.name ?? destination.address} ${destination.protocol} ${destination.port}`;

function trafficByStates(rows: readonly StateTraffic[]): ReportHost['traffic'] {
  const inOrder = rows.toSorted((a, b) => hostStates.indexOf(a.state) - hostStates.indexOf(b.state));
  return Object.fromEntries(inOrder.map(({ state, packets, octets }) => [state, { packets, octets }]));
}

function hostNotes(own: readonly StateTraffic[]): string[] {
  const contradictions = own.reduce((sum, row) => sum + row.contradictions, 0);
  if (contradictions === 0) return [];
  return [
    `sent in ${contradictions} ${contradictions === 1 ? 'minute' : 'minutes'} in which its log says that it could not (S3, hibernated or off): its clock is wrong, its log is incomplete, or another machine uses its MAC address`,
  ];
}

/** Machines without a log: their traffic is shown, but nobody can say what of it a user started. */
async function unjudgedHosts(
  answers: Answers,
  devices: readonly DeviceRecord[],
  window: Window,
  counting: Window,
): Promise<IdentifiedHost[]> {
  const byMac = new Map(devices.map((device) => [device.mac, device]));
  return (await answers.ask(derived.unjudgedTraffic, counting)).flatMap(({ mac, packets, octets }) => {
    const device = byMac.get(mac);
    return device ? [{ ...withoutTraffic(device, window), traffic: { unknown: { packets, octets } } }] : [];
  });
}

const withoutTraffic = (device: DeviceRecord, window: Window): IdentifiedHost => ({
  host: device.hostNames[0] ?? formatMac(device.mac),
  hasLog: false,
  mac: formatMac(device.mac),
  addresses: device.addresses.map(formatAddress),
  hours: hoursByState(new Map(), window),
  traffic: {},
  noUserStarted: { packets: 0, explained: 0 },
  destinations: [],
  clock: [],
  notes: [...device.doubts, 'no event log is known to belong to this machine: its state is unknown, and none of its traffic is judged'],
});

/** What a reader must know before the figures. */
export async function generalNotes(answers: Answers, devices: readonly DeviceRecord[]): Promise<string[]> {
  const [renamings, logged, [totals], captures, network, lossy] = await Promise.all([
    answers.ask(facts.renamings, {}),
    answers.ask(facts.hosts, {}),
    answers.ask(facts.totals, {}),
    answers.ask(facts.captures, {}),
    answers.ask(facts.network, {}),
    answers.ask(facts.framesLost, {}),
  ]);
  const tied = new Set(devices.map(({ host }) => host));
  const newest = hostNames(renamings);
  const orphans = logged.filter(({ host }) => !tied.has(newest.get(host) ?? host));
  const unfinished = captures.filter(({ state }) => state !== 'complete');
  const { remarks } = believedTeachings(network);
  return [
    ...(await blindSpots(answers)),
    ...lossy.map(
      ({ interface: where, frames }) =>
        `${where}: ${frames} frames were lost before they could be read: what is missing from this report may be among them`,
    ),
    ...devices.flatMap(({ mac, host, doubts }) => doubts.map((doubt) => `${host === null ? '' : `${host}, `}${formatMac(mac)}: ${doubt}`)),
    ...remarks,
    ...unfinished.map(({ name }) => `${name} was read only in part: replay it again, the figures below hold what was read so far`),
    ...orphans.map(
      ({ host, events }) =>
        `the log of ${host} (${events} events) belongs to no machine seen on the wire: name its MAC address under \`hosts:\` in the configuration`,
    ),
    ...(totals && totals.stale > 0 ? [`${totals.stale} units wait to be derived anew: the figures below are not final`] : []),
  ];
}
