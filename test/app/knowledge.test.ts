import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadKnowledge } from '../../src/app/knowledge.ts';
import { Failure } from '../../src/base/failure.ts';
import type { Explanation } from '../../src/record/explanation.ts';
import { repositoryRoot, sharedData, skipWithout } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const folder = join(repositoryRoot, 'appliance', 'knowledge');
const rules = await loadKnowledge(folder);

/** Suffixes below which anybody can rent a name. Longer than what shared-hosting.yaml needs: it guards what is added later. */
const rentable = [
  'akadns.net',
  'akamai.net',
  'akamaiedge.net',
  'akamaihd.net',
  'akamaized.net',
  'amazonaws.com',
  'appspot.com',
  'awsglobalaccelerator.com',
  'azure-api.net',
  'azureedge.net',
  'azurefd.net',
  'azurestaticapps.net',
  'azurewebsites.net',
  'b-cdn.net',
  'cdn.cloudflare.net',
  'cdn77.org',
  'cloudapp.azure.com',
  'cloudapp.net',
  'cloudfront.net',
  'digitaloceanspaces.com',
  'duckdns.org',
  'edgecastcdn.net',
  'edgekey.net',
  'edgesuite.net',
  'elb.amazonaws.com',
  'fastly.net',
  'fastlylb.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'githubusercontent.com',
  'googleusercontent.com',
  'herokuapp.com',
  'hwcdn.net',
  'llnwd.net',
  'myshopify.com',
  'netlify.app',
  'ngrok.io',
  'no-ip.org',
  'onrender.com',
  'pages.dev',
  'run.app',
  'sharepoint.com',
  'storage.live.com',
  'trafficmanager.net',
  'vercel.app',
  'web.app',
  'web.core.windows.net',
  'blob.core.windows.net',
  'file.core.windows.net',
  'workers.dev',
];

/** Domains in which one vendor alone gives names, and which therefore may carry a suffix of breadth `vendor`. */
const vendorDomains: Readonly<Record<string, string>> = {
  'apple.com': 'Apple',
  'live.com': 'Microsoft',
  'live.net': 'Microsoft',
  'microsoft.com': 'Microsoft',
  'snapcraftcontent.com': 'Canonical',
  'virtualearth.net': 'Microsoft',
  'windows.com': 'Microsoft',
  'windowsupdate.com': 'Microsoft',
};

const isAtOrBelow = (pattern: string, suffix: string) => {
  const bare = pattern.replace(/^\*\./, '');
  return bare === suffix || bare.endsWith(`.${suffix}`);
};
const portsOf = ({ port }: Explanation): number[] => [port ?? []].flat();

describe('the knowledge base', () => {
  it('loads whole: every file, ids unique over all of them', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    const entries = files.map((file) => readFileSync(join(folder, file), 'utf8').match(/^ {2}- id: /gm)?.length ?? 0);
    assert.ok(entries.every((count) => count > 0));
    assert.equal(
      rules.length,
      entries.reduce((sum, count) => sum + count, 0),
    );
  });

  it('says one thing once: no two rules of the new files name the same pattern, protocol and port', () => {
    const seen = new Map<string, string>();
    for (const rule of rules) {
      if (rule.id.startsWith('paper-2021/')) continue;
      for (const port of [...portsOf(rule), ...(rule.port === undefined ? [0] : [])]) {
        const key = [rule.pattern, rule.protocol, port, rule.icmpTypes, rule.scope].join(' ');
        assert.equal(seen.get(key), undefined, `${rule.id} and ${seen.get(key)}`);
        seen.set(key, rule.id);
      }
    }
  });

  it('never calls exact or vendor what lies where anybody can rent a name', () => {
    for (const { id, pattern, breadth } of rules) {
      if (pattern === undefined || (breadth !== 'exact' && breadth !== 'vendor')) continue;
      const suffix = rentable.find((suffix) => isAtOrBelow(pattern, suffix));
      assert.equal(suffix, undefined, `${id} lies at ${suffix}`);
    }
  });

  it('has vendor suffixes only inside domains of that vendor, and never a whole one that others use too', () => {
    const vendor = rules.filter(({ breadth }) => breadth === 'vendor');
    assert.ok(vendor.length > 10);
    for (const { id, pattern } of vendor) {
      assert.ok(
        Object.keys(vendorDomains).some((domain) => isAtOrBelow(pattern as string, domain)),
        id,
      );
      assert.ok(!['microsoft.com', 'live.com', 'live.net', 'windows.com', 'apple.com'].includes((pattern as string).slice(2)), id);
    }
  });

  it('gives every rule a pattern with * a breadth other than exact, and every shared rule a pattern', () => {
    for (const { id, pattern, breadth } of rules) {
      if (pattern?.includes('*')) assert.ok(breadth === 'vendor' || breadth === 'shared', id);
      if (breadth === 'shared') assert.ok(pattern, id);
    }
  });

  it('limits every rule over TCP or UDP to ports', () => {
    for (const rule of rules) if (rule.protocol === 'tcp' || rule.protocol === 'udp') assert.ok(portsOf(rule).length > 0, rule.id);
  });
});

/** Rows of endpoints.csv: no field holds a line break, quoted fields hold commas. */
function readCsv(text: string): Record<string, string>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const cells = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  const [head, ...rows] = lines.map((line) => cells(line.replace(/\r$/, '')));
  return rows.map((row) => Object.fromEntries((head as string[]).map((name, i) => [name, row[i] ?? ''])));
}

/** Patterns that have no rule of their own, and why. */
const exceptions: Readonly<Record<string, string>> = {
  '1storecatalogrevocation.storequality.microsoft.com': 'misprint for the same name without the 1, which has a rule',
};

/** What a pattern of the tables stands for: see the traps in the header of the files. */
function normalise(pattern: string): string[] {
  const host = (pattern.toLowerCase().split('/')[0] as string).replace(/\*$/, '');
  return /^\*[^.]/.test(host) ? [host.slice(1), `*.${host.slice(1)}`] : [host];
}

const portByWord: Readonly<Record<string, number>> = { HTTP: 80, HTTPS: 443, TLS: 443, 'TLSv1.2': 443, 'TCP/80,443': 0 };

function portsIn(protocol: string): number[] {
  if (protocol === 'TCP/80,443') return [80, 443];
  return protocol.split('/').map((word) => {
    const port = portByWord[word];
    assert.ok(port, `the protocol ${protocol} is not known to this test`);
    return port;
  });
}

describe('the facts of endpoints.csv', { skip: skipWithout('endpoints.csv') }, () => {
  const rows = skipWithout('endpoints.csv') ? [] : readCsv(readFileSync(join(sharedData, 'endpoints.csv'), 'utf8'));
  const wanted = rows.filter(({ source }) => !source?.includes('nDPI'));

  it('are read whole', () => assert.deepEqual([rows.length, wanted.length], [317, 310]));

  it('each have a rule for the pattern and each of its ports, or a reason why not', () => {
    const covered = new Map<string, Set<number>>();
    for (const rule of rules) {
      if (rule.protocol !== 'tcp' || rule.pattern === undefined) continue;
      const known = covered.get(rule.pattern) ?? new Set();
      for (const port of portsOf(rule)) known.add(port);
      covered.set(rule.pattern, known);
    }
    const missing = new Set<string>();
    const excused = new Set<string>();
    for (const { destination_pattern: pattern = '', protocol = '' } of wanted) {
      for (const name of normalise(pattern)) {
        if (name in exceptions) excused.add(name);
        else for (const port of portsIn(protocol)) if (!covered.get(name)?.has(port)) missing.add(`${name}:${port}`);
      }
    }
    assert.deepEqual([...missing], []);
    assert.deepEqual([...excused], Object.keys(exceptions), 'an exception that nothing needs any longer');
  });

  it('are told in our own words', () => {
    const theirs = new Set(rows.map(({ description = '' }) => description.toLowerCase()));
    for (const { id, reason } of rules) assert.ok(!theirs.has(reason.toLowerCase()), id);
  });

  it('leave out what only nDPI knows', () => {
    const patterns = new Set(rules.map(({ pattern }) => pattern));
    const theirs = rows.filter(({ source }) => source?.includes('nDPI'));
    assert.equal(theirs.length, 7);
    for (const { destination_pattern: pattern } of theirs) assert.ok(!patterns.has(pattern), pattern);
  });
});

describe('loading', () => {
  const good = [
    'about: one rule',
    'explanations:',
    '  - id: x/one',
    '    pattern: a.vendor.example',
    '    protocol: tcp',
    '    port: 443',
    '    scope: outside',
    '    reason: a reason of some length',
    '    platform: any',
    '    source: a test',
    '    firstVerified: 2021-01-10',
    '    lastVerified: 2021-01-12',
    '    breadth: exact',
  ].join('\n');
  const refused: [string, Record<string, string>, RegExp][] = [
    ['an id in two files', { 'a.yaml': good, 'b.yaml': good }, /x\/one stands in two files/],
    ['a rule with a faulty breadth', { 'a.yaml': good.replace('exact', 'narrow') }, /a\.yaml: explanations\.0\.breadth/],
    ['days in the wrong order', { 'a.yaml': good.replace('2021-01-12', '2020-01-12') }, /first verified lies after last verified/],
    ['a port twice in a list', { 'a.yaml': good.replace('port: 443', 'port: [443, 443]') }, /a port stands in the list only once/],
    ['a list of one port', { 'a.yaml': good.replace('port: 443', 'port: [443]') }, /explanations\.0\.port/],
    ['YAML that is none', { 'a.yaml': `${good}\n   - {` }, /a\.yaml: line/],
  ];
  for (const [sentence, files, message] of refused)
    it(`refuses ${sentence} and names the file`, async (t) => {
      const at = await temporaryFolder(t);
      for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text);
      await assert.rejects(loadKnowledge(at), (error) => error instanceof Failure && message.test(error.message));
    });
  it('accepts a list of ports', async (t) => {
    const at = await temporaryFolder(t);
    await writeFile(join(at, 'a.yaml'), good.replace('port: 443', 'port: [80, 443]'));
    assert.deepEqual((await loadKnowledge(at))[0]?.port, [80, 443]);
  });
  it('says what to do where the folder is missing', async () => {
    await assert.rejects(loadKnowledge(join(folder, 'absent')), (error) => error instanceof Failure && error.code === 'KNOWLEDGE_MISSING');
  });
});

describe('every protocol rule', () => {
  it('has an envelope of its own: it names nobody, so only its amount can show what hides in it', () => {
    assert.deepEqual(
      rules.filter(({ breadth, envelope }) => breadth === 'protocol' && envelope === undefined).map(({ id }) => id),
      [],
    );
    assert.ok(rules.some(({ breadth }) => breadth === 'protocol'));
  });
});
