/** What speaks for and against each destination of each host: gathered from what is derived, for the judge to weigh. */

import type { Mac } from '../base/address.ts';
import { type AskedNames, type Excess, excesses, type MinuteAmounts } from '../judge/envelope.ts';
import { noUserStarted, type Policy } from '../judge/policy.ts';
import type { Evidence } from '../judge/priority.ts';
import type { Envelope } from '../record/envelope.ts';
import type { DestinationRecord } from '../record/judged.ts';
import type { AnswerOf } from '../store/question.ts';
import type * as derived from '../store/questions/derived.ts';

export type Traffic = AnswerOf<typeof derived.judgedTraffic>[number];
type Asked = AnswerOf<typeof derived.askedNames>[number];

export interface GatheredDestination {
  /** One for each state, interval and confidence. */
  readonly rows: readonly Traffic[];
  readonly evidence: Evidence;
}

/** Each judged device with its destinations, only of traffic that no user started under `policy`. */
export type Gathered = ReadonlyMap<Mac, readonly GatheredDestination[]>;

export interface Derived {
  readonly traffic: readonly Traffic[];
  readonly asked: readonly Asked[];
  readonly destinations: ReadonlyMap<string, DestinationRecord>;
  /** Devices that have a log. */
  readonly devicesInAll: number;
}

export function total(
  rows: readonly Traffic[],
  field: 'sentOctets' | 'receivedOctets' | 'sentPackets' | 'receivedPackets' | 'contradictions',
): number {
  return rows.reduce((sum, row) => sum + row[field], 0);
}

export function gather({ traffic, asked, destinations, devicesInAll }: Derived, policy: Policy): Gathered {
  const counts = ({ state, confidence }: Pick<Traffic, 'state' | 'confidence'>) => noUserStarted(policy, state, confidence);
  const byDevice = new Map<Mac, Map<string, Traffic[]>>();
  const devicesOf = new Map<string, Set<Mac>>();
  for (const row of traffic) {
    if (!counts(row)) continue;
    const ofDevice = byDevice.get(row.mac) ?? new Map<string, Traffic[]>();
    byDevice.set(row.mac, ofDevice);
    const rows = ofDevice.get(row.destination);
    if (rows) rows.push(row);
    else ofDevice.set(row.destination, [row]);
    devicesOf.set(row.destination, (devicesOf.get(row.destination) ?? new Set()).add(row.mac));
  }
  const askedOf = askedByDevice(asked.filter(counts));
  return new Map(
    [...byDevice].map(([mac, ofDevice]) => {
      const excessOf = judgeEnvelopes(ofDevice, destinations, askedOf.get(mac) ?? []);
      const gathered = [...ofDevice].map(([id, rows]) => ({
        rows,
        evidence: {
          destination: destinations.get(id) as DestinationRecord,
          minutes: [...new Set(rows.flatMap(({ minutes }) => minutes))].sort((a, b) => a - b),
          sentOctets: total(rows, 'sentOctets'),
          receivedOctets: total(rows, 'receivedOctets'),
          contradictions: total(rows, 'contradictions'),
          devices: devicesOf.get(id)?.size ?? 0,
          devicesInAll,
          excesses: excessOf.get(id) ?? [],
        },
      }));
      return [mac, gathered];
    }),
  );
}

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

/** An envelope holds for all that one rule explains to the host: whoever spreads a tunnel over many names gains nothing. */
function judgeEnvelopes(
  ofDevice: ReadonlyMap<string, readonly Traffic[]>,
  destinations: ReadonlyMap<string, DestinationRecord>,
  asked: readonly AskedNames[],
): Map<string, Excess[]> {
  const byRule = new Map<string, { readonly envelope: Envelope; readonly application: string | null; readonly amounts: MinuteAmounts[] }>();
  for (const [id, rows] of ofDevice) {
    const { rule, envelope, application } = destinations.get(id) as DestinationRecord;
    if (rule === null || envelope === null) continue;
    const group = byRule.get(rule) ?? { envelope, application, amounts: [] };
    byRule.set(rule, group);
    for (const row of rows) for (const [i, minute] of row.minutes.entries()) group.amounts.push(amountsAt(row, id, minute, i));
  }
  const found = new Map<string, Excess[]>();
  for (const { envelope, application, amounts } of byRule.values()) {
    for (const excess of excesses(envelope, amounts, application === 'dns' ? asked : []))
      for (const id of excess.destinations) found.set(id, [...(found.get(id) ?? []), excess]);
  }
  return found;
}

function amountsAt(row: Traffic, destination: string, minute: number, i: number): MinuteAmounts {
  return {
    minute,
    destination,
    sentPackets: row.sentPacketsByMinute[i] as number,
    sentOctets: row.sentOctetsByMinute[i] as number,
    receivedPackets: row.receivedPacketsByMinute[i] as number,
    receivedOctets: row.receivedOctetsByMinute[i] as number,
  };
}
