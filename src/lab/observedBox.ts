/** The whole box in a namespace of the lab: `yoban observe` with a mirror port and a service port, as an operator starts it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mode } from '../darkspace/claim.ts';
import { sleep } from './figure.ts';
import { mirror, type Network, service } from './network.ts';
import { Program } from './program.ts';

const main = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const startsWithinMs = 30_000;

export class ObservedBox {
  private readonly folder = mkdtempSync(join(tmpdir(), 'yoban-lab-'));
  private readonly program: Program;

  private constructor(
    private readonly network: Network,
    mode: Mode,
  ) {
    const configuration = join(this.folder, 'yoban.yaml');
    const silent = 'listen: ""';
    writeFileSync(
      configuration,
      [
        'sensor: lab',
        `data: ${join(this.folder, 'data')}`,
        `interfaces: [{ name: ${mirror}, role: mirror }, { name: ${service.name}, role: service }]`,
        `darkspace: { mode: ${mode} }`,
        `logs: { drop: "", http: { ${silent} }, syslog: { ${silent} } }`,
        `console: { ${silent} }`,
        '',
      ].join('\n'),
    );
    this.program = new Program(network.box, process.execPath, [main, 'observe', '--config', configuration]);
  }

  static async start(network: Network, mode: Mode): Promise<ObservedBox> {
    const box = new ObservedBox(network, mode);
    const isUp = () => box.said.includes('observing') && (mode === 'off' || box.said.includes('for dark addresses'));
    const until = performance.now() + startsWithinMs;
    while (!isUp() && performance.now() < until) await sleep(50);
    if (isUp()) return box;
    await box.close();
    throw new Error(`the box did not start: ${box.said}`);
  }

  /** Its log so far. */
  get said(): string {
    return this.program.soFar.output;
  }

  /** Stops it. Frames that its capture handed on, and those that it lost, by its own books. */
  async close(): Promise<{ readonly metered: number; readonly dropped: number }> {
    try {
      await this.program.stop();
      const words = [main, 'account', '--data', join(this.folder, 'data'), '--format', 'json'];
      const { output } = await new Program(this.network.box, process.execPath, words).ended;
      const { stages = [] } = JSON.parse(output.slice(output.indexOf('{'))) as {
        stages?: { stage: string; out: number; dropped: Record<string, number> }[];
      };
      const link = stages.filter(({ stage }) => stage === 'link');
      const dropped = link.flatMap((one) => Object.values(one.dropped)).reduce((a, b) => a + b, 0);
      const metered = stages.filter(({ stage }) => stage === 'wire').reduce((sum, { out }) => sum + out, 0);
      return { metered, dropped };
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
