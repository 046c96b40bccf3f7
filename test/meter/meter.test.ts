import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { broadcastMac, formatAddress } from '../../src/base/address.ts';
import { day, second } from '../../src/base/time.ts';
import { Meter } from '../../src/meter/meter.ts';
import { arpOperation, encodeArp } from '../../src/wire/arp.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeHttpRequest } from '../../src/wire/http.ts';
import { encodeIcmpv4Echo, encodeIcmpv4Error } from '../../src/wire/icmpv4.ts';
import { encodeIcmpv6Echo } from '../../src/wire/icmpv6.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import {
  assertBalanced,
  client,
  ethernet,
  type Frame,
  feed,
  flags,
  ipv4,
  Kept,
  type Machine,
  machine,
  meterAll,
  minutes,
  server,
  start,
  tcp,
  udp,
  word,
} from './frames.ts';

const payload = (length: number) => new Uint8Array(length).fill(0xee);
const out = (atUs: number, length = 100) => udp(atUs, client, server, 40000, 9999, payload(length));
const back = (atUs: number, length = 100) => udp(atUs, server, client, 9999, 40000, payload(length));
const octetsOf = (frames: readonly Frame[]) => frames.reduce((sum, { octets }) => sum + octets.length, 0);

describe('a flow record', () => {
  it('has every field of a conversation in one minute', () => {
    const frames = [
      tcp(start + 1, client, server, [40000, 443], flags.syn),
      tcp(start + 2, server, client, [443, 40000], flags.synAck),
      tcp(start + 3 * second, client, server, [40000, 443], flags.ack, { data: encodeClientHello({ serverName: 'Www.Example' }) }),
      tcp(start + 59 * second, client, server, [40000, 443], flags.fin),
    ];
    const lengths = frames.map(({ octets }) => octets.length) as [number, number, number, number];
    assert.deepEqual(meterAll(frames).kept.onlyFlow, {
      capture: 'test',
      interface: 0,
      minute: start,
      vlans: [],
      sourceMac: client.mac,
      destinationMac: server.mac,
      etherType: 0x0800,
      sourceAddress: client.address,
      destinationAddress: server.address,
      protocol: 6,
      sourcePort: 40000,
      destinationPort: 443,
      icmpType: null,
      icmpCode: null,
      begunBy: 'syn',
      firstAt: start + 1,
      lastAt: start + 59 * second,
      sourcePackets: 3,
      sourceOctets: lengths[0] + lengths[2] + lengths[3],
      destinationPackets: 1,
      destinationOctets: lengths[1],
      sourceTcpFlags: flags.syn | flags.ack | flags.fin,
      destinationTcpFlags: flags.synAck,
      application: 'tls',
      serverName: 'www.example',
      serverNameEvidence: 'tls-sni',
      seconds: [0, 3, 59],
      sourcePacketsBySecond: [1, 1, 1],
      sourceOctetsBySecond: [lengths[0], lengths[2], lengths[3]],
      destinationPacketsBySecond: [1, 0, 0],
      destinationOctetsBySecond: [lengths[1], 0, 0],
      faults: 0,
    });
  });
  it('counts octets on the wire, not those that were captured', () => {
    const cut = { ...out(start, 1000), originalLength: 1042 };
    const { kept } = meterAll([{ ...cut, octets: cut.octets.slice(0, 64) }]);
    assert.equal(kept.onlyFlow.sourceOctets, 1042);
    assert.equal(kept.onlyFlow.faults, 0, 'payload that was not captured is no fault of a header');
  });
  it('holds both directions', () => {
    const flow = meterAll([out(start), back(start + 5), out(start + 9)]).kept.onlyFlow;
    assert.deepEqual([flow.sourcePackets, flow.destinationPackets, flow.sourceAddress], [2, 1, client.address]);
  });
  it('keeps interface and VLANs, outermost first, and is another one for each', () => {
    const frames = [
      udp(start, client, server, 1, 2, payload(1), { vlans: [200, 2001], interfaceIndex: 3 }),
      udp(start, client, server, 1, 2, payload(2), { vlans: [2001, 200], interfaceIndex: 3 }),
      udp(start, client, server, 1, 2, payload(3), { vlans: [200, 2001], interfaceIndex: 4 }),
      udp(start, client, server, 1, 2, payload(4), { vlans: [5, 6, 7, 8] }),
    ];
    assert.deepEqual(
      meterAll(frames).kept.flows.map((flow) => [flow.interface, flow.vlans]),
      [
        [3, [200, 2001]],
        [3, [2001, 200]],
        [4, [200, 2001]],
        [0, [5, 6, 7, 8]],
      ],
    );
  });
  it('of raw IP has no MAC addresses', () => {
    const packet = encodeIpv4({ source: word(client.address), destination: word(server.address), protocol: 99 }, payload(10));
    const flow = meterAll([{ atUs: start, octets: packet, linkType: 101 }]).kept.onlyFlow;
    assert.deepEqual([flow.sourceMac, flow.destinationMac, flow.protocol, flow.sourcePort], [null, null, 99, null]);
  });
  it('of IPv6 keeps all bits of the addresses', () => {
    const low = machine('02:00:00:00:00:01', '2001:db8:ffff:1::8000:1');
    const high = machine('02:00:00:00:00:02', 'fe80:f00d::ffff:ffff');
    const message = encodeIcmpv6Echo({ type: 128, identifier: 1, sequence: 1, source: high.address, destination: low.address }, payload(8));
    const packet = encodeIpv6({ source: high.address, destination: low.address, nextHeader: 58 }, message);
    const flow = meterAll([ethernet(start, high, low, 0x86dd, packet)]).kept.onlyFlow;
    assert.deepEqual([flow.sourceAddress, flow.destinationAddress], [high.address, low.address]);
  });
  it('without IP has its MAC addresses and EtherType only', () => {
    const frames = [ethernet(start, client, server, 0x88b5, payload(50)), ethernet(start + 1, server, client, 0x88b5, payload(51))];
    const flow = meterAll(frames).kept.onlyFlow;
    assert.deepEqual(
      [flow.etherType, flow.sourceAddress, flow.protocol, flow.sourcePackets, flow.destinationPackets],
      [0x88b5, null, null, 1, 1],
    );
    assert.equal(flow.sourceMac, client.mac);
  });
  it('counts a frame with a fault as far as it parsed', () => {
    const whole = out(start).octets;
    for (let end = 0; end < whole.length; end++) {
      const { kept } = meterAll([{ atUs: start, octets: whole.slice(0, end), originalLength: whole.length }]);
      assert.equal(kept.onlyFlow.sourcePackets, 1);
      assert.equal(kept.onlyFlow.faults, end < 42 ? 1 : 0, `cut at ${end}`);
      assert.equal(kept.onlyFlow.sourcePort, end < 42 ? null : 40000);
    }
  });
  it('of 4 GiB in a second stays within its fields', () => {
    const frames = [1, 2].map((us) => ({ ...out(start + us), originalLength: 0xffff_ffff }));
    const { kept, meter } = meterAll(frames);
    assert.deepEqual([kept.onlyFlow.sourceOctets, kept.onlyFlow.sourceOctetsBySecond], [2 * 0xffff_ffff, [0xffff_ffff]]);
    assert.equal(meter.leftOut['second-saturated'], 1);
  });
});

describe('minutes', () => {
  it('a packet in the last microsecond belongs to its minute, the next one to the next', () =>
    assert.deepEqual(
      meterAll([out(minutes(1) - 1), out(minutes(1))]).kept.flows.map((flow) => [flow.minute, flow.seconds]),
      [
        [start, [59]],
        [minutes(1), [0]],
      ],
    ));
  it('a packet that is late within the grace time joins its slice', () => {
    const { kept } = meterAll([out(start), out(minutes(2)), out(start + second)]);
    assert.deepEqual(
      kept.flows.map((flow) => [flow.minute, flow.sourcePackets]),
      [
        [start, 2],
        [minutes(2), 1],
      ],
    );
  });
  it('a packet that is later makes a second slice of the same identity, which readers add up', () => {
    const { kept } = meterAll([out(start), back(start + 1), out(minutes(4)), back(start + second)]);
    assert.deepEqual(
      kept.flows.map((flow) => [flow.minute, flow.sourceAddress === client.address, flow.sourcePackets, flow.destinationPackets]),
      [
        [start, true, 1, 1],
        [start, true, 0, 1],
        [minutes(4), true, 1, 0],
      ],
    );
  });
  it('are handed over as packet time passes, not only at the end', () => {
    const kept = new Kept();
    const meter = new Meter({ capture: 'test' }, kept);
    feed(meter, [out(start), out(minutes(3) - 1)]);
    assert.equal(kept.flows.length, 0);
    assert.equal(meter.counters.held, 2);
    feed(meter, [out(minutes(3))]);
    assert.equal(kept.flows.length, 1);
    assert.deepEqual([meter.counters.out, meter.counters.held], [1, 2]);
    assertBalanced(meter);
  });
  it('years apart, going to and fro, neither mix nor fall apart', () => {
    const years = [0, 2 * 365 * day, -3 * 365 * day];
    const frames = Array.from({ length: 300 }, (_, i) => out(start + (years[i % 3] as number) + i * 100_000));
    const flows = meterAll(frames).kept.flows;
    // The first jumps forwards hand over what was held: one packet each. From then on every year has its own slice.
    assert.ok(flows.length <= years.length + 2, `${flows.length} records`);
    for (const year of years) {
      const own = flows.filter((flow) => flow.minute === start + year);
      assert.equal(
        own.reduce((sum, flow) => sum + flow.sourcePackets, 0),
        100,
      );
      assert.ok(own.every((flow) => flow.sourceAddress === client.address));
    }
  });
  it('a time that is none is refused', () => {
    const { meter } = meterAll([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53].map((atUs) => ({ ...out(start), atUs })));
    assert.equal(meter.counters.refused['time-out-of-range'], 4);
  });
  it('a fraction of a microsecond is cut off', () => assert.equal(meterAll([out(start + 0.75)]).kept.onlyFlow.firstAt, start));
});

describe('ICMP and ARP', () => {
  const icmp = (atUs: number, from: Machine, to: Machine, type: number, code = 0) =>
    ipv4(atUs, from, to, 1, encodeIcmpv4Echo({ type, code, identifier: 1, sequence: 1 }, payload(8)));
  const row = (flow: Kept['flows'][number]) => [
    formatAddress(flow.sourceAddress as bigint),
    flow.icmpType,
    flow.sourcePackets,
    flow.destinationPackets,
  ];

  for (const [request, reply] of [
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ] as const)
    it(`types ${request} and ${reply} are one flow, begun by the asker, in either order`, () => {
      const frames = [icmp(start, client, server, request), icmp(start + 1, server, client, reply)];
      assert.deepEqual(row(meterAll(frames).kept.onlyFlow), ['192.168.0.10', request, 1, 1]);
      assert.deepEqual(row(meterAll(frames.toReversed()).kept.onlyFlow), ['192.168.0.10', request, 1, 1]);
    });
  it('two that ping each other are two flows', () => {
    const frames = [icmp(start, client, server, 8), icmp(start + 1, server, client, 8), icmp(start + 2, server, client, 0)];
    assert.deepEqual(meterAll(frames).kept.flows.map(row), [
      ['192.168.0.10', 8, 1, 1],
      ['203.0.113.5', 8, 1, 0],
    ]);
  });
  it('errors are flows of their sender, told apart by type and code', () => {
    const error = (code: number, from: Machine, to: Machine) =>
      ipv4(start, from, to, 1, encodeIcmpv4Error(3, code, out(start).octets.slice(14)));
    const flows = meterAll([error(1, server, client), error(3, server, client), error(3, client, server)]).kept.flows;
    assert.deepEqual(
      flows.map((flow) => [...row(flow), flow.icmpCode, flow.sourcePort]),
      [
        ['203.0.113.5', 3, 1, 0, 1, null],
        ['203.0.113.5', 3, 1, 0, 3, null],
        ['192.168.0.10', 3, 1, 0, 3, null],
      ],
    );
  });

  const arp = (atUs: number, operation: number, from: Machine, to: Machine, toMac: number) => {
    const fields = { operation, senderMac: from.mac, senderAddress: word(from.address), targetMac: 0, targetAddress: word(to.address) };
    return ethernet(atUs, from, { mac: toMac }, 0x0806, encodeArp(fields));
  };
  it('an ARP request to one machine and its reply are one flow of the asker', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const frames = [
        arp(start, arpOperation.request, server, client, client.mac),
        arp(start + 1, arpOperation.reply, client, server, server.mac),
      ];
      const flow = meterAll(order.map((i) => frames[i] as Frame)).kept.onlyFlow;
      assert.deepEqual(
        [
          flow.sourceAddress,
          flow.destinationAddress,
          flow.sourceMac,
          flow.destinationMac,
          flow.protocol,
          flow.sourcePackets,
          flow.destinationPackets,
        ],
        [server.address, client.address, server.mac, client.mac, null, 1, 1],
      );
    }
  });
  it('an ARP broadcast and its reply have other MACs, yet both are flows of the asker', () => {
    const flows = meterAll([
      arp(start, arpOperation.request, client, server, broadcastMac),
      arp(start + 1, arpOperation.reply, server, client, client.mac),
    ]).kept.flows;
    assert.deepEqual(
      flows.map((flow) => [flow.sourceAddress, flow.destinationMac, flow.sourcePackets, flow.destinationPackets]),
      [
        [client.address, broadcastMac, 1, 0],
        [client.address, server.mac, 0, 1],
      ],
    );
  });
  it('a gratuitous announcement is a flow of its own address', () => {
    const flow = meterAll([arp(start, arpOperation.request, client, client, broadcastMac)]).kept.onlyFlow;
    assert.deepEqual(
      [flow.sourceAddress, flow.destinationAddress, flow.sourceMac, flow.sourcePackets],
      [client.address, client.address, client.mac, 1],
    );
  });
});

describe('server names', () => {
  const request = (atUs: number, host: string) =>
    tcp(atUs, client, server, [40000, 80], flags.ack, { data: encodeHttpRequest({ method: 'GET', target: '/', host }) });
  it('are those of the first request in each minute', () =>
    assert.deepEqual(
      meterAll([request(start, 'A.example'), request(start + 1, 'b.example'), request(minutes(1), 'c.example:8080')]).kept.flows.map(
        (flow) => [flow.serverName, flow.serverNameEvidence],
      ),
      [
        ['a.example', 'http-host'],
        ['c.example', 'http-host'],
      ],
    ));
});

describe('the books', () => {
  it('count a frame that was captured twice once', () => {
    const frames = [out(start), back(start + 5)];
    const { kept, meter } = meterAll(frames.flatMap((frame) => [frame, { ...frame, atUs: frame.atUs + 300 }]));
    assert.deepEqual([meter.counters.in, meter.counters.out, meter.counters.refused['seen-twice']], [4, 2, 2]);
    assert.equal(kept.onlyFlow.sourceOctets + kept.onlyFlow.destinationOctets, octetsOf(frames));
  });
  it('refuse what finds no room in the table, and take it again once there is room', () => {
    const kept = new Kept();
    const meter = new Meter({ capture: 'test', maxFlows: 2 }, kept);
    const port = (atUs: number, n: number) => udp(atUs, client, server, n, 9, payload(10));
    feed(meter, [port(start, 1), port(start, 2), port(start, 3), port(start + 1, 1)]);
    assert.deepEqual(meter.counters, { in: 4, out: 0, held: 3, refused: { 'seen-twice': 0, 'table-full': 1, 'time-out-of-range': 0 } });
    feed(meter, [port(minutes(4), 3)]);
    assert.deepEqual([meter.counters.out, meter.counters.held, meter.counters.refused['table-full']], [3, 1, 1]);
    meter.finish();
    assertBalanced(meter);
    assert.equal(kept.flows.length, 3);
  });
  it('hand over slices of other years before they refuse anything', () => {
    const frames = [udp(start + 365 * day, client, server, 1, 9), udp(start, client, server, 2, 9), udp(start + 1, client, server, 3, 9)];
    const { meter, kept } = meterAll(frames, { maxFlows: 2 });
    assert.deepEqual([meter.counters.refused['table-full'], kept.flows.length], [0, 3]);
  });
  it('grow to many flows and find each again', () => {
    const frames = Array.from({ length: 6000 }, (_, i) => udp(start + i, client, server, 1 + (i % 3000), 9, payload(1)));
    const { kept } = meterAll(frames);
    assert.deepEqual([kept.flows.length, kept.flows.every((flow) => flow.sourcePackets === 2)], [3000, true]);
  });
  it('stay true after finish', () => {
    const kept = new Kept();
    const meter = new Meter({ capture: 'test' }, kept);
    feed(meter, [out(start)]);
    meter.finish();
    feed(meter, [back(start + second)]);
    meter.finish();
    assert.deepEqual(
      kept.flows.map((flow) => [flow.sourceAddress, flow.sourcePackets, flow.destinationPackets]),
      [
        [client.address, 1, 0],
        [client.address, 0, 1],
      ],
    );
    assertBalanced(meter);
  });
  it('begin with options that make sense', () => {
    const sink = new Kept();
    for (const options of [{ maxFlows: 0 }, { maxFlows: 1.5 }, { maxFlows: Number.NaN }, { idleUs: 0 }, { idleUs: Number.NaN }])
      assert.throws(() => new Meter({ capture: 'test', ...options }, sink), RangeError);
  });
  it('count frames of any octets, and never throw', () => {
    const frames = Array.from({ length: 256 }, (_, i) => ({ atUs: start, octets: new Uint8Array(i % 97).fill(i) }));
    assert.equal(meterAll(frames).meter.counters.in, 256);
  });
  it('leave a frame of nothing but a link header in a flow without IP', () => {
    const octets = encodeEthernet({ destinationMac: server.mac, sourceMac: client.mac, etherType: 0x0800, pad: false }, new Uint8Array(0));
    const flow = meterAll([{ atUs: start, octets }]).kept.onlyFlow;
    assert.deepEqual([flow.etherType, flow.sourceAddress, flow.faults], [0x0800, null, 1]);
  });
});
