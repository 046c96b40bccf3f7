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

export const service = {
  name: 'svc0',
  mac: '02:00:00:00:0b:5e',
  linkLocal: 'fe80::ff:fe00:b5e',
  global: '2001:db8:1::200',
  ipv4: '10.9.0.200',
} as const;
export const mirror = 'mon0';
/** The end of its cable in the switch: what is sent there comes to the mirror port. */
export const mirrorPeer = 'mirr';
export const raw = 'raw0';
/** Hosts are on it with their number as last octet. */
export const lanPrefix = '2001:db8:1::';

/** A cable from the switch to an interface in a namespace. */
interface Port {
  /** Its end in the switch. */
  readonly port: string;
  readonly namespace: string;
  readonly name: string;
  readonly mac: string;
}

function lines(commands: readonly string[]): string {
  return `${commands.join('\n')}\n`;
}

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

  /** Few calls do it: a program that is started for each cable and each setting would take longer than an experiment. */
  private build(): void {
    const numbers = Array.from({ length: this.shape.hosts }, (_, i) => i + 1);
    this.namespaces.push(...['switch', 'box', 'raw', ...numbers.map((number) => `h${number}`)].map((part) => this.nameOf(part)));
    run('ip', ['-batch', '-'], lines(this.namespaces.map((name) => `netns add ${name}`)));
    const { snooping } = this.shape;
    const isSpan = this.shape.mirror === 'span';
    // The switch itself says nothing; a querier needs a link-local address to speak from.
    this.set(this.switch, 'net.ipv6.conf.default.disable_ipv6=1');
    this.batch(this.switch, [`link add br0 type bridge stp_state 0 mcast_snooping ${snooping ? 1 : 0}`]);
    if (snooping) this.set(this.switch, 'net.ipv6.conf.br0.disable_ipv6=0');
    for (const quiet of [this.box, this.generator]) this.set(quiet, 'net.ipv6.conf.default.disable_ipv6=1');
    const ports: Port[] = [
      ...(isSpan ? [] : [{ port: 'pmon', namespace: this.box, name: mirror, mac: '02:00:00:00:0b:5f' }]),
      { port: 'pbox', namespace: this.box, name: service.name, mac: service.mac },
      { port: 'praw', namespace: this.generator, name: raw, mac: '02:00:00:00:0f:ff' },
      ...numbers.map((number) => this.hostPort(number)),
    ];
    const cables = [...(isSpan ? [{ port: mirrorPeer, namespace: this.box, name: mirror, mac: '02:00:00:00:0b:5f' }] : []), ...ports];
    run(
      'ip',
      ['-batch', '-'],
      lines(
        cables.map(
          ({ port, namespace, name, mac }) =>
            `link add ${port} netns ${this.switch} type veth peer name ${name} address ${mac} netns ${namespace}`,
        ),
      ),
    );
    this.batch(this.switch, [
      // In this order: a querier waits as long as the response interval was when it became one.
      ...(snooping
        ? ['link set br0 type bridge mcast_query_response_interval 50 mcast_query_interval 200 mcast_startup_query_interval 100']
        : []),
      ...(snooping ? ['link set br0 type bridge mcast_querier 1'] : []),
      'link set br0 up',
      ...(isSpan ? [`link set ${mirrorPeer} up`] : []),
      ...ports.map(({ port }) => `link set ${port} master br0 up`),
    ]);
    if (isSpan) this.mirrorFrom(ports);
    // As on an appliance: it looks for no router on the port that it watches.
    this.set(this.box, `net.ipv6.conf.${service.name}.disable_ipv6=0`, `net.ipv6.conf.${service.name}.router_solicitations=0`);
    this.batch(this.box, [
      'link set lo up',
      `link set ${mirror} arp off up`,
      `link set ${service.name} addrgenmode none`,
      `addr add ${service.linkLocal}/64 dev ${service.name} nodad`,
      `addr add ${service.global}/64 dev ${service.name} nodad`,
      `addr add ${service.ipv4}/24 dev ${service.name}`,
      `link set ${service.name} up`,
    ]);
    this.batch(this.generator, ['link set lo up', `link set ${raw} up`]);
    for (const number of numbers) this.addHost(number);
  }

  private hostPort(number: number): Port {
    const mac = `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`;
    return { port: `p${number}`, namespace: this.nameOf(`h${number}`), name: 'eth0', mac };
  }

  private addHost(number: number): void {
    const { namespace, mac, port } = this.hostPort(number);
    const host: Host = {
      namespace,
      mac,
      linkLocal: `fe80::ff:fe00:1${number.toString(16).padStart(2, '0')}`,
      global: `${lanPrefix}${number.toString(16)}`,
      ipv4: `10.9.0.${number}`,
      port,
    };
    this.batch(namespace, [
      'link set lo up',
      // Its addresses are there at once, without a detection that everybody would wait for.
      'link set eth0 addrgenmode none',
      `addr add ${host.linkLocal}/64 dev eth0 nodad`,
      `addr add ${host.global}/64 dev eth0 nodad`,
      `addr add ${host.ipv4}/24 dev eth0`,
      'link set eth0 up',
    ]);
    this.hosts.push(host);
  }

  /** What the switch receives on a port is copied to the mirror port. */
  private mirrorFrom(ports: readonly Port[]): void {
    const copy = `u32 match u32 0 0 action mirred egress mirror dev ${mirrorPeer}`;
    const rules = ports.flatMap(({ port }) => [
      `qdisc add dev ${port} clsact`,
      `filter add dev ${port} ingress protocol all prio 1 ${copy}`,
    ]);
    run('tc', ['-n', this.switch, '-batch', '-'], lines(rules));
  }

  private set(namespace: string, ...settings: readonly string[]): void {
    run('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', ...settings]);
  }

  batch(namespace: string, commands: readonly string[]): void {
    run('ip', ['-n', namespace, '-batch', '-'], lines(commands));
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
    const gone = this.namespaces.splice(0).map((name) => `netns del ${name}`);
    spawnSync('ip', ['-force', '-batch', '-'], { input: lines(gone) });
  }
}
