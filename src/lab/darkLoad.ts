/** What the watch of dark addresses must stand: random trials, a sweep, a flood of targets; and whether it notices that it is blind. */

import { spawnSync } from 'node:child_process';
import type { Address, Mac } from '../base/address.ts';
import type { ClaimLimits } from '../darkspace/claim.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { encodeIcmpv6Echo } from '../wire/icmpv6.ts';
import { encodeIpv6 } from '../wire/ipv6.ts';
import { addressOf, macOf, withBox } from './darkExperiments.ts';
import { type Experiment, figure, quantile, sleep } from './figure.ts';
import { type Host, lanPrefix, type Network, raw, service } from './network.ts';
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

function stationOf(number: number): Station {
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
    const owners = Array.from({ length: 200 }, (_, i) => addressOf(`${lanPrefix}c:0`) + BigInt(i));
    // Most answer at once, some are slow, a few only to the second solicitation.
    for (const [i, address] of owners.entries())
      station.own(address, macOf('02:00:00:02:00:00') + i, i % 10 === 0 ? 300 : i % 3 === 0 ? 5 : 0);
    const live = [...owners, ...network.hosts.slice(0, 4).map(({ global }) => addressOf(global))];
    const askers = Array.from({ length: 60 }, (_, i) => stationOf(i));
    const open = new Map<string, Trial>();
    const all: Trial[] = [];
    let liveAnswered = 0;
    const liveSet = new Set(live);
    station.onAdvertisement = ({ target, from, to }) => {
      if (from !== serviceMac) return;
      if (liveSet.has(target)) liveAnswered++;
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
    await station.close();
    await box.close();
    const dark = all.filter(({ isLive }) => !isLive);
    const inTime = dark.filter(({ answeredAfter }) => answeredAfter !== undefined && answeredAfter < 3).length;
    const share = inTime / dark.length;
    return {
      name: `${trials} random trials, ${askers.length} askers, seed ${seed}`,
      figures: [
        figure('live addresses answered for', liveAnswered, '0', liveAnswered === 0),
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
    const memoryBefore = await memoryOf(box);
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

/** Nothing is held back: only for a bench. */
export const withoutBudgets: Partial<ClaimLimits> = {
  maxClaimsPerAsker: 1e9,
  mostClaims: 1e6,
  holdUs: 10_000_000,
  budget: { perAskerRate: 1e9, perAskerBurst: 1e9, totalRate: 1e9, totalBurst: 1e9, mostAskers: 4096 },
};

/** New targets at a steady rate with the budgets lifted, then solicitations for held claims. */
export async function floodExperiment(network: Network, perSecond: number, seconds: number): Promise<Experiment> {
  return withBox(network, { limits: withoutBudgets }, async (box) => {
    const station = network.inside(network.generator, () => new RawStation(raw));
    const askedAtMs = new Map<Address, number>();
    const verifyMs: number[] = [];
    station.onAdvertisement = ({ target, from, atMs }) => {
      const asked = askedAtMs.get(target);
      if (from !== serviceMac || asked === undefined) return;
      verifyMs.push(atMs - asked);
      askedAtMs.delete(target);
    };
    const first = addressOf(`${lanPrefix}f:0:0`);
    const total = perSecond * seconds;
    const began = performance.now();
    for (let n = 0; n < total; ) {
      const due = Math.min(total, ((performance.now() - began) / 1000) * perSecond);
      for (; n < due; n++) {
        const target = first + BigInt(n);
        askedAtMs.set(target, performance.now());
        station.ask(stationOf(n % 50), target);
      }
      await sleep(1);
    }
    const offered = total / ((performance.now() - began) / 1000);
    await sleep(2000);
    const inTime = verifyMs.filter((ms) => ms <= 1100).length / total;
    const reactionMs = await reactions(station, first);
    await station.close();
    await box.close();
    const [median, p99] = [quantile(reactionMs, 0.5), quantile(reactionMs, 0.99)];
    return {
      name: `${Math.round(offered)} new targets a second for ${seconds} s, budgets lifted`,
      figures: [
        figure('verified and answered within 1.1 s', `${(100 * inTime).toFixed(2)} %`, '≥ 99.5 %', inTime >= 0.995),
        figure('reaction to a solicitation for a held claim, median', `${median.toFixed(3)} ms`, '≤ 0.5 ms', median <= 0.5),
        figure('the same, 99 of 100', `${p99.toFixed(3)} ms`, '≤ 5 ms', p99 <= 5),
      ],
    };
  });
}

/** Milliseconds from solicitation to advertisement for addresses that are held. */
export async function reactions(station: RawStation, first: Address, rounds = 1000): Promise<number[]> {
  const held = Array.from({ length: 50 }, (_, i) => first + 0x10_0000n + BigInt(i));
  for (const [i, target] of held.entries()) station.ask(stationOf(i), target);
  await sleep(1500);
  const found: number[] = [];
  let pending: { target: Address; to: Mac; atMs: number; done: () => void } | undefined;
  station.onAdvertisement = ({ target, from, to, atMs }) => {
    if (pending === undefined || from !== serviceMac || target !== pending.target || to !== pending.to) return;
    found.push(atMs - pending.atMs);
    pending.done();
  };
  for (let n = 0; n < rounds; n++) {
    const i = n % held.length;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 200);
      const done = () => {
        clearTimeout(timer);
        pending = undefined;
        resolve();
      };
      pending = { target: held[i] as Address, to: stationOf(i).mac, atMs: performance.now(), done };
      station.ask(stationOf(i), held[i] as Address);
    });
    await sleep(2);
  }
  return found;
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

/** The same reaction with scapy, which the paper used: sniff, and answer every solicitation. `undefined` where scapy is missing. */
export async function scapyBaseline(network: Network, rounds: number): Promise<{ medianMs: number; answered: number } | undefined> {
  if (spawnSync('/usr/bin/python3', ['-c', 'import scapy.all']).status !== 0) return undefined;
  await sleep(2500);
  const responder = new Program(network.box, '/usr/bin/python3', ['-u', '-c', scapyResponder]);
  const station = network.inside(network.generator, () => new RawStation(raw));
  try {
    const until = performance.now() + 20_000;
    while (!responder.soFar.output.includes('READY') && performance.now() < until) await sleep(100);
    await sleep(500);
    const found = await reactions(station, addressOf(`${lanPrefix}f0:0:0`), rounds);
    return { medianMs: quantile(found, 0.5), answered: found.length };
  } finally {
    await station.close();
    await responder.stop();
  }
}

const scapyResponder = `
from scapy.all import *
conf.verb = 0
mac = get_if_hwaddr('${service.name}')
own = [a[0] for a in in6_getifaddr() if a[2] == '${service.name}' and a[0].startswith('fe80')][0]
def answer(p):
    if ICMPv6ND_NS not in p or p[IPv6].src == '::' or p[Ether].src == mac: return
    sendp(Ether(src=mac, dst=p[Ether].src) / IPv6(src=own, dst=p[IPv6].src, hlim=255) / ICMPv6ND_NA(tgt=p[ICMPv6ND_NS].tgt, R=0, S=1, O=0) / ICMPv6NDOptDstLLAddr(lladdr=mac), iface='${service.name}')
print('READY', flush=True)
sniff(iface='${service.name}', filter='icmp6 and ip6[40]==135', prn=answer, store=0)
`;
