/** One flow slice with every kind of value, for tests to vary. */

import { parseAddress } from '../../src/base/address.ts';
import { parseTime } from '../../src/base/time.ts';
import type { FlowRecord } from '../../src/record/flow.ts';

export const at = (text: string): number => {
  const instant = parseTime(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
};

export const address = (text: string): bigint => {
  const value = parseAddress(text);
  if (value === undefined) throw new Error(`${text} is no address`);
  return value;
};

export function sampleFlow(changes: Partial<FlowRecord> = {}): FlowRecord {
  const minute = changes.minute ?? at('2021-01-10T03:04:00Z');
  return {
    capture: 'capture-1',
    interface: 0,
    minute,
    vlans: [],
    sourceMac: 0x02_00_5e_00_00_01,
    destinationMac: 0x02_00_5e_00_00_fe,
    etherType: 0x0800,
    sourceAddress: address('192.168.7.23'),
    destinationAddress: address('203.0.113.9'),
    protocol: 6,
    sourcePort: 50_000,
    destinationPort: 443,
    icmpType: null,
    icmpCode: null,
    begunBy: 'syn',
    firstAt: minute + 1_000_250,
    lastAt: minute + 7_000_125,
    sourcePackets: 5,
    sourceOctets: 700,
    destinationPackets: 4,
    destinationOctets: 4000,
    sourceTcpFlags: 0x1b,
    destinationTcpFlags: 0x1b,
    application: 'tls',
    serverName: 'settings-win.data.microsoft.com',
    serverNameEvidence: 'tls-sni',
    seconds: [1, 7],
    sourcePacketsBySecond: [3, 2],
    sourceOctetsBySecond: [400, 300],
    destinationPacketsBySecond: [3, 1],
    destinationOctetsBySecond: [3900, 100],
    faults: 0,
    ...changes,
  };
}
