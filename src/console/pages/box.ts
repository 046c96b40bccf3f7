/** What concerns the box itself: what it read, what it knows, whether its books balance. */

import type { z } from 'zod';
import { html } from '../../base/html.ts';
import type { capturesAnswer, explanationsAnswer, healthAnswer } from '../contract.ts';
import { badge, empty, figure, instant, pager, table, type View } from '../html.ts';
import type { Page } from '../layout.ts';

const number = 'number' as const;

export function capturesPage(view: View, answer: z.infer<typeof capturesAnswer>): Page {
  const { say } = view;
  const rows = answer.items.map((capture) => [
    html`${capture.name}${capture.state === 'reading' && capture.kind !== 'live' && html` ${badge(say('readPartly'), 'bad')}`}`,
    capture.format,
    html`${instant(capture.firstAt)}<br>${instant(capture.lastAt)}`,
    figure(capture.frames),
    figure(capture.records),
    figure(capture.octets),
    capture.faults.length === 0
      ? html`<span class="soft">${say('noFaults')}</span>`
      : html`<ul class="list">${capture.faults.map(({ layer, kind, count }) => html`<li class="warn">${figure(count)} ${layer}: ${kind}</li>`)}</ul>`,
  ]);
  const columns = [
    { title: say('name'), kind: 'name' as const },
    { title: say('kind') },
    { title: say('span'), kind: 'nowrap' as const },
    { title: say('frames'), kind: number },
    { title: say('records'), kind: number },
    { title: say('octets'), kind: number },
    { title: say('faults'), kind: 'text' as const },
  ];
  const content = html`<h1>${say('captures')}</h1><p class="soft">${say('capturesText')}</p>
${rows.length === 0 ? empty(say('capturesNone')) : table(columns, rows)}${pager(view, '/captures', {}, answer.next)}`;
  return { title: say('captures'), content, hasRange: false };
}

export function explanationsPage(view: View, answer: z.infer<typeof explanationsAnswer>): Page {
  const { say, url } = view;
  const text = url.searchParams.get('text') ?? '';
  const rows = answer.items.map((rule) => [
    html`<span id="${rule.id}">${rule.pattern ?? rule.protocol}</span><br><span class="soft small mono">${rule.id}</span>`,
    rule.reason,
    rule.platform,
    badge(rule.breadth, rule.breadth === 'shared' ? 'warn' : ''),
    rule.source,
    html`<time>${rule.lastVerified}</time>`,
  ]);
  const columns = [
    { title: say('pattern'), kind: 'name' as const },
    { title: say('reason'), kind: 'text' as const },
    { title: say('platform') },
    { title: say('breadth') },
    { title: say('source'), kind: 'text' as const },
    { title: say('verified'), kind: 'nowrap' as const },
  ];
  const lang = url.searchParams.get('lang');
  const content = html`<h1>${say('explanations')}</h1><p class="soft">${say('explanationsText')}</p>
<form class="range no-print" method="get" role="search">${lang !== null && html`<input type="hidden" name="lang" value="${lang}">`}<label>${say('search')}<input name="text" value="${text}" maxlength="255" type="search"></label><button type="submit">${say('search')}</button></form>
${rows.length === 0 ? empty(say('explanationsNone')) : table(columns, rows)}${pager(view, '/explanations', { text: text === '' ? null : text }, answer.next)}`;
  return { title: say('explanations'), content, hasRange: false };
}

export function healthPage(view: View, answer: z.infer<typeof healthAnswer>): Page {
  const { say } = view;
  const reasons = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${figure(count)} ${reason}`)
      .join(', ') || '0';
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, count) => all + count, 0);
  const rows = answer.stages.map((stage) => [
    stage.stage,
    stage.interface,
    stage.unit,
    figure(stage.in),
    figure(stage.out),
    reasons(stage.refused),
    reasons(stage.dropped),
    figure(stage.held),
    stage.in === stage.out + stage.held + sum(stage.refused) + sum(stage.dropped)
      ? badge(say('holds'), 'good')
      : badge(say('doesNotHold'), 'bad'),
  ]);
  const columns = [
    { title: say('stage') },
    { title: say('where'), kind: 'name' as const },
    { title: say('counts') },
    { title: say('in'), kind: number },
    { title: say('out'), kind: number },
    { title: say('refused') },
    { title: say('dropped') },
    { title: say('held'), kind: number },
    { title: '' },
  ];
  const books = answer.balanced ? 'balanced' : answer.booksBalance ? 'incomplete' : 'unbalanced';
  const content = html`<h1>${say('health')}</h1><p class="soft">${say('healthText')}</p>
<ul class="list"><li class="${books === 'balanced' ? 'good' : books === 'incomplete' ? 'warn' : 'bad'}">${say(books)}</li>${answer.unfinished.map((name) => html`<li class="bad">${name}: ${say('readPartly')}</li>`)}${answer.blindSpots.map((line) => html`<li class="warn">${line}</li>`)}</ul>
${rows.length === 0 ? empty(say('healthNone')) : table(columns, rows)}
<section><h2>${say('totals')}</h2><dl class="facts">${Object.entries(answer.totals).map(([name, count]) => html`<dt>${name}</dt><dd class="mono">${figure(count)}</dd>`)}</dl></section>`;
  return { title: say('health'), content, hasRange: false };
}
