/** What tests need to know of a generated frame, read here from the octets alone: no decoder of the project takes part. */

import type { StoryFrame } from '../../src/scenario/story.ts';

export interface PlainFrame {
  readonly at: number;
  readonly destinationMac: string;
  readonly sourceMac: string;
  /** `arp`, `icmp`, `tcp`, `udp`, or the number of the IP protocol. */
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const names: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

export function plainFrame({ capturedAtUs: at, octets }: StoryFrame): PlainFrame {
  const frame = Buffer.from(octets);
  const mac = (from: number) => (frame.toString('hex', from, from + 6).match(/../g) ?? []).join(':');
  const address = (from: number) => [...frame.subarray(from, from + 4)].join('.');
  const isIp = frame.readUInt16BE(12) === 0x0800;
  const protocol = isIp ? (names[frame.readUInt8(23)] ?? String(frame.readUInt8(23))) : 'arp';
  const hasPorts = protocol === 'tcp' || protocol === 'udp';
  return {
    at,
    destinationMac: mac(0),
    sourceMac: mac(6),
    protocol,
    source: isIp ? address(26) : address(28),
    destination: isIp ? address(30) : address(38),
    sourcePort: hasPorts ? frame.readUInt16BE(34) : 0,
    destinationPort: hasPorts ? frame.readUInt16BE(36) : 0,
  };
}
