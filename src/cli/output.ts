/** Where verbs write: results to stdout, progress and complaints to stderr. */

import type { z } from 'zod';

export type Format = 'text' | 'json';

/** A reader that goes away (`yoban report | head`) ends the writing, not the program with a stack trace. */
export function writeResult(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}

/** Checked against the published contract on its way out. */
export function writeJson<T extends z.ZodType>(contract: T, value: z.infer<T>): Promise<void> {
  return writeResult(`${JSON.stringify(contract.parse(value), null, 2)}\n`);
}

/** One line at a time that overwrites itself; silent where stderr is no terminal, and for the first two seconds. */
export class ProgressLine {
  private readonly startedAtMs = performance.now();
  private shownAtMs = 0;
  private isShown = false;

  get elapsedSeconds(): number {
    return (performance.now() - this.startedAtMs) / 1000;
  }

  show(text: string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.startedAtMs < 2000 || now - this.shownAtMs < 200) return;
    this.shownAtMs = now;
    this.isShown = true;
    process.stderr.write(`\r\u001b[K${fitting(text, process.stderr.columns)}`);
  }

  end(): void {
    if (this.isShown) process.stderr.write('\r\u001b[K');
    this.isShown = false;
  }
}

/**
 * What a line of a terminal holds: of a longer text the end, where rate and time left stand behind the name of a file. A terminal that does
 * not know how wide it is says 0.
 */
export function fitting(text: string, columns: number | undefined): string {
  const room = (columns || 80) - 1;
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`;
}
