/** Pieces that pages are made of: links, tables, badges, figures. */

import { type Content, type Html, html } from '../base/html.ts';
import { formatTime } from '../base/time.ts';
import type { ReportDestination } from '../record/output/report.ts';
import { farEnd } from '../report/text.ts';
import type { Inquiry } from './inquiry.ts';
import type { Language, Say } from './messages.ts';

/** What every page is drawn with. */
export interface View {
  readonly inquiry: Inquiry;
  readonly say: Say;
  readonly language: Language;
  /** The address that was asked for, with its parameters. */
  readonly url: URL;
}

/** Parameters that stay with the reader from page to page. */
const lasting = ['from', 'to', 'policy', 'lang'] as const;

/** An address on this console: lasting parameters are kept, `changes` set or (null) taken away. */
export function to({ url }: Pick<View, 'url'>, path: string, changes: Readonly<Record<string, string | null>> = {}): string {
  const parameters = new URLSearchParams();
  for (const name of lasting) {
    const value = url.searchParams.get(name);
    if (value !== null) parameters.set(name, value);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

export const hostPath = (mac: string) => `/hosts/${encodeURIComponent(mac)}`;
export const destinationPath = (id: string) => `/destinations/${encodeURIComponent(id)}`;

/** Thousands apart by a thin blank, the same in every language. */
export const figure = (value: number) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
export const hoursText = (hours: number) => `${hours.toFixed(1)} h`;
/** `2021-01-10 09:00:00` for people; the exact instant stands in the attribute. */
export const instant = (text: string | null): Content =>
  text === null ? '' : html`<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')}</time>`;
export const instantOf = (at: number): string => `${formatTime(at).slice(0, 16)}Z`;

export interface Column {
  readonly title: string;
  readonly kind?: 'number' | 'name' | 'text' | 'nowrap';
}

export function table(columns: readonly Column[], rows: readonly (readonly Content[])[], foot?: readonly Content[]): Html {
  const cell = (content: Content, i: number) => html`<td class="${columns[i]?.kind ?? ''}">${content}</td>`;
  return html`<div class="scroll" tabindex="0" role="group"><table>
<thead><tr>${columns.map(({ title, kind }) => html`<th scope="col" class="${kind ?? ''}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
${foot && html`<tfoot><tr>${foot.map(cell)}</tr></tfoot>`}</table></div>`;
}

export const empty = (text: Content) => html`<p class="empty">${text}</p>`;
export const badge = (value: Content, tone: '' | 'good' | 'warn' | 'bad' = '') => html`<span class="badge ${tone}">${value}</span>`;
export const priorityBadge = (priority: number) => badge(priority, priority >= 60 ? 'bad' : priority >= 30 ? 'warn' : '');
export const statusBadge = (status: string) =>
  badge(
    status,
    status === 'explained'
      ? 'good'
      : status === 'unexplained'
        ? 'warn'
        : status === 'suspicious' || status === 'out-of-envelope'
          ? 'bad'
          : '',
  );

export const farEndLink = (view: View, destination: ReportDestination & { readonly id: string }) =>
  html`<a href="${to(view, destinationPath(destination.id))}">${farEnd(destination)}</a>`;

export const whyText = (destination: ReportDestination) =>
  [destination.reason ?? destination.status, ...destination.because.slice(1)].join('; ');

/** A figure as a link to the rows that it counts. */
export const packetsLink = (view: View, packets: number, mac: string | null, destination: string | null) =>
  html`<a href="${to(view, '/minutes', { mac, destination })}">${figure(packets)}</a>`;

export function pager(view: View, path: string, own: Readonly<Record<string, string | null>>, next: number | null): Html {
  const page = Number(view.url.searchParams.get('page') ?? 1);
  if (page === 1 && next === null) return html``;
  const link = (number: number) => to(view, path, { ...own, page: number === 1 ? null : String(number) });
  return html`<nav class="pages" aria-label="${view.say('page', { n: page })}">
${page > 1 && html`<a rel="prev" href="${link(page - 1)}">${view.say('previous')}</a>`}
<span class="soft">${view.say('page', { n: page })}</span>
${next !== null && html`<a rel="next" href="${link(next)}">${view.say('next')}</a>`}</nav>`;
}
