/** Copies that are handed over before a slice is closed change nothing of what is there in the end. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { minute, second } from '../../src/base/time.ts';
import { Meter } from '../../src/meter/meter.ts';
import { flowRecordOf, type SliceView } from '../../src/meter/minuteSlice.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { tcpFlag } from '../../src/wire/tcp.ts';
import { batchOf, client, type Frame, Kept, server, start, tcp, udp } from './frames.ts';

const text = (record: unknown) => JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? String(value) : value));
const packetsOf = (record: FlowRecord) => record.sourcePackets + record.destinationPackets;

/** Keeps what a store would hold: a record takes the place of its copy. Has room only when it is given some. */
class Shelf extends Kept {
  room = Number.POSITIVE_INFINITY;
  replacements = 0;

  get hasRoom(): boolean {
    return this.room > 0;
  }

  slice(view: SliceView): void {
    assert.ok(this.hasRoom);
    this.room--;
    const record = flowRecordOf('c', view);
    if (view.replaced) {
      this.replacements++;
      const { packets, highBegan } = view.replaced;
      const key = flowRecordOf('c', { ...view, highBegan });
      const identity = ({ minute: at, sourceAddress, destinationAddress, sourcePort, destinationPort, interface: port }: FlowRecord) =>
        text([at, sourceAddress, destinationAddress, sourcePort, destinationPort, port]);
      const at = this.flows.findLastIndex((flow) => identity(flow) === identity(key) && packetsOf(flow) === packets);
      assert.notEqual(at, -1, 'the copy is there');
      this.flows.splice(at, 1);
    }
    this.flows.push(record);
  }
}

function meterWith(frames: readonly Frame[], disturb: (meter: Meter, shelf: Shelf, i: number) => void) {
  const shelf = new Shelf();
  const meter = new Meter({ capture: 'c' }, shelf);
  for (const [i, frame] of frames.entries()) {
    meter.consume(batchOf([frame]));
    disturb(meter, shelf, i);
    const { in: received, out, held, refused } = meter.counters;
    assert.equal(received, out + held + Object.values(refused).reduce((a, b) => a + b, 0));
    assert.equal(
      out,
      shelf.flows.reduce((sum, flow) => sum + packetsOf(flow), 0),
    );
  }
  shelf.room = Number.POSITIVE_INFINITY;
  meter.finish();
  meter.drain();
  assert.deepEqual([meter.isWaiting, meter.counters.held], [false, 0]);
  return shelf;
}

const contents = (flows: readonly FlowRecord[]) => flows.map(text).sort();

/** Slow, bursty and out of order: each frame lies up to four minutes before or eight after the one before. */
const traffic = fc
  .array(
    fc.record({
      stepUs: fc.oneof(
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: -5 * second, max: 20 * second }),
        fc.integer({ min: -4 * minute, max: 8 * minute }),
      ),
      port: fc.integer({ min: 1, max: 4 }),
      answers: fc.boolean(),
      flags: fc.constantFrom(0, tcpFlag.syn, tcpFlag.syn | tcpFlag.ack, tcpFlag.ack, tcpFlag.fin | tcpFlag.ack),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let atUs = start + minute;
    return steps.map(({ stepUs, port, answers, flags }): Frame => {
      atUs += stepUs;
      const ends = answers ? ([server, client] as const) : ([client, server] as const);
      if (flags === 0) return answers ? udp(atUs, ...ends, 9, port) : udp(atUs, ...ends, port, 9);
      return tcp(atUs, ...ends, answers ? [443, port] : [port, 443], flags);
    });
  });

describe('early copies', () => {
  it('leave the records of any traffic as they are without them', () => {
    let replaced = 0;
    fc.assert(
      fc.property(traffic, fc.infiniteStream(fc.nat(9)), (frames, chance) => {
        const plain = meterWith(frames, () => undefined);
        const disturbed = meterWith(frames, (meter) => {
          const dice = chance.next().value;
          // By a clock that is ahead of the packets, that is right, or that asks for a few slices only.
          if (dice < 7) meter.copyEarly(Math.floor(meter.nowUs / minute) + (dice % 3), dice < 3 ? 1 : 100);
        });
        assert.deepEqual(contents(disturbed.flows), contents(plain.flows));
        replaced += disturbed.replacements;
      }),
    );
    assert.ok(replaced > 10, 'copies were replaced');
  });
  it('and a sink without room delay them and change nothing', () => {
    fc.assert(
      fc.property(traffic, fc.infiniteStream(fc.nat(9)), (frames, chance) => {
        const plain = meterWith(frames, () => undefined);
        const disturbed = meterWith(frames, (meter, shelf) => {
          const dice = chance.next().value;
          shelf.room = dice < 6 ? 0 : dice - 6;
          meter.drain();
          if (dice % 2 === 0) meter.copyEarly(Math.floor(meter.nowUs / minute) + 1, 100);
        });
        assert.deepEqual(contents(disturbed.flows), contents(plain.flows));
      }),
    );
  });
  it('are made once of a slice to which nothing is added', () => {
    const shelf = new Shelf();
    const meter = new Meter({ capture: 'c' }, shelf);
    meter.consume(batchOf([udp(start, client, server, 1, 9), udp(start + second, client, server, 2, 9)]));
    const after = start / minute + 1;
    assert.deepEqual([meter.copyEarly(after, 1), meter.copyEarly(after, 9), meter.copyEarly(after, 9)], [1, 1, 0]);
    meter.finish();
    assert.deepEqual([shelf.flows.length, shelf.replacements], [2, 0]);
  });
  it('wait in their places when nothing is taken, and what comes beyond the table is refused', () => {
    const shelf = new Shelf();
    shelf.room = 0;
    const meter = new Meter({ capture: 'c', maxFlows: 2 }, shelf);
    for (let i = 0; i < 5; i++) meter.consume(batchOf([udp(start + i * 10 * minute, client, server, 1, 9)]));
    assert.deepEqual([meter.counters.held, meter.counters.refused['table-full'], meter.openSlices], [2, 3, 2]);
    shelf.room = 9;
    meter.drain();
    meter.consume(batchOf([udp(start + 50 * minute, client, server, 1, 9)]));
    assert.deepEqual([shelf.flows.length, meter.counters.refused['table-full']], [2, 3]);
  });
});
