/** What speaks for and against each destination of each host: gathered from what is derived, for the judge to weigh. */

import type { Mac } from '../base/address.ts';
import { type AskedNames, type Excess, excesses, type MinuteAmounts } from '../judge/envelope.ts';
import { noUserStarted, type Policy } from '../judge/policy.ts';
import type { Evidence } from '../judge/priority.ts';
import { type Envelope, type Quantity, stretches } from '../record/envelope.ts';
import { confidences, hostStates } from '../record/interval.ts';
import type { DestinationRecord, DeviceRecord } from '../record/judged.ts';
import type { AnswerOf, Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import { countedTraffic, minutesOfPairs, openTraffic } from '../store/questions/traffic.ts';
import type { Window } from './window.ts';

type Traffic = AnswerOf<typeof countedTraffic>[number];
type Asked = AnswerOf<typeof derived.askedNames>[number];

export interface GatheredDestination {
  readonly row: Traffic;
  readonly evidence: Evidence;
}

/** Each judged device with its destinations, only of traffic that no user started under the policy. */
export type Gathered = ReadonlyMap<Mac, readonly GatheredDestination[]>;

export interface Scope {
  readonly devices: readonly DeviceRecord[];
  /** Of this machine only. */
  readonly mac?: Mac;
  /** With this destination only. Of an envelope that it shares with others, only its own part is seen. */
  readonly destination?: string;
  /** Of all machines, only what may turn out not to be explained. */
  readonly onlyOpen?: true;
}

/** States and confidences in which, under the policy, no user started the traffic. */
export function countedStates(policy: Policy) {
  const states = hostStates.filter((state) => noUserStarted(policy, state, 'high'));
  return { states, confidences: confidences.filter((confidence) => states.some((state) => noUserStarted(policy, state, confidence))) };
}

export async function gather(
  answers: Answers,
  window: Window,
  policy: Policy,
  { devices, mac, destination: only, onlyOpen }: Scope,
): Promise<Gathered> {
  const counted = { ...window, ...countedStates(policy) };
  const asked = askedByDevice(
    (await answers.ask(derived.askedNames, { ...window, mac: mac ?? null })).filter(({ state, confidence }) =>
      noUserStarted(policy, state, confidence),
    ),
  );
  const rows = onlyOpen
    ? await answers.ask(openTraffic, { ...counted, askers: [...asked.keys()] })
    : await answers.ask(countedTraffic, { ...counted, mac: mac ?? null, destination: only ?? null });
  const isPart = onlyOpen || mac !== undefined || only !== undefined;
  const records = isPart ? await answers.ask(derived.destinationsById, { ids: idsOf(rows) }) : await answers.ask(derived.destinations, {});
  const destinations = new Map(records.map((record) => [record.id, record]));
  const excessOf = await findExcesses(answers, counted, rows, destinations, asked);
  const devicesInAll = devices.filter(({ host }) => host !== null).length;
  const gathered = new Map<Mac, GatheredDestination[]>();
  for (const row of rows) {
    const destination = destinations.get(row.destination) as DestinationRecord;
    const minutes = ascending(row.minutes);
    const { sentOctets, receivedOctets, contradictions } = row;
    const found = excessOf.get(`${row.mac} ${row.destination}`) ?? [];
    const evidence = {
      destination,
      minutes,
      sentOctets,
      receivedOctets,
      contradictions,
      devices: row.devices,
      devicesInAll,
      excesses: found,
    };
    const own = gathered.get(row.mac);
    if (own) own.push({ row, evidence });
    else gathered.set(row.mac, [{ row, evidence }]);
  }
  return gathered;
}

/** Each once. They come a day after the other, and mostly in order. */
function ascending(minutes: readonly number[]): readonly number[] {
  for (let i = 1; i < minutes.length; i++)
    if ((minutes[i] as number) <= (minutes[i - 1] as number)) return [...new Set(minutes)].sort((a, b) => a - b);
  return minutes;
}

const idsOf = (rows: readonly Traffic[]) => [...new Set(rows.map(({ destination }) => destination))];

/** Names below one domain in the hour with most of them; states that the policy takes together are taken together here as well. */
function askedByDevice(asked: readonly Asked[]): Map<Mac, AskedNames[]> {
  const groups = new Map<string, { readonly mac: Mac; readonly domain: string; readonly names: Set<string> }>();
  for (const { mac, hour, domain, names } of asked) {
    const key = `${mac} ${hour} ${domain}`;
    const group = groups.get(key) ?? { mac, domain, names: new Set() };
    for (const name of names) group.names.add(name);
    groups.set(key, group);
  }
  const byDevice = new Map<Mac, Map<string, AskedNames>>();
  for (const { mac, domain, names } of groups.values()) {
    const ofDevice = byDevice.get(mac) ?? new Map<string, AskedNames>();
    byDevice.set(mac, ofDevice);
    const known = ofDevice.get(domain) ?? { domain, names: 0, longest: 0 };
    const longest = [...names].reduce((most, name) => Math.max(most, name.length), known.longest);
    ofDevice.set(domain, { domain, names: Math.max(known.names, names.size), longest });
  }
  return new Map([...byDevice].map(([mac, ofDevice]) => [mac, [...ofDevice.values()]]));
}

interface RuleTraffic {
  readonly mac: Mac;
  readonly envelope: Envelope;
  readonly application: string | null;
  readonly rows: Traffic[];
}

/** An envelope holds for all that one rule explains to one host: whoever spreads a tunnel over many names gains nothing. */
async function findExcesses(
  answers: Answers,
  counted: Window & ReturnType<typeof countedStates>,
  rows: readonly Traffic[],
  destinations: ReadonlyMap<string, DestinationRecord>,
  asked: ReadonlyMap<Mac, readonly AskedNames[]>,
): Promise<Map<string, Excess[]>> {
  const byRule = new Map<string, RuleTraffic>();
  for (const row of rows) {
    const { rule, envelope, application } = destinations.get(row.destination) as DestinationRecord;
    if (rule === null || envelope === null) continue;
    const key = `${row.mac} ${rule}`;
    const group = byRule.get(key) ?? { mac: row.mac, envelope, application, rows: [] };
    byRule.set(key, group);
    group.rows.push(row);
  }
  // Minutes are looked at only where the sums leave room for an excess.
  const doubtful = [...byRule.values()].filter((group) => mayExceed(group, namesOf(group, asked).length > 0));
  const pairs = doubtful.flatMap((group) => group.rows);
  const amounts = new Map<string, MinuteAmounts[]>();
  if (pairs.length > 0) {
    const macs = pairs.map((row) => row.mac);
    for (const row of await answers.ask(minutesOfPairs, { ...counted, macs, destinations: pairs.map(({ destination }) => destination) })) {
      const key = `${row.mac} ${row.destination}`;
      amounts.set(
        key,
        row.minutes.map((minute, i) => amountsAt(row, minute, i)),
      );
    }
  }
  const found = new Map<string, Excess[]>();
  for (const group of doubtful) {
    const { mac, envelope } = group;
    const traffic = group.rows.flatMap(({ destination }) => amounts.get(`${mac} ${destination}`) ?? []);
    for (const excess of excesses(envelope, traffic, namesOf(group, asked)))
      for (const id of excess.destinations) found.set(`${mac} ${id}`, [...(found.get(`${mac} ${id}`) ?? []), excess]);
  }
  return found;
}

const namesOf = ({ mac, application }: RuleTraffic, asked: ReadonlyMap<Mac, readonly AskedNames[]>) =>
  application === 'dns' ? (asked.get(mac) ?? []) : [];

/** No stretch of time holds more than the whole; what bounds a mean or names says nothing about sums. */
export function mayExceed({ envelope, rows }: Pick<RuleTraffic, 'envelope' | 'rows'>, hasNames: boolean): boolean {
  const sum = (field: 'sentPackets' | 'sentOctets' | 'receivedPackets' | 'receivedOctets') =>
    rows.reduce((all, row) => all + row[field], 0);
  const most: Readonly<Record<Quantity, number>> = {
    sentPackets: sum('sentPackets'),
    sentOctets: sum('sentOctets'),
    receivedPackets: sum('receivedPackets'),
    receivedOctets: sum('receivedOctets'),
    sentData: sum('sentOctets'),
    farEnds: rows.length,
  };
  if (hasNames || envelope.sentOctetsPerPacket !== undefined || envelope.receivedOctetsPerPacket !== undefined) return true;
  return (Object.keys(stretches) as (keyof typeof stretches)[]).some((stretch) =>
    Object.entries(envelope[stretch] ?? {}).some(([quantity, bound]) => most[quantity as Quantity] > (bound as number)),
  );
}

function amountsAt(row: AnswerOf<typeof minutesOfPairs>[number], minute: number, i: number): MinuteAmounts {
  return {
    minute,
    destination: row.destination,
    sentPackets: row.sentPacketsByMinute[i] as number,
    sentOctets: row.sentOctetsByMinute[i] as number,
    receivedPackets: row.receivedPacketsByMinute[i] as number,
    receivedOctets: row.receivedOctetsByMinute[i] as number,
  };
}
