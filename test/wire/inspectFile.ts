/** Runs the frames of a capture file through `appendFrame` and an `Inspection`: the path that `yoban inspect` takes. */

import { openCapture } from '../../src/link/captureFile.ts';
import { Inspection, type InspectionResult } from '../../src/meter/inspection.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';

export interface InspectedCapture extends InspectionResult {
  readonly frames: number;
}

export async function inspectFile(path: string): Promise<InspectedCapture> {
  const inspection = new Inspection();
  const batch = new HeaderBatch();
  let frames = 0;
  const empty = () => {
    inspection.add(batch);
    batch.clear();
  };
  const source = await openCapture(path);
  try {
    for await (const block of source.blocks()) {
      batch.octets = block.octets;
      for (let i = 0; i < block.count; i++) {
        const face = source.interfaces[block.interfaceIndex[i] as number];
        if (!face) throw new Error('unreachable: a frame without an interface');
        const [at, end] = [block.at[i] as number, block.end[i] as number];
        appendFrame(
          batch,
          face.linkType,
          at,
          end,
          block.originalLength[i] as number,
          block.capturedAtUs[i] as number,
          ++frames,
          face.index,
        );
        if (batch.isFull) empty();
      }
      empty();
    }
  } finally {
    await source.close();
  }
  return { ...inspection.result(), frames };
}
