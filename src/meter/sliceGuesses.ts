/**
 * Finds the slice of a packet without its key: what was found last for the same addresses and ports is guessed, and held against the packet.
 *
 * A guess is right where the number of the path, the ports, the last words of the addresses and the minute are equal: together they are the
 * key. ARP, ICMP, fragments, and what is no IP are looked for by their key.
 */

import { batchRows, type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { FlowPaths, hasPorts, noPath, turnedIn } from './flowPaths.ts';
import { type FlowTable, noSlice } from './flowTable.ts';
import type { HashKey } from './keyedHash.ts';
import { countWord, countWords } from './sliceRecord.ts';

/** Pairs of guesses, as a power of two. With one guess in each place, a tenth of 8,000 flows missed. */
const guessBits = 16;
const markBits = 8;
const markMask = (1 << markBits) - 1;
/** Slices with greater numbers are found by their key. */
const guessableSlices = 1 << (31 - markBits);
const mostPaths = 1 << 17;

export class SliceGuesses {
  /** Of the row that was found last. 1: it runs from the high end to the low one. */
  reversed = 0;
  private readonly paths: FlowPaths;
  /**
   * Two slices for each place, the one found last first: its number, and behind that a mark, so that both need not be looked at.
   */
  private readonly recent = new Int32Array(2 << guessBits).fill(noSlice);
  /** Of the rows of the batch at hand. */
  private readonly mixes = new Int32Array(batchRows);
  private readonly guesses = new Int32Array(batchRows);
  /** Of no meaning: kept so that the reading is not left out. */
  protected touched = 0;

  constructor(
    private readonly table: FlowTable,
    hashKey: HashKey,
    most = mostPaths,
  ) {
    this.paths = new FlowPaths(most, hashKey, () => table.forgetPaths());
  }

  /**
   * Guesses for every row of a batch which slice it belongs to, and asks for the memory that counting it will need: all of it comes side by
   * side, instead of one piece after the other while each packet waits.
   *
   * The place needs no secret: whoever makes packets fall together gains the time of a hash.
   */
  approach(batch: HeaderBatch): void {
    const { mixes, guesses, paths, recent } = this;
    const { counts } = this.table;
    const { count, sourceAddress, destinationAddress, sourcePort, destinationPort } = batch;
    for (let row = 0; row < count; row++) {
      // The same for both directions.
      const addresses = (sourceAddress[row * 4 + 3] as number) ^ (destinationAddress[row * 4 + 3] as number);
      const ports = (sourcePort[row] as number) ^ (destinationPort[row] as number);
      mixes[row] = Math.imul(Math.imul(addresses, 0x85eb_ca6b | 0) ^ ports, 0x9e37_79b1 | 0);
    }
    // A loop for each kind of memory that does nothing but read it: the shorter it is, the more rows a processor asks for at once.
    let touched = 0;
    for (let row = 0; row < count; row++) touched ^= recent[placeOf(mixes[row] as number)] as number;
    for (let row = 0; row < count; row++) guesses[row] = this.guess(mixes[row] as number);
    for (let row = 0; row < count; row++) {
      const guess = guesses[row] as number;
      if (guess !== noSlice) touched ^= counts[guess * countWords] as number;
    }
    for (let row = 0; row < count; row++) {
      const guess = guesses[row] as number;
      if (guess !== noSlice) touched ^= paths.orderOf((counts[guess * countWords + countWord.path] as number) >> 1);
    }
    this.touched = touched;
  }

  /** The open slice of a row of the batch that was approached last; `noSlice` where it has to be looked for by its key. */
  find(batch: HeaderBatch, row: number, minute: number): number {
    let guess = this.guesses[row] as number;
    // Rows before this one may have found it meanwhile.
    if (guess === noSlice) guess = this.guess(this.mixes[row] as number);
    if (guess === noSlice || !isGuessable(batch, row)) return noSlice;
    const { paths } = this;
    const { counts } = this.table;
    const at = guess * countWords;
    const path = counts[at + countWord.path] as number;
    const number = path >> 1;
    const turned = turnedIn(batch, row);
    if (number === noPath || counts[at + countWord.minute] !== minute || !paths.holds(number, batch, row, turned)) return noSlice;
    const reversed = this.reversedIn(batch, row, number, turned);
    const source = (batch.sourceAddress[row * 4 + 3] as number) | 0;
    const destination = (batch.destinationAddress[row * 4 + 3] as number) | 0;
    const hasNoPorts = !hasPorts(batch, row);
    const sourcePort = hasNoPorts ? 0 : (batch.sourcePort[row] as number);
    const destinationPort = hasNoPorts ? 0 : (batch.destinationPort[row] as number);
    const isReversed = reversed === 1;
    const isRight =
      (path & 1) === (paths.isSymmetric(number) ? 0 : turned ^ reversed) &&
      counts[at + countWord.ports] === (isReversed ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort) &&
      counts[at + countWord.lowAddress] === (isReversed ? destination : source) &&
      counts[at + countWord.highAddress] === (isReversed ? source : destination);
    if (!isRight) return noSlice;
    this.reversed = reversed;
    return guess;
  }

  /** The slice of the row is this one: its key said so. `reversed` as the key has it. */
  learn(batch: HeaderBatch, row: number, slice: number, reversed: number): void {
    if (slice >= guessableSlices || !isGuessable(batch, row)) return;
    const number = this.paths.numberOf(batch, row);
    const side = this.paths.isSymmetric(number) ? 0 : turnedIn(batch, row) ^ reversed;
    this.table.setCount(slice, countWord.path, (number << 1) | side);
    const { recent } = this;
    const mix = this.mixes[row] as number;
    const place = placeOf(mix);
    const mark = markOf(mix);
    const first = recent[place] as number;
    // What has the same mark is the same flow a minute ago, as a rule.
    if ((first & markMask) !== mark) recent[place + 1] = first;
    recent[place] = (slice << markBits) | mark;
  }

  /** Which end is low is decided as `FlowKey.fill` does. */
  private reversedIn(batch: HeaderBatch, row: number, number: number, turned: number): number {
    const order = this.paths.orderOf(number);
    if (order !== 0) return turned === 1 ? (order < 0 ? 1 : 0) : order > 0 ? 1 : 0;
    const source = batch.sourceAddress[row * 4 + 3] as number;
    const destination = batch.destinationAddress[row * 4 + 3] as number;
    if (source !== destination) return source > destination ? 1 : 0;
    const sourcePort = batch.sourcePort[row] as number;
    const destinationPort = batch.destinationPort[row] as number;
    if (sourcePort !== destinationPort && hasPorts(batch, row)) return sourcePort > destinationPort ? 1 : 0;
    return turned;
  }

  private guess(mix: number): number {
    const place = placeOf(mix);
    const mark = markOf(mix);
    const first = this.recent[place] as number;
    const entry = (first & markMask) === mark ? first : (this.recent[place + 1] as number);
    return (entry & markMask) === mark ? entry >> markBits : noSlice;
  }
}

function isGuessable(batch: HeaderBatch, row: number): boolean {
  if (batch.ipVersion[row] === 0 || batch.isFragment[row] === 1) return false;
  return ((batch.layers[row] as number) & (layer.icmp | layer.icmpv6)) === 0;
}

/** Where the pair of guesses lies, and what tells both apart: bits of their own each. */
const placeOf = (mix: number) => (mix >>> (32 - guessBits)) * 2;
const markOf = (mix: number) => (mix >>> (32 - guessBits - markBits)) & markMask;
