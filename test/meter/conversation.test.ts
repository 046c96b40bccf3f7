import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minute, second } from '../../src/base/time.ts';
import { client, flags, machine, meterAll, minutes, server, start, tcp, udp } from './frames.ts';

const idle = 15 * minute;
const ports = [40000, 443] as const;
const back = [443, 40000] as const;
const toServer = (atUs: number, tcpFlags: number = flags.ack) => tcp(atUs, client, server, ports, tcpFlags);
const toClient = (atUs: number, tcpFlags: number = flags.ack) => tcp(atUs, server, client, back, tcpFlags);

/** Per slice in order of its minute: `client` or `server` began, and how that is known. */
function beginners(...frames: Parameters<typeof meterAll>[0][number][]): string[] {
  const { kept } = meterAll(frames);
  return kept.flows
    .toSorted((a, b) => a.minute - b.minute || a.firstAt - b.firstAt)
    .map((flow) => `${(flow.minute - start) / minute} ${flow.sourceAddress === client.address ? 'client' : 'server'} ${flow.begunBy}`);
}

describe('who began a conversation', () => {
  it('the sender of a SYN', () =>
    assert.deepEqual(beginners(toServer(start, flags.syn), toClient(start + 9, flags.synAck)), ['0 client syn']));
  it('the receiver of a SYN+ACK that is seen first', () => assert.deepEqual(beginners(toClient(start, flags.synAck)), ['0 client syn']));
  it('without a handshake the sender of the first packet', () =>
    assert.deepEqual(beginners(toClient(start), toServer(start + 1)), ['0 server first-packet']));
  it('the sender of the packet with the earliest time stamp, if it arrives late', () =>
    assert.deepEqual(beginners(toClient(start + 10), toServer(start + 5)), ['0 client first-packet']));
  it('a SYN in the same minute turns what came before', () =>
    assert.deepEqual(beginners(toClient(start), toServer(start + 5, flags.syn)), ['0 client syn']));
  it('a SYN in a later minute leaves the minutes before it as they were', () =>
    assert.deepEqual(beginners(toClient(start), toClient(minutes(1)), toServer(minutes(1) + 5, flags.syn), toClient(minutes(2))), [
      '0 server first-packet',
      '1 client syn',
      '2 client syn',
    ]));
  it('a SYN from just before the minute that arrives late turns the minute that is held', () =>
    assert.deepEqual(beginners(toClient(minutes(1) + 5), toServer(minutes(1) - 5, flags.syn)), ['0 client syn', '1 client syn']));
  it('stays the same over minutes', () =>
    assert.deepEqual(beginners(toServer(start, flags.syn), toClient(minutes(1)), toClient(minutes(5)), toClient(minutes(12))), [
      '0 client syn',
      '1 client syn',
      '5 client syn',
      '12 client syn',
    ]));
  it('is asked anew after the idle time, counted from the last packet', () => {
    const last = minutes(1) - second;
    const frames = [toServer(start, flags.syn), toServer(last)];
    assert.deepEqual(beginners(...frames, toClient(last + idle)), ['0 client syn', '15 client syn']);
    assert.deepEqual(beginners(...frames, toClient(last + idle + second)), ['0 client syn', '16 server first-packet']);
  });
  it('a SYN of the other end is not believed while the connection is open', () =>
    assert.deepEqual(beginners(toServer(start, flags.syn), toClient(minutes(1), flags.syn)), ['0 client syn', '1 client syn']));
  for (const [name, end] of [
    ['FIN', flags.fin],
    ['RST', flags.rst],
  ] as const)
    it(`a SYN of the other end after ${name} begins anew`, () =>
      assert.deepEqual(
        beginners(toServer(start, flags.syn), toServer(start + 1, end), toClient(minutes(1), flags.syn), toServer(minutes(2))),
        ['0 client syn', '1 server syn', '2 server syn'],
      ));
  it('a SYN of the other end after FIN in the same minute counts from the next minute, so that one minute agrees with itself', () =>
    assert.deepEqual(
      beginners(toServer(start, flags.syn), toClient(start + 1, flags.fin), toClient(start + 2, flags.syn), toClient(minutes(1))),
      ['0 client syn', '1 server syn'],
    ));
  it('a SYN with RST says nothing', () =>
    assert.deepEqual(beginners(toServer(start), toClient(start + 1, flags.syn | flags.rst)), ['0 client first-packet']));
  it('captures of other years with the same ports keep beginners of their own', () => {
    const year = 365 * 24 * 60;
    const frames = [
      toServer(start, flags.syn),
      toClient(minutes(year), flags.syn),
      toClient(minutes(1)),
      toServer(minutes(year + 1)),
      toClient(minutes(2)),
      toServer(minutes(year + 2)),
    ];
    assert.deepEqual(beginners(...frames), [
      '0 client syn',
      '1 client syn',
      '2 client syn',
      `${year} server syn`,
      `${year + 1} server syn`,
      `${year + 2} server syn`,
    ]);
  });
  it('a late second slice of a minute agrees with the first, though a SYN came meanwhile', () =>
    assert.deepEqual(beginners(toClient(start), toClient(minutes(5)), toServer(minutes(5) + 1, flags.syn), toServer(start + second)), [
      '0 server first-packet',
      '0 server first-packet',
      '5 client syn',
    ]));
  it('a SYN that arrives after its minute was handed over leaves that minute as it was', () =>
    assert.deepEqual(beginners(toClient(start), toClient(minutes(5)), toServer(start + second, flags.syn)), [
      '0 server first-packet',
      '0 server first-packet',
      '5 server first-packet',
    ]));
  it('one of the two directions may come without MAC addresses', () => {
    const reply = udp(start + 9, server, client, 53, 1234, Uint8Array.of(2));
    const { kept } = meterAll([udp(start, client, server, 1234, 53), { ...reply, octets: reply.octets.slice(14), linkType: 101 }]);
    assert.deepEqual(
      kept.flows.map((flow) => [flow.sourceAddress, flow.sourceMac, flow.destinationPackets]),
      [
        [client.address, client.mac, 0],
        [client.address, null, 1],
      ],
    );
  });
  it('the two directions may take different paths: MACs, VLANs, interfaces', () => {
    const virtual = machine('00:00:5e:00:01:01', '203.0.113.5');
    const { kept } = meterAll([
      udp(start, client, virtual, 1234, 53, Uint8Array.of(1), { interfaceIndex: 0 }),
      udp(start + 9, server, client, 53, 1234, Uint8Array.of(2), { interfaceIndex: 1, vlans: [7] }),
    ]);
    assert.deepEqual(
      kept.flows.map((flow) => [flow.sourceAddress, flow.sourcePackets, flow.destinationPackets, flow.sourceMac, flow.destinationMac]),
      [
        [client.address, 1, 0, client.mac, virtual.mac],
        [client.address, 0, 1, client.mac, server.mac],
      ],
    );
  });
  it('is forgotten beyond the capacity, longest unused first, and that is counted', () => {
    const many = Array.from({ length: 50 }, (_, i) => udp(start + i, client, server, 1000 + i, 9));
    const { meter } = meterAll([...many.slice(0, 4), ...many.slice(4).map((frame, i) => ({ ...frame, atUs: minutes(4 * (i + 1)) }))], {
      maxFlows: 4,
      idleUs: 1000 * minute,
    });
    assert.equal(meter.leftOut['conversation-forgotten'], 50 - 16);
    assert.equal(meter.counters.refused['table-full'], 0);
  });
  it('is kept for four stretches of one key; a further one takes the place of the one that was silent longest', () => {
    const { meter } = meterAll(Array.from({ length: 10 }, (_, i) => toServer(minutes(-i * 600_000 + 6_000_000), flags.syn)));
    assert.equal(meter.leftOut['conversation-forgotten'], 6);
  });
  it('a turned connection that takes the only place of the old one is no trouble', () => {
    const frames = [toServer(start, flags.syn), toServer(start + 1, flags.fin), toClient(start + 2, flags.syn), toClient(start + 3)];
    const { kept, meter } = meterAll(frames, { maxFlows: 1 });
    assert.equal(kept.onlyFlow.sourceAddress, client.address);
    assert.equal(meter.counters.out, 4);
  });
  it('an earlier minute that arrives after later ones were handed over has a beginner of its own', () =>
    assert.deepEqual(beginners(toClient(minutes(5)), toClient(minutes(9)), toServer(minutes(4)), toServer(minutes(9) + 1)), [
      '4 client first-packet',
      '5 server first-packet',
      '9 server first-packet',
    ]));
  it('idle conversations make way without being counted as forgotten', () => {
    const frames = Array.from({ length: 50 }, (_, i) => udp(minutes(20 * i), client, server, 1000 + i, 9));
    assert.equal(meterAll(frames, { maxFlows: 4 }).meter.leftOut['conversation-forgotten'], 0);
  });
});
