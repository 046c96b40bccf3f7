/** So many questions at once, the others in line: commits of the same process need a thread, and a capture a processor. */

export class Gate {
  private inside = 0;
  private readonly line: (() => void)[] = [];

  constructor(private readonly most: number) {}

  /** Waits for a place for `work`. Whoever gives up while in line leaves it when his turn comes, without working. */
  async pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.inside < this.most) this.inside++;
    else await new Promise<void>((resolve) => this.line.push(resolve));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.line.shift();
      // The place goes to the next in line.
      if (next) next();
      else this.inside--;
    }
  }
}
