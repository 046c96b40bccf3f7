/** A set of names with a bound, so that a capture full of random names fills no memory. */

const namesKept = 100_000;

export class InspectionNames {
  private readonly names = new Set<string>();
  /** New names for which there was no room; a name that comes twice counts twice. */
  leftOut = 0;

  add(name: string): void {
    if (this.names.size < namesKept) this.names.add(name);
    else if (!this.names.has(name)) this.leftOut += 1;
  }

  /** By code unit, so that the order is the same on every machine. */
  sorted(): string[] {
    return [...this.names].toSorted();
  }
}
