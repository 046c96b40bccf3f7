/** `yoban replay --no-store`: everything is decoded and metered, nothing is kept. */

import { openCapture } from '../link/captureFile.ts';
import { type LogReading, openLog } from '../logs/edge/logFile.ts';
import type { ReplayedFile, ReplayOutput } from '../record/output/replay.ts';
import { CaptureMetering } from '../watch/captureMetering.ts';

const count = (faults: readonly { count: number }[]) => faults.reduce((sum, fault) => sum + fault.count, 0);

export async function meterOnly(
  captures: readonly string[],
  logs: readonly string[],
  reading: LogReading,
  maxFlows: number,
  signal: AbortSignal,
): Promise<ReplayOutput> {
  const files: ReplayedFile[] = [];
  let [flows, events] = [0, 0];
  const sink = { flow: () => flows++, name: () => undefined, binding: () => undefined, network: () => undefined, clock: () => undefined };
  for (const file of captures) {
    const source = await openCapture(file);
    try {
      const metering = new CaptureMetering(source, sink, { capture: file, maxFlows, signal });
      await metering.run(async () => undefined);
      files.push({ file, kind: 'capture', frames: metering.frames, records: 0, faults: count(metering.faults), alreadyStored: false });
    } finally {
      await source.close();
    }
  }
  for (const file of logs) {
    const log = await openLog(file, reading);
    for await (const batch of log) {
      signal.throwIfAborted();
      events += batch.length;
    }
    files.push({ file, kind: 'log', frames: 0, records: log.records, faults: count(log.faults), alreadyStored: false });
  }
  return { files, flows, events, intervals: 0 };
}
