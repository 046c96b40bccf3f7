import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { accountOutput } from '../../src/record/output/account.ts';
import { replayOutput } from '../../src/record/output/replay.ts';
import { type ReportHost, reportOutput } from '../../src/record/output/report.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { writeStory, yoban, yobanJson } from './run.ts';

/** Tables 1 and 2 of Tsunoda, Tarukawa, Honda 2021, as printed: (6) stands there as `scrootcal`, a misread digit. */
const table1: readonly [peer: string, packets: number][] = [
  ['settings-win.data.microsoft.com:443', 147],
  ['edge.microsoft.com:443', 73],
  ['smartscreen-prod.microsoft.com:443', 56],
  ['ctldl.windowsupdate.com:80', 51],
  ['v10.events.data.microsoft.com:443', 44],
  ['scrootcal.ocsp.secomtrust.net:80', 30],
  ['scrootca2.ocsp.secomtrust.net:80', 30],
  ['tsfe.trafficshaping.dsp.mp.microsoft.com:443', 26],
];
const table2: readonly [protocol: string, peer: string, packets: number][] = [
  ['ssdp', 'multicast', 183],
  ['dns', 'DNS server', 72],
  ['icmp', 'default router', 48],
  ['browser', 'broadcast', 9],
];

const asPrinted = (name: string) => name.replace(/^scrootca1\./, 'scrootcal.');

/** The one host with a log. */
function hostOf(report: { hosts: ReportHost[] }): ReportHost {
  const judged = report.hosts.filter(({ destinations }) => destinations.length > 0);
  assert.equal(judged.length, 1);
  return judged[0] as ReportHost;
}

function assertTables(host: ReportHost): void {
  const outside = host.destinations.filter(({ scope }) => scope === 'outside');
  const inside = host.destinations.filter(({ scope }) => scope === 'inside');
  const byCount = <T extends [...unknown[], number]>(rows: readonly T[]) => rows.map((row) => JSON.stringify(row)).toSorted();
  assert.deepEqual(
    byCount(outside.map(({ name, port, packets }) => [`${asPrinted(name as string)}:${port}`, packets])),
    byCount(table1 as [string, number][]),
  );
  const peers: Record<string, string> = { ssdp: 'multicast', dns: 'DNS server', icmp: 'default router', browser: 'broadcast' };
  const found = inside.map(({ application, protocol, packets }): [string, string, number] => [
    application ?? protocol,
    peers[application ?? protocol] as string,
    packets,
  ]);
  assert.deepEqual(byCount(found), byCount(table2 as [string, string, number][]));
  assert.deepEqual(inside.find(({ application }) => application === 'ssdp')?.cast, 'multicast');
  assert.deepEqual(inside.find(({ application }) => application === 'browser')?.cast, 'broadcast');
  for (const destination of host.destinations) {
    assert.equal(destination.status, 'explained');
    assert.ok(destination.reason && destination.source && destination.rule, `${destination.name} has a reason and a source`);
  }
  assert.deepEqual(host.noUserStarted, { packets: 769, explained: 769 });
}

const readme = () => readFile(join(repositoryRoot, 'README.md'), 'utf8');

describe('the story paper-2021', () => {
  for (const seed of [1, 2, 77])
    it(`gives both tables of the paper, whatever the seed (${seed})`, async (t) => {
      const folder = await temporaryFolder(t);
      const files = await writeStory('paper-2021', seed, folder);
      const data = join(folder, 'data');
      const replayed = await yobanJson(replayOutput, 'replay', files.capture, '--logs', files.log, '--data', data);
      assert.deepEqual(
        replayed.files.map(({ faults, alreadyStored }) => [faults, alreadyStored]),
        [
          [0, false],
          [0, false],
        ],
      );
      const report = await yobanJson(reportOutput, 'report', '--data', data);
      const host = hostOf(report);
      assertTables(host);

      // Nothing of the user's waking traffic is among them, and nothing of the story is missing.
      const truth = JSON.parse(await readFile(files.truth, 'utf8'));
      const told = truth.hosts.find((one: { host: string }) => one.host === host.host);
      const asleep = ['modern-sleep', 's3', 'hibernate', 'off'].reduce((sum, state) => sum + (host.traffic[state]?.packets ?? 0), 0);
      const inAll = Object.values(host.traffic).reduce((sum, { packets }) => sum + packets, 0);
      const toldInAll = Object.values(told.packets as Record<string, number>).reduce((sum, packets) => sum + packets, 0);
      assert.deepEqual([asleep, inAll], [769, toldInAll]);
      assert.ok(inAll - asleep > 769, 'there is waking traffic that could have been mistaken');

      const account = await yobanJson(accountOutput, 'account', '--data', data);
      assert.ok(account.balanced);
      assert.equal(account.stages.find(({ stage }) => stage === 'link')?.in, truth.frames);
    });

  it('is the same when it is read twice, when the log comes first, and when the capture is cut in two runs', async (t) => {
    const folder = await temporaryFolder(t);
    const files = await writeStory('paper-2021', 3, folder);
    const report = async (data: string) => (await yoban('report', '--data', join(folder, data), '--format', 'json')).stdout;
    await yobanJson(replayOutput, 'replay', files.capture, '--logs', files.log, '--data', join(folder, 'a'));
    const first = await report('a');
    assertTables(hostOf(JSON.parse(first)));
    const again = await yobanJson(replayOutput, 'replay', files.capture, '--logs', files.log, '--data', join(folder, 'a'));
    assert.deepEqual(
      again.files.map(({ alreadyStored }) => alreadyStored),
      [true, true],
    );
    assert.equal(await report('a'), first);
    await yobanJson(replayOutput, 'replay', '--logs', files.log, '--data', join(folder, 'b'));
    await yobanJson(replayOutput, 'replay', files.capture, '--data', join(folder, 'b'));
    assert.equal(await report('b'), first);
    await yobanJson(replayOutput, 'replay', files.capture, '--data', join(folder, 'c'));
    await report('c');
    await yobanJson(replayOutput, 'replay', '--logs', files.log, '--data', join(folder, 'c'));
    assert.equal(await report('c'), first);
  });

  it('prints the tables as text, what is unexplained first, as the README shows them', async (t) => {
    const folder = await temporaryFolder(t);
    const files = await writeStory('paper-2021', 1, folder);
    await yoban('replay', files.capture, '--logs', files.log, '--data', folder);
    const { stdout } = await yoban('report', '--data', folder);
    assert.match(stdout, /769 packets that no user started: 769 explained, 0 not/);
    assert.match(stdout, /settings-win\.data\.microsoft\.com:443 +147 +\S.* +Tsunoda et al\. 2021, table 1 \(1\)/);
    assert.match(stdout, /sum +457/);
    assert.match(stdout, /sum +312/);
    assert.match(stdout, /asleep \d+\.\d h {3}off \d+\.\d h/);
    const shown = /```\n(Yoban: traffic that no user started\n[^`]*)```/.exec(await readme())?.[1];
    assert.equal(stdout, shown);
  });

  it('is made of verbs that the README names', async () => {
    const { stdout } = await yoban('--help');
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <| {2,})/gm)].map(([, verb]) => verb as string);
    assert.ok(verbs.includes('replay') && verbs.includes('lab'), verbs.join(' '));
    const text = await readme();
    const missing = verbs.filter((verb) => verb !== 'help' && !text.includes(`| \`yoban ${verb}`));
    assert.deepEqual(missing, []);
  });
});

describe('the story contradiction', () => {
  it('puts what was sent inside S3 first, and calls it suspicious', async (t) => {
    const folder = await temporaryFolder(t);
    const files = await writeStory('contradiction', 1, folder);
    await yobanJson(replayOutput, 'replay', files.capture, '--logs', files.log, '--data', folder);
    const report = await yobanJson(reportOutput, 'report', '--data', folder);
    const host = hostOf(report);
    assert.equal(report.hosts[0]?.host, host.host);
    assert.equal(host.destinations[0]?.status, 'suspicious');
    assert.match(host.notes.join(), /its log says that it could not/);
    assert.match((await yoban('report', '--data', folder)).stdout, /Look at these first/);
  });
});
