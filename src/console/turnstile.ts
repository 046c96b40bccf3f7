/** So many at once, so many in line, nobody else: what keeps a busy reader from starving the box. */

export class Turnstile {
  private inside = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly most: number,
    private readonly longestLine: number,
  ) {}

  /** @returns what to call when done, once; `undefined` where the line is full or the asker went away */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.inside < this.most) this.inside++;
    else {
      if (this.line.length >= this.longestLine) return undefined;
      await new Promise<void>((resolve) => this.line.push(resolve));
    }
    if (signal.aborted) {
      this.leave();
      return undefined;
    }
    return () => this.leave();
  }

  /** The place goes to the next in line. */
  private leave(): void {
    const next = this.line.shift();
    if (next) next();
    else this.inside--;
  }
}
