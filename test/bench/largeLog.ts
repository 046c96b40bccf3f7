/**
 * Writes an EVTX file of a given size: the events of many generated stories one after the other, numbered on, so that providers,
 * shapes and values vary as in the logs of real machines.
 *
 * Usage: node largeLog.js OUT.evtx MEGABYTES
 */

import { open } from 'node:fs/promises';
import { minute } from '../../src/base/time.ts';
import type { EventRecord } from '../../src/record/event.ts';
import { encodeEvtxChunks, encodeEvtxHeader, headerBlockLength } from '../../src/scenario/evtx/evtxFile.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';

/** Deterministic: equal arguments give equal files. Returns the number of records. */
export async function writeLargeLog(path: string, octetsWanted: number): Promise<number> {
  const told = Object.values(powerStories).flatMap((tell) => tell(1).logs.flatMap(({ events }) => events));
  const file = await open(path, 'w');
  try {
    let position = headerBlockLength;
    const encoder = encodeEvtxChunks(numberedOn(told, () => position < octetsWanted));
    let step = encoder.next();
    for (; !step.done; step = encoder.next()) {
      await file.write(step.value, 0, step.value.length, position);
      position += step.value.length;
    }
    await file.write(encodeEvtxHeader(step.value), 0, headerBlockLength, 0);
    return Number(step.value.records);
  } finally {
    await file.close();
  }
}

function* numberedOn(events: readonly EventRecord[], goesOn: () => boolean): Generator<EventRecord> {
  for (let recordId = 1; goesOn(); ) {
    for (const event of events) {
      yield { ...event, recordId, time: event.time + recordId * minute + (recordId % 7919) * 131 };
      if (++recordId % 512 === 0 && !goesOn()) return;
    }
  }
}

if (process.argv[2] !== undefined && import.meta.url.endsWith(process.argv[1]?.split('/').at(-1) ?? '')) {
  const [, , path, megabytes] = process.argv;
  process.stdout.write(`${await writeLargeLog(path as string, Number(megabytes) * 1e6)} records\n`);
}
