/** One event in its place in the log. */

import type { Microseconds } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';

export interface WrittenEvent {
  readonly record: EventRecord;
  /** The time stamp, repaired for clock steps of that boot. */
  readonly at: Microseconds;
  /** What was added to the stamp; instants inside the event need the same. */
  readonly repairUs: Microseconds;
}
