/** One far end: whether it is explained, why, where that is known from, and which hosts talked to it. */

import type { z } from 'zod';
import { type Content, html } from '../../base/html.ts';
import { farEnd } from '../../report/text.ts';
import type { destinationAnswer } from '../contract.ts';
import { empty, hostPath, instant, packetsLink, priorityBadge, statusBadge, table, to, type View, whyText } from '../html.ts';
import type { Page } from '../layout.ts';

export function destinationPage(view: View, answer: z.infer<typeof destinationAnswer>): Page {
  const { say } = view;
  const title = farEnd(answer);
  const worst = answer.hosts[0]?.destination;
  const facts: readonly (readonly [string, Content])[] = [
    [say('status'), statusBadge(worst?.status ?? answer.status)],
    [say('reason'), worst?.reason ?? answer.reason],
    [say('source'), answer.source],
    [say('rule'), answer.rule !== null && html`<a href="${to(view, '/explanations', { text: answer.rule })}">${answer.rule}</a>`],
    [say('proof'), answer.nameProof],
    [say('protocol'), `${answer.protocol}${answer.port === null ? '' : ` ${answer.port}`}`],
    [say('application'), answer.application],
    [say('direction'), answer.direction],
    [say('scope'), `${say(answer.scope === 'inside' ? 'inside' : 'outside')}, ${answer.cast}`],
    [say('roles'), answer.roles.join(', ')],
  ];
  const rows = answer.hosts.map(({ host, mac, destination }) => [
    priorityBadge(destination.priority),
    html`<a href="${to(view, hostPath(mac))}">${host}</a>`,
    packetsLink(view, destination.packets, mac, answer.id),
    instant(destination.firstAt),
    instant(destination.lastAt),
    whyText(destination),
  ]);
  const columns = [
    { title: say('priority'), kind: 'number' },
    { title: say('host'), kind: 'name' },
    { title: say('packets'), kind: 'number' },
    { title: say('firstSeen'), kind: 'nowrap' },
    { title: say('lastSeen'), kind: 'nowrap' },
    { title: say('why'), kind: 'text' },
  ] as const;
  const content = html`<h1>${title}</h1>
<dl class="facts">${facts.map(([name, value]) => value !== null && value !== false && value !== '' && html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<section><h2>${say('hostsOfDestination')}</h2>${rows.length === 0 ? empty(say('destinationNone')) : table(columns, rows)}</section>
<p><a href="${to(view, '/minutes', { destination: answer.id, state: 'any' })}">${say('minutes')}</a></p>`;
  return { title, content, hasRange: true };
}
