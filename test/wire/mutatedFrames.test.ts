import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch, layer } from '../../src/wire/headerBatch.ts';
import { has } from '../../src/wire/walk.ts';
import { encodePcap } from '../link/encodePcap.ts';
import { samples } from './samples.ts';
import { tsharkIsMissing } from './tshark.ts';

/** tshark's names of the layers that are compared, and ours. */
const names: Readonly<Record<string, keyof typeof layer>> = {
  ip: 'ipv4',
  ipv6: 'ipv6',
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  icmpv6: 'icmpv6',
  igmp: 'igmp',
  arp: 'arp',
  vlan: 'vlan',
  ieee8021ad: 'vlan',
  mpls: 'mpls',
  llc: 'llc',
  lldp: 'lldp',
  eapol: 'eapol',
};
const compared = new Set<string>(Object.values(names));
const internet = new Set(['ip', 'ipv6']);
const transports = new Set(['tcp', 'udp', 'icmp', 'icmpv6', 'igmp']);

/** The same sequence in every run: a test that fails can be run again. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Every sample frame with one to three octets of its headers overwritten, many times. */
function mutatedFrames(): Uint8Array[] {
  const random = makeRandom(1);
  return samples.flatMap(({ frame }) => {
    // An option area inside of extension headers is walked by tshark and skipped by Yoban.
    if (!frame || (frame[20] === 0 && frame[12] === 0x86)) return [];
    return Array.from({ length: 60 }, () => {
      const mutated = frame.slice();
      for (let i = 0; i <= random(3); i++) mutated[12 + random(Math.min(frame.length - 12, 50))] = random(256);
      return mutated;
    });
  });
}

function judge(frames: readonly Uint8Array[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'yoban-mutated-'));
  try {
    const path = join(folder, 'mutated.pcap');
    const records = frames.map((octets, i) => ({ at: BigInt(i) * 1_000_000n, octets }));
    writeFileSync(path, encodePcap({ littleEndian: true, nanoseconds: false }, records));
    const apart = ['tcp.analyze_sequence_numbers', 'tcp.desegment_tcp_streams', 'ip.defragment', 'ipv6.defragment'].flatMap((name) => [
      '-o',
      `${name}:FALSE`,
    ]);
    const args = ['-n', '-r', path, ...apart, '-T', 'fields', '-e', 'frame.protocols'];
    return execFileSync('tshark', args, { maxBuffer: 2 ** 27, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString('utf8')
      .trimEnd()
      .split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Link layers, one network layer, one transport: what tunnels and quotes hold behind them is left aside. */
function theirLayers(protocols: readonly string[]): string[] {
  const end = protocols.findIndex((name) => internet.has(name));
  const link = end < 0 ? protocols : protocols.slice(0, end + 1);
  const behind = end < 0 ? undefined : protocols.slice(end + 1).find((name) => !name.startsWith('ipv6.') && name !== 'ah');
  // ICMPv6 over IPv4, and ICMP or IGMP over IPv6, are nonsense that tshark reads and Yoban leaves alone.
  const foreign = protocols[end] === 'ip' ? ['icmpv6'] : ['icmp', 'igmp'];
  const seen = behind !== undefined && transports.has(behind) && !foreign.includes(behind) ? [...link, behind] : link;
  return [...new Set(seen.flatMap((name) => names[name] ?? []))].toSorted();
}

/** tshark names the layer that it could not read; Yoban names it in the fault. */
function ourLayers(octets: Uint8Array): string[] {
  const batch = new HeaderBatch();
  batch.octets = octets;
  appendFrame(batch, 1, 0, octets.length, octets.length, 0, 1, 0);
  const read = Object.entries(layer).flatMap(([name, bit]) => (has(batch, 0, bit) ? [name] : []));
  const fault = batch.fault[0];
  // With another version behind the EtherType of IPv6, tshark takes the packet for something else altogether.
  const stopped = fault === undefined || fault.limitedBy === 'ipv6.version is not 6' ? '' : fault.layer;
  return [...new Set([...read, stopped])].filter((name) => compared.has(name)).toSorted();
}

describe('Mutated frames', { skip: tsharkIsMissing ? 'tshark is missing' : false }, () => {
  it('have the same layers for tshark and for Yoban, counting the one at which each stopped', () => {
    const frames = mutatedFrames();
    const judged = judge(frames);
    assert.equal(judged.length, frames.length);
    const differing = frames.flatMap((octets, i) => {
      const [ours, theirs] = [ourLayers(octets), theirLayers((judged[i] ?? '').split(':'))];
      return ours.join() === theirs.join() ? [] : [{ ours, theirs, protocols: judged[i], octets: Buffer.from(octets).toString('hex') }];
    });
    assert.deepEqual(differing, []);
    // Mutations that break nothing, or everything, prove nothing.
    const withTransport = frames.filter((octets) => ourLayers(octets).some((name) => transports.has(name))).length;
    assert.ok(withTransport > frames.length / 2 && withTransport < frames.length * 0.9, `${withTransport} of ${frames.length}`);
  });
});
