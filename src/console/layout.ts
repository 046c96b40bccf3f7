/** What surrounds every page: navigation, span of time, keys. */

import { type Html, html } from '../base/html.ts';
import { day, hour, minute } from '../base/time.ts';
import type { MessageKey } from './english.ts';
import { instantOf, to, type View } from './html.ts';
import type { Say } from './messages.ts';

const pages: readonly (readonly [path: string, title: MessageKey, key: string])[] = [
  ['/', 'overview', 'o'],
  ['/hosts', 'hosts', 'h'],
  ['/captures', 'captures', 'c'],
  ['/explanations', 'explanations', 'e'],
  ['/health', 'health', 'b'],
];

export interface Page {
  readonly title: string;
  readonly content: Html;
  /** Of what the page shows depends on the span of time. */
  readonly hasRange: boolean;
  readonly scripts?: readonly string[];
}

function document(language: string, title: string, body: Html, scripts: readonly string[]): string {
  return `<!doctype html>\n${html`<html lang="${language}"><head><meta charset="utf-8"><title>${title} · Yoban</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/console.css">
${scripts.map((script) => html`<script type="module" src="${script}"></script>`)}</head>
<body>${body}</body></html>`}\n`;
}

export function renderPage(view: View, { title, content, hasRange, scripts = [] }: Page): string {
  const { say, language, url, inquiry } = view;
  const current = (path: string) => (path === '/' ? url.pathname === '/' : url.pathname.startsWith(path));
  const other = language === 'en' ? 'ja' : 'en';
  const query = new URLSearchParams(url.searchParams);
  query.set('lang', other);
  const body = html`<a class="skip" href="#content">${say('skip')}</a>
<header class="bar"><div class="bar-inner"><a class="brand" href="${to(view, '/')}">夜番 Yoban</a>
<nav aria-label="${say('main')}"><ul>${pages.map(
    ([path, name, key]) =>
      html`<li><a href="${to(view, path)}" data-key="${key}"${current(path) && html` aria-current="page"`}>${say(name)}</a></li>`,
  )}</ul></nav>
<div class="tools"><a href="${url.pathname}?${query.toString()}" hreflang="${other}" lang="${other}">${other === 'ja' ? '日本語' : 'English'}</a>
<button type="button" popovertarget="keys">${say('keys')} <kbd>?</kbd></button></div></div></header>
<main id="content">${hasRange && range(view)}${content}</main>
<footer>${say('utc')} Yoban ${inquiry.options.version}. <a href="/api/v1/openapi.json">API</a></footer>
<div id="keys" popover>${keyList(say)}</div>`;
  return document(language, title, body, ['/assets/console.js', ...scripts]);
}

/** Without a store nothing is known of spans of time. */
export function renderFault(language: string, title: string, text: string): string {
  return document(
    language,
    title,
    html`<main id="content"><h1>${title}</h1><p class="empty">${text}</p><p><a href="/">Yoban</a></p></main>`,
    [],
  );
}

function range(view: View): Html {
  const { say, url, inquiry } = view;
  const { from, to: until, span, policy } = inquiry;
  const width = until - from;
  const move = (begin: number, end: number) => ({ from: instantOf(Math.max(0, begin)), to: instantOf(Math.max(0, end)) });
  const here = (changes: Record<string, string | null>) => to(view, url.pathname, { ...kept(url), ...changes });
  const end = Math.ceil((span?.to ?? 0) / minute) * minute;
  const last = (length: number) => here(move(end - length, end));
  const policies = [
    ['sleep', 'policySleep'],
    ['no-person', 'policyNoPerson'],
    ['strict', 'policyStrict'],
  ] as const;
  return html`<form class="range no-print" method="get" action="${url.pathname}">
${Object.entries(kept(url)).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>${say('from')}<input name="from" value="${instantOf(from)}" autocomplete="off" spellcheck="false" maxlength="40"></label>
<label>${say('to')}<input name="to" value="${instantOf(until + minute - 1)}" autocomplete="off" spellcheck="false" maxlength="40"></label>
<label>${say('policy')}<select name="policy">${policies.map(([value, name]) => html`<option value="${value}"${value === policy && html` selected`}>${say(name)}</option>`)}</select></label>
<button type="submit">${say('show')}</button>
<span class="links"><a data-key="[" href="${here(move(from - width, from))}">← ${say('earlier')}</a><a data-key="]" href="${here(move(until, until + width))}">${say('later')} →</a>
<a data-key="-" href="${here(move(from - width / 2, until + width / 2))}">${say('zoomOut')}</a>
<a href="${last(day)}">${say('lastDay')}</a><a href="${last(7 * day)}">${say('lastWeek')}</a><a href="${last(30 * day)}">${say('lastMonth')}</a>
<a data-key="0" href="${here({ from: null, to: null })}">${say('everything')}</a></span></form>`;
}

/** What a page was asked for beside the span of time stays, except its number. */
function kept(url: URL): Record<string, string> {
  return Object.fromEntries([...url.searchParams].filter(([name]) => !['from', 'to', 'policy', 'page'].includes(name)));
}

function keyList(say: Say): Html {
  const keys: readonly (readonly [string, string])[] = [
    ...pages.map(([, title, key]) => [key, say(title)] as const),
    ['[', say('earlier')],
    [']', say('later')],
    ['-', say('zoomOut')],
    ['0', say('everything')],
    ['?', say('keysHelp')],
  ];
  return html`<h2>${say('keys')}</h2><dl class="facts">${keys.map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${text}</dd>`)}</dl>
<button type="button" popovertarget="keys" popovertargetaction="hide">${say('close')}</button>`;
}

/** Spans shorter than this are shown minute by minute. */
export const shortSpan = 36 * hour;
