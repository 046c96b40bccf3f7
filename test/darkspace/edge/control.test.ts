import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultLimits } from '../../../src/darkspace/claim.ts';
import { startControl } from '../../../src/darkspace/edge/control.ts';
import { Box, type BoxOptions } from '../../../src/lab/box.ts';
import { sleep } from '../../../src/lab/figure.ts';
import { mirrorPeer, Network, raw, whyNoLab } from '../../../src/lab/network.ts';
import { Program } from '../../../src/lab/program.ts';
import { RawStation } from '../../../src/lab/rawStation.ts';
import { neighbourFilter } from '../../../src/link/controlFilter.ts';
import { ControlSocket } from '../../../src/link/controlSocket.ts';
import { advertisement, askerMac, ip, ownerMac } from '../frames.ts';

const reason = whyNoLab();
const skip = reason === undefined ? false : `no lab can be made: ${reason}`;

/** Waits for what must become true on any machine, however busy. */
async function eventually(what: () => boolean, because: () => string): Promise<void> {
  for (let tries = 0; tries < 600 && !what(); tries++) await sleep(50);
  assert.ok(what(), because());
}

const [used, unused] = [ip('2001:db8:1::aa:1'), ip('2001:db8:1::aa:2')];

async function withBox(
  options: BoxOptions,
  work: (lab: { network: Network; box: Box; ask: (...targets: bigint[]) => Promise<void> }) => Promise<void>,
): Promise<void> {
  const network = Network.make({ hosts: 3, mirror: 'span', snooping: false });
  try {
    const box = await Box.start(network, options);
    await eventually(
      () => box.health?.paused === null,
      () => `the box does not answer: ${box.health?.paused}`,
    );
    const station = network.inside(network.generator, () => new RawStation(raw));
    const ask = async (...targets: bigint[]) => {
      for (const target of targets) station.ask({ mac: askerMac, address: ip('fe80::aa') }, target);
    };
    await work({ network, box, ask });
    await station.close();
    await box.close();
  } finally {
    network.close();
  }
}

const claimed = (box: Box, target: bigint) =>
  eventually(
    () => box.claims.some((claim) => claim.target === target && claim.to === 'held'),
    () => 'an address that nobody has is not claimed',
  );

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
  it('takes for used what metering shows as a source on its link, and not what lies beyond a router', async () => {
    await withBox({}, async ({ box, ask }) => {
      const beyond = ip('2001:db8:77::9');
      const now = Date.now() * 1000;
      box.metered([used, beyond].map((address) => ({ address, mac: ownerMac, lastAt: now - 30_000_000 })));
      await eventually(
        () => box.usage.some(({ address }) => address === used),
        () => 'the metered address is not in the inventory',
      );
      await ask(used, unused);
      await claimed(box, unused);
      assert.deepEqual(
        box.claims.filter(({ target }) => target === used),
        [],
      );
      const [row] = box.usage.filter(({ address }) => address === used || address === beyond);
      assert.deepEqual([row?.mac, row?.evidence, row?.lastAt], [ownerMac, ['packet'], now - 30_000_000]);
    });
  });
  it('hears its VLAN on a mirror port that shows many, and no other', async () => {
    await withBox({ vlan: 7 }, async ({ network, box, ask }) => {
      const trunk = network.inside(network.switch, () => new ControlSocket(mirrorPeer, neighbourFilter()));
      const tagged = (vlan: number, frame: Uint8Array) =>
        Uint8Array.of(...frame.subarray(0, 12), 0x81, 0, 0xe0, vlan, ...frame.subarray(12));
      trunk.send(tagged(7, advertisement({ target: used, targetLinkLayer: ownerMac, mac: ownerMac })));
      trunk.send(tagged(8, advertisement({ target: unused, targetLinkLayer: ownerMac, mac: ownerMac })));
      await eventually(
        () => box.usage.some(({ address }) => address === used),
        () => 'what the trunk shows with the tag of the service port is not heard',
      );
      await ask(used, unused);
      await claimed(box, unused);
      assert.ok(!box.claims.some(({ target }) => target === used));
      trunk.close();
    });
  });
  it('asks its own networks by ARP where the operator wants it, and hears who is there', async () => {
    await withBox({ sweepPerSecond: 100 }, async ({ network, box }) => {
      const found = () => network.hosts.filter(({ ipv4 }) => box.usage.some(({ address }) => address === ip(ipv4)));
      await eventually(
        () => found().length === network.hosts.length,
        () => `${found().length} of ${network.hosts.length} hosts were found`,
      );
    });
  });
  it('says which port is missing', async () => {
    const options = {
      sensor: 'lab',
      service: 'nowhere0',
      mirrors: [],
      vlan: 0,
      sweepPerSecond: 0,
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
