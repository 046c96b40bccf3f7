/** What is to be looked at when: a binary heap of things by their due time. */

import type { Microseconds } from '../base/time.ts';

export class DueQueue<T> {
  private readonly dueUs: Microseconds[] = [];
  private readonly things: T[] = [];

  get size(): number {
    return this.things.length;
  }

  /** When the first thing is due. */
  get nextUs(): Microseconds | undefined {
    return this.dueUs[0];
  }

  push(dueUs: Microseconds, thing: T): void {
    let at = this.things.length;
    this.dueUs.push(dueUs);
    this.things.push(thing);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.dueUs[parent] as number) <= dueUs) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first thing out, if it is due at `nowUs`. */
  take(nowUs: Microseconds): T | undefined {
    if (this.things.length === 0 || (this.dueUs[0] as number) > nowUs) return undefined;
    const first = this.things[0] as T;
    const lastDue = this.dueUs.pop() as number;
    const last = this.things.pop() as T;
    if (this.things.length > 0) {
      this.dueUs[0] = lastDue;
      this.things[0] = last;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= this.things.length) return;
      const right = left + 1;
      const smaller = right < this.things.length && (this.dueUs[right] as number) < (this.dueUs[left] as number) ? right : left;
      if ((this.dueUs[at] as number) <= (this.dueUs[smaller] as number)) return;
      this.swap(at, smaller);
      at = smaller;
    }
  }

  private swap(a: number, b: number): void {
    const due = this.dueUs[a] as number;
    this.dueUs[a] = this.dueUs[b] as number;
    this.dueUs[b] = due;
    const thing = this.things[a] as T;
    this.things[a] = this.things[b] as T;
    this.things[b] = thing;
  }
}
