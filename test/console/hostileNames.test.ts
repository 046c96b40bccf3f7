import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { minute } from '../../src/base/time.ts';
import { captureKind } from '../../src/record/capture.ts';
import { eventKind } from '../../src/record/event.ts';
import { flowKind } from '../../src/record/flow.ts';
import { intervalKind } from '../../src/record/interval.ts';
import { destinationKind, deviceKind, judgementKind } from '../../src/record/judged.ts';
import { Store } from '../../src/store/store.ts';
import { destination } from '../judge/sample.ts';
import { rollUpAll } from '../store/rollUpAll.ts';
import { address, at, sampleFlow } from '../store/sampleFlow.ts';
import { suiteLifetime, temporaryFolder } from '../temporaryFolder.ts';
import { checkPage } from './markup.ts';
import { serveStore } from './serve.ts';

const start = at('2021-01-10T03:04:00Z');
const mac = 0x02_00_5e_00_00_01;

/** An address cannot hold a surrogate that stands alone. */
const wellFormed = (text: string) => text.replace(/\p{Cs}/gu, '\ufffd');

/** What senders call themselves: markup, quotes, marks that turn text around, control characters, the longest name there is. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></head><svg/onload=alert(1)>',
  '\u202eelpmaxe.moc\u202c\u2066\u200b',
  '&lt;b&gt;&amp;&#60;',
  'javascript:alert(1)',
  'a\u0000b\u001b[31m\r\nSet-Cookie: x=1',
  '{{7*7}}<!--',
  `${'w'.repeat(63)}.${'w'.repeat(63)}.${'w'.repeat(63)}.${'w'.repeat(63)}`,
  '漢字\ud800ひらがな',
];

async function hostileStore(folder: string): Promise<Store> {
  const store = await Store.open(folder);
  hostile.forEach((name, i) => {
    const host = name.slice(0, 200);
    store.append(deviceKind, {
      mac: mac + i,
      host,
      hostEvidence: name,
      hostNames: [name],
      addresses: [address(`192.168.7.${i + 1}`)],
      doubts: [name],
    });
    store.append(deviceKind, {
      mac: mac + 100 + i,
      host: null,
      hostEvidence: null,
      hostNames: [name],
      addresses: [address(`192.168.8.${i + 1}`)],
      doubts: [],
    });
    const known = i % 2 === 0 ? {} : { status: 'explained' as const, rule: name, source: name };
    store.append(
      destinationKind,
      destination({ id: `${i}abc`, name, nameProof: 'claimed', protocol: name, roles: [name], reason: name, ...known }),
    );
    store.append(flowKind, sampleFlow({ sourceMac: mac + i, serverName: name }));
    store.append(flowKind, sampleFlow({ sourceMac: mac + 100 + i, sourceAddress: address(`192.168.8.${i + 1}`), serverName: name }));
    store.append(judgementKind, {
      ...{
        mac: mac + i,
        minute: start,
        state: 'modern-sleep',
        intervalFrom: null,
        confidence: 'high',
        destination: `${i}abc`,
        peerAddress: null,
      },
      ...{
        sentPackets: 2,
        sentOctets: 200,
        receivedPackets: 1,
        receivedOctets: 100,
        firstAt: start,
        lastAt: start + minute - 1,
        contradiction: i % 3 === 0,
      },
    });
    store.append(intervalKind, {
      ...{ host, axis: 'machine', state: 'modern-sleep', from: start - 60 * minute, to: start + 60 * minute, confidence: 'high' },
      ...{ evidence: [name], fromGuardUs: 0, toGuardUs: 0, rule: name },
    });
    store.append(eventKind, {
      ...{ id: `event-${i}-${name}`, host, channel: name, recordId: i, provider: name, eventId: 42, version: 0, qualifiers: null },
      ...{ time: start, computer: name, data: [[name, name]], recovered: false },
    });
    store.append(captureKind, {
      ...{
        id: `capture-${i}`,
        sensor: 'box1',
        kind: 'capture',
        format: name,
        name,
        state: 'reading',
        contentSha256: null,
        octets: 1,
        linkTypes: [1],
      },
      ...{ frames: 1, records: 0, firstAt: start, lastAt: start, faults: [{ layer: name, kind: name, count: 1 }] },
    });
  });
  await rollUpAll(store);
  return store;
}

const paths = [
  ...['/', '/hosts', '/captures', '/explanations', '/health', '/minutes', '/minutes?state=any', '/flows'],
  ...hostile.flatMap((name, i) => {
    const [text, own] = [encodeURIComponent(wellFormed(name).slice(0, 200)), `02:00:5e:00:00:${(1 + i).toString(16).padStart(2, '0')}`];
    return [`/hosts/${own}`, `/destinations/${i}abc`, `/events?host=${text}`, `/hosts?name=${text}`, `/explanations?text=${text}`];
  }),
];

describe('hostile names', () => {
  const lifetime = suiteLifetime();
  let served: ReturnType<typeof serveStore> | undefined;
  /** Both tests only look at it. */
  const hostileConsole = () => {
    served ??= temporaryFolder(lifetime).then(async (folder) => serveStore(lifetime, await hostileStore(folder)));
    return served;
  };
  it('become text on every page, in both languages: no element, attribute or mark of their own', async () => {
    const { url } = await hostileConsole();
    let shown = 0;
    for (const path of paths)
      for (const language of ['en', 'ja']) {
        const response = await fetch(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
        const text = await response.text();
        assert.equal(response.status, 200, path);
        assert.deepEqual(checkPage(text), [], path);
        if (text.includes('alert(1)')) shown++;
      }
    assert.ok(shown > 10, 'the names are on the pages at all');
  });

  it('break nothing in any parameter of any page or answer of the API: never a mistake of our own, never markup', async () => {
    const { url } = await hostileConsole();
    const names = ['from', 'to', 'policy', 'lang', 'page', 'mac', 'destination', 'state', 'host', 'name', 'text', 'anything'];
    const places = [
      '/',
      '/hosts',
      '/hosts/02:00:5e:00:00:01',
      '/destinations/0abc',
      '/minutes',
      '/flows',
      '/events',
      '/captures',
      '/explanations',
      '/health',
    ];
    const apis = [
      'overview',
      'hosts',
      'hosts/02:00:5e:00:00:01',
      'hosts/02:00:5e:00:00:01/curve',
      'destinations/0abc',
      'minutes',
      'flows',
      'events',
      'captures',
      'explanations',
      'health',
    ];
    const good = [
      '2021-01-10',
      '2021-01-11T00:00Z',
      '1970-01-01',
      '2199-12-31',
      'sleep',
      'strict',
      '1',
      '2',
      '99999',
      '02:00:5e:00:00:01',
      '0abc',
      'any',
      's3',
      'ja',
    ];
    const value = fc.oneof(
      fc.constantFrom(...hostile, ...good),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('-1', '1e9', '', '0x10', "' OR 1=1 --"),
    );
    const place = fc.oneof(
      fc.constantFrom(...places, ...apis.map((path) => `/api/v1/${path}`)),
      value.map((text) => `/${encodeURIComponent(wellFormed(text))}`),
      value.map((text) => `/hosts/${encodeURIComponent(wellFormed(text))}`),
      value.map((text) => `/api/v1/destinations/${encodeURIComponent(wellFormed(text))}`),
    );
    const good200 = { count: 0 };
    const runs = Number(process.env.YOBAN_FUZZ_RUNS ?? 400);
    await fc.assert(
      fc.asyncProperty(place, fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 }), async (path, parameters) => {
        const query = new URLSearchParams(parameters.map(([name, text]): [string, string] => [name, wellFormed(text)]));
        const response = await fetch(`${url}${path}?${query}`, { redirect: 'manual' });
        const text = await response.text();
        assert.ok(response.status < 500, `${path}?${query}: ${response.status} ${text.slice(0, 300)}`);
        if (response.status === 200) good200.count++;
        if (response.headers.get('content-type')?.startsWith('text/html')) assert.deepEqual(checkPage(text), []);
        else if (path.startsWith('/api/')) JSON.parse(text);
      }),
      { numRuns: runs },
    );
    assert.ok(good200.count > runs / 10, 'some questions were good');
  });
});
