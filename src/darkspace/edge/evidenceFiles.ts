/** The packets that came to dark addresses, in capture files that are rolled and bounded: by size each, by age and size in all. */

import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatTime, type Microseconds } from '../../base/time.ts';
import { linkType } from '../../link/frameBlock.ts';
import { PcapngWriter } from '../../link/pcapngWriter.ts';

export interface EvidenceLimits {
  /** A file that is larger is closed and the next begun. */
  readonly fileOctets: number;
  /** Of all files of this interface; the oldest go first. */
  readonly totalOctets: number;
  readonly windowUs: Microseconds;
}

export const defaultEvidence: EvidenceLimits = {
  fileOctets: 16 * 1024 * 1024,
  totalOctets: 512 * 1024 * 1024,
  windowUs: 7 * 24 * 3_600_000_000,
};

export class EvidenceFiles {
  private writer: PcapngWriter | undefined;
  private name: string | undefined;
  private octets = 0;
  private unflushed = false;
  /** Why nothing is kept any more: a full disk must not end the watch. */
  trouble: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly interfaceName: string,
    private readonly limits: EvidenceLimits,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Begins the first or the next file where that is due. Packets that come before it is open are not kept. */
  async prepare(nowUs: Microseconds): Promise<void> {
    if (this.trouble !== undefined || (this.writer !== undefined && this.octets < this.limits.fileOctets)) return;
    try {
      await this.writer?.close();
      this.prune(nowUs);
      this.name = `dark-${this.interfaceName}-${formatTime(nowUs).replaceAll(':', '')}.pcapng`;
      const described = { linkType: linkType.ethernet, interfaceName: this.interfaceName, snapLength: 0 };
      this.writer = await PcapngWriter.open(join(this.folder, this.name), described);
      this.octets = 0;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Returns the name of the file that keeps the frame; `null` where none does. The octets are copied. */
  keep(atUs: Microseconds, octets: Uint8Array, originalLength: number): string | null {
    if (this.writer === undefined || this.name === undefined) return null;
    try {
      this.writer.write(Math.floor(atUs), octets, originalLength);
      this.octets += octets.length + 32;
      this.unflushed = true;
      return this.name;
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  flush(): void {
    if (!this.unflushed) return;
    try {
      this.writer?.flush();
    } catch (error) {
      this.fail(error);
    }
    this.unflushed = false;
  }

  async close(): Promise<void> {
    const { writer } = this;
    this.writer = undefined;
    await writer?.close().catch((error) => this.fail(error));
  }

  private fail(error: unknown): void {
    this.trouble = (error as Error).message;
    this.writer = undefined;
  }

  /** Leaves room for one more file. */
  private prune(nowUs: Microseconds): void {
    const own = readdirSync(this.folder)
      .filter((name) => name.startsWith(`dark-${this.interfaceName}-`) && name.endsWith('.pcapng'))
      .toSorted()
      .map((name) => ({ path: join(this.folder, name), ...statSync(join(this.folder, name)) }));
    let total = own.reduce((sum, { size }) => sum + size, 0) + this.limits.fileOctets;
    for (const { path, size, mtimeMs } of own) {
      if (total <= this.limits.totalOctets && nowUs - mtimeMs * 1000 < this.limits.windowUs) continue;
      if (basename(path) === this.name) continue;
      unlinkSync(path);
      total -= size;
    }
  }
}
