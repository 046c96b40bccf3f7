import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4, parseAddress } from '../../src/base/address.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { FlowSources } from '../../src/watch/flowSources.ts';
import { sampleFlow } from '../store/sampleFlow.ts';

const [host, server] = [parseAddress('10.9.0.1') as bigint, parseAddress('10.9.0.2') as bigint];
const [hostMac, serverMac] = [0x0200_0000_0001, 0x0200_0000_0002];
const flow = (changes: Partial<FlowRecord> = {}) =>
  sampleFlow({
    etherType: 0x0800,
    vlans: [],
    sourceAddress: host,
    sourceMac: hostMac,
    sourcePackets: 2,
    destinationAddress: server,
    destinationMac: serverMac,
    destinationPackets: 1,
    lastAt: 60_000_000,
    ...changes,
  });
const seen = (...flows: FlowRecord[]) => {
  const sources = new FlowSources();
  for (const one of flows) sources.take(one);
  return sources.takeSeen().map(({ address, mac, vlan }) => [address, mac, vlan]);
};

describe('the sources that metering shows', () => {
  it('are the ends that sent, each once', () => {
    assert.deepEqual(seen(flow(), flow({ lastAt: 61_000_000 })), [
      [host, hostMac, 0],
      [server, serverMac, 0],
    ]);
    assert.deepEqual(seen(flow({ destinationPackets: 0 })), [[host, hostMac, 0]]);
    assert.deepEqual(seen(flow({ sourcePackets: 0 })), [[server, serverMac, 0]]);
  });
  it('are told again when the device is another one, or after ten minutes', () => {
    const one = flow({ destinationPackets: 0 });
    assert.equal(seen(one, { ...one, sourceMac: serverMac }).length, 2);
    assert.equal(seen(one, { ...one, lastAt: one.lastAt + 599_999_999 }).length, 1);
    assert.equal(seen(one, { ...one, lastAt: one.lastAt + 600_000_000 }).length, 2);
  });
  it('are told with the VLAN of the frames, and not where there are tags within tags', () => {
    assert.deepEqual(seen(flow({ vlans: [7], destinationPackets: 0 })), [[host, hostMac, 7]]);
    assert.deepEqual(seen(flow({ vlans: [7, 8] })), []);
  });
  it('are never who is only asked for by ARP, nor what no machine can be', () => {
    assert.deepEqual(seen(flow({ etherType: 0x0806 })), []);
    const impossible: Partial<FlowRecord>[] = [
      { sourceMac: null },
      { sourceMac: 0 },
      { sourceMac: 0x0100_5e00_0001 },
      { sourceAddress: null },
      { sourceAddress: 0n },
      { sourceAddress: addressFromIpv4(0) },
    ];
    for (const changes of impossible)
      assert.deepEqual(seen(flow({ ...changes, destinationPackets: 0 })), [], JSON.stringify(Object.keys(changes)));
  });
  it('are handed out once', () => {
    const sources = new FlowSources();
    sources.take(flow());
    assert.deepEqual([sources.takeSeen().length, sources.takeSeen().length], [2, 0]);
  });
});
