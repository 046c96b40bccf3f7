/** Of far ends and what was exchanged with them: minutes, flows, and the events beside them, as `contract.ts` publishes them. */

import { formatAddress, formatMac, parseMac } from '../../base/address.ts';
import { formatTime } from '../../base/time.ts';
import { confidences, hostStates } from '../../record/interval.ts';
import { describeFlow } from '../../record/output/flows.ts';
import { describeDestination } from '../../report/assemble.ts';
import { countedStates, gather } from '../../report/evidence.ts';
import { wholeDays } from '../../report/window.ts';
import { destinationsById, devices } from '../../store/questions/derived.ts';
import { eventsOfSpan, flowsOfSpan, judgementsOfSpan } from '../../store/questions/pages.ts';
import type * as contract from '../contract.ts';
import { type Inquiry, partOf } from '../inquiry.ts';
import { type Answer, page, shown, windowOf } from './answer.ts';

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
