/** All machines, searched and a page at a time. */

import type { z } from 'zod';
import { html } from '../../base/html.ts';
import type { hostsAnswer } from '../contract.ts';
import { empty, pager, type View } from '../html.ts';
import type { Page } from '../layout.ts';
import { hostTable, unjudgedTable } from './overview.ts';

export function hostsPage(view: View, answer: z.infer<typeof hostsAnswer>): Page {
  const { say, url, inquiry } = view;
  const name = url.searchParams.get('name') ?? '';
  const judged = answer.items.filter(({ hasLog }) => hasLog);
  const others = answer.items.filter(({ hasLog }) => !hasLog);
  const none = answer.items.length === 0 && empty(inquiry.span === null ? say('emptyHosts') : say('hostsNone'));
  const content = html`<h1>${say('hosts')}</h1>
<form class="range no-print" method="get" role="search">${['from', 'to', 'policy', 'lang'].map((key) => {
    const value = url.searchParams.get(key);
    return value !== null && html`<input type="hidden" name="${key}" value="${value}">`;
  })}<label>${say('search')}<input name="name" value="${name}" maxlength="255" type="search"></label><button type="submit">${say('search')}</button></form>
${none}${judged.length > 0 && html`<section><h2>${say('hostsTitle')}</h2>${hostTable(view, judged)}</section>`}
${others.length > 0 && html`<section><h2>${say('unjudged')}</h2>${unjudgedTable(view, others)}</section>`}
${pager(view, '/hosts', { name: name === '' ? null : name }, answer.next)}`;
  return { title: say('hosts'), content, hasRange: true };
}
