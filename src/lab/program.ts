/** Programs that run in a namespace of the lab while the experiment goes on. */

import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  readonly output: string;
  /** When each line of the output came, of `performance.now()`. */
  readonly linesAtMs: readonly { readonly line: string; readonly atMs: number }[];
}

export class Program {
  private readonly child: ChildProcess;
  private readonly lines: { line: string; atMs: number }[] = [];
  private rest = '';
  readonly ended: Promise<Ended>;

  /** `ip netns exec` becomes the program, so that signals reach it. */
  constructor(namespace: string, program: string, words: readonly string[]) {
    this.child = spawn('ip', ['netns', 'exec', namespace, program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('latin1').on('data', (part: string) => this.take(part));
    this.child.stderr?.setEncoding('latin1').on('data', (part: string) => this.take(part));
    this.ended = new Promise((resolve) => {
      this.child.on('error', () => resolve(this.result()));
      this.child.on('close', () => resolve(this.result()));
    });
  }

  private take(part: string): void {
    const lines = `${this.rest}${part}`.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.lines.push({ line, atMs: performance.now() });
  }

  private result(): Ended {
    return { output: `${this.lines.map(({ line }) => line).join('\n')}\n${this.rest}`, linesAtMs: this.lines };
  }

  /** What it said so far. */
  get soFar(): Ended {
    return this.result();
  }

  /** Asks it to end, and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }
}
