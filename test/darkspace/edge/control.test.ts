import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultLimits } from '../../../src/darkspace/claim.ts';
import { startControl } from '../../../src/darkspace/edge/control.ts';
import { sleep } from '../../../src/lab/figure.ts';
import { Network, whyNoLab } from '../../../src/lab/network.ts';
import { Program } from '../../../src/lab/program.ts';

const reason = whyNoLab();
const skip = reason === undefined ? false : `no lab can be made: ${reason}`;

/** Waits for what must become true on any machine, however busy. */
async function eventually(what: () => boolean, because: () => string): Promise<void> {
  for (let tries = 0; tries < 600 && !what(); tries++) await sleep(50);
  assert.ok(what(), because());
}

describe('the control process', { skip }, () => {
  it('leaves neither a process nor a rule behind when the process that started it is killed', async () => {
    const network = Network.make({ hosts: 1, mirror: 'span', snooping: false });
    try {
      const holder = new Program(network.box, process.execPath, [fileURLToPath(new URL('./holder.js', import.meta.url))]);
      const pids = () => spawnSync('ip', ['netns', 'pids', network.box], { encoding: 'utf8' }).stdout.trim();
      const tables = () => network.run(network.box, 'nft', 'list', 'tables').trim();
      await eventually(
        () => holder.soFar.output.includes('READY'),
        () => holder.soFar.output,
      );
      assert.match(tables(), /^table inet yoban_dark_\d+$/);
      assert.equal(pids().split('\n').length, 3);
      await holder.stop('SIGKILL');
      await eventually(
        () => pids() === '' && tables() === '',
        () => `${pids()} ${tables()}`,
      );
    } finally {
      network.close();
    }
  });
  it('says which port is missing', async () => {
    const options = {
      sensor: 'lab',
      service: 'nowhere0',
      mirrors: [],
      mode: 'dry-run' as const,
      exclude: [],
      ownerMemoryUs: 1,
      limits: defaultLimits,
      evidence: null,
    };
    const sink = { records: () => undefined, health: () => undefined, lost: () => undefined };
    await assert.rejects(startControl(options, [], sink), /the port nowhere0 is missing/);
  });
});
