/**
 * Cells for the packets and octets of one second of one slice, by direction.
 *
 * Most slices carry packets in one to three seconds, so the counts are small cells from one pool, chained per slice. The pool
 * grows by a page: of one array that doubles, the old half lies about until the collector comes, and half of the new one is not used.
 */

const cellWords = 6;
/** Cells of a page, as a power of two; a page takes 96 KiB. */
const pageBits = 12;
const cellMask = (1 << pageBits) - 1;
/** Words of a cell: second, packets and octets from low to high, packets and octets from high to low, next cell. */
const cellAt = { second: 0, lowPackets: 1, lowOctets: 2, highPackets: 3, highOctets: 4, next: 5 } as const;
export const noCell = -1;
/** Octets that a cell holds. */
export const mostOctets = 0xffff_ffff;

/** Parallel lists, seconds ascending. `low` counts what the low end sent. */
export interface SecondLists {
  readonly seconds: number[];
  readonly lowPackets: number[];
  readonly lowOctets: number[];
  readonly highPackets: number[];
  readonly highOctets: number[];
}

export class SecondCounts {
  /** Seconds of one flow that carried 2^32 octets or more: counted as 2^32 − 1. */
  saturated = 0;
  private readonly pages: Uint32Array[] = [];
  private used = 0;
  private unused = 0;
  private live = 0;

  /** `capacity`: cells at most. */
  constructor(private readonly capacity: number) {}

  get hasRoom(): boolean {
    return this.live < this.capacity;
  }

  /** The cell of `second` in the chain that starts with `first`, or `noCell`. */
  find(first: number, second: number): number {
    let cell = first;
    while (cell !== noCell && this.secondOf(cell) !== second) cell = this.next(cell);
    return cell;
  }

  /** A new first cell of the chain that started with `first`. The caller asked `hasRoom` before. */
  prepend(first: number, second: number): number {
    const cell = this.allocate();
    const cells = this.pageOf(cell);
    const at = placeOf(cell);
    cells.fill(0, at, at + cellWords);
    cells[at + cellAt.second] = second;
    cells[at + cellAt.next] = first + 1;
    this.live++;
    return cell;
  }

  /** `reversed` 1: sent by the high end. */
  add(cell: number, reversed: number, packets: number, octets: number): void {
    const cells = this.pageOf(cell);
    const at = placeOf(cell) + (reversed ? cellAt.highPackets : cellAt.lowPackets);
    cells[at] = (cells[at] as number) + packets;
    const sum = (cells[at + 1] as number) + octets;
    if (sum > mostOctets) this.saturated++;
    cells[at + 1] = Math.min(sum, mostOctets);
  }

  secondOf(cell: number): number {
    return this.pageOf(cell)[placeOf(cell) + cellAt.second] as number;
  }

  /** What the chain holds, sorted. */
  read(first: number): SecondLists {
    const rows: number[] = [];
    for (let cell = first; cell !== noCell; cell = this.next(cell)) rows.push(cell);
    rows.sort((a, b) => this.secondOf(a) - this.secondOf(b));
    const list = (word: number) => rows.map((cell) => this.pageOf(cell)[placeOf(cell) + word] as number);
    return {
      seconds: list(cellAt.second),
      lowPackets: list(cellAt.lowPackets),
      lowOctets: list(cellAt.lowOctets),
      highPackets: list(cellAt.highPackets),
      highOctets: list(cellAt.highOctets),
    };
  }

  /** Gives the cells of the chain back to the pool. */
  release(first: number): void {
    for (let cell = first; cell !== noCell; ) {
      const following = this.next(cell);
      this.pageOf(cell)[placeOf(cell) + cellAt.next] = this.unused;
      this.unused = cell + 1;
      this.live--;
      cell = following;
    }
  }

  private next(cell: number): number {
    return (this.pageOf(cell)[placeOf(cell) + cellAt.next] as number) - 1;
  }

  private pageOf(cell: number): Uint32Array {
    return this.pages[cell >>> pageBits] as Uint32Array;
  }

  private allocate(): number {
    if (this.unused > 0) {
      const cell = this.unused - 1;
      this.unused = this.next(cell) + 1;
      return cell;
    }
    if (this.used >>> pageBits === this.pages.length) this.pages.push(new Uint32Array((cellMask + 1) * cellWords));
    return this.used++;
  }
}

/** Of a cell's first word in its page. */
const placeOf = (cell: number) => (cell & cellMask) * cellWords;
