/**
 * Blocks of a ring that were copied out of it because their reader is behind: a ring of memory of our own behind that of the kernel.
 *
 * Copying takes a fraction of what reading takes. So a reader that is slow for a while, because its code is not compiled yet or the machine
 * had other work, gives room back to the kernel and reads later. Nothing is allocated before that, and nothing is kept after it.
 */

/** One block, or many one after the other: three views of the same memory. */
export interface BlockMemory {
  readonly words: Uint32Array;
  readonly octets: Uint8Array;
  readonly view: DataView;
}

export function blockMemory(memory: ArrayBufferLike): BlockMemory {
  return { words: new Uint32Array(memory), octets: new Uint8Array(memory), view: new DataView(memory) };
}

export class BlockSpill {
  private readonly waiting: BlockMemory[] = [];
  /** Blocks that were read, to be filled again. */
  private readonly empty: BlockMemory[] = [];

  /** @param most blocks that may wait */
  constructor(
    private readonly blockOctets: number,
    private readonly most: number,
  ) {}

  get isFull(): boolean {
    return this.waiting.length >= this.most;
  }

  /** The block that has waited longest. Borrowed until `drop`. */
  get first(): BlockMemory | undefined {
    return this.waiting[0];
  }

  /** Copies the octets `[at, at + length)` of `from`; the caller asked `isFull` before. */
  take(from: Uint8Array, at: number, length: number): void {
    const into = this.empty.pop() ?? blockMemory(new ArrayBuffer(this.blockOctets));
    into.octets.set(from.subarray(at, at + length));
    this.waiting.push(into);
  }

  /** The first block has been read. */
  drop(): void {
    const read = this.waiting.shift();
    if (this.waiting.length === 0) this.empty.length = 0;
    else if (read) this.empty.push(read);
  }

  /** What waits is lost. */
  clear(): void {
    this.waiting.length = 0;
    this.empty.length = 0;
  }
}
