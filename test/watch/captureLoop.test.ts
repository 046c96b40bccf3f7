/** What a worker does between frames and buffers: the same facts as a replay, and books that balance whatever main does. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { minute, second } from '../../src/base/time.ts';
import { Meter } from '../../src/meter/meter.ts';
import { imbalance } from '../../src/record/health.ts';
import { CaptureBooks } from '../../src/watch/captureBooks.ts';
import type { CaptureCounters } from '../../src/watch/captureCounters.ts';
import { encodeDnsResponse } from '../../src/wire/dns.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { client, type Frame, feed, Kept, server, start, tcp, udp } from '../meter/frames.ts';
import { Bench } from './scriptedSource.ts';

const text = (record: unknown) => JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? String(value) : value));
const contents = (records: readonly object[]) => records.map((record) => text(Object.entries(record).sort())).sort();

function dnsAnswer(atUs: number, name: string, identification: number): Frame {
  const answers = [{ name, ttlSeconds: 60, address: server.address }];
  const message = encodeDnsResponse({ id: identification & 0xffff, questions: [{ name, type: dnsType.a }], answers });
  return udp(atUs, server, client, 53, 4000, message);
}

/** What a replay of the same frames gives. */
function replayed(frames: readonly Frame[]): Kept {
  const kept = new Kept();
  const meter = new Meter({ capture: 'c' }, kept);
  feed(meter, frames);
  meter.finish();
  return kept;
}

function assertBalanced(bench: Bench, counters: CaptureCounters | undefined): void {
  assert.ok(counters);
  const books = new CaptureBooks({ sensor: 's', capture: 'c', interface: 'i' }, counters.atUs);
  books.take(counters, { taken: bench.taken, stored: bench.taken - bench.replaced, replaced: bench.replaced });
  for (const row of books.open()) assert.equal(imbalance(row), 0, text(row));
  const packets = bench.flows.reduce((sum, flow) => sum + flow.sourcePackets + flow.destinationPackets, 0);
  assert.equal(counters.handedOver, packets);
}

/** Bursts of a few machines, with pauses of up to ten minutes, whose time stamps now and then go back. */
const bursts = fc.array(
  fc.record({
    pauseUs: fc.oneof(fc.integer({ min: 0, max: second }), fc.integer({ min: 0, max: 10 * minute })),
    size: fc.integer({ min: 1, max: 40 }),
    spreadUs: fc.constantFrom(0, 10, second, 5 * second),
    backUs: fc.constantFrom(0, 0, 0, 3 * second, 90 * second, 4 * minute),
    ports: fc.integer({ min: 1, max: 30 }),
    kind: fc.constantFrom('udp', 'tcp', 'dns'),
  }),
  { minLength: 1, maxLength: 15 },
);

interface Burst {
  readonly arrivedAtUs: number;
  readonly frames: Frame[];
}

function scheduleOf(
  shapes: readonly { pauseUs: number; size: number; spreadUs: number; backUs: number; ports: number; kind: string }[],
): Burst[] {
  let atUs = start + 30 * second;
  return shapes.map(({ pauseUs, size, spreadUs, backUs, ports, kind }, burst) => {
    atUs += pauseUs;
    const frames = Array.from({ length: size }, (_, i): Frame => {
      const stamp = atUs + i * spreadUs - (i % 3 === 2 ? backUs : 0);
      const port = 1000 + (i % ports);
      if (kind === 'dns') return dnsAnswer(stamp, `h${burst}-${i}.example.org`, i);
      const [from, to] = i % 2 === 0 ? [client, server] : [server, client];
      const [a, b] = i % 2 === 0 ? [port, 443] : [443, port];
      return kind === 'udp' ? udp(stamp, from, to, a, b) : tcp(stamp, from, to, [a, b], i < 2 ? 2 | (i * 16) : 16);
    });
    atUs += size * spreadUs;
    return { arrivedAtUs: atUs, frames };
  });
}

describe('the loop of a capture worker', () => {
  it('gives the facts that a replay of the same frames gives, whatever the clock and the rhythm', () => {
    let [copies, sightings] = [0, 0];
    fc.assert(
      fc.property(bursts, fc.infiniteStream(fc.nat(11)), (shapes, chance) => {
        const bench = new Bench();
        const schedule = scheduleOf(shapes);
        for (const { arrivedAtUs, frames } of schedule) {
          // The quiet time before: looks at an empty ring, over the edges of minutes.
          for (let i = chance.next().value; i > 0 && bench.nowUs > 0; i--) {
            bench.nowUs += Math.floor((arrivedAtUs - bench.nowUs) / (i + 1));
            bench.loop.step(0);
            bench.read();
          }
          bench.nowUs = arrivedAtUs;
          bench.source.arrive(frames);
          while (bench.loop.step(0) > 0) bench.read();
        }
        bench.nowUs += chance.next().value * minute;
        bench.loop.step(0);
        bench.read();
        const counters = bench.end();
        const all = schedule.flatMap(({ frames }) => frames);
        const expected = replayed(all);
        assert.deepEqual(contents(bench.flows), contents(expected.flows));
        assert.deepEqual(contents(bench.sightings), contents([...expected.names, ...expected.bindings, ...expected.networks]));
        assertBalanced(bench, counters);
        copies += bench.replaced;
        sightings += bench.sightings.length;
      }),
      { numRuns: 100, includeErrorInReport: true },
    );
    assert.ok(copies > 0, 'some early copies were replaced');
    assert.ok(sightings > 0, 'some answers taught names');
  });

  it('keeps slices in its table while main stands still, refuses beyond it, and the books balance to the packet', () => {
    const bench = new Bench({ maxFlows: 500, buffers: 2, bufferOctets: 8192 });
    bench.nowUs = start;
    let sent = 0;
    // An hour without main: every minute 100 flows of one packet.
    for (let i = 0; i < 60; i++) {
      bench.nowUs = start + i * minute + 30 * second;
      bench.source.arrive(Array.from({ length: 100 }, (_, port) => udp(bench.nowUs + port, client, server, port + 1, 9)));
      sent += 100;
      bench.loop.step(0);
    }
    const { metered, held, handedOver, tableFull, records, recordsWaiting } = bench.loop.counted;
    assert.deepEqual([metered, bench.sealed.length, recordsWaiting], [sent, 2, 0]);
    assert.equal(bench.loop.meter.openSlices, 500);
    // Copies that found room in the buffers count as handed over; their slices keep their places.
    assert.deepEqual([tableFull, held + handedOver, handedOver], [sent - 500, 500, records]);
    assert.equal(metered, held + handedOver + tableFull);
    const counters = bench.end();
    assertBalanced(bench, counters);
    assert.equal(counters?.handedOver, sent - tableFull);
    assert.equal(bench.flows.length, sent - tableFull);
  });

  it('gives up names beyond its queue while main stands still, and counts them', () => {
    const bench = new Bench({ buffers: 1, bufferOctets: 8192 });
    bench.nowUs = start;
    for (let i = 0; i < 40; i++) {
      bench.nowUs += second / 10;
      bench.source.arrive(Array.from({ length: 500 }, (_, n) => dnsAnswer(bench.nowUs + n, `n${i}-${n}.example.org`, n)));
      bench.loop.step(0);
    }
    assert.ok(bench.loop.counted.recordsGivenUp > 0);
    const counters = bench.end();
    assertBalanced(bench, counters);
    assert.equal(bench.sightings.length + (counters?.recordsGivenUp ?? 0), 20_000);
  });

  it('gives every buffer counters that balance, also one that fills up in the middle of a block or of what waited', () => {
    for (const buffers of [1, 2, 8]) {
      const bench = new Bench({ buffers, bufferOctets: 8192 });
      bench.nowUs = start;
      let read = 0;
      for (let i = 0; i < 30; i++) {
        bench.nowUs += 5 * second;
        bench.source.arrive(Array.from({ length: 150 }, (_, n) => dnsAnswer(bench.nowUs + n, `n${i}-${n}.example.org`, n)));
        bench.loop.step(0);
        bench.read((counters) => {
          read++;
          assertBalanced(bench, counters);
        });
      }
      assert.ok(read >= 30, `${read} buffers`);
      assertBalanced(bench, bench.end());
    }
  });

  it('counts frames that went with the ring, and goes on with frame numbers on the next one', () => {
    const bench = new Bench();
    bench.nowUs = start;
    bench.source.arrive([udp(start, client, server, 1, 9)]);
    bench.loop.step(0);
    bench.source.arrive([udp(start, client, server, 2, 9), udp(start, client, server, 3, 9)]);
    bench.source.dropped = 5;
    bench.loop.closeSource();
    assert.ok(bench.source.isClosed);
    const next = new Bench().source;
    bench.loop.open(next);
    next.arrive([dnsAnswer(start, 'a.example.org', 1)]);
    bench.loop.step(0);
    const counters = bench.end();
    assert.deepEqual([counters?.received, counters?.dropped, counters?.abandoned, counters?.frames], [4, 5, 2, 2]);
    assert.equal(bench.sightings[0]?.frame, 2);
    assertBalanced(bench, counters);
  });
});

describe('the books of a session', () => {
  const counters = (values: Partial<CaptureCounters>) => ({ ...new Bench().loop.counted, ...values });
  const rows = { taken: 0, stored: 0, replaced: 0 };
  const of = { sensor: 's', capture: 'c', interface: 'i' };

  it('close a minute with what was counted in it, and carry what is held into the next', () => {
    const books = new CaptureBooks(of, start);
    assert.deepEqual(books.take(counters({ atUs: start + second, received: 5, frames: 5, decoded: 5, metered: 5, held: 5 }), rows), []);
    const closed = books.take(
      counters({ atUs: start + minute, received: 9, frames: 9, decoded: 9, metered: 9, held: 4, handedOver: 5 }),
      rows,
    );
    const meter = closed.find(({ stage }) => stage === 'meter');
    assert.deepEqual([meter?.from, meter?.carried, meter?.in, meter?.out, meter?.held], [start, 0, 9, 5, 4]);
    books.take(counters({ atUs: start + minute + second, received: 9, frames: 9, decoded: 9, metered: 9, held: 0, handedOver: 9 }), rows);
    const open = books.open().find(({ stage }) => stage === 'meter');
    assert.deepEqual([open?.from, open?.carried, open?.in, open?.out, open?.held], [start + minute, 4, 0, 4, 0]);
    for (const row of [...closed, ...books.open()].filter(({ stage }) => stage !== 'handover')) assert.equal(imbalance(row), 0);
  });
  it('do not balance when a stage lost something that it did not count', () => {
    const books = new CaptureBooks(of, start);
    books.take(counters({ atUs: start, received: 4, frames: 5, decoded: 5, metered: 5, held: 4 }), rows);
    const missing = Object.fromEntries(books.open().map((row) => [row.stage, imbalance(row)]));
    assert.deepEqual([missing.link, missing.meter, missing.wire], [-1, 1, 0]);
  });
  it('turn what a dead worker held into a loss', () => {
    const books = new CaptureBooks(of, start);
    books.lose(
      counters({ atUs: start, received: 9, frames: 7, decoded: 7, metered: 7, held: 7, records: 3, recordsWritten: 3 }),
      rows,
      'worker-died',
    );
    const dropped = Object.fromEntries(books.open().map((row) => [row.stage, row.dropped['worker-died']]));
    assert.deepEqual([dropped.link, dropped.meter, dropped.handover], [2, 7, 3]);
    for (const row of books.open()) assert.deepEqual([imbalance(row), row.held], [0, 0]);
  });
});
