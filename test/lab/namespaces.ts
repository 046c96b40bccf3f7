/**
 * Network namespaces of a test's own, with veth pairs between them, gone when the test ends. Only root can make them.
 *
 * Interfaces are quiet: no IPv6 of the kernel's, no offloads, so that what passes is what a test sends.
 */

import { type ChildProcess, type SpawnOptions, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { native } from '../../src/link/native.ts';

let made = 0;

/** `false` where labs can be made; otherwise the reason to skip. */
export const noLab: string | false = reasonAgainstLab();

function reasonAgainstLab(): string | false {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  if (spawnSync('ip', ['-V']).error) return 'ip (iproute2) is not installed';
  const name = uniqueName();
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', name]);
  return made.status === 0 ? false : `network namespaces cannot be made here: ${made.stderr.trim()}`;
}

/** Unique on this machine while this process lives. */
function uniqueName(): string {
  made++;
  return `yoban-lab-${process.pid}-${made}`;
}

/** Something that runs when it is over: a `TestContext`, or a list of a bench's own. */
export interface Scope {
  after(end: () => void): void;
}

export interface Veth {
  /** At most 15 characters. */
  readonly name: string;
  /** MAC address in text; the kernel draws one where it is missing. */
  readonly mac?: string;
}

export class Namespace {
  readonly name = uniqueName();

  constructor(scope: Scope) {
    ip('netns', 'add', this.name);
    scope.after(() => this.remove());
    // Nobody configures addresses of its own here: what a test wants, it adds.
    this.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6');
    this.ip('link', 'set', 'lo', 'up');
  }

  /** `ip` inside; throws with what it said when it fails. */
  ip(...words: string[]): string {
    return ip('-n', this.name, ...words);
  }

  /** Runs a program inside to its end; throws with what it said when it fails. */
  run(program: string, ...words: string[]): string {
    return succeed(spawnSync('ip', ['netns', 'exec', this.name, program, ...words], { encoding: 'utf8' }), `${program} ${words.join(' ')}`);
  }

  /** Starts a program inside. `ip netns exec` becomes the program, so that signals reach it. */
  spawn(program: string, words: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, program, ...words], options);
  }

  /**
   * Runs `work` with this thread inside. Sockets opened there stay there, and so do threads and processes started there. /sys still shows the
   * namespace of the process: only sockets know better.
   */
  inside<T>(work: () => T): T {
    const here = openSync('/proc/thread-self/ns/net', 'r');
    const there = openSync(`/run/netns/${this.name}`, 'r');
    try {
      enter(there);
      return work();
    } finally {
      enter(here);
      closeSync(here);
      closeSync(there);
    }
  }

  private remove(): void {
    spawnSync('ip', ['netns', 'del', this.name]);
  }
}

/** A cable between two namespaces (or within one), up at both ends. It goes with either of them. */
export function connect(one: Namespace, left: Veth, other: Namespace, right: Veth, mtu = 1500): void {
  const words = (veth: Veth) => (veth.mac === undefined ? [] : ['address', veth.mac]);
  const peer = ['peer', 'name', right.name, 'netns', other.name, 'mtu', String(mtu), ...words(right)];
  one.ip('link', 'add', left.name, 'mtu', String(mtu), ...words(left), 'type', 'veth', ...peer);
  for (const [namespace, veth] of [[one, left] as const, [other, right] as const]) {
    // Without ethtool the offloads stay; captures then show segments larger than the MTU.
    spawnSync('ip', ['netns', 'exec', namespace.name, 'ethtool', '-K', veth.name, 'gro', 'off', 'gso', 'off', 'tso', 'off', 'tx', 'off']);
    namespace.ip('link', 'set', veth.name, 'up');
  }
}

/** A scope for programs that are no tests; `end` runs what was registered, last first. */
export class LabScope implements Scope {
  private readonly ends: (() => void)[] = [];

  after(end: () => void): void {
    this.ends.push(end);
  }

  end(): void {
    for (const end of this.ends.splice(0).reverse()) end();
  }
}

const cloneNewNet = 0x4000_0000;

function enter(descriptor: number): void {
  if (native().setns(descriptor, cloneNewNet) !== 0) throw new Error(`setns failed with errno ${native().errno()}`);
}

function ip(...words: string[]): string {
  return succeed(spawnSync('ip', words, { encoding: 'utf8' }), `ip ${words.join(' ')}`);
}

function succeed(ended: SpawnSyncReturns<string>, what: string): string {
  if (ended.status !== 0) throw new Error(`${what}: ${ended.error?.message ?? ended.stderr.trim()}`);
  return ended.stdout;
}
