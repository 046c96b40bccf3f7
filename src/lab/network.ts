/**
 * A small office in network namespaces: a switch (bridge), hosts with kernels of their own behaviour, a port for raw frames, and the box
 * with a service port and a mirror port. Only root can make one; it is gone when it is closed.
 */

import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { native } from '../link/native.ts';

/** CLONE_NEWNET of unshare(2). */
const newNetwork = 0x4000_0000;

let made = 0;

/** `undefined` where a lab can be made; otherwise the reason why not. */
export function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  for (const [program, words] of [
    ['ip', ['-V']],
    ['tc', ['-V']],
    ['nft', ['-v']],
  ] as const)
    if (spawnSync(program, words).error) return `${program} is not installed`;
  const name = `yoban-dark-${process.pid}-probe`;
  const probe = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', name]);
  return probe.status === 0 ? undefined : `network namespaces cannot be made here: ${probe.stderr.trim()}`;
}

function run(program: string, words: readonly string[], input?: string): string {
  const result = spawnSync(program, words, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  if (result.error || result.status !== 0) {
    const said = (result.error?.message ?? result.stderr).trim().split('\n')[0];
    throw new Failure(
      'LAB_FAILED',
      `${program} ${words.join(' ')} failed: ${said}`,
      'the lab needs root, iproute2 and a Linux kernel with veth, bridge and tc',
    );
  }
  return result.stdout;
}

export interface Host {
  /** Of its namespace. */
  readonly namespace: string;
  readonly mac: string;
  readonly linkLocal: string;
  readonly global: string;
  readonly ipv4: string;
  /** Its port on the switch. */
  readonly port: string;
}

export interface NetworkShape {
  readonly hosts: number;
  /** `span`: the switch copies what every port receives; `flooded`: an ordinary port that hears what the switch floods. */
  readonly mirror: 'span' | 'flooded';
  /** The switch looks into multicast listener reports, and has a querier. */
  readonly snooping: boolean;
}

export const service = { name: 'svc0', mac: '02:00:00:00:0b:5e', global: '2001:db8:1::200', ipv4: '10.9.0.200' } as const;
export const mirror = 'mon0';
/** The end of its cable in the switch: what is sent there comes to the mirror port. */
export const mirrorPeer = 'mirr';
export const raw = 'raw0';
/** Hosts are on it with their number as last octet. */
export const lanPrefix = '2001:db8:1::';

export class Network {
  readonly hosts: Host[] = [];
  private readonly namespaces: string[] = [];
  private readonly prefix: string;

  private constructor(private readonly shape: NetworkShape) {
    made++;
    this.prefix = `yoban-dark-${process.pid}-${made}`;
  }

  static make(shape: NetworkShape): Network {
    const network = new Network(shape);
    try {
      network.build();
      return network;
    } catch (error) {
      network.close();
      throw error;
    }
  }

  get box(): string {
    return this.nameOf('box');
  }

  get switch(): string {
    return this.nameOf('switch');
  }

  /** Where raw frames are sent and received, on the interface `raw`. */
  get generator(): string {
    return this.nameOf('raw');
  }

  private nameOf(part: string): string {
    return `${this.prefix}-${part}`;
  }

  private build(): void {
    const hosts = Array.from({ length: this.shape.hosts }, (_, i) => `h${i + 1}`);
    for (const part of ['switch', 'box', 'raw', ...hosts]) this.addNamespace(this.nameOf(part));
    const { snooping } = this.shape;
    this.batch(this.switch, [
      `link add br0 type bridge stp_state 0 mcast_snooping ${snooping ? 1 : 0}`,
      // In this order: a querier waits as long as the response interval was when it became one.
      ...(snooping
        ? ['link set br0 type bridge mcast_query_response_interval 50 mcast_query_interval 200 mcast_startup_query_interval 100']
        : []),
      ...(snooping ? ['link set br0 type bridge mcast_querier 1'] : []),
    ]);
    // A querier needs a link-local address to speak from; a switch that does not snoop keeps quiet.
    if (!snooping) this.silence(this.switch, 'br0');
    this.batch(this.switch, ['link set br0 up']);
    if (this.shape.mirror === 'span') {
      this.link(mirrorPeer, this.box, mirror);
      this.silence(this.switch, mirrorPeer);
      this.batch(this.switch, [`link set ${mirrorPeer} up`]);
    } else this.port('pmon', this.box, mirror, '02:00:00:00:0b:5f');
    this.silence(this.box, mirror);
    this.batch(this.box, [`link set ${mirror} arp off up`]);
    this.port('pbox', this.box, service.name, service.mac);
    // As on an appliance: it looks for no router on the port that it watches.
    run('ip', ['netns', 'exec', this.box, 'sysctl', '-qw', `net.ipv6.conf.${service.name}.router_solicitations=0`]);
    this.batch(this.box, [
      `addr add ${service.global}/64 dev ${service.name} nodad`,
      `addr add ${service.ipv4}/24 dev ${service.name}`,
      `link set ${service.name} up`,
    ]);
    this.port('praw', this.generator, raw, '02:00:00:00:0f:ff');
    this.silence(this.generator, raw);
    this.batch(this.generator, [`link set ${raw} up`]);
    for (const [i, part] of hosts.entries()) this.addHost(i + 1, part);
  }

  private addHost(number: number, part: string): void {
    const namespace = this.nameOf(part);
    const mac = `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`;
    this.port(`p${number}`, namespace, 'eth0', mac);
    const host: Host = {
      namespace,
      mac,
      linkLocal: `fe80::ff:fe00:1${number.toString(16).padStart(2, '0')}`,
      global: `${lanPrefix}${number.toString(16)}`,
      ipv4: `10.9.0.${number}`,
      port: `p${number}`,
    };
    this.batch(namespace, [`addr add ${host.global}/64 dev eth0 nodad`, `addr add ${host.ipv4}/24 dev eth0`, 'link set eth0 up']);
    this.hosts.push(host);
  }

  private addNamespace(name: string): void {
    run('ip', ['netns', 'add', name]);
    this.namespaces.push(name);
    this.batch(name, ['link set lo up']);
  }

  batch(namespace: string, commands: readonly string[]): void {
    run('ip', ['-n', namespace, '-batch', '-'], `${commands.join('\n')}\n`);
  }

  /** The kernel sends nothing of its own there. */
  private silence(namespace: string, name: string): void {
    run('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', `net.ipv6.conf.${name}.disable_ipv6=1`]);
  }

  private link(switchEnd: string, namespace: string, name: string): void {
    run('ip', ['link', 'add', switchEnd, 'netns', this.switch, 'type', 'veth', 'peer', 'name', name, 'netns', namespace]);
  }

  /** A port of the switch with a veth pair to `name`; what it receives is copied to the mirror port. */
  private port(switchEnd: string, namespace: string, name: string, mac: string): void {
    this.link(switchEnd, namespace, name);
    this.silence(this.switch, switchEnd);
    this.batch(namespace, [`link set ${name} address ${mac}`]);
    this.batch(this.switch, [`link set ${switchEnd} master br0 up`]);
    if (this.shape.mirror !== 'span') return;
    const inSwitch = ['netns', 'exec', this.switch, 'tc'];
    run('ip', [...inSwitch, 'qdisc', 'add', 'dev', switchEnd, 'clsact']);
    const copy = ['action', 'mirred', 'egress', 'mirror', 'dev', mirrorPeer];
    run('ip', [
      ...inSwitch,
      'filter',
      'add',
      'dev',
      switchEnd,
      'ingress',
      'protocol',
      'all',
      'prio',
      '1',
      'u32',
      'match',
      'u32',
      '0',
      '0',
      ...copy,
    ]);
  }

  /** Runs a program inside to its end. */
  run(namespace: string, program: string, ...words: string[]): string {
    return run('ip', ['netns', 'exec', namespace, program, ...words]);
  }

  /** Runs `work` with this thread inside: sockets and processes that are opened there stay there. */
  inside<T>(namespace: string, work: () => T): T {
    const here = openSync('/proc/thread-self/ns/net', 'r');
    const there = openSync(`/run/netns/${namespace}`, 'r');
    const enter = (descriptor: number) => {
      if (native().setns(descriptor, newNetwork) < 0) throw new Failure('LAB_FAILED', 'setns failed', 'the lab needs root');
    };
    try {
      enter(there);
      return work();
    } finally {
      enter(here);
      closeSync(there);
      closeSync(here);
    }
  }

  close(): void {
    for (const name of this.namespaces.splice(0)) spawnSync('ip', ['netns', 'del', name]);
  }
}
