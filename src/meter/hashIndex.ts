/**
 * Open addressing with linear probing: pairs of a hash and a record number in one typed array, at most half full.
 *
 * It knows nothing of keys: whoever owns the records compares them. A removed pair leaves no marker; what follows it in
 * the chain moves up, so that chains do not grow with age.
 */

const smallest = 16;

function slotsFor(records: number): number {
  let slots = smallest;
  while (slots < records * 2) slots *= 2;
  return slots;
}

export class HashIndex {
  /** Two words a slot: the hash, and the record number plus one; 0 there is an empty slot. */
  private pairs: Int32Array;
  /** Number of slots minus one. */
  private mask: number;

  constructor(records: number) {
    const slots = slotsFor(records);
    this.pairs = new Int32Array(slots * 2);
    this.mask = slots - 1;
  }

  /** The slot of the first record of `hash`; negative where there is none. Several keys may share a hash: the caller compares, and asks for the next. */
  firstSlot(hash: number): number {
    return this.seek(hash, hash & this.mask);
  }

  /** The slot of the record of `hash` after the one in `slot`. */
  nextSlot(hash: number, slot: number): number {
    return this.seek(hash, (slot + 1) & this.mask);
  }

  recordAt(slot: number): number {
    return (this.pairs[slot * 2 + 1] as number) - 1;
  }

  private seek(hash: number, from: number): number {
    const { pairs, mask } = this;
    for (let slot = from; pairs[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) if (pairs[slot * 2] === hash) return slot;
    return -1;
  }

  /** The caller has made sure that there is room (`reserve`). */
  insert(hash: number, record: number): void {
    let slot = hash & this.mask;
    while (this.pairs[slot * 2 + 1] !== 0) slot = (slot + 1) & this.mask;
    this.pairs[slot * 2] = hash;
    this.pairs[slot * 2 + 1] = record + 1;
  }

  remove(hash: number, record: number): void {
    const { pairs, mask } = this;
    let hole = hash & mask;
    while (pairs[hole * 2 + 1] !== record + 1) {
      if (pairs[hole * 2 + 1] === 0) throw new Error('unreachable: a record is not in its index');
      hole = (hole + 1) & mask;
    }
    for (let slot = (hole + 1) & mask; pairs[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      const home = (pairs[slot * 2] as number) & mask;
      // Stays where it is when its home lies behind the hole, up to its own slot.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      pairs[hole * 2] = pairs[slot * 2] as number;
      pairs[hole * 2 + 1] = pairs[slot * 2 + 1] as number;
      hole = slot;
    }
    pairs[hole * 2 + 1] = 0;
  }

  /** Makes room for `records` in all. */
  reserve(records: number): void {
    const slots = slotsFor(records);
    if (slots <= this.mask + 1) return;
    const old = this.pairs;
    this.pairs = new Int32Array(slots * 2);
    this.mask = slots - 1;
    for (let at = 0; at < old.length; at += 2) {
      const record = old[at + 1] as number;
      if (record !== 0) this.insert(old[at] as number, record - 1);
    }
  }
}
