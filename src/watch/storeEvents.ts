/** Events of logs into the store, each once, with the marks of the hosts whose timeline they may change. */

import { eachInSteps } from '../base/steps.ts';
import { type EventRecord, eventKind } from '../record/event.ts';
import type { RecordKind } from '../record/kind.ts';
import { knownEvents } from '../store/questions/facts.ts';
import { inSlices } from '../store/slices.ts';
import type { CommitRow, Store } from '../store/store.ts';

/**
 * Commits those of `events` that are not stored yet, and returns them. Throws when the store takes no rows; nothing of the call is
 * then kept.
 */
export function storeEvents(store: Store, events: readonly EventRecord[]): Promise<EventRecord[]> {
  const mine = (turns.get(store) ?? Promise.resolve()).then(() => storeUnknown(store, events));
  turns.set(
    store,
    mine.then(
      () => undefined,
      () => undefined,
    ),
  );
  return mine;
}

/** The last call for each store: what is known is asked for among what is committed, so one call waits for the other. */
const turns = new WeakMap<Store, Promise<void>>();

async function storeUnknown(store: Store, events: readonly EventRecord[]): Promise<EventRecord[]> {
  const fresh = await unknownEvents(store, events);
  if (fresh.length === 0) return fresh;
  for (const host of new Set(fresh.map((event) => event.host))) store.markStale({ unit: 'host', subject: host, day: null });
  // A host that was not known before may be tied to a machine now.
  store.markStale({ unit: 'devices', subject: '', day: null });
  await store.commit(
    [],
    undefined,
    fresh.map((event): CommitRow => [eventKind as unknown as RecordKind, event]),
  );
  return fresh;
}

/**
 * Without those that are stored word for word, and without repetitions among them. Two forms of one event are both kept: which of
 * them tells more is for the timeline to say, whatever came first.
 */
async function unknownEvents(store: Store, events: readonly EventRecord[]): Promise<EventRecord[]> {
  const known = await store.ask(knownEvents, { ids: events.map(({ id }) => id) });
  return inSlices(unknownSteps(known, events));
}

function* unknownSteps(known: readonly EventRecord[], events: readonly EventRecord[]): Generator<void, EventRecord[]> {
  const word = (event: EventRecord) => JSON.stringify(Object.entries(event).sort());
  const stored = new Set<string>();
  yield* eachInSteps(known, (event) => void stored.add(word(event)));
  const unknown: EventRecord[] = [];
  yield* eachInSteps(events, (event) => {
    const text = word(event);
    if (stored.has(text)) return;
    stored.add(text);
    unknown.push(event);
  });
  return unknown;
}
