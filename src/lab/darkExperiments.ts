/** What the watch of dark addresses must do on a real link: the paper's experiment, owners that come late, hosts that join or wake. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, parseAddress, parseMac } from '../base/address.ts';
import { Box } from './box.ts';
import { type Experiment, figure, sleep } from './figure.ts';
import { type Host, lanPrefix, type Network, raw, service } from './network.ts';
import { Program } from './program.ts';
import { RawStation } from './rawStation.ts';

/** What kernels say when their interfaces come up must be over. */
const settleMs = 700;
const unusedIpv4 = '10.9.0.99';
/** The address of the paper's figure 3. */
const paperTarget = 'fe80::9789:50d8:4b01:eeee';

export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`unreachable: ${text} is no address`);
  return address;
}

export function macOf(text: string): number {
  const mac = parseMac(text);
  if (mac === undefined) throw new Error(`unreachable: ${text} is no MAC address`);
  return mac;
}

/** Runs `work` with a box on the network; the box is closed before its records are looked at. */
export async function withBox<T>(network: Network, options: Parameters<typeof Box.start>[1], work: (box: Box) => Promise<T>): Promise<T> {
  await sleep(settleMs);
  const box = await Box.start(network, options);
  try {
    await sleep(500);
    return await work(box);
  } finally {
    await box.close();
  }
}

/** 50 echo requests, as in the paper, to an unused address of IPv6 and of IPv4; a TCP connection and a datagram. */
export async function paperExperiment(network: Network, intervalSeconds: number): Promise<Experiment> {
  const folder = mkdtempSync(join(tmpdir(), 'yoban-lab-'));
  const file = join(folder, 'link.pcap');
  const [asker] = network.hosts as [Host, ...Host[]];
  try {
    const capture = new Program(network.box, 'tcpdump', ['-i', service.name, '-n', '-U', '-w', file]);
    const counts = await withBox(network, { evidence: join(folder, 'evidence') }, async (box) => {
      const interval = String(intervalSeconds);
      await Promise.all([
        new Program(asker.namespace, 'ping', ['-6', '-c', '50', '-W', '1', '-i', interval, `${paperTarget}%eth0`]).ended,
        new Program(asker.namespace, 'ping', ['-c', '50', '-W', '1', '-i', interval, unusedIpv4]).ended,
        new Program(asker.namespace, 'timeout', ['4', 'bash', '-c', `exec 3<>/dev/tcp/${lanPrefix}445/445`]).ended,
        new Program(asker.namespace, 'bash', ['-c', `echo -n probe > /dev/udp/${lanPrefix}53/5353`]).ended,
      ]);
      await sleep(500);
      await box.close();
      const packets = (target: string, protocol: number) =>
        box.dark
          .filter((slice) => slice.target === addressOf(target))
          .flatMap(({ services }) => services)
          .filter((one) => one.protocol === protocol)
          .reduce((sum, one) => sum + one.packets, 0);
      return {
        ipv6: packets(paperTarget, 58),
        ipv4: packets(unusedIpv4, 1),
        tcp: packets(`${lanPrefix}445`, 6),
        udp: packets(`${lanPrefix}53`, 17),
        alive: box.dark.filter(({ target }) => network.hosts.some((host) => addressOf(host.global) === target)).length,
      };
    });
    await capture.stop();
    const text = network.run(network.box, 'tcpdump', '-r', file, '-n', '-tt', 'icmp6');
    const order = orderOf(text);
    return {
      name: `the paper's experiment, ${network.hosts.length} live hosts`,
      figures: [
        figure('order on the link', order.join(', '), paperOrder.join(', '), order.join() === paperOrder.join()),
        figure(`echo requests to ${paperTarget}`, counts.ipv6, '50 of 50', counts.ipv6 === 50),
        figure(`echo requests to ${unusedIpv4}`, counts.ipv4, '50 of 50', counts.ipv4 === 50),
        figure('TCP packets to an unused address', counts.tcp, 'some', counts.tcp > 0),
        figure('UDP packets to an unused address', counts.udp, '1', counts.udp === 1),
        figure('contacts with live hosts', counts.alive, '0', counts.alive === 0),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const paperOrder = ['solicitation of the asker', 'our solicitation', 'silence', 'our advertisement', 'echo request'];

/** The first frame of each kind about the paper's target, in the order of time; silence is at least half a second without any. */
function orderOf(text: string): string[] {
  const order: string[] = [];
  let lastAt = 0;
  const own = new RegExp(`${service.linkLocal}|${service.global}`);
  for (const line of text.split('\n').filter((one) => one.includes(paperTarget))) {
    const [time = '0', , source = ''] = line.split(' ');
    const isOwn = own.test(source);
    let kind: string | undefined;
    if (line.includes('neighbor solicitation')) kind = isOwn ? 'our solicitation' : 'solicitation of the asker';
    else if (line.includes('neighbor advertisement')) kind = isOwn ? 'our advertisement' : 'advertisement of somebody';
    else if (line.includes('echo request')) kind = 'echo request';
    if (kind === undefined) continue;
    if (kind === 'our advertisement' && !order.includes(kind) && Number(time) - lastAt >= 0.5) order.push('silence');
    if (!order.includes(kind)) order.push(kind);
    if (isOwn && kind === 'our solicitation') lastAt = Number(time);
  }
  return order;
}

/** So many a host takes at once, each with a detection of its own. */
const addressesOfHost = 4;

/** Hosts take addresses that are being scanned, and that are claimed by then: none may fail its duplicate address detection. */
export async function joinExperiment(network: Network, joins: number): Promise<Experiment> {
  const limits = {
    maxClaimsPerAsker: 100_000,
    mostClaims: 100_000,
    budget: { perAskerRate: 1e6, perAskerBurst: 1e6, totalRate: 1e6, totalBurst: 1e6, mostAskers: 1000 },
  };
  return withBox(network, { limits }, async (box) => {
    const station = network.inside(network.generator, () => new RawStation(raw));
    const scanner = { mac: macOf('02:00:00:00:0f:01'), address: addressOf('fe80::f:1') };
    let failed = 0;
    let ready = 0;
    let held = 0;
    for (let done = 0, round = 1; done < joins; round++) {
      const taken = Array.from({ length: network.hosts.length * addressesOfHost }, (_, i) => ({
        host: network.hosts[i % network.hosts.length] as Host,
        address: `${lanPrefix}a:${round.toString(16)}:${(i + 1).toString(16)}`,
      })).slice(0, joins - done);
      const askForAll = () => {
        for (const { address } of taken) station.ask(scanner, addressOf(address));
      };
      const ofEachHost = (word: 'add' | 'del') => {
        for (const host of network.hosts) {
          const own = taken.filter((one) => one.host === host).map(({ address }) => `addr ${word} ${address}/64 dev eth0`);
          if (own.length > 0) network.batch(host.namespace, own);
        }
      };
      // Claimed before: what a scanner found dark a moment ago.
      askForAll();
      await sleep(1300);
      ofEachHost('add');
      const until = performance.now() + 2600;
      while (performance.now() < until) {
        askForAll();
        await sleep(150);
      }
      for (const host of network.hosts) {
        const shown = network.run(host.namespace, 'ip', '-o', '-6', 'addr', 'show', 'dev', 'eth0').split('\n');
        for (const { address } of taken.filter((one) => one.host === host)) {
          const line = shown.find((one) => one.includes(` ${address}/`)) ?? 'is gone';
          if (line.includes('dadfailed')) failed++;
          else if (line.includes(address) && !line.includes('tentative')) ready++;
        }
      }
      ofEachHost('del');
      done += taken.length;
    }
    await station.close();
    await box.close();
    held = box.claims.filter(({ to }) => to === 'held').length;
    return {
      name: `${joins} hosts join with duplicate address detection, each on an address that is being scanned`,
      figures: [
        figure('failed', failed, '0', failed === 0),
        figure('ready', ready, String(joins), ready === joins),
        figure('of their addresses were claimed before (of the changes that were recorded)', held, 'some', held > 0),
      ],
    };
  });
}

/** An asker sends without pause to a dark address; then a host takes it. */
export async function lateOwnerExperiment(network: Network): Promise<Experiment> {
  const [asker, owner] = network.hosts as [Host, Host];
  return withBox(network, {}, async () => {
    const target = `${lanPrefix}b:1`;
    const ping = new Program(asker.namespace, 'ping', ['-n', '-i', '0.05', '-w', '20', target]);
    await sleep(2500);
    network.batch(owner.namespace, [`addr add ${target}/64 dev eth0`]);
    let readyAtMs = Number.NaN;
    const until = performance.now() + 8000;
    while (performance.now() < until) {
      const shown = network.run(owner.namespace, 'ip', '-6', 'addr', 'show', 'dev', 'eth0', 'to', target);
      if (shown.includes(target) && !shown.includes('tentative')) {
        readyAtMs = performance.now();
        break;
      }
      await sleep(5);
    }
    await sleep(3000);
    const { linesAtMs } = await ping.stop();
    const first = linesAtMs.find(({ line }) => line.includes('bytes from'));
    const seconds = first ? Math.max(0, first.atMs - readyAtMs) / 1000 : Number.NaN;
    network.batch(owner.namespace, [`addr del ${target}/64 dev eth0`]);
    return {
      name: 'an owner that comes late',
      figures: [
        figure('from the end of its duplicate address detection to its first packet', `${seconds.toFixed(3)} s`, '≤ 0.5 s', seconds <= 0.5),
      ],
    };
  });
}

/** A host sleeps, is scanned all the while, and wakes: nobody may have been told that its address is elsewhere. */
export async function sleeperExperiment(network: Network): Promise<Experiment> {
  const [asker, sleeper] = network.hosts as [Host, Host];
  return withBox(network, {}, async (box) => {
    network.run(sleeper.namespace, 'ping', '-c', '1', '-W', '2', asker.global);
    await sleep(300);
    network.run(asker.namespace, 'ip', '-6', 'neigh', 'flush', 'dev', 'eth0');
    // Asleep: its port carries nothing any more.
    network.run(network.switch, 'bridge', 'link', 'set', 'dev', sleeper.port, 'state', '0');
    const station = network.inside(network.generator, () => new RawStation(raw));
    const scanner = { mac: macOf('02:00:00:00:0f:02'), address: addressOf('fe80::f:2') };
    let answered = 0;
    station.onAdvertisement = ({ target }) => {
      if (target === addressOf(sleeper.global)) answered++;
    };
    for (let n = 0; n < 20; n++) {
      station.ask(scanner, addressOf(sleeper.global));
      await sleep(200);
    }
    const answeredAsleep = answered;
    network.run(network.switch, 'bridge', 'link', 'set', 'dev', sleeper.port, 'state', '3');
    const woken = await new Program(asker.namespace, 'ping', ['-n', '-c', '1', '-W', '3', sleeper.global]).ended;
    const isFirst = woken.output.includes('icmp_seq=1') && woken.output.includes('bytes from');
    await station.close();
    await box.close();
    return {
      name: 'a host that slept through a scan',
      figures: [
        figure('answers in its name', answeredAsleep, '0', answeredAsleep === 0),
        figure('its first packet after it woke', isFirst ? 'arrived' : 'lost', 'arrived', isFirst),
      ],
    };
  });
}
