/** Of hosts: the overview, the list, one host, its curve. Each function asks the store and gives what `contract.ts` publishes. */

import { formatAddress, parseAddress, parseMac } from '../../base/address.ts';
import { formatTime, minute } from '../../base/time.ts';
import { assembleHost, generalNotes } from '../../report/assemble.ts';
import { countedStates } from '../../report/evidence.ts';
import { assembleOverview, type HostLine } from '../../report/overview.ts';
import { devices } from '../../store/questions/derived.ts';
import { eventsOfSpan, intervalsOfSpan, packetCurve } from '../../store/questions/pages.ts';
import type * as contract from '../contract.ts';
import type { Inquiry } from '../inquiry.ts';
import { type Answer, pageOf, shown, windowOf } from './answer.ts';
import { booksOf } from './box.ts';

const line = (host: HostLine) => ({
  ...host,
  addresses: host.addresses.map(formatAddress),
  hours: { ...host.hours },
  doubts: [...host.doubts],
});

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
  return pageOf(inquiry, number, [...hosts, ...unjudged].filter(matches).map(line));
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
