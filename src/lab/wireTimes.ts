/**
 * When solicitations left and advertisements came, as the kernel stamped them on the port of the askers. What the lab itself needs to read
 * a frame is no part of it. With tcpdump, which needs little beside what is measured.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Mac } from '../base/address.ts';
import { uint8, uint48 } from '../base/octets.ts';
import { openCapture } from '../link/captureFile.ts';
import { ipv6AddressAt } from '../wire/ipv6.ts';
import { sleep } from './figure.ts';
import { Program } from './program.ts';

export interface TimedMessage {
  readonly kind: 'solicitation' | 'advertisement';
  readonly target: Address;
  readonly from: Mac;
  readonly to: Mac;
  readonly atUs: number;
}

/** Offsets in a frame of neighbour discovery without tags. */
const at = { type: 54, target: 62 } as const;
const shortest = 78;
const solicitationType = 135;

export class WireTimes {
  private readonly folder = mkdtempSync(join(tmpdir(), 'yoban-lab-'));
  private readonly file = join(this.folder, 'wire.pcap');
  private readonly capture: Program;

  constructor(namespace: string, interfaceName: string) {
    const filter = 'icmp6 and (ip6[40] == 135 or ip6[40] == 136)';
    const words = ['-i', interfaceName, '-n', '-s', '96', '-B', '65536', '-w', this.file, filter];
    this.capture = new Program(namespace, 'tcpdump', words);
  }

  async ready(): Promise<this> {
    const until = performance.now() + 5000;
    while (!this.capture.soFar.output.includes('listening on') && performance.now() < until) await sleep(20);
    // It says so a moment before it does.
    await sleep(200);
    return this;
  }

  /** Ends the capture; what it holds, in the order of time. Throws where it lost something: the figures would be wrong. */
  async stop(): Promise<TimedMessage[]> {
    try {
      const { output } = await this.capture.stop();
      const dropped = Number(/(\d+) packets? dropped by kernel/.exec(output)?.[1] ?? 0);
      if (dropped > 0) throw new Error(`the lab's own capture lost ${dropped} frames`);
      return await messagesOf(this.file);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

async function messagesOf(file: string): Promise<TimedMessage[]> {
  const source = await openCapture(file);
  const messages: TimedMessage[] = [];
  try {
    for await (const { octets, count, at: starts, end: ends, capturedAtUs } of source.blocks()) {
      for (let row = 0; row < count; row++) {
        const start = starts[row] as number;
        if ((ends[row] as number) - start < shortest) continue;
        messages.push({
          kind: uint8(octets, start + at.type) === solicitationType ? 'solicitation' : 'advertisement',
          target: ipv6AddressAt(octets, start + at.target),
          from: uint48(octets, start + 6),
          to: uint48(octets, start),
          atUs: capturedAtUs[row] as number,
        });
      }
    }
  } finally {
    await source.close();
  }
  return messages;
}
