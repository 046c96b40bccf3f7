/**
 * The fixed number of buffers through which a worker hands its facts to main, and what both sides know of them.
 *
 * A buffer is free, being filled, or sealed until main has its rows on disk. There are never more: whoever finds none free waits.
 */

export interface PoolMemory {
  readonly buffers: SharedArrayBuffer;
  /** One word of state for each buffer, then the word by which main asks the worker to end. */
  readonly control: SharedArrayBuffer;
  /** What the worker counted last: main reads it when the worker is gone. */
  readonly counters: SharedArrayBuffer;
  readonly bufferOctets: number;
}

const free = 0;
const taken = 1;
export const noBuffer = -1;

export function createPool(count: number, bufferOctets: number, counterOctets: number): PoolMemory {
  if (bufferOctets % 8 !== 0) throw new Error('unreachable: buffers hold 64-bit words');
  return {
    buffers: new SharedArrayBuffer(count * bufferOctets),
    control: new SharedArrayBuffer((count + 1) * 4),
    counters: new SharedArrayBuffer(counterOctets),
    bufferOctets,
  };
}

export class BufferPool {
  readonly count: number;
  private readonly control: Int32Array;

  constructor(readonly memory: PoolMemory) {
    this.control = new Int32Array(memory.control);
    this.count = this.control.length - 1;
  }

  words(buffer: number): Int32Array {
    return new Int32Array(this.memory.buffers, buffer * this.memory.bufferOctets, this.memory.bufferOctets / 4);
  }

  /** A buffer that is free, now taken; `noBuffer` when there is none. */
  take(): number {
    for (let buffer = 0; buffer < this.count; buffer++)
      if (Atomics.compareExchange(this.control, buffer, free, taken) === free) return buffer;
    return noBuffer;
  }

  get hasFree(): boolean {
    for (let buffer = 0; buffer < this.count; buffer++) if (Atomics.load(this.control, buffer) === free) return true;
    return false;
  }

  /** Its rows are on disk. */
  release(buffer: number): void {
    Atomics.store(this.control, buffer, free);
  }

  askToEnd(): void {
    Atomics.store(this.control, this.count, 1);
  }

  get isAskedToEnd(): boolean {
    return Atomics.load(this.control, this.count) === 1;
  }
}
