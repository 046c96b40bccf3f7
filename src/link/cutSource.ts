/** A capture that was cut before its first interface: no frame, one fault. */

import type { Fault } from '../base/octets.ts';
import type { FrameBlock, FrameSource } from './frameBlock.ts';
import type { OctetWindow } from './octetWindow.ts';

export class CutSource implements FrameSource {
  readonly interfaces = [];
  readonly faults: readonly Fault[];

  constructor(
    readonly format: 'pcap' | 'pcapng',
    private readonly window: OctetWindow,
    fault: Fault,
  ) {
    this.faults = window.sourceFault ? [fault, window.sourceFault] : [fault];
  }

  get octetsRead(): number {
    return this.window.octetsRead;
  }

  blocks(signal?: AbortSignal): AsyncIterable<FrameBlock> {
    const next = async () => {
      await this.window.drain(signal);
      return { done: true as const, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async close(): Promise<void> {
    await this.window.close();
  }
}
