import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minute, second } from '../../src/base/time.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeIpv6Fragment } from '../../src/wire/ipv6Extension.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { client, type Frame, machine, meterAll, server, start, word } from './frames.ts';

const data = Uint8Array.from({ length: 64 }, (_, i) => i);
const datagram = encodeUdp({ source: client.address, destination: server.address, sourcePort: 5000, destinationPort: 6000 }, data);

function fragment(atUs: number, index: 0 | 1 | 2, identification = 9): Frame {
  const from = index * 24;
  const to = index === 2 ? datagram.length : from + 24;
  const fields = { source: word(client.address), destination: word(server.address), protocol: 17, identification };
  const packet = encodeIpv4({ ...fields, moreFragments: index < 2, fragmentOffset: from }, datagram.slice(from, to));
  return { atUs, octets: encodeEthernet({ destinationMac: server.mac, sourceMac: client.mac, etherType: 0x0800 }, packet) };
}

/** Packets by destination port; `null` for the flow without ports. */
const portsOf = (...frames: Frame[]) =>
  meterAll(frames).kept.flows.map((flow) => [flow.destinationPort, flow.sourcePackets + flow.destinationPackets]);

describe('IP fragments', () => {
  it('belong to the flow of their first one', () =>
    assert.deepEqual(portsOf(fragment(start, 0), fragment(start + 1, 1), fragment(start + 2, 2)), [[6000, 3]]));
  it('go to a flow without ports while the first one is unknown', () =>
    assert.deepEqual(portsOf(fragment(start, 1), fragment(start + 1, 0), fragment(start + 2, 2)), [
      [null, 1],
      [6000, 2],
    ]));
  it('of another identification do not belong to it', () =>
    assert.deepEqual(portsOf(fragment(start, 0), fragment(start + 1, 1, 10)), [
      [6000, 1],
      [null, 1],
    ]));
  it('are awaited for 60 seconds', () => {
    assert.deepEqual(portsOf(fragment(start - 1, 0), fragment(start - 1 + 60 * second, 1)).flat(), [6000, 1, 6000, 1]);
    assert.deepEqual(portsOf(fragment(start - 1, 0), fragment(start + minute, 1)).flat(), [6000, 1, null, 1]);
  });
  it('of IPv6 are found by their fragment header', () => {
    const from = machine('02:00:00:00:00:01', '2001:db8::1');
    const to = machine('02:00:00:00:00:02', '2001:db8::2');
    const whole = encodeUdp({ source: from.address, destination: to.address, sourcePort: 7, destinationPort: 8 }, data);
    const frames = [0, 48].map((offset, i) => {
      const part = whole.slice(offset, offset === 0 ? 48 : whole.length);
      const header = encodeIpv6Fragment({ nextHeader: 17, offset, moreFragments: offset === 0, identification: 0x12345678 });
      const packet = encodeIpv6({ source: from.address, destination: to.address, nextHeader: 44 }, new Uint8Array([...header, ...part]));
      return { atUs: start + i, octets: encodeEthernet({ destinationMac: to.mac, sourceMac: from.mac, etherType: 0x86dd }, packet) };
    });
    assert.deepEqual(portsOf(...frames), [[8, 2]]);
  });
  it('beyond the table are forgotten and counted', () => {
    const frames = Array.from({ length: 6000 }, (_, i) => fragment(start + i, 0, (i % 65535) + 1));
    const { meter } = meterAll(frames);
    assert.ok((meter.leftOut['fragment-forgotten'] ?? 0) >= 6000 - 4096);
  });
});
