/**
 * Keeps the kernel of this box silent about dark traffic: packets that come to the service port for addresses that are not its own are
 * dropped before the kernel could refuse, redirect or forward them. Packet sockets see them all the same.
 *
 * The rule lives in a table that belongs to an `nft` process (flag `owner`): when that process ends, the kernel removes the table. The
 * process reads from a pipe of ours, so that it ends with us, however we end.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { Failure } from '../../base/failure.ts';

const answerWithinMs = 5000;

export class KernelGuard {
  /** Why the guard does not stand; `undefined` while it does. */
  missing: string | undefined = 'the guard of the own kernel is not up yet';
  private child: ChildProcess | undefined;
  private isClosed = false;
  readonly table: string;

  constructor(private readonly interfaceName: string) {
    this.table = `yoban_dark_${process.pid}`;
  }

  /** Throws where nft is missing or the kernel refuses the rule. */
  async start(): Promise<void> {
    const child = spawn('nft', ['-i'], { stdio: ['pipe', 'ignore', 'pipe'] });
    this.child = child;
    let complaint = '';
    child.stderr?.on('data', (part: Buffer) => {
      complaint = `${complaint}${part.toString('latin1')}`.slice(0, 500);
    });
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => {
      complaint = error.message;
      this.missing = `nft cannot be started: ${error.message}`;
    });
    child.on('exit', () => {
      this.missing = this.isClosed ? 'the watch has ended' : 'the nft process that held the guard has ended';
    });
    child.stdin?.write(`${ruleset(this.table, this.interfaceName)}\n`);
    const deadline = performance.now() + answerWithinMs;
    while (!(await this.check())) {
      if (performance.now() < deadline && child.exitCode === null && complaint === '') {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      this.close();
      const said = complaint.trim().split('\n')[0] || 'the table did not appear';
      throw new Failure(
        'KERNEL_GUARD',
        `the own kernel cannot be kept silent on ${this.interfaceName}: ${said}`,
        'install nftables (`apt-get install nftables`) and give CAP_NET_ADMIN, or set darkspace.mode to dry-run',
      );
    }
  }

  /** Asks the kernel whether the rule stands. */
  check(): Promise<boolean> {
    return new Promise((resolve) => {
      execFile('nft', ['list', 'table', 'inet', this.table], { timeout: answerWithinMs }, (error, listing) => {
        const stands = !error && listing.includes(`iifname "${this.interfaceName}"`) && listing.includes('drop');
        if (stands) this.missing = undefined;
        else this.missing ??= 'the rule that keeps the own kernel silent is gone';
        resolve(stands);
      });
    });
  }

  close(): void {
    this.isClosed = true;
    this.missing = 'the watch has ended';
    this.child?.stdin?.end();
    this.child = undefined;
  }
}

function ruleset(table: string, interfaceName: string): string {
  const chain = `type filter hook prerouting priority -350; policy accept; iifname "${interfaceName}" fib daddr . iif type != { local, multicast, broadcast, anycast } counter drop;`;
  return `add table inet ${table} { flags owner; chain before_routing { ${chain} }; }`;
}
