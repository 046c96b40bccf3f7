/**
 * Packets and octets of a slice in each second of its minute, by direction.
 *
 * What was counted in the latest second with a packet is not kept: it is what the slice counted in all, less what came in other seconds. So a
 * packet of that second, as almost every packet is, changes the slice alone. The other seconds have cells (`secondCounts.ts`): the latest one gets its cell
 * when a later one begins, and a packet that arrives late is counted in the cell of its second.
 */

import type { FlowTable } from './flowTable.ts';
import { mostOctets, noCell, SecondCounts, type SecondLists } from './secondCounts.ts';
import { countWord, sliceWord } from './sliceRecord.ts';

export class SliceSeconds {
  private readonly cells: SecondCounts;
  private saturatedLatest = 0;

  /** `capacity`: seconds of all slices together that have cells, at most. */
  constructor(
    private readonly table: FlowTable,
    capacity: number,
  ) {
    this.cells = new SecondCounts(capacity);
  }

  /** Seconds of one flow and direction that carried 2^32 octets or more: handed over as 2^32 − 1. */
  get saturated(): number {
    return this.cells.saturated + this.saturatedLatest;
  }

  /** Whether a packet in `second` of the minute can be counted in `slice`. */
  hasRoom(slice: number, second: number): boolean {
    const { table, cells } = this;
    const latest = table.getCount(slice, countWord.second);
    if (second === latest || cells.hasRoom) return true;
    return second < latest && cells.find(table.get(slice, sliceWord.cell), second) !== noCell;
  }

  /** The first second of a slice that is new. */
  begin(slice: number, second: number): void {
    this.table.setCount(slice, countWord.second, second);
  }

  /** One packet, which the slice itself is yet to count. The caller asked `hasRoom` before. */
  count(slice: number, second: number, reversed: number, octets: number): void {
    const { table } = this;
    const latest = table.getCount(slice, countWord.second);
    if (second > latest) this.turn(slice, second);
    else if (second < latest) {
      const { cells } = this;
      let cell = cells.find(table.get(slice, sliceWord.cell), second);
      if (cell === noCell) cell = this.prepend(slice, second);
      cells.add(cell, reversed, 1, octets);
      this.setBefore(slice, reversed, this.packetsBefore(slice, reversed) + 1, this.table.octetsBefore(slice, reversed) + octets);
    }
  }

  /** What `slice` counted, seconds ascending. */
  read(slice: number): SecondLists {
    const { table } = this;
    const lists = this.cells.read(table.get(slice, sliceWord.cell));
    lists.seconds.push(table.getCount(slice, countWord.second));
    lists.lowPackets.push(this.packetsOfLatest(slice, 0));
    lists.lowOctets.push(Math.min(this.octetsOfLatest(slice, 0), mostOctets));
    lists.highPackets.push(this.packetsOfLatest(slice, 1));
    lists.highOctets.push(Math.min(this.octetsOfLatest(slice, 1), mostOctets));
    return lists;
  }

  /** The slice was handed over: its cells can be used again. */
  release(slice: number): void {
    for (const end of [0, 1]) if (this.octetsOfLatest(slice, end) > mostOctets) this.saturatedLatest++;
    this.cells.release(this.table.get(slice, sliceWord.cell));
  }

  /** The latest second gets its cell, and `second` takes its place. */
  private turn(slice: number, second: number): void {
    const { table } = this;
    const cell = this.prepend(slice, table.getCount(slice, countWord.second));
    for (const end of [0, 1]) {
      this.cells.add(cell, end, this.packetsOfLatest(slice, end), this.octetsOfLatest(slice, end));
      this.setBefore(slice, end, table.getCount(slice, countWord.lowPackets + end), table.octets(slice, end));
    }
    table.setCount(slice, countWord.second, second);
  }

  private prepend(slice: number, second: number): number {
    const cell = this.cells.prepend(this.table.get(slice, sliceWord.cell), second);
    this.table.set(slice, sliceWord.cell, cell);
    return cell;
  }

  private packetsOfLatest(slice: number, end: number): number {
    return this.table.getCount(slice, countWord.lowPackets + end) - this.packetsBefore(slice, end);
  }

  private octetsOfLatest(slice: number, end: number): number {
    return this.table.octets(slice, end) - this.table.octetsBefore(slice, end);
  }

  private packetsBefore(slice: number, end: number): number {
    return this.table.get(slice, sliceWord.lowPacketsBefore + end);
  }

  private setBefore(slice: number, end: number, packets: number, octets: number): void {
    this.table.set(slice, sliceWord.lowPacketsBefore + end, packets);
    this.table.setOctetsBefore(slice, end, octets);
  }
}
