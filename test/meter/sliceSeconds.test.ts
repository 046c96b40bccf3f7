import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FlowKey, portKind } from '../../src/meter/flowKey.ts';
import { FlowTable } from '../../src/meter/flowTable.ts';
import { hashKeyFrom } from '../../src/meter/keyedHash.ts';
import type { SecondLists } from '../../src/meter/secondCounts.ts';
import { SliceSeconds } from '../../src/meter/sliceSeconds.ts';
import { batchOf, client, server, start, udp } from './frames.ts';

interface Packet {
  readonly second: number;
  readonly reversed: 0 | 1;
  readonly octets: number;
}

function begun(second: number, capacity = 60) {
  const table = new FlowTable(4);
  const seconds = new SliceSeconds(table, capacity);
  const key = new FlowKey(hashKeyFrom('test'));
  key.fill(batchOf([udp(start, client, server, 1, 9)]), 0, 1, portKind.ports, 1, 9);
  const slice = table.insert(key, start);
  seconds.begin(slice, second);
  const count = (packet: Packet) => {
    seconds.count(slice, packet.second, packet.reversed, packet.octets);
    table.count(slice, packet.reversed, packet.octets, 0, start);
  };
  return { table, seconds, slice, count };
}

/** The same by adding up. */
function listsOf(packets: readonly Packet[]): SecondLists {
  const seconds = [...new Set(packets.map(({ second }) => second))].sort((a, b) => a - b);
  const list = (end: 0 | 1, of: (packet: Packet) => number) =>
    seconds.map((second) =>
      packets.filter((packet) => packet.second === second && packet.reversed === end).reduce((sum, packet) => sum + of(packet), 0),
    );
  const octets = ({ octets }: Packet) => octets;
  return { seconds, lowPackets: list(0, () => 1), lowOctets: list(0, octets), highPackets: list(1, () => 1), highOctets: list(1, octets) };
}

describe('seconds of a slice', () => {
  it('are what their packets add up to, in whatever order they come, and whenever they are read', () => {
    const packet = fc.record({ second: fc.integer({ min: 0, max: 59 }), reversed: fc.constantFrom(0, 1), octets: fc.nat(65_535) });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 200 }), (packets) => {
        const { seconds, slice, count } = begun((packets[0] as Packet).second);
        for (const [at, one] of packets.entries()) {
          count(one as Packet);
          if (at % 7 === 0) assert.deepEqual(seconds.read(slice), listsOf(packets.slice(0, at + 1) as Packet[]));
        }
        assert.deepEqual(seconds.read(slice), listsOf(packets as Packet[]));
      }),
    );
  });
  it('need room where one begins beside those that are there', () => {
    const { seconds, slice, count } = begun(10, 1);
    count({ second: 10, reversed: 0, octets: 60 });
    assert.equal(seconds.hasRoom(slice, 11), true);
    count({ second: 11, reversed: 0, octets: 60 });
    assert.deepEqual(
      [9, 10, 11, 12].map((second) => seconds.hasRoom(slice, second)),
      [false, true, true, false],
    );
    seconds.release(slice);
    assert.equal(seconds.hasRoom(slice, 12), true);
  });
  it('stop at 2^32 - 1 octets, which is counted once they are over', () => {
    const { seconds, slice, count } = begun(0);
    const four: Packet = { second: 0, reversed: 1, octets: 2 ** 30 };
    for (let i = 0; i < 4; i++) count(four);
    assert.deepEqual([seconds.read(slice).highOctets, seconds.saturated], [[2 ** 32 - 1], 0]);
    count({ second: 1, reversed: 0, octets: 60 });
    assert.deepEqual([seconds.read(slice).highOctets, seconds.saturated], [[2 ** 32 - 1, 0], 1]);
    for (let i = 0; i < 5; i++) count({ ...four, second: 1 });
    assert.deepEqual(
      [seconds.read(slice).highOctets, seconds.read(slice).lowOctets],
      [
        [2 ** 32 - 1, 2 ** 32 - 1],
        [0, 60],
      ],
    );
    seconds.release(slice);
    assert.equal(seconds.saturated, 2);
  });
});
