/**
 * Live capture against tcpdump and dumpcap, in two namespaces with a cable between them: losses up to the sender's maximum, CPU for each packet,
 * a consumer that stalls, and the time from the kernel's time stamp until a packet is counted. Needs root.
 *
 * Receivers of one comparison run in turn, round after round; what is printed are ratios of medians. Processor time is that of the whole
 * process as /proc/PID/stat has it, its start and the compilation of its code included: in ten seconds these are a third of what Yoban
 * needs, in thirty (`--seconds 30`) less. What is left after them is printed for comparison, and decides nothing.
 *
 * Usage: node live.js [loss|cpu|stall|latency …] [--rounds N] [--seconds S] [--shared]
 */

import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Mirror, mirror } from '../lab/liveFrames.ts';
import { LabScope, noLab } from '../lab/namespaces.ts';
import { type FrameKind, frameKinds } from './frames.ts';

interface Receiver {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  /** Printed when it listens. */
  readonly ready: RegExp;
  /** Frames that it says the kernel dropped; `undefined` where it cannot know. */
  dropped(output: string): number | undefined;
}

interface Load {
  readonly kind: FrameKind;
  /** 0: as fast as it goes. */
  readonly perSecond: number;
  readonly seconds: number;
}

interface Run {
  readonly sent: number;
  readonly achieved: number;
  readonly cpuSeconds: number;
  /** Of these, before the first frame, and before `warmUpSeconds` from it had passed; NaN where the load is no longer than that. */
  readonly startSeconds: number;
  readonly warmSeconds: number;
  readonly dropped: number | undefined;
  readonly output: string;
}

/**
 * The sender has a processor of its own, as a network has: otherwise how a run ends is decided by where the scheduler puts them both. On
 * two processors one is left for the receiver, with `--shared` both.
 */
const last = availableParallelism() - 1;
const isShared = process.argv.includes('--shared');
const processors = { sender: String(last), receiver: isShared ? `0-${last}` : last > 0 ? `0-${last - 1}` : '0' };

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

function ours(source: 'ring' | 'libpcap', ...words: string[]): Receiver {
  return {
    name: source === 'ring' ? 'yoban' : 'yoban on cap',
    program: process.execPath,
    words: [here('liveReceiver.js'), 'mir0', source, ...words],
    ready: /READY/,
    dropped: (output) => (figuresOf(output).dropped as number | undefined) ?? undefined,
  };
}

const tcpdump: Receiver = {
  name: 'tcpdump',
  program: 'tcpdump',
  words: ['-i', 'mir0', '-n', '-B', '65536', '-w', '/dev/null'],
  ready: /listening on/,
  dropped: (output) => Number(/(\d+) packets? dropped by kernel/.exec(output)?.[1]),
};
const dumpcap: Receiver = {
  name: 'dumpcap',
  program: 'dumpcap',
  words: ['-i', 'mir0', '-B', '64', '-w', '/dev/null'],
  ready: /File:/,
  dropped: (output) => Number(/Packets received\/dropped on interface '[^']*': \d+\/(\d+)/.exec(output)?.[1]),
};

function figuresOf(output: string): Record<string, number> {
  const line = output.split('\n').find((text) => text.startsWith('{'));
  return line === undefined ? {} : (JSON.parse(line) as Record<string, number>);
}

/** Where the kernel shares processors by session first (sched(7), autogroup), one other busy session would take half of a processor. */
function prefer(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-15');
  } catch {
    // There are no such groups here.
  }
}

/** After that long nothing more is compiled but what is new. */
const warmUpSeconds = 5;

/** User and system time of all threads and of the processes that it started, s. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean),
  );
  const own = (Number(fields[11]) + Number(fields[12])) / 100;
  return children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), own);
}

async function run(net: Mirror, receiver: Receiver, load: Load): Promise<Run> {
  const child = net.box.spawn('taskset', ['-c', processors.receiver, receiver.program, ...receiver.words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  prefer(child.pid);
  const ended = once(child, 'close');
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        output += `${line}\n`;
        if (receiver.ready.test(line)) resolve();
      });
    }
    child.on('exit', () => reject(new Error(`${receiver.name} ended too soon: ${output}`)));
    child.on('error', reject);
  });
  await ready;
  await sleep(300);
  const startSeconds = cpuSecondsOf(child.pid as number);
  const words = [here('sendFrames.js'), 'out0', load.kind, String(load.perSecond), String(load.seconds)];
  const sender = net.network.spawn('taskset', ['-c', processors.sender, process.execPath, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  prefer(sender.pid);
  let told = '';
  const begun = new Promise<void>((resolve) => {
    sender.stdout?.on('data', (data) => {
      told += String(data);
      resolve();
    });
  });
  const sent = once(sender, 'close');
  // Also where it ends before it began.
  await Promise.race([begun, sent]);
  const isLong = load.seconds > warmUpSeconds;
  if (isLong) await sleep(warmUpSeconds * 1000);
  const warmSeconds = isLong ? cpuSecondsOf(child.pid as number) : Number.NaN;
  await sent;
  await sleep(500);
  const cpuSeconds = cpuSecondsOf(child.pid as number);
  child.kill('SIGINT');
  await ended;
  const { sent: frames = 0, seconds = 1 } = figuresOf(told);
  const dropped = receiver.dropped(output);
  return { sent: frames, achieved: frames / seconds, cpuSeconds, startSeconds, warmSeconds, dropped, output };
}

/** `undefined`, with the reason printed, where the receiver cannot run here. */
async function attempt(net: Mirror, receiver: Receiver, load: Load): Promise<Run | undefined> {
  try {
    return await run(net, receiver, load);
  } catch (error) {
    print(`     ${receiver.name} is left out: ${error instanceof Error ? error.message.trim() : String(error)}`);
    return undefined;
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const kilo = (perSecond: number) => `${Math.round(perSecond / 1000)} kpps`;

class Verdicts {
  failed = 0;

  say(what: string, holds: boolean): void {
    if (!holds) this.failed++;
    print(`${holds ? 'ok  ' : 'MISS'} ${what}`);
  }
}

async function losses(net: Mirror, seconds: number, verdicts: Verdicts): Promise<void> {
  for (const kind of frameKinds) {
    for (const perSecond of [20_000, 50_000, 100_000, 200_000, 400_000, 0]) {
      const load = { kind, perSecond, seconds };
      const [peer, own] = [await run(net, tcpdump, load), await run(net, ours('ring'), load)];
      const figures = figuresOf(own.output);
      const lost = own.sent - (figures.frames as number);
      const of = `${kind}, ${kilo(own.achieved)}: tcpdump dropped ${peer.dropped} of ${peer.sent}`;
      verdicts.say(`loss, ${of}, yoban ${own.dropped} of ${own.sent} (${lost} missing)`, lost === 0 || (peer.dropped ?? 0) > 0);
    }
  }
}

/** The peers decode nothing: names and hellos, of which `office` has some, cost Yoban alone. */
async function processorTime(net: Mirror, kind: FrameKind, rounds: number, seconds: number, verdicts: Verdicts): Promise<void> {
  const receivers = [ours('ring'), dumpcap, ours('libpcap'), tcpdump];
  const costs = new Map<Receiver, number[]>(receivers.map((receiver) => [receiver, []]));
  const warm = new Map<Receiver, number[]>(receivers.map((receiver) => [receiver, []]));
  for (let round = 0; round < rounds; round++) {
    for (const receiver of receivers) {
      const done = await attempt(net, receiver, { kind, perSecond: 200_000, seconds });
      if (done === undefined) continue;
      const { cpuSeconds, startSeconds, warmSeconds, sent, dropped, achieved } = done;
      // A packet that was lost cost nothing: it is not divided by. Where the source cannot see its losses, what came was counted.
      const counted = figuresOf(done.output).frames ?? sent - (dropped ?? 0);
      costs.get(receiver)?.push((cpuSeconds / counted) * 1e6);
      const perWarm = ((cpuSeconds - warmSeconds) / ((counted * (seconds - warmUpSeconds)) / seconds)) * 1e6;
      warm.get(receiver)?.push(perWarm);
      const cost = `${((cpuSeconds / counted) * 1e6).toFixed(2)} µs a packet, ${startSeconds.toFixed(2)} s of it the start`;
      const after = seconds > warmUpSeconds ? `; ${perWarm.toFixed(2)} µs after the first ${warmUpSeconds} s` : '';
      print(`     ${receiver.name}: ${cost}${after}; at ${kilo(achieved)}, dropped ${dropped ?? 'unknown'}`);
    }
  }
  const own = median(costs.get(receivers[0] as Receiver) ?? []);
  const ownWarm = median(warm.get(receivers[0] as Receiver) ?? []);
  for (const [peer, most] of [[receivers[1], 0.75] as const, [receivers[2], 0.4] as const, [receivers[3], 5] as const]) {
    const theirs = costs.get(peer as Receiver) ?? [];
    if (theirs.length === 0) continue;
    const ratio = own / median(theirs);
    const after = seconds > warmUpSeconds ? `; once warm ${(ownWarm / median(warm.get(peer as Receiver) ?? [])).toFixed(2)} ×` : '';
    const what = `CPU a packet, ${kind}, ${seconds} s at 200 kpps`;
    verdicts.say(`${what}: ${ratio.toFixed(2)} × that of ${peer?.name} (at most ${most})${after}`, ratio <= most);
  }
}

async function stall(net: Mirror, rounds: number, verdicts: Verdicts): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const own = await run(net, ours('ring', '--stall', '800', '--retire', '4'), { kind: 'small', perSecond: 150_000, seconds: 4 });
    const lost = own.sent - (figuresOf(own.output).frames as number);
    verdicts.say(`consumer stalls for 0.8 s at ${kilo(own.achieved)}: dropped ${own.dropped} of ${own.sent} (${lost} missing)`, lost === 0);
  }
}

async function latency(net: Mirror, rounds: number, verdicts: Verdicts): Promise<void> {
  const worst: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = await run(net, ours('ring', '--retire', '4', '--latency'), { kind: 'mixed', perSecond: 50_000, seconds: 5 });
    const { p50Ms = 0, p99Ms = Number.POSITIVE_INFINITY } = figuresOf(own.output);
    print(`     kernel time stamp to counted at ${kilo(own.achieved)}: p50 ${p50Ms} ms, p99 ${p99Ms} ms`);
    worst.push(p99Ms);
  }
  verdicts.say(
    `kernel time stamp to counted, retire time 4 ms, after the first second: p99 ${median(worst)} ms (at most 8)`,
    median(worst) <= 8,
  );
}

const parts = ['loss', 'cpu', 'stall', 'latency'];
const words = process.argv.slice(2);
const numberOf = (flag: string, otherwise: number) => (words.includes(flag) ? Number(words[words.indexOf(flag) + 1]) : otherwise);
const chosen = parts.filter((part) => words.includes(part));
const isChosen = (part: string) => chosen.length === 0 || chosen.includes(part);
if (noLab) print(`the live bench is skipped: ${noLab}`);
else {
  const scope = new LabScope();
  const verdicts = new Verdicts();
  try {
    const net = mirror(scope);
    const [rounds, seconds] = [numberOf('--rounds', 3), numberOf('--seconds', 10)];
    if (isChosen('loss')) await losses(net, Math.min(seconds, 3), verdicts);
    if (isChosen('cpu')) for (const kind of ['mixed', 'office'] as const) await processorTime(net, kind, rounds, seconds, verdicts);
    if (isChosen('stall')) await stall(net, rounds, verdicts);
    if (isChosen('latency')) await latency(net, rounds, verdicts);
  } finally {
    scope.end();
  }
  process.exitCode = verdicts.failed === 0 ? 0 : 1;
}
