import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Address, ipv4Word, isIpv4 } from '../../src/base/address.ts';
import { FlowKey, portKind } from '../../src/meter/flowKey.ts';
import { FlowTable, noSlice } from '../../src/meter/flowTable.ts';
import { hashKeyFrom } from '../../src/meter/keyedHash.ts';
import { SliceGuesses } from '../../src/meter/sliceGuesses.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { type HeaderBatch, layer } from '../../src/wire/headerBatch.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeTcp } from '../../src/wire/tcp.ts';
import { batchOf, client, type Frame, machine, server, start, udp } from './frames.ts';

/** The key of a row that is no fragment, as the meter fills it. */
function keyOf(batch: HeaderBatch, row: number, minute: number): FlowKey {
  const key = new FlowKey(hashKeyFrom('test'));
  const layers = batch.layers[row] as number;
  const icmp = layers & (layer.icmp | layer.icmpv6) ? portKind.icmp : portKind.none;
  const kind = layers & (layer.tcp | layer.udp) ? portKind.ports : icmp;
  key.fill(batch, row, minute, kind, batch.sourcePort[row] as number, batch.destinationPort[row] as number);
  return key;
}

/** The slice of every row by its key, a new one where there is none; each is learned. */
function learnAll(table: FlowTable, guesses: SliceGuesses, batch: HeaderBatch, minute: number): number[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const key = keyOf(batch, row, minute);
    const found = table.find(key);
    const slice = found === noSlice ? table.insert(key, minute * 60_000_000) : found;
    guesses.learn(batch, row, slice, key.reversed);
    return slice;
  });
}

const addresses = ['192.0.2.1', '192.0.2.2', '203.0.113.2', '2001:db8::1', '2001:db8::2', '2001:db8:7::1', '2001:db8:0:0:1::1'];
const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02', 'ff:ff:00:00:00:01'];
const spot = fc.record({ mac: fc.constantFrom(...macs), address: fc.constantFrom(...addresses) });

interface Draw {
  readonly from: { readonly mac: string; readonly address: string };
  readonly to: { readonly mac: string; readonly address: string };
  readonly ports: readonly number[];
  readonly protocol: number;
  readonly vlans: readonly number[];
  readonly interfaceIndex: number;
  readonly isRaw: boolean;
  readonly isCut: boolean;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  from: spot,
  to: spot,
  ports: fc.constantFrom([1, 9], [9, 1], [9, 9], [40_000, 50_000], [50_000, 40_000], [0, 0]),
  protocol: fc.constantFrom(6, 6, 6, 17, 47, 1),
  vlans: fc.constantFrom([], [], [7], [8], [7, 8], [8, 7], [1, 2, 3, 4]),
  interfaceIndex: fc.constantFrom(0, 0, 1),
  isRaw: fc.boolean(),
  isCut: fc.constantFrom(false, false, false, true),
});

function frameOf(one: Draw): Frame {
  const [from, to] = [machine(one.from.mac, one.from.address), machine(one.to.mac, one.to.address)];
  const both = { source: from.address, destination: to.address };
  const [sourcePort = 0, destinationPort = 0] = one.ports;
  const segment = encodeTcp({ ...both, sourcePort, destinationPort, sequence: 1, acknowledgement: 1, flags: 0x10 }, new Uint8Array(0));
  // Eight octets are a header of UDP; of TCP they are one that cannot be read.
  const payload = one.isCut || one.protocol === 17 ? segment.subarray(0, 8) : segment;
  const packet = packetOf(both, one.protocol, payload);
  const etherType = isIpv4(from.address) ? 0x0800 : 0x86dd;
  const octets = one.isRaw ? packet : encodeEthernet({ destinationMac: to.mac, sourceMac: from.mac, etherType, vlans: one.vlans }, packet);
  return { atUs: start, octets, interfaceIndex: one.interfaceIndex, linkType: one.isRaw ? 101 : 1 };
}

function packetOf(both: { source: Address; destination: Address }, protocol: number, payload: Uint8Array): Uint8Array {
  if (!isIpv4(both.source)) return encodeIpv6({ ...both, nextHeader: protocol === 1 ? 58 : protocol }, payload);
  return encodeIpv4({ source: ipv4Word(both.source), destination: ipv4Word(both.destination), protocol }, payload);
}

const draws = fc.array(draw, { minLength: 1, maxLength: 60 }).map((list) =>
  // Both addresses of a packet are of one kind.
  list.filter(({ from, to }) => from.address.includes(':') === to.address.includes(':')),
);

describe('guesses of slices', () => {
  it('are held against the packet, its minute, and what was closed since', () => {
    const table = new FlowTable(10);
    const guesses = new SliceGuesses(table, hashKeyFrom('test'));
    const batch = batchOf([udp(start, client, server, 1, 9), udp(start, server, client, 9, 1)]);
    guesses.approach(batch);
    assert.equal(guesses.find(batch, 0, 1), noSlice, 'there was nothing to guess');
    const [one, same] = learnAll(table, guesses, batch, 1);
    assert.equal(one, same);
    assert.deepEqual([guesses.find(batch, 0, 1), guesses.find(batch, 1, 1)], [one, one], 'rows before may have found it');
    assert.equal(guesses.find(batch, 0, 2), noSlice, 'of the same packets in another minute');
    const [other] = learnAll(table, guesses, batch, 2);
    assert.notEqual(other, one);
    assert.equal(guesses.find(batch, 0, 2), other);
    table.close(other as number);
    assert.equal(guesses.find(batch, 0, 2), noSlice);
    table.release(other as number);
    assert.equal(guesses.find(batch, 1, 2), noSlice);
  });
  it('are the slice that the key finds, and the same end is the low one, for packets of any kind', () => {
    fc.assert(
      fc.property(draws, fc.constantFrom(1, 2, 5, 1000), (list, mostPaths) => {
        const table = new FlowTable(1000);
        const guesses = new SliceGuesses(table, hashKeyFrom('test'), mostPaths);
        const batch = batchOf(list.map(frameOf));
        for (let round = 0; round < 3; round++) {
          guesses.approach(batch);
          if (round === 0) learnAll(table, guesses, batch, 1);
          for (let row = 0; row < batch.count; row++) {
            const key = keyOf(batch, row, 1);
            const guess = guesses.find(batch, row, 1);
            if (guess === noSlice) continue;
            assert.deepEqual([guess, guesses.reversed], [table.find(key), key.reversed], `row ${row}`);
          }
        }
      }),
    );
  });
  it('are made for all flows of IP but ICMP, once they are known', () => {
    // Of those that end alike one is guessed.
    const flows = ['192.0.2.1', '192.0.2.2', '2001:db8::3', '2001:db8::4'].flatMap((address) =>
      [1, 2, 3].map((port) => ({ address, port })),
    );
    const frames = flows.map(({ address, port }) =>
      frameOf({
        from: { mac: '02:00:00:00:00:01', address },
        to: { mac: '02:00:00:00:00:02', address: address.includes(':') ? '2001:db8:9::9' : '198.51.100.9' },
        ports: [port, 9],
        protocol: [6, 17, 47][port - 1] as number,
        vlans: [],
        interfaceIndex: 0,
        isRaw: false,
        isCut: false,
      }),
    );
    const table = new FlowTable(100);
    const guesses = new SliceGuesses(table, hashKeyFrom('test'));
    const batch = batchOf(frames);
    guesses.approach(batch);
    const slices = learnAll(table, guesses, batch, 1);
    guesses.approach(batch);
    assert.deepEqual(
      frames.map((_, row) => guesses.find(batch, row, 1)),
      slices,
    );
    assert.equal(new Set(slices).size, frames.length);
  });
});
