/** The overview: is the box healthy and not blind, then what nobody started and nothing explains, then the hosts. */

import type { z } from 'zod';
import { type Content, type Html, html } from '../../base/html.ts';
import type { hostLine, overviewAnswer } from '../contract.ts';
import {
  badge,
  empty,
  farEndLink,
  figure,
  hostPath,
  hoursText,
  packetsLink,
  priorityBadge,
  table,
  to,
  type View,
  whyText,
} from '../html.ts';
import type { Page } from '../layout.ts';

export type HostLine = z.infer<typeof hostLine>;

const asleepStates = ['modern-sleep', 's3', 'hibernate', 'off'];
const asleep = ({ hours }: HostLine) => asleepStates.reduce((sum, state) => sum + (hours[state] ?? 0), 0);

export function overviewPage(view: View, answer: z.infer<typeof overviewAnswer>): Page {
  const { say } = view;
  if (view.inquiry.span === null)
    return { title: say('overview'), hasRange: false, content: html`<h1>${say('emptyTitle')}</h1>${emptyStore(view)}` };
  const judged = answer.hosts.filter(({ hasLog }) => hasLog);
  const others = answer.hosts.filter(({ hasLog }) => !hasLog);
  const content = html`<h1>${say('overview')}</h1><p class="soft">${say('tagline')}</p>
<section><h2>${say('boxState')}</h2>${state(view, answer, judged.length, others.length)}</section>
<section id="first"><h2>${say('first')}</h2>${open(view, answer)}</section>
<section id="hosts"><h2>${say('hostsTitle')}</h2>${judged.length === 0 ? empty(say('emptyHosts')) : hostTable(view, judged)}
${answer.hostsInAll > answer.hosts.length && html`<p><a href="${to(view, '/hosts')}">${say('more', { n: answer.hostsInAll - answer.hosts.length })}</a></p>`}</section>
${others.length > 0 && html`<section id="unjudged"><h2>${say('unjudged')}</h2>${unjudgedTable(view, others)}</section>`}`;
  return { title: say('overview'), content, hasRange: true };
}

const emptyStore = ({ say }: View) =>
  html`<div class="empty"><p>${say('emptyText')}</p><p><code>yoban replay office.pcapng --logs PC-7-System.xml --data DIR</code></p></div>`;

function state(view: View, answer: z.infer<typeof overviewAnswer>, judged: number, others: number): Html {
  const { say } = view;
  const item = (tone: string, content: Content) => html`<li class="${tone}">${content}</li>`;
  return html`<ul class="list">
${item(answer.balanced ? 'good' : 'bad', html`<a href="${to(view, '/health')}">${say(answer.balanced ? 'balanced' : 'unbalanced')}</a>`)}
${item('good', html`<a href="${to(view, '/captures')}">${say('seenFrom', { from: short(answer.from), to: short(answer.to) })}</a>`)}
${item(judged > 0 ? 'good' : 'bad', html`<a href="#hosts">${say('withLog', { n: judged })}</a>`)}
${others > 0 && item('warn', html`<a href="#unjudged">${say('withoutLog', { n: others })}</a>`)}
${answer.notes.slice(0, 20).map((note) => item('warn', note))}</ul>`;
}

const short = (text: string | null) => (text ?? '').slice(0, 16).replace('T', ' ');

function open(view: View, answer: z.infer<typeof overviewAnswer>): Html {
  const { say } = view;
  if (answer.open.length === 0) return empty(say('firstNone'));
  const rows = answer.open
    .slice(0, 20)
    .map(({ hosts, packets, destination }) => [
      priorityBadge(destination.priority),
      html`${hosts.slice(0, 1).map(({ host, mac }) => html`<a href="${to(view, hostPath(mac))}">${host}</a>`)}${hosts.length > 1 && html` <a class="soft" href="${to(view, `/destinations/${destination.id}`)}">${say('more', { n: hosts.length - 1 })}</a>`}`,
      farEndLink(view, destination),
      packetsLink(view, packets, hosts.length === 1 ? (hosts[0]?.mac ?? null) : null, destination.id),
      whyText(destination),
    ]);
  const columns = [
    { title: say('priority'), kind: 'number' },
    { title: say('host'), kind: 'name' },
    { title: say('farEnd'), kind: 'name' },
    { title: say('packets'), kind: 'number' },
    { title: say('why'), kind: 'text' },
  ] as const;
  const more = answer.openInAll - Math.min(answer.open.length, 20);
  return html`${table(columns, rows)}${more > 0 && html`<p class="soft small">${say('firstMore', { n: more })}</p>`}`;
}

/** How much of what no user started is open: a picture of a share, its figures stand beside it. */
function share({ packets, explained }: HostLine): Html {
  const width = packets === 0 ? 0 : Math.max(2, Math.round((100 * (packets - explained)) / packets));
  return html`<span class="share" aria-hidden="true"><svg viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="fill-open" width="${packets === explained ? 0 : width}" height="10"/></svg></span>`;
}

export function hostTable(view: View, hosts: readonly HostLine[]): Html {
  const { say } = view;
  const rows = hosts.map((host) => [
    host.priority > 0 ? priorityBadge(host.priority) : badge(0, 'good'),
    html`<a href="${to(view, hostPath(host.mac))}">${host.host}</a>${host.doubts.length > 0 && html` ${badge('!', 'warn')}`}`,
    html`<span class="mono">${host.addresses.slice(0, 3).join(' ')}</span>`,
    hoursText(asleep(host)),
    hoursText(host.hours.unknown ?? 0),
    packetsLink(view, host.packets, host.mac, null),
    html`<a href="${to(view, hostPath(host.mac))}#explained">${figure(host.explained)}</a>`,
    html`<a href="${to(view, hostPath(host.mac))}#open">${figure(host.packets - host.explained)}</a>`,
    share(host),
  ]);
  const number = 'number' as const;
  const columns = [
    { title: say('priority'), kind: number },
    { title: say('host'), kind: 'name' as const },
    { title: say('addresses') },
    { title: say('asleep'), kind: number },
    { title: say('unknown'), kind: number },
    { title: say('noUser'), kind: number },
    { title: say('explained'), kind: number },
    { title: say('open'), kind: number },
    { title: '' },
  ];
  return table(columns, rows);
}

export function unjudgedTable(view: View, hosts: readonly HostLine[]): Html {
  const { say } = view;
  const rows = hosts.map((host) => [
    html`<a href="${to(view, hostPath(host.mac))}">${host.host}</a>`,
    html`<span class="mono">${host.mac}</span>`,
    html`<span class="mono">${host.addresses.slice(0, 3).join(' ')}</span>`,
    html`<a href="${to(view, '/flows', { mac: host.mac })}">${figure(host.packets)}</a>`,
  ]);
  const columns = [
    { title: say('host'), kind: 'name' as const },
    { title: say('mac'), kind: 'nowrap' as const },
    { title: say('addresses') },
    { title: say('packets'), kind: 'number' as const },
  ];
  return table(columns, rows);
}
