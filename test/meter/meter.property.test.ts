/** What must hold for any traffic: generated packets, cuts, orders and seeds. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { day, minute, second } from '../../src/base/time.ts';
import { Meter } from '../../src/meter/meter.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { assertBalanced, type Frame, Kept, machine, meterAll, start, tcp, udp } from './frames.ts';

const machines = [1, 2, 3].map((n) => machine(`02:00:00:00:00:0${n}`, `192.0.2.${n}`));
const hostIndex = fc.integer({ min: 0, max: machines.length - 1 });

interface Packet {
  readonly from: number;
  readonly to: number;
  readonly ports: readonly [number, number];
  readonly length: number;
  readonly flags: number | undefined;
  readonly afterUs: number;
}

const packet: fc.Arbitrary<Packet> = fc.record({
  from: hostIndex,
  to: hostIndex,
  ports: fc.constantFrom([1000, 80] as const, [80, 1000] as const, [1001, 80] as const),
  length: fc.integer({ min: 0, max: 40 }),
  flags: fc.option(fc.constantFrom(0x02, 0x12, 0x10, 0x11, 0x04), { nil: undefined }),
  // Mostly forwards in small steps; now and then a minute, a quarter of an hour, years, or back.
  afterUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 2 * second }) },
    { weight: 2, arbitrary: fc.integer({ min: -30 * second, max: 90 * second }) },
    { weight: 1, arbitrary: fc.constantFrom(20 * minute, -20 * minute, 400 * day, -400 * day) },
  ),
});
const packets = fc.array(packet, { maxLength: 120 });

/** Every packet has an identification of its own, so that none counts as seen twice. */
function framesOf(list: readonly Packet[], atUs: (index: number, packet: Packet) => number): Frame[] {
  return list.map((one, i) => {
    const [from, to] = [machines[one.from], machines[one.to]] as [(typeof machines)[0], (typeof machines)[0]];
    const data = new Uint8Array(one.length).fill(0xee);
    if (one.flags === undefined) return udp(atUs(i, one), from, to, one.ports[0], one.ports[1], data, { identification: i + 1 });
    return tcp(atUs(i, one), from, to, one.ports, one.flags, { data, identification: i + 1 });
  });
}

function running(list: readonly Packet[]): Frame[] {
  let now = start + 5000 * day;
  return framesOf(list, (_, { afterUs }) => {
    now = Math.min(Math.max(now + afterUs, 0), start + 20_000 * day);
    return now;
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const asText = (records: readonly unknown[]) =>
  records.map((record) => JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));

/** Packets and octets by unordered pair of ends, protocol and second: what no order of arrival may change. */
function countsBySecond(flows: readonly FlowRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (key: string, n: number) => counts.set(key, (counts.get(key) ?? 0) + n);
  for (const flow of flows) {
    const source = `${flow.sourceMac} ${flow.sourceAddress} ${flow.sourcePort}`;
    const destination = `${flow.destinationMac} ${flow.destinationAddress} ${flow.destinationPort}`;
    for (const [i, secondOfMinute] of flow.seconds.entries()) {
      const at = flow.minute + secondOfMinute * second;
      const [outOf, into] = [`${flow.protocol} ${source} > ${destination} ${at}`, `${flow.protocol} ${destination} > ${source} ${at}`];
      add(`${outOf} packets`, flow.sourcePacketsBySecond[i] as number);
      add(`${outOf} octets`, flow.sourceOctetsBySecond[i] as number);
      add(`${into} packets`, flow.destinationPacketsBySecond[i] as number);
      add(`${into} octets`, flow.destinationOctetsBySecond[i] as number);
    }
  }
  return new Map([...counts].filter(([, n]) => n > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('for any traffic', () => {
  it('every packet and octet is in exactly one slice, once by direction and once by second', () => {
    fc.assert(
      fc.property(packets, (list) => {
        const frames = running(list);
        const { kept, meter } = meterAll(frames);
        assert.equal(meter.counters.out, frames.length);
        for (const flow of kept.flows) {
          assert.equal(sum(flow.sourcePacketsBySecond), flow.sourcePackets);
          assert.equal(sum(flow.sourceOctetsBySecond), flow.sourceOctets);
          assert.equal(sum(flow.destinationPacketsBySecond), flow.destinationPackets);
          assert.equal(sum(flow.destinationOctetsBySecond), flow.destinationOctets);
          assert.deepEqual(
            flow.seconds,
            [...new Set(flow.seconds)].toSorted((a, b) => a - b),
          );
          assert.ok(flow.minute % minute === 0 && flow.firstAt >= flow.minute && flow.lastAt < flow.minute + minute);
          assert.ok(flow.firstAt <= flow.lastAt);
        }
        const octets = sum(kept.flows.map((flow) => flow.sourceOctets + flow.destinationOctets));
        assert.equal(octets, sum(frames.map((frame) => frame.octets.length)));
      }),
      { numRuns: 150 },
    );
  });

  it('how the frames are cut into batches changes nothing, not even the order of the records', () => {
    fc.assert(
      fc.property(packets, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }), (list, cuts) => {
        const frames = running(list);
        assert.deepEqual(meterAll(frames, {}, cuts).kept, meterAll(frames).kept);
      }),
      { numRuns: 150 },
    );
  });

  it('the seed of the hash changes nothing', () => {
    fc.assert(
      fc.property(packets, fc.string(), (list, hashSeed) => {
        const frames = running(list);
        assert.deepEqual(meterAll(frames, { hashSeed }).kept, meterAll(frames).kept);
      }),
      { numRuns: 100 },
    );
  });

  it('all slices of one conversation in one minute agree on who began', () => {
    fc.assert(
      fc.property(packets, (list) => {
        const began = new Map<string, string>();
        for (const flow of meterAll(running(list)).kept.flows) {
          const ends = [`${flow.sourceAddress} ${flow.sourcePort}`, `${flow.destinationAddress} ${flow.destinationPort}`];
          const key = [flow.protocol, flow.minute, ...ends.toSorted()].join(' ');
          const beginner = ends[0] as string;
          assert.equal(began.get(key) ?? beginner, beginner, key);
          began.set(key, beginner);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('shuffling the packets of one second keeps all counts', () => {
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.nat()), (list, keys) => {
        const frames = framesOf(list, (i) => start + 30 * second + i * 7000);
        const shuffled = frames
          .map((frame) => ({ frame, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ frame }) => frame);
        assert.deepEqual(countsBySecond(meterAll(shuffled).kept.flows), countsBySecond(meterAll(frames).kept.flows));
      }),
      { numRuns: 150 },
    );
  });

  it('without handshakes the order of arrival within the grace time changes no record at all', () => {
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.nat()), (list, keys) => {
        // Times apart from each other: of two packets at the same microsecond the first to arrive is the first.
        const frames = framesOf(
          list.map((one) => ({ ...one, flags: undefined })),
          (i) => start + i * 700_000,
        );
        const shuffled = frames
          .map((frame) => ({ frame, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ frame }) => frame);
        assert.deepEqual(asText(meterAll(shuffled).kept.flows).toSorted(), asText(meterAll(frames).kept.flows).toSorted());
      }),
      { numRuns: 100 },
    );
  });

  it('the books balance after every batch, however small the table', () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 1, max: 4 }), (list, maxFlows) => {
        const kept = new Kept();
        const meter = new Meter({ capture: 'test', maxFlows }, kept);
        const batch = new HeaderBatch();
        for (const [i, { octets, atUs }] of running(list).entries()) {
          batch.clear();
          batch.octets = octets;
          appendFrame(batch, 1, 0, octets.length, octets.length, atUs, i + 1, 0);
          meter.consume(batch);
          assertBalanced(meter);
        }
        meter.finish();
        assertBalanced(meter);
        assert.equal(meter.counters.held, 0);
        assert.equal(meter.counters.out, sum(kept.flows.map((flow) => flow.sourcePackets + flow.destinationPackets)));
      }),
      { numRuns: 150 },
    );
  });

  it('frames of arbitrary octets of any link type never throw and are all accounted for', () => {
    const frame = fc.record({
      atUs: fc.oneof(fc.double(), fc.integer({ min: start, max: start + minute })),
      octets: fc.uint8Array({ maxLength: 120 }),
      linkType: fc.constantFrom(0, 1, 101, 113, 276, 999),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 40 }), (frames) => {
        assert.equal(meterAll(frames).meter.counters.in, frames.length);
      }),
      { numRuns: 200 },
    );
  });

  it('mutated packets never throw, and most are still counted with their addresses', () => {
    let withAddresses = 0;
    fc.assert(
      fc.property(packet, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, position, change) => {
        const [frame] = framesOf([one], () => start) as [Frame];
        const octets = frame.octets.slice();
        const at = position % octets.length;
        octets[at] = (octets[at] as number) ^ change;
        const { kept } = meterAll([{ ...frame, octets }]);
        if (kept.onlyFlow.sourceAddress !== null) withAddresses++;
      }),
      { numRuns: 300 },
    );
    assert.ok(withAddresses > 150, `${withAddresses} of 300`);
  });
});
