/** What happens to interfaces while the box runs: survived, said once, and captured again. `YOBAN_INTERFACE_ROUNDS` repeats each case. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountOutput } from '../../src/record/output/account.ts';
import { yobanJson } from '../cli/run.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { FrameSender } from './frameSender.ts';
import { connect, Namespace, noLab } from './namespaces.ts';
import { mixedFrames, ObservedBox } from './observed.ts';

const rounds = Number(process.env.YOBAN_INTERFACE_ROUNDS ?? 2);
/** How long an interface is away. */
const awayMs = Number(process.env.YOBAN_INTERFACE_AWAY_MS ?? 1000);

interface Place {
  readonly box: Namespace;
  readonly network: Namespace;
}

interface Case {
  readonly what: string;
  readonly happen: (place: Place) => void;
  /** What the log says of it. */
  readonly said: RegExp;
  readonly undo: (place: Place) => void;
  readonly saidAfter: RegExp;
  /** Frames are seen all the time. */
  readonly stays?: boolean;
}

const cable = ({ box, network }: Place) => connect(box, { name: 'mirror0' }, network, { name: 'switch0' });

const cases: readonly Case[] = [
  {
    what: 'down and up',
    happen: ({ box }) => box.ip('link', 'set', 'mirror0', 'down'),
    said: /went down/,
    undo: ({ box }) => box.ip('link', 'set', 'mirror0', 'up'),
    saidAfter: /is up again/,
  },
  {
    what: 'removed and added',
    happen: ({ box }) => box.ip('link', 'del', 'mirror0'),
    said: /is gone/,
    undo: cable,
    saidAfter: /the interface is back/,
  },
  {
    what: 'another MTU',
    happen: ({ box }) => box.ip('link', 'set', 'mirror0', 'mtu', '1400'),
    said: /MTU is 1400 now/,
    undo: ({ box }) => box.ip('link', 'set', 'mirror0', 'mtu', '1500'),
    saidAfter: /MTU is 1500 now/,
    stays: true,
  },
  {
    what: 'renamed and renamed back',
    happen: ({ box }) => {
      box.ip('link', 'set', 'mirror0', 'down');
      box.ip('link', 'set', 'mirror0', 'name', 'other0');
      box.ip('link', 'set', 'other0', 'up');
    },
    said: /is called other0 now/,
    undo: ({ box }) => {
      box.ip('link', 'set', 'other0', 'down');
      box.ip('link', 'set', 'other0', 'name', 'mirror0');
      box.ip('link', 'set', 'mirror0', 'up');
    },
    saidAfter: /is called mirror0 now/,
    stays: true,
  },
];

async function framesOf(data: string): Promise<number> {
  const account = await yobanJson(accountOutput, 'account', '--data', data);
  assert.equal(account.balanced, true);
  return account.stages.filter(({ stage }) => stage === 'capture').reduce((sum, stage) => sum + stage.in, 0);
}

describe('an interface', { skip: noLab }, () => {
  for (const one of cases)
    it(`${one.what}, ${rounds} times: said once each, CPU at rest, captured again`, async (t: TestContext) => {
      const place = { box: new Namespace(t), network: new Namespace(t) };
      cable(place);
      const data = await temporaryFolder(t);
      const observed = new ObservedBox(place.box, '--interface', 'mirror0', '--data', data);
      t.after(() => observed.process.kill('SIGKILL'));
      await observed.says(/mirror0: capturing/);
      let sent = 0;
      const send = () => {
        const sender = place.network.inside(() => new FrameSender('switch0', mixedFrames(10)));
        sent += sender.send(50, 5000).sent;
        sender.close();
      };
      let [awaySeconds, cpuSeconds, worstBackMs] = [0, 0, 0];
      for (let round = 0; round < rounds; round++) {
        const since = observed.stderr.length;
        one.happen(place);
        await observed.says(one.said, since);
        if (one.stays) send();
        const [cpu, beganMs] = [observed.cpuSeconds(), performance.now()];
        await sleep(awayMs);
        cpuSeconds += observed.cpuSeconds() - cpu;
        awaySeconds += (performance.now() - beganMs) / 1000;
        const backMs = performance.now();
        one.undo(place);
        await observed.says(one.saidAfter, since);
        worstBackMs = Math.max(worstBackMs, performance.now() - backMs);
        send();
        const lines = observed.stderr.slice(since).split('\n');
        for (const said of [one.said, one.saidAfter]) assert.equal(lines.filter((line) => said.test(line)).length, 1, lines.join('\n'));
      }
      await sleep(1500);
      assert.equal(await framesOf(data), sent);
      assert.equal(await observed.end('SIGINT'), 0, observed.stderr);
      assert.equal(await framesOf(data), sent);
      t.diagnostic(
        `${sent} frames, all seen; ${one.stays ? '' : `CPU while away ${((cpuSeconds / awaySeconds) * 100).toFixed(1)} %; `}captured again after at most ${Math.round(worstBackMs)} ms`,
      );
    });

  it('that is not there yet is waited for, and several are captured at once', async (t) => {
    const place = { box: new Namespace(t), network: new Namespace(t) };
    cable(place);
    const data = await temporaryFolder(t);
    const observed = new ObservedBox(place.box, '--config', await twoInterfaces(data), '--data', data);
    t.after(() => observed.process.kill('SIGKILL'));
    await observed.says(/mirror0: capturing/);
    await observed.says(/mirror1: there is no such interface yet/);
    connect(place.box, { name: 'mirror1' }, place.network, { name: 'switch1' });
    await observed.says(/mirror1: capturing/);
    for (const name of ['switch0', 'switch1']) {
      const sender = place.network.inside(() => new FrameSender(name, mixedFrames(10)));
      sender.send(100, 5000);
      sender.close();
    }
    await sleep(1500);
    assert.equal(await observed.end('SIGINT'), 0, observed.stderr);
    const { stages } = await yobanJson(accountOutput, 'account', '--data', data);
    const seen = stages.filter(({ stage }) => stage === 'capture').map((stage) => [stage.interface, stage.in]);
    assert.deepEqual(seen, [
      ['mirror0', 100],
      ['mirror1', 100],
    ]);
  });
});

async function twoInterfaces(folder: string): Promise<string> {
  const file = `${folder}/two.yaml`;
  await writeFile(
    file,
    'interfaces:\n  - { name: mirror0, role: mirror }\n  - { name: mirror1, role: mirror }\nlogs: { drop: "", http: { listen: "" } }\n',
  );
  return file;
}
