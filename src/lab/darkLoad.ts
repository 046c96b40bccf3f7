/** What the watch of dark addresses must stand: random trials and a sweep; and whether it notices that it is blind. */

import type { Address } from '../base/address.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { encodeIcmpv6Echo } from '../wire/icmpv6.ts';
import { encodeIpv6 } from '../wire/ipv6.ts';
import { addressOf, macOf, withBox } from './darkExperiments.ts';
import { type Experiment, figure, sleep } from './figure.ts';
import { type Host, lanPrefix, type Network, raw, service } from './network.ts';
import { Owners } from './owners.ts';
import { Program } from './program.ts';
import { RawStation, type Station } from './rawStation.ts';

const serviceMac = macOf(service.mac);

/** A small generator with a seed, so that a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function stationOf(number: number): Station {
  return { mac: macOf('02:00:00:01:00:00') + number, address: addressOf('fe80::1:0:0') + BigInt(number) };
}

interface Trial {
  readonly target: Address;
  readonly asker: Station;
  readonly isLive: boolean;
  readonly startMs: number;
  asked: number;
  /** Solicitations that had left when the box answered. */
  answeredAfter: number | undefined;
}

/** Random live and dark targets, random askers that behave as RFC 4861 says: three solicitations, a second apart. */
export async function trialExperiment(network: Network, trials: number, perSecond: number, seed = 1): Promise<Experiment> {
  const random = randomOf(seed);
  return withBox(network, {}, async (box) => {
    const station = network.inside(network.generator, () => new RawStation(raw));
    // Most answer at once, some are slow.
    const owners = Array.from({ length: 200 }, (_, i) => ({
      address: addressOf(`${lanPrefix}c:0`) + BigInt(i),
      mac: macOf('02:00:00:02:00:00') + i,
      delayMs: i % 10 === 0 ? 300 : i % 3 === 0 ? 5 : 0,
    }));
    const ownersOfLink = await network.inside(network.generator, () => Owners.start(raw, owners));
    const live = [...owners.map(({ address }) => address), ...network.hosts.slice(0, 4).map(({ global }) => addressOf(global))];
    const askers = Array.from({ length: 60 }, (_, i) => stationOf(i));
    const open = new Map<string, Trial>();
    const all: Trial[] = [];
    const answeredLive: Address[] = [];
    const liveSet = new Set(live);
    station.onAdvertisement = ({ target, from, to }) => {
      if (from !== serviceMac) return;
      if (liveSet.has(target)) answeredLive.push(target);
      const trial = open.get(`${target} ${to}`);
      if (trial) trial.answeredAfter ??= trial.asked;
    };
    const began = performance.now();
    let begun = 0;
    const waiting: Trial[] = [];
    while (begun < trials || waiting.length > 0) {
      const now = performance.now();
      for (; begun < trials && begun < ((now - began) / 1000) * perSecond; begun++) {
        const isLive = random() < 0.5;
        const target = isLive
          ? (live[Math.floor(random() * live.length)] as Address)
          : addressOf(`${lanPrefix}d:0:0`) + BigInt(Math.floor(random() * 2 ** 32));
        const trial: Trial = {
          target,
          asker: askers[Math.floor(random() * askers.length)] as Station,
          isLive,
          startMs: now,
          asked: 0,
          answeredAfter: undefined,
        };
        open.set(`${target} ${trial.asker.mac}`, trial);
        all.push(trial);
        waiting.push(trial);
      }
      for (const trial of waiting) {
        const isDue = now - trial.startMs >= trial.asked * 1000;
        if (!isDue || trial.answeredAfter !== undefined || trial.asked === 3) continue;
        trial.asked++;
        station.ask(trial.asker, trial.target);
      }
      while (waiting.length > 0 && now - (waiting[0] as Trial).startMs > 3000) waiting.shift();
      await sleep(5);
    }
    const seconds = (performance.now() - began) / 1000;
    await Promise.all([station.close(), ownersOfLink.close()]);
    await box.close();
    const isExcused = (target: Address) => ownersOfLink.late.has(target);
    const liveAnswered = answeredLive.filter((target) => !isExcused(target)).length;
    const dark = all.filter(({ isLive }) => !isLive);
    const inTime = dark.filter(({ answeredAfter }) => answeredAfter !== undefined && answeredAfter < 3).length;
    const share = inTime / dark.length;
    return {
      name: `${trials} random trials, ${askers.length} askers, seed ${seed}`,
      figures: [
        figure('live addresses answered for', liveAnswered, '0', liveAnswered === 0),
        figure(
          'the same of owners that this machine held up for half a second',
          answeredLive.length - liveAnswered,
          'no fault of the box',
          true,
        ),
        figure('dark ones before the third solicitation', `${(100 * share).toFixed(2)} % of ${dark.length}`, '≥ 99 %', share >= 0.99),
        figure('took', `${seconds.toFixed(0)} s`, '≤ 300 s', seconds <= 300),
      ],
    };
  });
}

/** One host asks for a hundred thousand addresses, and for its real neighbours meanwhile. */
export async function sweepExperiment(network: Network, addresses: number, perSecond: number): Promise<Experiment> {
  const [, neighbour, bystander] = network.hosts as [Host, Host, Host];
  // The hard case: a box that forwards, as one with containers does, would redirect and refuse.
  network.run(network.box, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1');
  return withBox(network, {}, async (box) => {
    const own = new Program(network.box, 'tcpdump', [
      '-i',
      service.name,
      '-n',
      '-l',
      '-Q',
      'out',
      'not',
      '(',
      'icmp6',
      'and',
      '(',
      'ip6[40]',
      '==',
      '135',
      'or',
      'ip6[40]',
      '==',
      '136',
      ')',
      ')',
    ]);
    const station = network.inside(network.generator, () => new RawStation(raw));
    const sweeper = stationOf(0);
    const answered = new Set<Address>();
    station.onAdvertisement = ({ target, from }) => {
      if (from !== serviceMac) return;
      answered.add(target);
      // What a kernel would answer, refuse, redirect or forward: to a dark address, and through the box to elsewhere.
      station.send(echoRequest(sweeper, target));
      station.send(echoRequest(stationOf(1), addressOf('2001:db8:ffff::1')));
    };
    await sleep(500);
    const memoryBefore = box.health?.memoryOctets ?? (await memoryOf(box));
    const ping = new Program(bystander.namespace, 'ping', [
      '-n',
      '-i',
      '0.2',
      '-w',
      String(Math.ceil(addresses / perSecond)),
      neighbour.global,
    ]);
    const first = addressOf(`${lanPrefix}e:0:0`);
    const began = performance.now();
    for (let n = 0; n < addresses; ) {
      const due = Math.min(addresses, ((performance.now() - began) / 1000) * perSecond);
      for (; n < due; n++) station.ask(sweeper, first + BigInt(n));
      await sleep(2);
    }
    const seconds = (performance.now() - began) / 1000;
    const { output } = await ping.ended;
    await sleep(1500);
    const memoryAfter = await memoryOf(box);
    await station.close();
    const spoken = (await own.stop()).output.split('\n').filter((line) => /^\d\d:\d\d/.test(line));
    await box.close();
    const lost = Number(/(\d+(?:\.\d+)?)% packet loss/.exec(output)?.[1] ?? 100);
    const grown = (memoryAfter - memoryBefore) / 1024 / 1024;
    return {
      name: `a sweep of ${addresses} addresses, ${Math.round(addresses / seconds)} a second`,
      figures: [
        figure('addresses claimed', answered.size, '≤ 200', answered.size <= 200 && answered.size > 0),
        figure('neighbours of a bystander', `${lost} % lost`, '0 %', lost === 0),
        figure('frames of the own kernel', spoken.length === 0 ? 0 : `${spoken.length}: ${spoken[0]}`, '0', spoken.length === 0),
        figure('memory grew by', `${grown.toFixed(1)} MiB`, '≤ 64 MiB', grown <= 64),
      ],
    };
  });
}

function echoRequest({ mac, address }: Station, target: Address): Uint8Array {
  const message = encodeIcmpv6Echo({ type: 128, identifier: 1, sequence: 1, source: address, destination: target }, new Uint8Array(16));
  const packet = encodeIpv6({ source: address, destination: target, nextHeader: 58 }, message);
  return encodeEthernet({ destinationMac: serviceMac, sourceMac: mac, etherType: etherType.ipv6 }, packet);
}

async function memoryOf(box: { health: { memoryOctets: number; at: number } | undefined }): Promise<number> {
  // Told every ten seconds; what comes next is from now.
  const before = box.health?.at;
  const until = performance.now() + 12_000;
  while (box.health?.at === before && performance.now() < until) await sleep(100);
  return box.health?.memoryOctets ?? 0;
}

/** The gauge on this network: what it says. */
export async function gaugeExperiment(network: Network, wanted: 'sees' | 'blind'): Promise<Experiment> {
  // A switch begins to hold groups back only once it knows that somebody asks for members.
  await sleep(5000);
  return withBox(network, {}, async (box) => {
    const until = performance.now() + 10_000;
    while (box.visibility.length === 0 && performance.now() < until) await sleep(100);
    const found = box.visibility.at(-1);
    const text = found ? `${found.verdict}: ${found.because}` : 'nothing';
    return {
      name: `the visibility gauge, mcast_snooping ${wanted === 'blind' ? 'on' : 'off'}, mirror port fed by flooding`,
      figures: [figure('it says', text, wanted, found?.verdict === wanted)],
    };
  });
}
