/** Debian's Chromium, driven by playwright-core: what a reader's browser makes of our pages. */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Lifetime } from '../temporaryFolder.ts';

const executable = '/usr/bin/chromium';

/** A reason to skip, or `false`. */
export const noBrowser: string | false = existsSync(executable) ? false : `${executable} is not installed: apt-get install chromium`;

export async function launch(t: Lifetime): Promise<Browser> {
  // As root Chromium runs without its sandbox or not at all.
  const browser = await chromium.launch({ executablePath: executable, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  t.after(() => browser.close());
  return browser;
}

export interface Opened {
  readonly page: Page;
  /** Errors of the console, and requests to anywhere else. */
  readonly complaints: string[];
}

export interface Reader {
  readonly dark?: boolean;
  readonly locale?: string;
  readonly scripts?: boolean;
}

export function contextOf(browser: Browser, width: number, { dark, locale, scripts }: Reader = {}): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    locale: locale ?? 'en-US',
    javaScriptEnabled: scripts ?? true,
  });
}

export async function open(browser: Browser, url: string, width: number, reader: Reader = {}): Promise<Opened> {
  return openIn(await contextOf(browser, width, reader), url, reader);
}

/** Until everything that the page asks for is there, and its plot is drawn. */
export async function openIn(context: BrowserContext, url: string, { scripts }: Reader = {}): Promise<Opened> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const own = new URL(url).origin;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== own) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url, { waitUntil: 'load' });
  if ((scripts ?? true) && (await page.$('#plot'))) await page.waitForSelector('#plot[data-drawn]');
  return { page, complaints };
}

/** Sentences about texts that lie upon each other or reach beyond the page: cells, links, headings, fields. */
export function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth + 1) found.push('the page is wider than the screen: ' + document.documentElement.scrollWidth);
    const shown = [...document.querySelectorAll('h1, h2, th, td, nav a, label, button, .links a, .day, dt, dd, .tools a, .brand')].filter((one) => one.getClientRects().length > 0);
    const boxes = shown.map((one) => ({ one, box: one.getBoundingClientRect() }));
    for (let i = 0; i < boxes.length; i++)
      for (let j = i + 1; j < boxes.length; j++) {
        const [a, b] = [boxes[i], boxes[j]];
        if (a.one.contains(b.one) || b.one.contains(a.one)) continue;
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (width > 1.5 && height > 1.5) found.push(a.one.textContent.slice(0, 40) + ' lies upon ' + b.one.textContent.slice(0, 40));
        if (found.length > 5) return found;
      }
    for (const { one } of boxes) if (one.matches('td, dd, h1') && one.scrollWidth > one.clientWidth + 2) found.push(one.textContent.slice(0, 40) + ' reaches beyond its place');
    return found;
  })()`) as Promise<string[]>;
}
