/** The meter over the captures that lie beside the repository: the books balance, and a capture of both directions is halved. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openCapture } from '../../src/link/captureFile.ts';
import { Meter } from '../../src/meter/meter.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { assertBalanced, Kept } from './frames.ts';

const skip = skipWithout('pcaps');
const folder = join(sharedData, 'pcaps');
const captures = skip ? [] : readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));

async function meterFile(name: string): Promise<{ meter: Meter; kept: Kept; frames: number }> {
  const source = await openCapture(join(folder, name));
  const kept = new Kept();
  const meter = new Meter({ capture: name }, kept);
  const batch = new HeaderBatch();
  let frames = 0;
  for await (const block of source.blocks()) {
    batch.octets = block.octets;
    for (let i = 0; i < block.count; i++) {
      const interfaceIndex = block.interfaceIndex[i] as number;
      const { linkType } = source.interfaces[interfaceIndex] as (typeof source.interfaces)[number];
      const [at, end, length] = [block.at[i], block.end[i], block.originalLength[i]] as [number, number, number];
      appendFrame(batch, linkType, at, end, length, block.capturedAtUs[i] as number, ++frames, interfaceIndex);
      if (!batch.isFull) continue;
      meter.consume(batch);
      batch.clear();
    }
    meter.consume(batch);
    batch.clear();
  }
  await source.close();
  meter.finish();
  return { meter, kept, frames };
}

describe('real captures', { skip }, () => {
  for (const name of captures)
    it(`${name}: every frame is counted in a flow or refused with a reason, every record fits its schema`, async () => {
      const { meter, kept, frames } = await meterFile(name);
      assertBalanced(meter);
      assert.deepEqual([meter.counters.in, meter.counters.held, meter.counters.refused['table-full']], [frames, 0, 0]);
      assert.equal(
        meter.counters.out,
        kept.flows.reduce((sum, flow) => sum + flow.sourcePackets + flow.destinationPackets, 0),
      );
    });

  // tshark shows each segment of this download twice, with one IP identification, 1 to 20 microseconds apart.
  it('a capture in which every frame stands twice is halved', async () => {
    const { meter } = await meterFile('d25-windows-update-m57-long-49600-80.pcap');
    assert.deepEqual([meter.counters.out, meter.counters.refused['seen-twice']], [26, 26]);
  });
  it('a stream with honest repeats of resets is not thinned out', async () => {
    assert.equal((await meterFile('d21-tls-tls13-ech.pcap')).meter.counters.refused['seen-twice'], 0);
  });
});
