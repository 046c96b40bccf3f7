/** How fast the watch of dark addresses is: a flood of new targets, and its reaction beside a capture that is busy; scapy beside it. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClaimLimits } from '../darkspace/claim.ts';
import { neighbourFilter } from '../link/controlFilter.ts';
import { ControlSocket } from '../link/controlSocket.ts';
import { addressOf, macOf, withBox } from './darkExperiments.ts';
import { stationOf } from './darkLoad.ts';
import { type Experiment, type Figure, figure, quantile, sleep } from './figure.ts';
import { lanPrefix, mirrorPeer, type Network, raw, service } from './network.ts';
import { ObservedBox } from './observedBox.ts';
import { Program } from './program.ts';
import { solicitationFrame } from './rawStation.ts';
import { type TimedMessage, WireTimes } from './wireTimes.ts';

const serviceMac = macOf(service.mac);
const askers = 50;

/** Nothing is held back: only for a bench. */
export const withoutBudgets: Partial<ClaimLimits> = {
  maxClaimsPerAsker: 1e9,
  mostClaims: 1e6,
  holdUs: 10_000_000,
  budget: { perAskerRate: 1e9, perAskerBurst: 1e9, totalRate: 1e9, totalBurst: 1e9, mostAskers: 4096 },
};

/** Sends the frames one after another, so many a second. Returns how many a second it were. */
async function sendEvenly(socket: ControlSocket, frames: readonly Uint8Array[], perSecond: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < frames.length; ) {
    const due = Math.min(frames.length, Math.floor(((performance.now() - began) / 1000) * perSecond));
    socket.sendBatch(frames.slice(n, due));
    n = due;
    await sleep(1);
  }
  return frames.length / ((performance.now() - began) / 1000);
}

/** Milliseconds from each solicitation of an asker to the advertisement that answers it; infinite where none does before the asker asks again. */
function answerTimesMs(messages: readonly TimedMessage[]): number[] {
  const times: number[] = [];
  const open = new Map<string, number>();
  for (const { kind, target, from, to, atUs } of messages) {
    if (kind === 'solicitation') {
      if (from === serviceMac) continue;
      if (open.has(`${target} ${from}`)) times.push(Number.POSITIVE_INFINITY);
      open.set(`${target} ${from}`, atUs);
    } else if (from === serviceMac) {
      const askedAtUs = open.get(`${target} ${to}`);
      if (askedAtUs === undefined) continue;
      open.delete(`${target} ${to}`);
      times.push((atUs - askedAtUs) / 1000);
    }
  }
  return [...times, ...Array.from(open, () => Number.POSITIVE_INFINITY)];
}

/** New targets at a steady rate with the budgets lifted. */
export async function floodExperiment(network: Network, perSecond: number, seconds: number): Promise<Experiment> {
  return withBox(network, { limits: withoutBudgets }, async (box) => {
    const first = addressOf(`${lanPrefix}f:0:0`);
    const frames = Array.from({ length: perSecond * seconds }, (_, n) => solicitationFrame(stationOf(n % askers), first + BigInt(n)));
    const socket = network.inside(network.generator, () => new ControlSocket(raw, neighbourFilter()));
    const wire = await new WireTimes(network.generator, raw).ready();
    const offered = await sendEvenly(socket, frames, perSecond);
    await sleep(2500);
    socket.close();
    const times = answerTimesMs(await wire.stop());
    await box.close();
    const inTime = times.filter((ms) => ms <= 1100).length / frames.length;
    const rounded = Math.round(offered);
    return {
      name: `${rounded} new targets a second for ${seconds} s, budgets lifted`,
      figures: [
        figure('verified and answered within 1.1 s', `${(100 * inTime).toFixed(2)} %`, '≥ 99.5 %', inTime >= 0.995),
        figure('median, and 99 of 100', `${milliseconds(times, 0.5)}, ${milliseconds(times, 0.99)}`, 'decided after 1 s', true),
        figure('targets a second', rounded, `≥ ${Math.floor(0.98 * perSecond)}`, offered >= 0.98 * perSecond),
      ],
    };
  });
}

function milliseconds(values: readonly number[], share: number): string {
  return `${quantile(values, share).toFixed(3)} ms`;
}

const frameLoad = fileURLToPath(new URL('./frameLoad.js', import.meta.url));

/** Solicitations for addresses that are held, while frames come to the mirror port; `responder` is up by then. */
async function reactionsBesideLoad(
  network: Network,
  framesPerSecond: number,
  { rounds, perSecond }: { readonly rounds: number; readonly perSecond: number },
): Promise<{ readonly timesMs: number[]; readonly sent: number; readonly achieved: number }> {
  const first = addressOf(`${lanPrefix}f0:0:0`);
  const ask = Array.from({ length: askers }, (_, i) => solicitationFrame(stationOf(i), first + BigInt(i)));
  const socket = network.inside(network.generator, () => new ControlSocket(raw, neighbourFilter()));
  try {
    // Claimed before.
    socket.sendBatch(ask);
    await sleep(2000);
    const seconds = Math.ceil(rounds / perSecond) + 4;
    const load = new Program(network.switch, process.execPath, [frameLoad, mirrorPeer, String(framesPerSecond), String(seconds)]);
    await sleep(2500);
    const wire = await new WireTimes(network.generator, raw).ready();
    const frames = Array.from({ length: rounds }, (_, n) => ask[n % askers] as Uint8Array);
    await sendEvenly(socket, frames, perSecond);
    // The recorder hands over what came last only when its block is full or a second old.
    await sleep(1500);
    const timesMs = answerTimesMs(await wire.stop());
    const { output } = await load.ended;
    const { sent = 0, seconds: took = 1 } = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '{}') as {
      sent?: number;
      seconds?: number;
    };
    return { timesMs, sent, achieved: sent / took };
  } finally {
    socket.close();
  }
}

/** The reaction of the whole box while it meters, and that of scapy, which the paper used, while the box only meters. */
export async function reactionExperiment(network: Network, framesPerSecond: number): Promise<Experiment[]> {
  const box = await ObservedBox.start(network, 'answer');
  const rounds = 3000;
  const found = await reactionsBesideLoad(network, framesPerSecond, { rounds, perSecond: 300 });
  const { metered, dropped } = await box.close();
  const [median, p99] = [quantile(found.timesMs, 0.5), quantile(found.timesMs, 0.99)];
  const answered = found.timesMs.filter((ms) => ms < Number.POSITIVE_INFINITY).length;
  const loadFigure = (achieved: number, lost: number): Figure =>
    figure(
      'frames a second that came to the mirror port meanwhile',
      `${Math.round(achieved)}, ${lost} of them lost`,
      `≥ ${Math.floor(0.95 * framesPerSecond)}, < 1 % lost`,
      achieved >= 0.95 * framesPerSecond && lost < 0.01 * found.sent,
    );
  const ours: Experiment = {
    name: `reaction to ${rounds} solicitations for held claims, beside a capture of ${framesPerSecond} frames a second`,
    figures: [
      figure('median', `${median.toFixed(3)} ms`, '≤ 0.5 ms', median <= 0.5),
      figure('99 of 100', `${p99.toFixed(3)} ms`, '≤ 5 ms', p99 <= 5),
      figure('without an answer', rounds - answered, '0', answered === rounds),
      loadFigure(found.achieved, dropped),
      figure('frames metered', metered, `≥ ${Math.floor(0.99 * found.sent)}`, metered >= 0.99 * found.sent),
    ],
  };
  return [ours, await scapyBaseline(network, framesPerSecond, median)];
}

async function scapyBaseline(network: Network, framesPerSecond: number, oursMs: number): Promise<Experiment> {
  const name = 'scapy beside it, answering without verifying, the same capture beside it';
  if (spawnSync('/usr/bin/python3', ['-c', 'import scapy.all']).status !== 0)
    return { name, figures: [figure('reaction', 'scapy is not installed', 'for comparison', true)] };
  const box = await ObservedBox.start(network, 'off');
  const responder = new Program(network.box, '/usr/bin/python3', ['-u', '-c', scapyResponder]);
  try {
    const until = performance.now() + 20_000;
    while (!responder.soFar.output.includes('READY') && performance.now() < until) await sleep(100);
    await sleep(500);
    const found = await reactionsBesideLoad(network, framesPerSecond, { rounds: 200, perSecond: 20 });
    const median = quantile(found.timesMs, 0.5);
    const answered = found.timesMs.filter((ms) => ms < Number.POSITIVE_INFINITY).length;
    return {
      name,
      figures: [
        figure(
          'median, and 99 of 100',
          `${median.toFixed(3)} ms, ${milliseconds(found.timesMs, 0.99)}; ${answered} of ${found.timesMs.length} answered`,
          'for comparison',
          true,
        ),
        figure('its median is so many times ours', (median / oursMs).toFixed(1), '> 1', median > oursMs),
      ],
    };
  } finally {
    await responder.stop();
    await box.close();
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
