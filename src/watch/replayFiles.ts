/** Captures and logs into a store, one after the other: what `yoban replay` does itself, or asks the box that holds the store to do. */

import { z } from 'zod';
import { logReading } from '../logs/edge/logFile.ts';
import { imbalance } from '../record/health.ts';
import type { ReplayedFile, ReplayOutput } from '../record/output/replay.ts';
import { health, totals } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';
import { type ReplayOptions, replayCapture } from './replayCapture.ts';
import { replayLog } from './replayLog.ts';

/** What travels to the box: it opens the files itself, so their paths are absolute. */
export const replayOrder = z.strictObject({
  captures: z.array(z.string().max(4096)).max(10_000),
  logs: z.array(z.string().max(4096)).max(10_000),
  zone: z.string().max(100).optional(),
  encoding: z.string().max(100).optional(),
});
export const replayOrderName = 'replay';
export type ReplayOrder = z.infer<typeof replayOrder>;

export interface ReplayFilesOptions extends Omit<ReplayOptions, 'onProgress'> {
  /** How far it has come, in words. */
  readonly say: (progress: string) => void;
  /** Brings what is derived up to the facts. */
  readonly settle: () => Promise<void>;
}

export interface ReplayedFiles {
  readonly output: ReplayOutput;
  /** What was lost, refused or not accounted for, a line each. */
  readonly remarks: readonly string[];
}

export async function replayFiles(
  store: Store,
  { captures, logs, zone, encoding }: ReplayOrder,
  options: ReplayFilesOptions,
): Promise<ReplayedFiles> {
  const { say, settle, ...rest } = options;
  const files: ReplayedFile[] = [];
  const ids = new Set<string>();
  const begunAtMs = performance.now();
  for (const file of captures) {
    const replayed = await replayCapture(file, store, {
      ...rest,
      onProgress: ({ octetsDone, octetsInAll, framesDone }) => {
        const rate = (octetsDone * 1000) / (performance.now() - begunAtMs);
        const left = rate > 0 ? Math.ceil((octetsInAll - octetsDone) / rate) : 0;
        const done = Math.floor((100 * octetsDone) / octetsInAll);
        say(`${file}: ${done} %, ${framesDone} frames, ${(rate / 1e6).toFixed(1)} MB/s, ${left} s left`);
      },
    });
    files.push(describe(file, replayed));
    ids.add(replayed.record.id);
  }
  for (const file of logs) {
    const replayed = await replayLog(file, store, { ...rest, reading: logReading({ zone, encoding }) });
    files.push(describe(file, replayed));
    ids.add(replayed.record.id);
  }
  await settle();
  const [sums] = await store.ask(totals, {});
  const output = { files, flows: sums?.flows ?? 0, events: sums?.events ?? 0, intervals: sums?.intervals ?? 0 };
  return { output, remarks: await remarksOn(store, ids) };
}

function describe(
  file: string,
  {
    record,
    alreadyStored,
  }: { record: { kind: string; frames: number; records: number; faults: { count: number }[] }; alreadyStored: boolean },
): ReplayedFile {
  const faults = record.faults.reduce((sum, { count }) => sum + count, 0);
  return { file, kind: record.kind === 'log' ? 'log' : 'capture', frames: record.frames, records: record.records, faults, alreadyStored };
}

/** One line for each stage that lost, refused or cannot account for something; nothing where all books are clean. */
async function remarksOn(store: Store, ids: ReadonlySet<string>): Promise<string[]> {
  return (await store.ask(health, {})).flatMap((stage) => {
    if (!ids.has(stage.capture)) return [];
    const refusals = Object.entries({ ...stage.refused, ...stage.dropped })
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`);
    const missing = imbalance(stage);
    if (missing !== 0) refusals.push(`${missing} not accounted for: this is a fault of Yoban, please report it`);
    return refusals.length > 0 ? [`  ${stage.interface}: ${stage.stage}: of ${stage.in} ${stage.unit}: ${refusals.join(', ')}`] : [];
  });
}
