/**
 * `yoban report` while the box captures 100,000 packets a second: how long it takes, and what it costs the capture.
 *
 *     sudo node dist/test/bench/reportUnderLoad.js [seconds] [packets a second] [office|names]
 *
 * office: 3 answers of DNS, 2 hellos of TLS and one ARP request among a hundred frames, the mix of the capture that all figures of speed
 * are taken on. names: one answer of DNS in five frames, twenty thousand names a second: more than can be stored, so that the box
 * must refuse and say so.
 */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { accountOutput } from '../../src/record/output/account.ts';
import { writeStory, yoban } from '../cli/run.ts';
import { FrameSender } from '../lab/frameSender.ts';
import { connect, LabScope, Namespace, noLab } from '../lab/namespaces.ts';
import { mixedFrames, ObservedBox, officeFrames } from '../lab/observed.ts';

const out = (line: string) => process.stdout.write(`${line}\n`);

async function main(seconds: number, perSecond: number, mix: string): Promise<void> {
  const scope = new LabScope();
  const folder = await mkdtemp(join(tmpdir(), 'yoban-bench-'));
  try {
    const [box, network] = [new Namespace(scope), new Namespace(scope)];
    connect(box, { name: 'mirror0' }, network, { name: 'switch0' });
    const data = join(folder, 'data');
    // Something to report on.
    const story = await writeStory('paper-2021', 1, folder);
    await yoban('replay', story.capture, '--logs', story.log, '--data', data);
    const observed = new ObservedBox(box, '--interface', 'mirror0', '--data', data);
    scope.after(() => observed.process.kill('SIGKILL'));
    await observed.says(/mirror0: capturing/);
    const sender = network.spawn(process.execPath, [fileURLToPath(import.meta.url), 'send', String(seconds), String(perSecond), mix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    sender.stdout?.on('data', (octets: Buffer) => {
      said += String(octets);
    });
    const done = once(sender, 'exit');
    const cpuBefore = observed.cpuSeconds();
    const tookMs: number[] = [];
    const endsAtMs = performance.now() + seconds * 1000;
    while (performance.now() < endsAtMs - 4000) {
      await sleep(3000);
      const begunAtMs = performance.now();
      const { exitCode, stderr } = await yoban('report', '--data', data);
      if (exitCode !== 0) throw new Error(stderr);
      tookMs.push(Math.round(performance.now() - begunAtMs));
    }
    await done;
    await sleep(2000);
    const sent = Number(said);
    const cpu = observed.cpuSeconds() - cpuBefore;
    await observed.end('SIGINT');
    const { stdout: account } = await yoban('account', '--format', 'json', '--data', data);
    const { balanced, stages } = accountOutput.parse(JSON.parse(account));
    if (!balanced) out(`books that do not balance: ${account}`);
    const of = (name: string) => stages.filter(({ stage, interface: port }) => stage === name && port === 'mirror0');
    const link = of('link')[0];
    out(
      `sent ${sent}, received ${of('capture')[0]?.in}, dropped ${JSON.stringify(link?.dropped)}, refused ${JSON.stringify(of('meter')[0]?.refused)}`,
    );
    out(
      `books balanced: ${balanced}; ${of('store')[0]?.out} rows stored; CPU of the box ${((cpu * 1e6) / sent).toFixed(2)} s per million packets`,
    );
    out(`${tookMs.length} reports, ms: ${tookMs.join(' ')}; worst ${Math.max(...tookMs)}`);
    out(
      observed.stderr
        .split('\n')
        .filter((line) => /frames/.test(line))
        .join('\n'),
    );
  } finally {
    scope.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function send(seconds: number, perSecond: number, mix: string): void {
  const sender = new FrameSender('switch0', mix === 'names' ? mixedFrames(2000) : officeFrames(10_000));
  out(String(sender.send(seconds * perSecond, perSecond).sent));
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'send') send(Number(rest[0]), Number(rest[1]), String(rest[2]));
else if (noLab) out(`skipped: ${noLab}`);
else await main(Number(mode ?? 60), Number(rest[0] ?? 100_000), rest[1] ?? 'office');
