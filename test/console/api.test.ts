import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpoints } from '../../src/console/endpoints.ts';
import { suiteLifetime } from '../temporaryFolder.ts';
import { serveEmpty, sharedStories } from './serve.ts';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
}

const fetchJson = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the API', () => {
  const story = sharedStories(suiteLifetime());
  it('answers every path of its OpenAPI document as the document says, over a story and over an empty store', async (t) => {
    for (const { url } of [await story('contradiction'), await serveEmpty(t)]) {
      const { body } = await fetchJson(`${url}/api/v1/openapi.json`);
      const paths = body.paths as Record<string, { get: Operation }>;
      assert.deepEqual(Object.keys(paths).sort(), endpoints.map(({ path }) => path.replace(/:(\w+)/g, '{$1}')).sort());
      const overview = (await fetchJson(`${url}/api/v1/overview`)).body as {
        open: { destination: { id: string } }[];
        hosts: { mac: string; host: string }[];
      };
      const values: Record<string, string> = {
        mac: overview.hosts[0]?.mac ?? '02:00:00:00:00:01',
        id: overview.open[0]?.destination.id ?? '00',
        host: overview.hosts[0]?.host ?? 'PC',
      };
      for (const { path, answer } of endpoints) {
        const { parameters } = (paths[path.replace(/:(\w+)/g, '{$1}')] as { get: Operation }).get;
        const query = new URLSearchParams(
          parameters
            .filter(({ in: where, required }) => where === 'query' && required)
            .map(({ name }): [string, string] => [name, values[name] ?? '']),
        );
        const address = `${url}/api/v1${path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))}?${query}`;
        const { status, body: told } = await fetchJson(address);
        if (overview.hosts.length === 0 && path.includes(':')) assert.equal(status, 404, path);
        else {
          assert.equal(status, 200, path);
          assert.deepEqual(answer.parse(told), told, path);
        }
      }
    }
  });

  const refused: readonly (readonly [string, string, number])[] = [
    ['an instant that is none', '/overview?from=yesterday', 400],
    ['a span that ends before it begins', '/overview?from=2021-01-02&to=2021-01-01', 400],
    ['a policy that is none', '/overview?policy=anything', 400],
    ['a MAC address that is none', '/hosts/nobody', 400],
    ['a page that is none', '/minutes?page=0', 400],
    ['a name that is too long', `/hosts?name=${'x'.repeat(256)}`, 400],
    ['events of nobody', '/events', 400],
    ['a machine that nobody saw', '/hosts/02:00:00:00:00:99', 404],
    ['a path that is none', '/anything', 404],
  ];
  it('refuses, in words', async (t) => {
    const { url } = await serveEmpty(t);
    for (const [sentence, path, expected] of refused) {
      const { status, body } = await fetchJson(`${url}/api/v1${path}`);
      assert.equal(status, expected, sentence);
      assert.ok((body.error as { message: string }).message.length > 0, sentence);
    }
  });

  it('gives rows a page at a time, each row once', async () => {
    const { url, store } = await story('paper-2021');
    const seen: string[] = [];
    for (let page: number | null = 1; page !== null; ) {
      const { body } = await fetchJson(`${url}/api/v1/minutes?state=any&page=${page}`);
      const { items, next } = body as { items: object[]; next: number | null };
      assert.ok(items.length <= 100);
      seen.push(...items.map((item) => JSON.stringify(item)));
      page = next;
    }
    const { judgements } = (await fetchJson(`${url}/api/v1/health`)).body.totals as { judgements: number };
    assert.equal(seen.length, judgements);
    assert.ok(store.folder.length > 0);
  });

  it('gives a question up when the asker goes away, and answers the next', async () => {
    const { url } = await story('contradiction');
    const gone = new AbortController();
    const asked = Array.from({ length: 20 }, () => fetch(`${url}/api/v1/overview`, { signal: gone.signal }).catch(() => 'gone'));
    gone.abort();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['gone']));
    assert.equal((await fetchJson(`${url}/api/v1/overview`)).status, 200);
  });
});
