/**
 * Packets and octets of a slice in each second of its minute, by direction.
 *
 * Most slices carry packets in one to three seconds, so the counts are small cells from one pool, chained per slice.
 */

const cellWords = 6;
const smallest = 256;
/** Words of a cell: second, packets and octets from low to high, packets and octets from high to low, next cell. */
const cellAt = { second: 0, lowPackets: 1, lowOctets: 2, highPackets: 3, highOctets: 4, next: 5 } as const;
export const noCell = -1;
const most = 0xffff_ffff;

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
  private cells = new Uint32Array(smallest * cellWords);
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
    while (cell !== noCell && this.cells[cell * cellWords + cellAt.second] !== second) cell = this.next(cell);
    return cell;
  }

  /** A new first cell of the chain that started with `first`. The caller asked `hasRoom` before. */
  prepend(first: number, second: number): number {
    const cell = this.allocate();
    const at = cell * cellWords;
    this.cells.fill(0, at, at + cellWords);
    this.cells[at + cellAt.second] = second;
    this.cells[at + cellAt.next] = first + 1;
    this.live++;
    return cell;
  }

  /** `reversed` 1: sent by the high end. */
  add(cell: number, reversed: number, octets: number): void {
    const at = cell * cellWords + (reversed ? cellAt.highPackets : cellAt.lowPackets);
    (this.cells[at] as number)++;
    const sum = (this.cells[at + 1] as number) + octets;
    if (sum > most) this.saturated++;
    this.cells[at + 1] = Math.min(sum, most);
  }

  secondOf(cell: number): number {
    return this.cells[cell * cellWords + cellAt.second] as number;
  }

  /** What the chain holds, sorted. */
  read(first: number): SecondLists {
    const rows: number[] = [];
    for (let cell = first; cell !== noCell; cell = this.next(cell)) rows.push(cell);
    rows.sort((a, b) => this.secondOf(a) - this.secondOf(b));
    const list = (word: number) => rows.map((cell) => this.cells[cell * cellWords + word] as number);
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
      this.cells[cell * cellWords + cellAt.next] = this.unused;
      this.unused = cell + 1;
      this.live--;
      cell = following;
    }
  }

  private next(cell: number): number {
    return (this.cells[cell * cellWords + cellAt.next] as number) - 1;
  }

  private allocate(): number {
    if (this.unused > 0) {
      const cell = this.unused - 1;
      this.unused = this.cells[cell * cellWords + cellAt.next] as number;
      return cell;
    }
    if ((this.used + 1) * cellWords > this.cells.length) {
      const grown = new Uint32Array(this.cells.length * 2);
      grown.set(this.cells);
      this.cells = grown;
    }
    return this.used++;
  }
}
