/** How often each of a few names occurred. */

export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string, times = 1): void {
    if (times > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  /** Most frequent first, then by name; names that never occurred are left out. */
  toRecord(): Record<string, number> {
    return Object.fromEntries([...this.counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
  }
}
