/** Live sessions that ended without being closed (kill −9, power): what was stored of them stays, and the books say what is missing. */

import { formatTime, minute } from '../base/time.ts';
import { type CaptureRecord, captureKind } from '../record/capture.ts';
import { type HealthRecord, healthKind } from '../record/health.ts';
import type { RecordKind } from '../record/kind.ts';
import { captures, healthOfCapture, rowsOfCapture } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';

const lost = 'cut-off';

/** Nothing is erased: a live session cannot be read again. Returns a line for each. */
export async function closeCutSessions(store: Store, sensor: string): Promise<string[]> {
  const open = (await store.ask(captures, {})).filter(
    (record) => record.kind === 'live' && record.state === 'reading' && record.sensor === sensor,
  );
  const lines: string[] = [];
  for (const record of open) lines.push(await close(store, record));
  return lines;
}

async function close(store: Store, record: CaptureRecord): Promise<string> {
  const books = await store.ask(healthOfCapture, { capture: record.id });
  const last = Math.max(...books.map(({ from }) => from));
  const rows = books.filter(({ from }) => from === last);
  const [stored] = await store.ask(rowsOfCapture, { capture: record.id });
  const closing = rows.map((row): HealthRecord => {
    const closed = { ...row, from: last + minute, until: last + 2 * minute, carried: row.held, in: 0, out: 0, held: 0, refused: {} };
    const dropped = row.held > 0 ? { [lost]: row.held } : {};
    if (row.stage !== 'store') return { ...closed, dropped };
    // Held against what is on disk: rows that the books have and the disk has not would be missing here, and seen.
    const counted = books.filter(({ stage }) => stage === 'store').reduce((sum, { out }) => sum + out, 0);
    const missing = counted - (stored?.rows ?? 0);
    return { ...closed, dropped: missing > 0 ? { ...dropped, missing } : dropped };
  });
  await store.commit([{ sql: 'DELETE FROM "capture" WHERE "id" = $1', values: [record.id] }], undefined, [
    ...closing.map((row) => [healthKind as unknown as RecordKind, row] as const),
    [captureKind as unknown as RecordKind, { ...record, state: 'cut' }] as const,
  ]);
  const held = rows.find(({ stage }) => stage === 'meter')?.held ?? 0;
  const until = record.lastAt === null ? '' : ` after ${formatTime(record.lastAt)}`;
  return `${record.name}: the session before was cut off${until}: ${record.frames} frames were counted, ${held} packets of them were held and are lost`;
}
