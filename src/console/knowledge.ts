/** What the pages and the API tell: each function asks the store and gives what `contract.ts` publishes. */

import type { z } from 'zod';
import { formatAddress, formatMac, parseAddress, parseMac } from '../base/address.ts';
import { formatTime, minute } from '../base/time.ts';
import type { HealthRecord } from '../record/health.ts';
import { imbalance } from '../record/health.ts';
import { confidences, hostStates } from '../record/interval.ts';
import { describeFlow } from '../record/output/flows.ts';
import { assembleHost, describeDestination, generalNotes } from '../report/assemble.ts';
import { blindSpots } from '../report/dark.ts';
import { countedStates, gather } from '../report/evidence.ts';
import { assembleOverview, type HostLine } from '../report/overview.ts';
import { wholeDays } from '../report/window.ts';
import { destinationsById, devices } from '../store/questions/derived.ts';
import { captures, totals } from '../store/questions/facts.ts';
import {
  booksByStage,
  eventsOfSpan,
  flowsOfSpan,
  intervalsOfSpan,
  judgementsOfSpan,
  lossesByReason,
  packetCurve,
} from '../store/questions/pages.ts';
import type * as contract from './contract.ts';
import { type Inquiry, onePage, pageSize, partOf } from './inquiry.ts';

type Answer<T extends z.ZodType> = z.infer<T>;

const windowOf = ({ from, to, span }: Inquiry) => ({
  from: span === null ? null : formatTime(from),
  to: span === null ? null : formatTime(to),
});
const instantOrNull = (at: number | null) => (at === null ? null : formatTime(at));

function page<T>(inquiry: Inquiry, number: string | undefined, asked: readonly T[]) {
  const { rows, isLast } = onePage(asked);
  return { ...windowOf(inquiry), items: [...rows], next: isLast ? null : Number(number ?? 1) + 1 };
}
/** A page of what is in memory already. */
const slice = <T>(inquiry: Inquiry, number: string | undefined, all: readonly T[]) => {
  const { limit, offset } = partOf(number);
  return page(inquiry, number, all.slice(offset, offset + limit));
};

const line = (host: HostLine) => ({
  ...host,
  addresses: host.addresses.map(formatAddress),
  hours: { ...host.hours },
  doubts: [...host.doubts],
});
const shown = { open: 50, hosts: 100, destinations: 500 } as const;

export async function overviewOf(inquiry: Inquiry): Promise<Answer<typeof contract.overviewAnswer>> {
  const [{ open, hosts, unjudged }, notes, { balanced }] = await Promise.all([
    assembleOverview(inquiry.answers, inquiry, inquiry.policy, inquiry.span),
    inquiry.answers.ask(devices, {}).then((known) => generalNotes(inquiry.answers, known)),
    booksOf(inquiry),
  ]);
  const all = [...hosts, ...unjudged];
  return {
    ...windowOf(inquiry),
    policy: inquiry.policy,
    balanced,
    notes,
    open: open
      .slice(0, shown.open)
      .map(({ hosts: who, packets, destination }) => ({ hosts: who.slice(0, shown.hosts), packets, destination })),
    openInAll: open.length,
    hosts: all.slice(0, shown.hosts).map(line),
    hostsInAll: all.length,
  };
}

export async function hostsOf(
  inquiry: Inquiry,
  { page: number, name }: { page?: string | undefined; name?: string | undefined },
): Promise<Answer<typeof contract.hostsAnswer>> {
  const { hosts, unjudged } = await assembleOverview(inquiry.answers, inquiry, inquiry.policy, inquiry.span);
  const wanted = name?.toUpperCase() ?? '';
  const address = name === undefined ? undefined : parseAddress(name);
  const matches = (host: HostLine) =>
    `${host.host}\n${host.mac}`.toUpperCase().includes(wanted) || (address !== undefined && host.addresses.includes(address));
  return slice(inquiry, number, [...hosts, ...unjudged].filter(matches).map(line));
}

export async function hostOf(inquiry: Inquiry, { mac }: { mac: string }): Promise<Answer<typeof contract.hostAnswer> | undefined> {
  const host = await assembleHost(inquiry.answers, parseMac(mac) as number, inquiry, inquiry.policy);
  if (!host) return undefined;
  return {
    ...host,
    ...windowOf(inquiry),
    destinations: host.destinations.slice(0, shown.destinations),
    destinationsInAll: host.destinations.length,
  };
}

/** Points of a curve: more than a screen has pixels is of no use. */
const longestCurve = 1500;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440];
const longestList = 2000;

export async function curveOf(inquiry: Inquiry, { mac: text }: { mac: string }): Promise<Answer<typeof contract.curveAnswer> | undefined> {
  const mac = parseMac(text) as number;
  const device = (await inquiry.answers.ask(devices, {})).find((one) => one.mac === mac);
  if (!device) return undefined;
  const { from, to } = inquiry;
  const minutes = (to - from) / minute;
  const stepUs = (steps.find((step) => minutes / step <= longestCurve) ?? Math.ceil(minutes / longestCurve / 1440) * 1440) * minute;
  const rows = await inquiry.answers.ask(packetCurve, {
    from: Math.floor(from / minute) * minute,
    to,
    mac,
    stepUs,
    judged: device.host !== null,
    states: countedStates(inquiry.policy).states,
  });
  const host = device.host ?? '';
  const intervals = await inquiry.answers.ask(intervalsOfSpan, { from, to, host, limit: longestList });
  const events = await inquiry.answers.ask(eventsOfSpan, { from, to, host, limit: longestList, offset: 0 });
  return {
    ...windowOf(inquiry),
    stepSeconds: stepUs / 1e6,
    at: rows.map(({ at }) => at / 1e6),
    sent: rows.map(({ sent }) => sent),
    received: rows.map(({ received }) => received),
    open: rows.map(({ open }) => open),
    intervals: intervals.map(({ axis, state, from: begin, to: end }) => ({ axis, state, from: formatTime(begin), to: formatTime(end) })),
    events: events.map(({ time, provider, eventId }) => ({ at: formatTime(time), provider, eventId })),
  };
}

export async function destinationOf(
  inquiry: Inquiry,
  { id }: { id: string },
): Promise<Answer<typeof contract.destinationAnswer> | undefined> {
  const [record] = await inquiry.answers.ask(destinationsById, { ids: [id] });
  if (!record) return undefined;
  const known = await inquiry.answers.ask(devices, {});
  const gathered = await gather(inquiry.answers, wholeDays(inquiry, inquiry.span ?? undefined), inquiry.policy, {
    devices: known,
    destination: id,
  });
  const hosts = [...gathered]
    .flatMap(([mac, rows]) =>
      rows.map((row) => ({
        host: known.find((one) => one.mac === mac)?.host ?? formatMac(mac),
        mac: formatMac(mac),
        destination: describeDestination(row),
      })),
    )
    .sort((a, b) => b.destination.priority - a.destination.priority || b.destination.packets - a.destination.packets)
    .slice(0, shown.destinations);
  const { name, protocol, port, application, direction, scope, cast, nameProof, roles, status, reason, rule, source } = record;
  const address = record.address === null ? null : formatAddress(record.address);
  return {
    ...windowOf(inquiry),
    id,
    name,
    address,
    protocol,
    port,
    application,
    direction,
    scope,
    cast,
    nameProof,
    roles,
    status,
    reason,
    rule,
    source,
    hosts,
  };
}

export interface MinutesParameters {
  readonly mac?: string | undefined;
  readonly destination?: string | undefined;
  readonly state?: string | undefined;
  readonly page?: string | undefined;
}

/** Without a state, those in which no user started the traffic; `any` for all. */
export async function minutesOf(inquiry: Inquiry, parameters: MinutesParameters): Promise<Answer<typeof contract.minutesAnswer>> {
  const { mac, destination, state, page: number } = parameters;
  const counted = countedStates(inquiry.policy);
  const states = state === undefined ? counted.states : hostStates.filter((one) => state === 'any' || one === state);
  const sure = state === undefined ? counted.confidences : [...confidences];
  const rows = await inquiry.answers.ask(judgementsOfSpan, {
    from: inquiry.from,
    to: inquiry.to,
    mac: mac === undefined ? null : (parseMac(mac) as number),
    destination: destination ?? null,
    states,
    confidences: sure,
    ...partOf(number),
  });
  return page(
    inquiry,
    number,
    rows.map(({ intervalFrom: _, ...row }) => ({
      ...row,
      mac: formatMac(row.mac),
      minute: formatTime(row.minute),
      peerAddress: row.peerAddress === null ? null : formatAddress(row.peerAddress),
      firstAt: formatTime(row.firstAt),
      lastAt: formatTime(row.lastAt),
    })),
  );
}

export async function flowsOf(
  inquiry: Inquiry,
  { mac, page: number }: { mac?: string | undefined; page?: string | undefined },
): Promise<Answer<typeof contract.flowsAnswer>> {
  const parameters = { from: inquiry.from, to: inquiry.to, mac: mac === undefined ? null : (parseMac(mac) as number), ...partOf(number) };
  return page(
    inquiry,
    number,
    (await inquiry.answers.ask(flowsOfSpan, parameters)).map((flow) => describeFlow(flow)),
  );
}

export async function eventsOf(
  inquiry: Inquiry,
  { host, page: number }: { host: string; page?: string | undefined },
): Promise<Answer<typeof contract.eventsAnswer>> {
  const rows = await inquiry.answers.ask(eventsOfSpan, { from: inquiry.from, to: inquiry.to, host, ...partOf(number) });
  return page(
    inquiry,
    number,
    rows.map(({ id, time, host: name, channel, recordId, provider, eventId, data, recovered }) => ({
      id,
      time: formatTime(time),
      host: name,
      channel,
      recordId,
      provider,
      eventId,
      data: data.slice(0, 100),
      recovered,
    })),
  );
}

export async function capturesOf(
  inquiry: Inquiry,
  { page: number }: { page?: string | undefined },
): Promise<Answer<typeof contract.capturesAnswer>> {
  const all = (await inquiry.answers.ask(captures, {})).sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.name < b.name ? -1 : 1));
  return slice(
    inquiry,
    number,
    all.map(({ id, kind, format, name, state, octets, frames, records, firstAt, lastAt, faults }) => ({
      id,
      kind,
      format,
      name,
      state,
      octets,
      frames,
      records,
      firstAt: instantOrNull(firstAt),
      lastAt: instantOrNull(lastAt),
      faults,
    })),
  );
}

export async function explanationsOf(
  inquiry: Inquiry,
  { page: number, text }: { page?: string | undefined; text?: string | undefined },
): Promise<Answer<typeof contract.explanationsAnswer>> {
  const wanted = text?.toLowerCase() ?? '';
  const rules = inquiry.options.explanations.map(({ id, pattern, protocol, scope, breadth, platform, reason, source, lastVerified }) => {
    return { id, pattern: pattern ?? null, protocol, scope, breadth, platform, reason, source, lastVerified };
  });
  return slice(
    inquiry,
    number,
    rules.filter((rule) => Object.values(rule).join('\n').toLowerCase().includes(wanted)),
  );
}

/** In the order in which frames pass the stages. */
const order = ['link', 'wire', 'meter', 'store', 'dark-frames', 'dark-questions', 'dark-packets', 'dark-rows', 'logs'];

export async function healthOf(inquiry: Inquiry): Promise<Answer<typeof contract.healthAnswer>> {
  const [books, [counted]] = await Promise.all([booksOf(inquiry), inquiry.answers.ask(totals, {})]);
  return { ...books, totals: counted ?? {} };
}

async function booksOf({ answers }: Inquiry): Promise<Omit<Answer<typeof contract.healthAnswer>, 'totals'>> {
  const [losses, books, sessions] = await Promise.all([
    answers.ask(lossesByReason, {}),
    answers.ask(booksByStage, { limit: 10 * pageSize }),
    answers.ask(captures, {}),
  ]);
  const reasons = (stage: string, capture: string, kind: 'refused' | 'dropped') =>
    Object.fromEntries(
      losses
        .filter((loss) => loss.stage === stage && loss.capture === capture && loss.kind === kind)
        .map(({ reason, count }) => [reason, count]),
    );
  const stages = books
    .map(({ stage, interface: name, capture, unit, in: received, out, carried, held }) => ({
      stage,
      interface: name,
      unit,
      in: received,
      out,
      // What one span hands to the next is held by neither.
      carried: 0,
      held: held - carried,
      refused: reasons(stage, capture, 'refused'),
      dropped: reasons(stage, capture, 'dropped'),
    }))
    .sort((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage) || (a.interface < b.interface ? -1 : 1));
  const unfinished = sessions.filter(({ kind, state }) => state === 'reading' && kind !== 'live').map(({ name }) => name);
  const cutOff = sessions.filter(({ state }) => state === 'cut').map(({ name }) => name);
  const booksBalance = stages.every((stage) => imbalance(stage as Pick<HealthRecord, 'in' | 'out' | 'held' | 'refused' | 'dropped'>) === 0);
  return {
    balanced: unfinished.length === 0 && booksBalance,
    booksBalance,
    unfinished,
    cutOff,
    blindSpots: await blindSpots(answers),
    stages,
  };
}
