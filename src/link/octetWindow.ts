/**
 * A window over a stream of octets: one buffer, read into again and again.
 *
 * Whoever parses looks at `octets[at..end)`, moves `at` on, and asks for more with `fill`, which may move what is left to
 * the front of the buffer. So whatever was borrowed from the buffer is gone after `fill`.
 */

import type { Fault } from '../base/octets.ts';
import type { OctetSource } from './octetSource.ts';

/** 256 KiB stays in the second-level cache, and was the fastest of the sizes measured. */
const windowOctets = 256 * 1024;

export class OctetWindow {
  octets: Uint8Array;
  view: DataView;
  at = 0;
  end: number;
  /** Position in the stream of `octets[0]`. */
  private base = 0;

  /** `head`: octets already taken from `source`. */
  constructor(
    private readonly source: OctetSource,
    head: Uint8Array,
  ) {
    this.octets = new Uint8Array(Math.max(windowOctets, head.length));
    this.view = new DataView(this.octets.buffer);
    this.octets.set(head);
    this.end = head.length;
  }

  get available(): number {
    return this.end - this.at;
  }

  /** Position of `at` in the (decompressed) stream, octets. */
  get position(): number {
    return this.base + this.at;
  }

  get octetsRead(): number {
    return this.source.octetsRead;
  }

  get sourceFault(): Fault | undefined {
    return this.source.fault;
  }

  /** `true` when `needed` octets are available from `at`; `false` when the stream ended before. The buffer grows to `needed`. */
  async fill(needed: number, signal?: AbortSignal): Promise<boolean> {
    if (this.available >= needed) return true;
    this.makeRoom(needed);
    while (this.available < needed) {
      signal?.throwIfAborted();
      const count = await this.source.read(this.octets, this.end, this.octets.length);
      if (count === 0) return false;
      this.end += count;
    }
    return true;
  }

  private makeRoom(needed: number): void {
    const left = this.available;
    if (needed > this.octets.length) {
      const larger = new Uint8Array(Math.max(needed, this.octets.length * 2));
      larger.set(this.octets.subarray(this.at, this.end));
      this.octets = larger;
      this.view = new DataView(larger.buffer);
    } else if (this.at > 0) this.octets.copyWithin(0, this.at, this.end);
    this.base += this.at;
    this.at = 0;
    this.end = left;
  }

  /** Moves `at` on by `count` octets without holding them; resolves to how many there were. */
  async skip(count: number, signal?: AbortSignal): Promise<number> {
    let left = count;
    for (;;) {
      const step = Math.min(left, this.available);
      this.at += step;
      left -= step;
      if (left === 0 || !(await this.fill(1, signal))) return count - left;
    }
  }

  async drain(signal?: AbortSignal): Promise<void> {
    await this.source.drain(signal);
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}
