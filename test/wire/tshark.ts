/** tshark as an independent judge: what it sees in a capture, in the words of `Inspection`. */

import { execFileSync, spawnSync } from 'node:child_process';

export const tsharkIsMissing = spawnSync('tshark', ['--version']).error !== undefined;

/** One run, one line a frame. Fields that occur several times in a frame come with commas. */
const fields = [
  'frame.protocols',
  'ip.opt.type',
  'icmpv6.type',
  'dns.qry.name',
  'tls.handshake.extensions_server_name',
  'http.host',
  'browser.command',
] as const;
type Field = (typeof fields)[number];

/** Asked for in a second run, in which each segment stands for itself: a message counts where it begins, also in a repeated segment. */
const beginnings: Readonly<Record<string, readonly string[]>> = {
  tls: ['tls.record.length'],
  http: ['http.request', 'http.response', 'http.notification'],
};
const apart = ['-o', 'tcp.desegment_tcp_streams:FALSE', '-o', 'tcp.analyze_sequence_numbers:FALSE'];

/** tshark's short names of protocols whose name differs here. */
const ourNames: Readonly<Record<string, string>> = {
  eth: 'ethernet',
  sll: 'linuxCooked',
  null: 'loopback',
  raw: 'rawIp',
  ip: 'ipv4',
  dhcp: 'dhcp',
  nbdgm: 'netbiosDatagram',
};
const sameNames = ['vlan', 'mpls', 'llc', 'arp', 'ipv6', 'icmp', 'icmpv6', 'igmp', 'tcp', 'udp', 'lldp', 'eapol'];
const applications = ['dns', 'mdns', 'llmnr', 'nbns', 'ssdp', 'dhcpv6', 'ntp'];
const compared = new Set([...Object.keys(ourNames), ...sameNames, ...applications, 'ieee8021ad']);
const extensions = /^(ipv6\.(hopopts|routing|fraghdr|dstopts)|ah|mipv6|hip|shim6)$/;
/** Behind these, packets are quoted or tunnelled, or names are encrypted: left aside. */
const covers = /^(icmp|icmpv6|teredo|gre|quic|http2)$/;

export interface Judgement {
  readonly frames: number;
  readonly protocols: Record<string, number>;
  readonly ipv4Options: Record<string, number>;
  readonly ndp: Record<string, number>;
  readonly names: { dns: string[]; sni: string[]; httpHost: string[] };
}

export function judgeFile(path: string): Judgement {
  const judge = new Judge();
  for (const columns of ask(path, fields, [])) judge.add(columns);
  if (judge.hasTcp) {
    const names = Object.values(beginnings).flat();
    for (const columns of ask(path, ['frame.protocols', ...names], apart)) judge.addBeginnings(names, columns);
  }
  return judge.result();
}

function ask(path: string, columns: readonly string[], more: readonly string[]): string[][] {
  const form = ['-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,', '-E', 'separator=/t'];
  const args = ['-n', '-r', path, ...form, ...more, ...columns.flatMap((column) => ['-e', column])];
  const text = execFileSync('tshark', args, { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] }).toString('utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
}

const ndpKinds: Readonly<Record<string, string>> = {
  133: 'routerSolicitation',
  134: 'routerAdvertisement',
  135: 'neighborSolicitation',
  136: 'neighborAdvertisement',
  137: 'redirect',
};

class Judge {
  private frames = 0;
  private readonly protocols = new Map<string, number>();
  private readonly options = new Map<string, number>();
  private readonly ndp = new Map<string, number>();
  private readonly dns = new Set<string>();
  private readonly sni = new Set<string>();
  private readonly hosts = new Set<string>();

  add(columns: readonly string[]): void {
    this.frames += 1;
    const of = (field: Field) => columns[fields.indexOf(field)] ?? '';
    const uncovered = uncoveredProtocols(of('frame.protocols').split(':'));
    const seen = new Set(uncovered);
    for (const name of seen)
      if (compared.has(name))
        count(this.protocols, name === 'ieee8021ad' ? 'vlan' : (ourNames[name] ?? name), !(name === 'ieee8021ad' && seen.has('vlan')));
    count(this.protocols, 'ipv6Extension', seen.has('ipv6') && uncovered.some((name) => extensions.test(name)));
    count(this.protocols, 'browser', of('browser.command') !== '');
    const type = of('icmpv6.type').split(',')[0] ?? '';
    count(this.protocols, 'mld', seen.has('icmpv6') && ['130', '131', '132', '143'].includes(type));
    const kind = ndpKinds[type];
    if (kind !== undefined && seen.has('icmpv6')) count(this.ndp, kind, true);
    if (seen.has('ip')) for (const option of new Set(split(of('ip.opt.type')))) count(this.options, option, true);
    if (['dns', 'mdns', 'llmnr'].some((name) => seen.has(name)))
      for (const name of split(of('dns.qry.name'))) this.dns.add(plainName(name));
    if (seen.has('tls')) for (const name of split(of('tls.handshake.extensions_server_name'))) this.sni.add(name.toLowerCase());
    if (seen.has('http') && seen.has('tcp')) for (const host of split(of('http.host'))) this.hosts.add(plainHost(host));
  }

  get hasTcp(): boolean {
    return this.protocols.has('tcp');
  }

  addBeginnings(names: readonly string[], columns: readonly string[]): void {
    const [protocols = '', ...values] = columns;
    if (!uncoveredProtocols(protocols.split(':')).includes('tcp')) return;
    for (const [protocol, any] of Object.entries(beginnings))
      count(
        this.protocols,
        protocol,
        any.some((name) => (values[names.indexOf(name)] ?? '') !== ''),
      );
  }

  result(): Judgement {
    const { frames } = this;
    const names = { dns: [...this.dns].toSorted(), sni: [...this.sni].toSorted(), httpHost: [...this.hosts].toSorted() };
    const record = (map: Map<string, number>) => Object.fromEntries([...map].toSorted());
    return { frames, protocols: record(this.protocols), ipv4Options: record(this.options), ndp: record(this.ndp), names };
  }
}

function count(map: Map<string, number>, name: string, isSeen: boolean): void {
  if (isSeen) map.set(name, (map.get(name) ?? 0) + 1);
}

const split = (column: string) => column.split(',').filter((part) => part !== '');

/** Up to and with the first cover; a second IP header is a tunnel too. */
function uncoveredProtocols(protocols: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of protocols) {
    const isInnerIp = (name === 'ip' || name === 'ipv6') && kept.some((outer) => outer === 'ip' || outer === 'ipv6');
    if (isInnerIp) break;
    kept.push(name);
    if (covers.test(name)) break;
  }
  return kept;
}

/** As `base/dnsName` writes names: lower case, the root as a dot, octets that do not print as \DDD. */
function plainName(name: string): string {
  if (name === '<Root>') return '.';
  return Array.from(new TextEncoder().encode(name), (octet) =>
    octet <= 0x20 || octet >= 0x7f ? `\\${String(octet).padStart(3, '0')}` : String.fromCharCode(octet),
  )
    .join('')
    .toLowerCase();
}

const plainHost = (host: string) =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
