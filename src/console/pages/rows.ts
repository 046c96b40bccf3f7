/** Rows behind the figures: minutes, flows, events. */

import type { z } from 'zod';
import { html } from '../../base/html.ts';
import type { eventsAnswer, flowsAnswer, minutesAnswer } from '../contract.ts';
import { badge, destinationPath, empty, figure, hostPath, instant, pager, table, to, type View } from '../html.ts';
import type { Page } from '../layout.ts';

const own = (view: View, ...names: string[]) => Object.fromEntries(names.map((name) => [name, view.url.searchParams.get(name)]));
const number = 'number' as const;

export function minutesPage(view: View, answer: z.infer<typeof minutesAnswer>): Page {
  const { say } = view;
  const rows = answer.items.map((row) => [
    html`<a href="${to(view, '/flows', { mac: row.mac, from: row.minute, to: nextMinute(row.minute) })}">${instant(row.minute)}</a>`,
    html`<a class="mono" href="${to(view, hostPath(row.mac))}">${row.mac}</a>`,
    html`${row.state}${row.contradiction && html` ${badge(say('impossible'), 'bad')}`}`,
    row.confidence,
    html`<a class="mono" href="${to(view, destinationPath(row.destination))}">${row.peerAddress ?? row.destination.slice(0, 8)}</a>`,
    figure(row.sentPackets),
    figure(row.receivedPackets),
    figure(row.sentOctets + row.receivedOctets),
  ]);
  const columns = [
    { title: say('minute'), kind: 'nowrap' as const },
    { title: say('host'), kind: 'nowrap' as const },
    { title: say('state') },
    { title: say('confidence') },
    { title: say('farEnd') },
    { title: say('sent'), kind: number },
    { title: say('received'), kind: number },
    { title: say('octets'), kind: number },
  ];
  const content = html`<h1>${say('minutes')}</h1><p class="soft">${say('minutesText')}</p>
${rows.length === 0 ? empty(say('rowsNone')) : table(columns, rows)}${pager(view, '/minutes', own(view, 'mac', 'destination', 'state'), answer.next)}`;
  return { title: say('minutes'), content, hasRange: true };
}

const nextMinute = (text: string) => `${new Date(Date.parse(text) + 60_000).toISOString().slice(0, 16)}Z`;

export function flowsPage(view: View, answer: z.infer<typeof flowsAnswer>): Page {
  const { say } = view;
  type End = (typeof answer.items)[number]['source'];
  const end = ({ address, mac, port }: End) => html`<span class="mono">${address ?? mac ?? '?'}${port !== null && ` ${port}`}</span>`;
  const rows = answer.items.map((flow) => [
    instant(flow.firstAt),
    end(flow.source),
    end(flow.destination),
    flow.application ?? String(flow.protocol ?? `0x${flow.etherType.toString(16)}`),
    figure(flow.source.packets),
    figure(flow.destination.packets),
    flow.serverName,
    html`<span class="mono">${flow.communityId}</span>`,
  ]);
  const columns = [
    { title: say('time'), kind: 'nowrap' as const },
    { title: say('from') },
    { title: say('to') },
    { title: say('protocol') },
    { title: say('sent'), kind: number },
    { title: say('received'), kind: number },
    { title: say('serverName'), kind: 'name' as const },
    { title: say('communityId') },
  ];
  const content = html`<h1>${say('flows')}</h1><p class="soft">${say('flowsText')}</p>
${rows.length === 0 ? empty(say('rowsNone')) : table(columns, rows)}${pager(view, '/flows', own(view, 'mac'), answer.next)}`;
  return { title: say('flows'), content, hasRange: true };
}

export function eventsPage(view: View, answer: z.infer<typeof eventsAnswer>): Page {
  const { say, url } = view;
  const rows = answer.items.map((event) => [
    instant(event.time),
    event.provider,
    html`<span id="${event.id}">${event.eventId}</span>`,
    event.recordId,
    event.data.map(([name, value]) => (name === '' ? value : `${name}=${value}`)).join('  '),
  ]);
  const columns = [
    { title: say('time'), kind: 'nowrap' as const },
    { title: say('provider'), kind: 'name' as const },
    { title: say('event'), kind: number },
    { title: say('records'), kind: number },
    { title: say('data'), kind: 'text' as const },
  ];
  const content = html`<h1>${say('events')}: ${url.searchParams.get('host')}</h1><p class="soft">${say('eventsText')}</p>
${rows.length === 0 ? empty(say('rowsNone')) : table(columns, rows)}${pager(view, '/events', own(view, 'host'), answer.next)}`;
  return { title: say('events'), content, hasRange: true };
}
