/** One host: its days, its traffic over time, and what it exchanged that no user started, open first. */

import type { z } from 'zod';
import { type Html, html } from '../../base/html.ts';
import { hoursLine } from '../../report/text.ts';
import type { curveAnswer, hostAnswer } from '../contract.ts';
import { daysOf } from '../days.ts';
import {
  empty,
  farEndLink,
  figure,
  hostPath,
  hoursText,
  instantOf,
  packetsLink,
  priorityBadge,
  statusBadge,
  table,
  to,
  type View,
  whyText,
} from '../html.ts';
import type { Page } from '../layout.ts';

type Host = z.infer<typeof hostAnswer>;
type Destination = Host['destinations'][number];

export function hostPage(view: View, host: Host, curve: z.infer<typeof curveAnswer>): Page {
  const { say, inquiry } = view;
  const mac = host.mac ?? '';
  const path = hostPath(mac);
  const open = host.destinations.filter(({ status }) => status !== 'explained');
  const explained = host.destinations.filter(({ status }) => status === 'explained');
  const { packets, explained: known } = host.noUserStarted;
  const source = to(view, `/api/v1${path}/curve`, { lang: null, from: instantOf(inquiry.from), to: instantOf(inquiry.to + 59_999_999) });
  const content = html`<h1>${host.host}</h1><p class="soft mono">${mac} ${host.addresses.slice(0, 8).join(' ')}</p>
<p>${host.hasLog && hoursLine(host).replaceAll('   ', ' · ')}</p>
${host.notes.length > 0 && html`<ul class="list">${host.notes.map((note) => html`<li class="warn">${note}</li>`)}</ul>`}
${host.hasLog && html`<p>${say('noUser')} <a href="${to(view, '/minutes', { mac })}">${figure(packets)}</a> · ${say('explained')} <a href="#explained">${figure(known)}</a> · ${say('open')} <a href="#open">${figure(packets - known)}</a></p>`}
<section><h2>${say('days')}</h2><p class="soft small">${say('daysText')}</p>${daysOf(view, path, curve)}</section>
<section><h2>${say('plot')}</h2><p class="soft small">${say('plotText')}</p>
<div class="plot" id="plot" data-source="${source}" data-sent="${say('sent')}" data-received="${say('received')}"><p class="soft small">${say('plotNone')}</p></div></section>
${
  host.hasLog &&
  html`<section id="open"><h2>${say('notExplained')}</h2>${open.length === 0 ? empty(say(packets === 0 ? 'nothingCounted' : 'firstNone')) : openTable(view, mac, open)}</section>
<div id="explained">${explainedSection(view, mac, explained, 'outside')}${explainedSection(view, mac, explained, 'inside')}</div>`
}
<section><h2>${say('trafficByState')}</h2>${states(view, host)}</section>
<ul class="list">${host.hasLog && html`<li><a href="${to(view, '/events', { host: host.host })}">${say('logLink')}</a></li>`}<li><a href="${to(view, '/flows', { mac })}">${say('flowsLink')}</a></li></ul>`;
  return { title: host.host, content, hasRange: true, scripts: ['/assets/plot.js'] };
}

function openTable(view: View, mac: string, open: readonly Destination[]): Html {
  const { say } = view;
  const rows = open.map((destination) => [
    priorityBadge(destination.priority),
    farEndLink(view, destination),
    packetsLink(view, destination.packets, mac, destination.id),
    statusBadge(destination.status),
    whyText(destination),
  ]);
  const columns = [
    { title: say('priority'), kind: 'number' },
    { title: say('farEnd'), kind: 'name' },
    { title: say('packets'), kind: 'number' },
    { title: say('status') },
    { title: say('why'), kind: 'text' },
  ] as const;
  return table(columns, rows);
}

function explainedSection(view: View, mac: string, explained: readonly Destination[], side: 'outside' | 'inside'): Html {
  const { say } = view;
  const rows = explained.filter(({ scope }) => scope === side);
  if (rows.length === 0) return html``;
  const columns = [
    { title: say('farEnd'), kind: 'name' },
    { title: say('packets'), kind: 'number' },
    { title: say('reason'), kind: 'text' },
    { title: say('source'), kind: 'text' },
  ] as const;
  const cells = rows.map((destination) => [
    farEndLink(view, destination),
    packetsLink(view, destination.packets, mac, destination.id),
    destination.reason,
    html`<a href="${to(view, '/explanations', { text: destination.rule })}">${destination.source}</a>`,
  ]);
  const sum = rows.reduce((all, { packets }) => all + packets, 0);
  return html`<section><h2>${say(side === 'outside' ? 'explainedOutside' : 'explainedInside')}</h2>${table(columns, cells, [say('sum'), figure(sum), '', ''])}</section>`;
}

function states(view: View, host: Host): Html {
  const { say } = view;
  const rows = Object.entries(host.traffic).map(([state, { packets, octets }]) => [
    state,
    hoursText(host.hours[state] ?? 0),
    host.hasLog
      ? html`<a href="${to(view, '/minutes', { mac: host.mac, state })}">${figure(packets)}</a>`
      : html`<a href="${to(view, '/flows', { mac: host.mac })}">${figure(packets)}</a>`,
    figure(octets),
  ]);
  if (rows.length === 0) return empty(say('rowsNone'));
  const number = 'number' as const;
  return table(
    [
      { title: say('state') },
      { title: say('hours'), kind: number },
      { title: say('packets'), kind: number },
      { title: say('octets'), kind: number },
    ],
    rows,
  );
}
