/** What was written already in a UTC hour of packet time, so that a machine that repeats itself is written once an hour. */

import { hour, type Microseconds } from '../base/time.ts';

const entriesKept = 65_536;

export class HourlyMemory {
  /** Entries that were forgotten because the memory was full: what they stand for may be written again in its hour. */
  forgotten = 0;
  private readonly written = new Set<string>();

  constructor(private readonly capacity = entriesKept) {}

  /** Whether `key` was not seen yet in the hour of `atUs`. */
  isNew(atUs: Microseconds, key: string): boolean {
    const entry = `${Math.floor(atUs / hour)} ${key}`;
    if (this.written.has(entry)) return false;
    if (this.written.size >= this.capacity) {
      // A set iterates in the order of insertion: the first entry is the oldest.
      const [oldest] = this.written;
      if (oldest !== undefined) this.written.delete(oldest);
      this.forgotten++;
    }
    this.written.add(entry);
    return true;
  }
}
