import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assembleReport } from '../../src/report/assemble.ts';
import { renderHtml } from '../../src/report/html.ts';
import { serveEmpty, sharedStories } from '../console/serve.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { suiteLifetime, temporaryFolder } from '../temporaryFolder.ts';
import { contextOf, launch, misplaced, noBrowser, open, openIn } from './browser.ts';

const widths = [1280, 1920, 390];
const places = ['/', '/hosts', '/captures', '/explanations', '/health', '/minutes', '/flows'];

/** What axe finds that is serious or worse. */
async function faultsOfAccess(page: Page): Promise<string[]> {
  const axe = await readFile(join(repositoryRoot, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
  // Evaluated by the debugger: the page's own policy lets no script in.
  await page.evaluate(axe);
  const results = (await page.evaluate('axe.run()')) as { violations: { impact: string; id: string; nodes: { html: string }[] }[] };
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe('the console in a browser', { skip: noBrowser }, () => {
  const lifetime = suiteLifetime();
  const story = sharedStories(lifetime);
  let launched: ReturnType<typeof launch> | undefined;
  const chromium = () => {
    launched ??= launch(lifetime);
    return launched;
  };

  it('shows both tables of the paper on the page of the host, its days, and the plot', async () => {
    const { url } = await story('paper-2021');
    const browser = await chromium();
    const { page, complaints } = await open(browser, url, 1280);
    await page.click('#hosts a[href^="/hosts/"]');
    await page.waitForSelector('#plot[data-drawn] canvas');
    const rows = await page.$$eval('#explained section', (sections) =>
      sections.map((section) =>
        [...section.querySelectorAll('tr')].map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent?.trim() ?? '')),
      ),
    );
    const table = (side: readonly string[][] | undefined) =>
      Object.fromEntries((side ?? []).slice(1).map(([name, packets]) => [name, Number(packets)]));
    assert.deepEqual(table(rows[0]), {
      ...{
        'settings-win.data.microsoft.com:443': 147,
        'edge.microsoft.com:443': 73,
        'smartscreen-prod.microsoft.com:443': 56,
        'ctldl.windowsupdate.com:80': 51,
      },
      ...{ 'v10.events.data.microsoft.com:443': 44, 'scrootca1.ocsp.secomtrust.net:80': 30, 'scrootca2.ocsp.secomtrust.net:80': 30 },
      ...{ 'tsfe.trafficshaping.dsp.mp.microsoft.com:443': 26, Sum: 457 },
    });
    const inside = Object.entries(table(rows[1])).map(([name, packets]) => [name.split(' ')[0], packets]);
    assert.deepEqual(inside, [
      ['SSDP', 183],
      ['DNS', 72],
      ['ICMP', 48],
      ['BROWSER', 9],
      ['Sum', 312],
    ]);
    assert.ok((await page.$$('.days svg .fill-modern-sleep')).length > 0);
    // A figure leads to what it counts.
    await page.click('#explained a[href^="/minutes"]');
    const counted = await page.$$eval('tbody tr', (all) =>
      all.reduce((sum, row) => sum + Number(row.children[5]?.textContent) + Number(row.children[6]?.textContent), 0),
    );
    assert.equal(counted, 147);
    assert.deepEqual(complaints, []);
  });

  it('shows the beacon of office-day at the top of the overview', async () => {
    const { url } = await story('office-day');
    const { page, complaints } = await open(await chromium(), url, 1280);
    const first = await page.$eval('#first tbody tr', (row) => row.textContent ?? '');
    assert.match(first, /comes back every \d+ minutes/);
    const priorities = await page.$$eval('#first tbody td:first-child', (cells) => cells.map((cell) => Number(cell.textContent)));
    assert.ok((priorities[0] ?? 0) > (priorities[1] ?? 0));
    assert.deepEqual(complaints, []);
  });

  it('calls what was sent inside S3 suspicious, and says what to do where the store is empty', async (t) => {
    const browser = await chromium();
    const { page } = await open(browser, (await story('contradiction')).url, 1280);
    assert.match(await page.$eval('#first tbody tr', (row) => row.textContent ?? ''), /could not send/);
    const { url } = await serveEmpty(t);
    for (const [place, text] of [
      ['/', /yoban replay/],
      ['/hosts', /yoban replay/],
      ['/captures', /yoban replay/],
      ['/health', /No stage/],
      ['/minutes', /No rows/],
    ] as const) {
      const { page: emptyPage, complaints } = await open(browser, `${url}${place}`, 1280);
      assert.match((await emptyPage.textContent('.empty')) ?? '', text, place);
      assert.deepEqual(complaints, [], place);
    }
  });

  it('lays nothing upon anything at any width, light or dark, in both languages, and axe finds nothing serious', async () => {
    const { url } = await story('office-day');
    const browser = await chromium();
    const { hosts, open: far } = (await (await fetch(`${url}/api/v1/overview`)).json()) as {
      hosts: { mac: string; host: string }[];
      open: { destination: { id: string } }[];
    };
    const all = [...places, `/hosts/${hosts[0]?.mac}`, `/destinations/${far[0]?.destination.id}`, `/events?host=${hosts[0]?.host}`];
    const found: string[] = [];
    for (const width of widths) {
      const locale = width === 1920 ? 'ja-JP' : 'en-US';
      const [light, dark] = [await contextOf(browser, width, { locale }), await contextOf(browser, width, { locale, dark: true })];
      for (const [i, place] of all.entries()) {
        const { page, complaints } = await openIn(i % 2 === 1 ? dark : light, `${url}${place}`);
        found.push(...(await misplaced(page)).map((what) => `${place} at ${width}: ${what}`));
        if (width === 1280) found.push(...(await faultsOfAccess(page)).map((what) => `${place}: ${what}`));
        found.push(...complaints.map((what) => `${place} at ${width}: ${what}`));
        await page.close();
      }
      await light.close();
      await dark.close();
    }
    assert.deepEqual(found, []);
  });

  it('obeys the keys, and works without scripts except for the plot', async () => {
    const { url } = await story('contradiction');
    const browser = await chromium();
    const { page } = await open(browser, url, 1280);
    await page.keyboard.press('?');
    assert.ok(await page.isVisible('#keys'));
    await page.keyboard.press('?');
    assert.ok(!(await page.isVisible('#keys')));
    await page.keyboard.press('h');
    await page.waitForURL('**/hosts');
    const { page: plain, complaints } = await open(browser, url, 1280, { scripts: false });
    await plain.click('#hosts a[href^="/hosts/"]');
    assert.ok((await plain.$$('.days svg rect')).length > 0);
    assert.deepEqual(complaints, []);
  });

  it('draws the printed report from one file that asks nobody for anything', async (t) => {
    const { store } = await story('office-day');
    const file = join(await temporaryFolder(t), 'report.html');
    await writeFile(file, renderHtml(await assembleReport(store, { policy: 'sleep' })));
    const { page, complaints } = await open(await chromium(), `file://${file}`, 1280);
    assert.match((await page.textContent('main')) ?? '', /Not explained/);
    assert.deepEqual(await misplaced(page), []);
    assert.deepEqual(complaints, []);
  });
});
