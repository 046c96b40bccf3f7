/** Takes back all facts of a capture that was interrupted or has grown, and marks what was derived from them. */

import { day } from '../base/time.ts';
import type { CaptureRecord } from '../record/capture.ts';
import type { Statement } from '../store/question.ts';
import { deviceDaysOfCapture } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';

const tablesOfFacts = ['flow', 'name', 'binding', 'network', 'clock', 'health'] as const;

/** Statements for the commit that begins the new reading. Marks are put into the store's buffer. */
export async function eraseCapture(store: Store, record: CaptureRecord): Promise<Statement[]> {
  for (const { mac, day: at } of await store.ask(deviceDaysOfCapture, { capture: record.id })) {
    store.markStale({ unit: 'device-day', subject: String(mac), day: at });
    store.markStale({ unit: 'device-day', subject: String(mac), day: at + day });
  }
  store.markStale({ unit: 'devices', subject: '', day: null });
  return [
    ...tablesOfFacts.map((table) => ({ sql: `DELETE FROM "${table}" WHERE "capture" = $1`, values: [record.id] })),
    { sql: 'DELETE FROM "capture" WHERE "id" = $1', values: [record.id] },
  ];
}
