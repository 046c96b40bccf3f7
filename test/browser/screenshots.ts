/** Renews the pictures of the README: `make screenshots`. Usage: node screenshots.js FOLDER */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { serveStory } from '../console/serve.ts';
import { launch, noBrowser, open } from './browser.ts';

const folder = process.argv[2] ?? 'docs';

it('screenshots', { skip: noBrowser }, async (t) => {
  await mkdir(folder, { recursive: true });
  const office = await serveStory(t, 'office-day');
  const paper = await serveStory(t, 'paper-2021');
  const browser = await launch(t);
  const { hosts } = (await (await fetch(`${paper.url}/api/v1/overview`)).json()) as { hosts: { mac: string }[] };
  const pictures = [
    ['overview.png', `${office.url}/`, { width: 960, height: 540 }, {}],
    ['host.png', `${paper.url}/hosts/${hosts[0]?.mac}`, { width: 960, height: 860 }, {}],
    ['overview-dark.png', `${office.url}/?lang=ja`, { width: 960, height: 480 }, { dark: true }],
  ] as const;
  for (const [name, url, size, options] of pictures) {
    const { page } = await open(browser, url, size.width, options);
    if (name === 'host.png') await page.waitForSelector('#plot[data-drawn] canvas');
    await page.setViewportSize(size);
    await page.screenshot({ path: join(folder, name) });
  }
});
