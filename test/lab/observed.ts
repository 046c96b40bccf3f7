/** `yoban observe` in a namespace, as a process of its own, and frames to send at it. */

import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../../src/base/address.ts';
import { arpOperation, encodeArp } from '../../src/wire/arp.ts';
import { encodeDnsResponse } from '../../src/wire/dns.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import { program } from '../cli/run.ts';
import { ethernet, type Machine, tcp, udp, word } from '../meter/frames.ts';
import type { Namespace } from './namespaces.ts';

export class ObservedBox {
  stderr = '';
  readonly process: ChildProcess;

  constructor(namespace: Namespace, ...words: string[]) {
    this.process = namespace.spawn(process.execPath, [program, 'observe', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.process.stderr?.on('data', (octets: Buffer) => {
      this.stderr += String(octets);
    });
  }

  /** Until the log says it, or until the box has ended. */
  async says(what: RegExp, since = 0): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!what.test(this.stderr.slice(since))) {
      if (this.process.exitCode !== null || performance.now() > deadline) throw new Error(`it never said ${what}: ${this.stderr}`);
      await sleep(20);
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    return (await exited)[0] as number | null;
  }

  /** CPU seconds of all its threads up to now. */
  cpuSeconds(): number {
    const { stdout } = spawnSync('cat', [`/proc/${this.process.pid}/stat`], { encoding: 'utf8' });
    const words = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ');
    return (Number(words[11]) + Number(words[12])) / 100;
  }
}

const everyone = { mac: 0xffff_ffff_ffff };
const server: Machine = { mac: 0x0200_0000_0099, address: parseAddress('203.0.113.9') as bigint };

function hostAt(index: number): Machine {
  return { mac: 0x0200_0001_0000 + index, address: (parseAddress('10.7.0.0') as bigint) + BigInt(index + 1) };
}

/** Conversations of many hosts in both directions, with answers that teach names. Time stamps are the kernel's. */
export function mixedFrames(hosts: number, round = 0): Uint8Array[] {
  return Array.from({ length: hosts }, (_, index) => {
    const host = hostAt(index % 4096);
    const port = 20_000 + ((index + round * 7) % 30_000);
    const name = `h${index}-${round}.example.org`;
    const answer = encodeDnsResponse({
      id: index & 0xffff,
      questions: [{ name, type: dnsType.a }],
      answers: [{ name, ttlSeconds: 60, address: server.address }],
    });
    const request = { operation: arpOperation.request, senderMac: host.mac, senderAddress: word(host.address) };
    return [
      ethernet(0, host, everyone, 0x0806, encodeArp({ ...request, targetMac: 0, targetAddress: word(server.address) })),
      udp(0, server, host, 53, port, answer),
      tcp(0, host, server, [port, 443], 0x02, { vlans: index % 5 === 0 ? [7] : [] }),
      tcp(0, server, host, [443, port], 0x12),
      tcp(0, host, server, [port, 443], 0x18, { sequence: 2, data: new Uint8Array(index % 300) }),
    ].map(({ octets }) => octets);
  }).flat();
}

/**
 * What an office sends: of a hundred frames 3 answers of DNS, 2 hellos of TLS, one ARP request, and data of 60 to 1514 octets in
 * conversations of 500 hosts, both ways.
 */
export function officeFrames(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const host = hostAt((index * 7) % 500);
    const port = 20_000 + ((index * 31) % 8000);
    const name = `s${index % 4000}.example.org`;
    const kind = index % 100;
    if (kind < 3) {
      const answers = [{ name, ttlSeconds: 60, address: server.address }];
      return udp(0, server, host, 53, port, encodeDnsResponse({ id: index & 0xffff, questions: [{ name, type: dnsType.a }], answers }));
    }
    if (kind < 5) return tcp(0, host, server, [port, 443], 0x18, { sequence: 1, data: encodeClientHello({ serverName: name }) });
    if (kind === 5) {
      const request = { operation: arpOperation.request, senderMac: host.mac, senderAddress: word(host.address) };
      return ethernet(0, host, everyone, 0x0806, encodeArp({ ...request, targetMac: 0, targetAddress: word(server.address) }));
    }
    const data = new Uint8Array(index % 5 === 0 ? 1400 : (index * 13) % 400);
    const sequence = 2 + index;
    return index % 2 === 0
      ? tcp(0, host, server, [port, 443], 0x10, { sequence, data })
      : tcp(0, server, host, [443, port], 0x10, { sequence, data });
  }).map(({ octets }) => octets);
}
