import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { decide, decideOrder, decideOrderName } from '../../src/casework/decide.ts';
import { explainList } from '../../src/record/output/explain.ts';
import { explainDecided } from '../../src/record/output/explainDecided.ts';
import { explainSuggestions } from '../../src/record/output/explainSuggestions.ts';
import { reportOutput } from '../../src/record/output/report.ts';
import { StoreServer } from '../../src/store/server.ts';
import { Store } from '../../src/store/store.ts';
import { testFolder } from '../link/readAll.ts';
import { knowledge } from './judgedStory.ts';
import { writeStory, yoban, yobanJson } from './run.ts';

const folder = testFolder();
const data = () => join(folder.path, 'data');
const name = 'updates.ledger-suite.example';
const words = ['--reason', 'the accounting suite looks for updates', '--source', 'its manual, page 7'];

const row = async () => {
  const { hosts } = await yobanJson(reportOutput, 'report', '--data', data());
  const found = hosts.flatMap(({ destinations }) => destinations).filter((one) => one.name === name);
  assert.ok(found.length > 0);
  return [...new Set(found.map(({ status, rule, source }) => `${status} ${rule} ${source}`))];
};
const listed = async (id: string) =>
  (await yobanJson(explainList, 'explain', 'list', '--data', data())).explanations.find((one) => one.id === id);

describe('yoban explain', () => {
  before(async () => {
    const story = await writeStory('office-day', 3, join(folder.path, 'story'));
    const logs = (await import('node:fs')).readdirSync(join(folder.path, 'story')).filter((file) => file.endsWith('.xml'));
    const { exitCode, stderr } = await yoban(
      'replay',
      story.capture,
      '--data',
      data(),
      '--logs',
      ...logs.map((log) => join(folder.path, 'story', log)),
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('lists what comes with Yoban where there is no store', async () => {
    const { explanations } = await yobanJson(explainList, 'explain', 'list', '--data', join(folder.path, 'nowhere'));
    assert.ok(explanations.length > 200);
    assert.ok(explanations.every(({ inForce, from }) => inForce && from === 'built-in'));
    const { stdout } = await yoban('explain', 'list', '--data', join(folder.path, 'nowhere'));
    assert.match(stdout, /paper-2021\/dns +in force +udp 53, dns, resolver +comes with Yoban/);
  });

  it('adds an explanation, which the report shows at once, and takes it back', async () => {
    assert.deepEqual(await row(), ['unexplained null null']);
    const id = `operator/${name}/443`;
    const { decisions } = await yobanJson(explainDecided, 'explain', 'add', name, '--port', '443', ...words, '--data', data());
    assert.deepEqual(
      decisions.map(({ act, rule, who }) => [act, rule, who]),
      [['add', id, userInfo().username]],
    );
    assert.deepEqual(await row(), [`explained ${id} its manual, page 7`]);
    const again = await yobanJson(explainDecided, 'explain', 'add', name, '--port', '443', ...words, '--data', data());
    assert.deepEqual([again.decisions, again.unchanged], [[], [id]]);
    const removal = ['explain', 'remove', id, '--reason', 'it was another suite', '--who', 'night shift', '--data', data()];
    assert.equal((await yoban(...removal)).exitCode, 0);
    assert.deepEqual(await row(), ['unexplained null null']);
    const state = await listed(id);
    assert.deepEqual([state?.inForce, state?.explanation?.pattern, state?.decision?.who], [false, name, 'night shift']);
    assert.match((await yoban(...removal)).stdout, /nothing changed/);
  });

  it('withdraws what comes with Yoban', async () => {
    const report = async () => {
      const { hosts } = await yobanJson(reportOutput, 'report', '--data', data());
      return hosts
        .flatMap(({ destinations }) => destinations)
        .filter(({ application, cast }) => application === 'ssdp' && cast === 'multicast');
    };
    assert.ok((await report()).every(({ status }) => status === 'explained'));
    const args = (reason: string) => ['explain', 'remove', 'paper-2021/ssdp', '--reason', reason, '--data', data()];
    assert.equal((await yoban(...args('nothing here may search for devices'))).exitCode, 0);
    assert.ok((await report()).every(({ status }) => status === 'unexplained'));
    const file = join(folder.path, 'back.yaml');
    const state = await listed('paper-2021/ssdp');
    await writeFile(file, JSON.stringify({ about: 'a test', explanations: [state?.explanation] }));
    assert.equal((await yoban('explain', 'import', file, '--data', data())).exitCode, 0);
    assert.ok((await report()).every(({ status }) => status === 'explained'));
  });

  const refused: [string, string[], RegExp][] = [
    ['a suffix that anybody can rent', ['*.azureedge.net', ...words], /too broad: anybody can rent/],
    ['a suffix above one that anybody can rent', ['*.windows.net', ...words], /anybody can rent/],
    ['a whole top-level domain', ['*.com', ...words], /at least two labels/],
    ['a domain of domains', ['*.co.jp', ...words], /anybody can register/],
    ['no pattern at all', words, /missing required argument/],
    ['an address', ['203.0.113.9:443', ...words], /host name/],
    ['a port that is none', [name, '--port', '70000', ...words], /port/],
    ['too short a reason', [name, '--reason', 'because', '--source', 'its manual'], /reason: /],
    ['no source', [name, '--reason', 'the accounting suite looks for updates'], /--source/],
  ];
  for (const [sentence, args, message] of refused)
    it(`refuses ${sentence}, in one line`, async () => {
      const { exitCode, stdout, stderr } = await yoban('explain', 'add', ...args, '--data', join(folder.path, 'nowhere'));
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr.split('\n')[0] ?? '', message);
    });
  it('refuses to withdraw what there is not', async () => {
    const { exitCode, stderr } = await yoban('explain', 'remove', 'no/such', '--reason', 'a test', '--data', data());
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no explanation no\/such/);
  });

  const good = {
    protocol: 'tcp',
    port: 443,
    scope: 'outside',
    reason: 'a reason of some length',
    platform: 'any',
    source: 'a test',
    firstVerified: '2021-01-10',
    lastVerified: '2021-01-10',
    breadth: 'exact',
  };
  it('imports a file twice as once', async () => {
    const file = join(folder.path, 'two.yaml');
    await writeFile(
      file,
      JSON.stringify({
        about: 'a test',
        explanations: [
          { id: 'our/one', pattern: 'one.example', ...good },
          { id: 'our/two', pattern: 'two.example', ...good },
        ],
      }),
    );
    const first = await yobanJson(explainDecided, 'explain', 'import', file, '--data', data());
    const second = await yobanJson(explainDecided, 'explain', 'import', file, '--data', data());
    assert.deepEqual([first.decisions.length, second.decisions.length, second.unchanged], [2, 0, ['our/one', 'our/two']]);
  });
  it('imports nothing of a file with faults, and names all of them', async () => {
    const file = join(folder.path, 'faults.yaml');
    const explanations = [
      { id: 'bad/good', pattern: 'good.example', ...good },
      { id: 'bad/port', pattern: 'a.example', ...good, port: 0 },
      { id: 'bad/word', pattern: 'b.example', ...good, excuse: 'none' },
    ];
    await writeFile(file, JSON.stringify({ about: 'a test', explanations }));
    const { exitCode, stderr } = await yoban('explain', 'import', file, '--data', data());
    assert.equal(exitCode, 2);
    assert.match(stderr, /explanations\.2 \(bad\/port\)\.port: .*explanations\.3 \(bad\/word\): .*excuse/);
    const broad = [
      { id: 'bad/cdn', pattern: '*.azureedge.net', ...good, breadth: 'vendor' },
      { id: 'bad/jp', pattern: '*.co.jp', ...good, breadth: 'vendor' },
    ];
    await writeFile(file, JSON.stringify({ about: 'a test', explanations: broad }));
    assert.match((await yoban('explain', 'import', file, '--data', data())).stderr, /anybody can rent.*anybody can register/);
    for (const id of ['bad/good', 'bad/port', 'bad/cdn', 'bad/jp']) assert.equal(await listed(id), undefined);
  });

  it('suggests what several hosts talk to without a rhythm, never the beacon, as a file that asks for a reason', async () => {
    const found = await yobanJson(explainSuggestions, 'explain', 'suggest', '--data', data());
    assert.ok(found.suggestions.some(({ pattern }) => pattern.endsWith('.example')));
    assert.ok(found.suggestions.every(({ pattern, hosts }) => !pattern.endsWith('azureedge.net') && hosts >= 2));
    assert.ok(found.leftOut.some(({ farEnd, why }) => /azureedge\.net/.test(farEnd) && /comes back/.test(why)));
    const { stdout } = await yoban('explain', 'suggest', '--data', data());
    const file = join(folder.path, 'suggested.yaml');
    await writeFile(file, stdout);
    const unfinished = await yoban('explain', 'import', file, '--data', data());
    assert.equal(unfinished.exitCode, 2);
    assert.match(unfinished.stderr, /reason/);
    await writeFile(
      file,
      stdout.replaceAll('reason: ""', 'reason: asked the people who use it').replaceAll('source: ""', 'source: ticket 4711'),
    );
    assert.equal((await yoban('explain', 'import', file, '--data', data())).exitCode, 0);
    const after = await yobanJson(explainSuggestions, 'explain', 'suggest', '--data', data());
    assert.deepEqual(after.suggestions, []);
  });

  it('decides through the process that holds the store, and says who holds it where that one takes no decisions', async (t) => {
    // This process is the other one.
    const store = await Store.open(data());
    t.after(() => store.close());
    const decided = async (parameters: unknown) => ({ decisions: await decide(store, knowledge, decideOrder.parse(parameters).decisions) });
    const server = await StoreServer.listen(store, new Map([[decideOrderName, decided]]));
    const args = ['explain', 'add', 'other.example', ...words, '--data', data()];
    const { decisions } = await yobanJson(explainDecided, ...args);
    assert.deepEqual(
      decisions.map(({ rule }) => rule),
      ['operator/other.example'],
    );
    assert.equal((await listed('operator/other.example'))?.inForce, true);
    await server.close();
    const refusal = await yoban('explain', 'add', 'third.example', ...words, '--data', data());
    assert.equal(refusal.exitCode, 1);
    assert.match(refusal.stderr, /is held by/);
  });
});
