import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { linkType } from '../../src/link/frameBlock.ts';
import { type LiveOptions, type LiveSource, openLiveSource } from '../../src/link/liveSource.ts';
import { FrameSender } from '../lab/frameSender.ts';
import { connect, Namespace, noLab } from '../lab/namespaces.ts';

const ring: Omit<LiveOptions, 'interface'> = { source: 'ring', filter: '', ringMiB: 8, retireMs: 4, promiscuous: true };

interface Frame {
  readonly at: number;
  readonly octets: Uint8Array;
  readonly originalLength: number;
}

/** Polls until `count` frames have come, or nothing has come for a second. */
export function collect(source: LiveSource, count: number): Frame[] {
  const frames: Frame[] = [];
  for (let idle = 0; frames.length < count && idle < 20; ) {
    const block = source.poll(50);
    if (block === undefined) idle++;
    for (let i = 0; block !== undefined && i < block.count; i++) {
      frames.push({
        at: block.capturedAtUs[i] as number,
        octets: block.octets.slice(block.at[i], block.end[i]),
        originalLength: block.originalLength[i] as number,
      });
    }
  }
  return frames;
}

/** A frame of `length` octets that carries its number. */
function numbered(number: number, length = 60): Uint8Array {
  const octets = new Uint8Array(length).fill(0x5a);
  octets.set([0x02, 0, 0x5e, 0, 0, 1, 0x02, 0, 0x5e, 0, 0, 2, 0x88, 0xb5]);
  new DataView(octets.buffer).setUint32(14, number);
  return octets;
}

function lab(t: TestContext, mtu = 1500): { source: Namespace; box: Namespace } {
  const scope = { after: (end: () => void) => t.after(end) };
  const [source, box] = [new Namespace(scope), new Namespace(scope)];
  connect(source, { name: 'out0' }, box, { name: 'mir0' }, mtu);
  return { source, box };
}

describe('the capture ring', { skip: noLab }, () => {
  it('hands over every frame in order, with the time at which the kernel saw it', (t) => {
    const { source, box } = lab(t);
    const live = box.inside(() => openLiveSource({ ...ring, interface: 'mir0' }));
    t.after(() => live.close());
    assert.equal(live.kind, 'ring');
    assert.equal(live.interface.linkType, linkType.ethernet);
    const frames = Array.from({ length: 100 }, (_, index) => numbered(index, 60 + index));
    const sender = source.inside(() => new FrameSender('out0', frames));
    const before = Date.now() * 1000;
    sender.send(5000);
    const after = (Date.now() + 1) * 1000;
    const got = collect(live, 5000);
    assert.equal(got.length, 5000);
    for (const [index, { octets }] of got.entries()) assert.deepEqual(octets, frames[index % 100]);
    for (const { at } of got) assert.ok(at >= before && at <= after, `${at} lies between ${before} and ${after}`);
    assert.deepEqual(live.statistics(), { received: 5000, dropped: 0, freezes: 0 });
  });
});
