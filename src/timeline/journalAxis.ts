/** What a Linux host did, from its systemd journal: starts by boot id, sleeps by the messages of systemd-sleep. */

import { type Microseconds, second } from '../base/time.ts';
import type { Confidence, MachineState } from '../record/interval.ts';
import { field } from './fields.ts';
import type { Sleep } from './sleepSessions.ts';
import type { Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

/** Event ids that `logs/journal.ts` gives. */
const journalEvent = { sleepStart: 1, sleepStop: 2, shutdown: 3 } as const;

/** The message comes before the kernel freezes, and the other one after it thawed and the clock was corrected. */
const entryGuardUs = 5 * second;
const wakeGuardUs = 10 * second;

/** `SLEEP=` of the message → state. A suspend may be S3 or s2idle: the journal does not say. */
const kinds: Readonly<Record<string, readonly [MachineState, Confidence]>> = {
  suspend: ['s3', 'medium'],
  hibernate: ['hibernate', 'high'],
  'hybrid-sleep': ['s3', 'medium'],
  'suspend-then-hibernate': ['s3', 'low'],
};

/** `events`: the journal of one host in the order of writing. */
export function journalAxis(events: readonly WrittenEvent[]): { sessions: Span<MachineState>[]; sleeps: Sleep[] } {
  const sessions: Span<MachineState>[] = [];
  const sleeps: Sleep[] = [];
  let first: WrittenEvent | undefined;
  let last: WrittenEvent | undefined;
  let asleep: WrittenEvent | undefined;
  let shutDown = false;
  for (const event of events) {
    if (first && last && bootOf(event) !== bootOf(first)) {
      if (asleep) sleeps.push(lost(asleep, event));
      sessions.push(on(first, last), down(last, event, shutDown));
      first = asleep = undefined;
      shutDown = false;
    }
    first ??= event;
    const { eventId } = event.record;
    if (eventId === journalEvent.shutdown) shutDown = true;
    else if (eventId === journalEvent.sleepStart) {
      if (asleep) sleeps.push(lost(asleep, event));
      asleep = event;
    } else if (eventId === journalEvent.sleepStop && asleep) {
      sleeps.push(slept(asleep, event));
      asleep = undefined;
    }
    last = event;
  }
  if (first && last) sessions.push(on(first, last));
  return { sessions, sleeps };
}

function bootOf(event: WrittenEvent): string | undefined {
  return field(event.record, '_BOOT_ID');
}

function make(
  from: WrittenEvent,
  to: WrittenEvent,
  state: MachineState,
  confidence: Confidence,
  guards: readonly [Microseconds, Microseconds],
  rule: string,
): Span<MachineState> {
  const length = Math.max(0, to.at - from.at);
  const [fromGuardUs, toGuardUs] = guards.map((guard) => Math.min(guard, length)) as [Microseconds, Microseconds];
  return { from: from.at, to: to.at, state, confidence, evidence: [from.record.id, to.record.id], fromGuardUs, toGuardUs, rule };
}

function on(first: WrittenEvent, last: WrittenEvent): Span<MachineState> {
  return make(first, last, 'on', 'high', [0, 0], 'between the first and the last journal entry of one start');
}

function down(last: WrittenEvent, next: WrittenEvent, shutDown: boolean): Span<MachineState> {
  if (shutDown) return make(last, next, 'off', 'high', [wakeGuardUs, 30 * second], 'between a shutdown and the next start');
  return make(last, next, 'unknown', 'low', [0, 0], 'another start without a shutdown before it: nothing tells when it stopped');
}

function slept(start: WrittenEvent, stop: WrittenEvent): Sleep {
  const [state, confidence] = kinds[field(start.record, 'SLEEP') ?? ''] ?? (['s3', 'low'] as const);
  const span = make(start, stop, state, confidence, [entryGuardUs, wakeGuardUs], 'between the messages of systemd-sleep');
  return { span, wakeSource: 'unknown', wakeSourceText: '' };
}

function lost(start: WrittenEvent, next: WrittenEvent): Sleep {
  return {
    span: make(start, next, 'unknown', 'low', [0, 0], 'went to sleep, and nothing tells when it woke'),
    wakeSource: 'unknown',
    wakeSourceText: '',
  };
}
