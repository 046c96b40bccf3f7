/**
 * Facts as words in a shared buffer: what a capture worker writes and main reads.
 *
 * A buffer begins with the number of words in use, of records, and the counters of the worker at the moment at which it was sealed. A
 * record is its length in words (even), its kind, two words of its own, and its content. A flow is the words of its slice as they lie in the
 * flow table, a name is as `factWords.ts` says; the rare other kinds are JSON.
 */

import type { SliceView } from '../meter/minuteSlice.ts';
import type { SliceSink } from '../meter/sliceOutlet.ts';
import { outWords } from '../meter/sliceRecord.ts';
import type { ToldName } from '../meter/toldName.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { BindingRecord, NameRecord, NetworkRecord } from '../record/sighting.ts';
import { type BufferPool, noBuffer } from './bufferPool.ts';
import { type CaptureCounters, counterNames, writeCounters } from './captureCounters.ts';
import { evidenceNumber, FactWords, wordsOfName, wordsOfText } from './factWords.ts';

/** What a record says it is. Nothing here needs to know the fields of the rare kinds, so that a worker starts soon. */
export const kindNumber = { name: 0, binding: 1, network: 2, clock: 3, flow: 4 } as const;
export const headerAt = { words: 0, records: 1, counters: 2 } as const;
/** Counters begin at 64-bit word 1. */
export const firstRecordAt = headerAt.counters + counterNames.length * 2;
export const recordAt = { length: 0, kind: 1, flags: 2, textLength: 3, content: 4 } as const;
export const flagOfFlow = { replaces: 1, replacedHighBegan: 2, evidenceShift: 2 } as const;
export const evidences: readonly (FlowRecord['serverNameEvidence'] | null)[] = [null, 'tls-sni', 'http-host'];

const secondsInMinute = 60;
const listsOfSeconds = 5;
const longestServerName = 253;
/** Words of the longest flow record; also what counts as room. */
const longestFlow = 4 + outWords + 4 + secondsInMinute * listsOfSeconds + wordsOfText(longestServerName) + 1;
/** The identity of the capture is no part of a buffer: who reads it knows. */
const notWritten = '';
/** Records that may wait for a buffer, beside the slices in the flow table. */
const mostWaiting = 16_384;

const encoder = new TextEncoder();

/** Sixteen is the base that a bigint is written in soonest, and read: `BigInt` takes it back as it stands. */
function withoutBigints(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name in record) {
    const value = record[name];
    plain[name] = typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
  }
  return plain;
}

/** A sighting that found no buffer. */
interface Waiting {
  readonly kind: number;
  readonly record: NameRecord | Readonly<Record<string, unknown>>;
}

export class FactWriter implements SliceSink {
  /** Records taken, written into buffers, and given up because too many waited. */
  records = 0;
  written = 0;
  givenUp = 0;
  replacements = 0;
  private buffer = noBuffer;
  private content = new FactWords(new Int32Array(0));
  private used = 0;
  private recordsInBuffer = 0;
  private readonly queue: Waiting[] = [];
  /** Of these, from the first on, stand in a buffer by now. */
  private drained = 0;

  /** @param seal tells main that a buffer may be read */
  constructor(
    private readonly pool: BufferPool,
    private readonly counters: () => CaptureCounters,
    private readonly seal: (buffer: number) => void,
  ) {}

  get waiting(): number {
    return this.queue.length - this.drained;
  }

  /** Records stand in the buffer that is being filled. */
  get isEmpty(): boolean {
    return this.recordsInBuffer === 0;
  }

  get hasRoom(): boolean {
    return this.roomFor(longestFlow);
  }

  slice(view: SliceView): void {
    const { content } = this;
    const { words } = content;
    const { seconds, lowPackets, lowOctets, highPackets, highOctets } = view.seconds;
    const text = view.serverName?.name ?? '';
    const start = this.used;
    let at = start + recordAt.content;
    words.set(view.words.subarray(view.at, view.at + outWords), at);
    at += outWords;
    content.doubles[at / 2] = view.replaced?.packets ?? 0;
    words[at + 2] = seconds.length;
    at += 4;
    for (const list of [seconds, lowPackets, lowOctets, highPackets, highOctets]) {
      for (let i = 0; i < seconds.length; i++) words[at + i] = list[i] as number;
      at += seconds.length;
    }
    content.setText(at, text);
    at += wordsOfText(text.length);
    const evidence = evidences.indexOf(view.serverName?.evidence ?? null);
    let flags = evidence << flagOfFlow.evidenceShift;
    if (view.replaced) {
      flags |= flagOfFlow.replaces | (view.replaced.highBegan ? flagOfFlow.replacedHighBegan : 0);
      this.replacements++;
    }
    this.records++;
    this.end(kindNumber.flow, flags, text.length, at);
  }

  name(record: NameRecord): void {
    this.sighting(kindNumber.name, record);
  }

  toldName(told: ToldName): void {
    const { nameLength } = told;
    const words = FactWords.nameHead + wordsOfText(nameLength);
    if (this.queue.length > 0 || !this.roomFor(recordAt.content + words + 1)) {
      this.name(told.record(notWritten));
      return;
    }
    const at = this.used + recordAt.content;
    this.content.setToldName(at, told);
    this.end(kindNumber.name, evidenceNumber[told.evidence], nameLength, at + words);
    this.records++;
  }

  binding(record: BindingRecord): void {
    this.sighting(kindNumber.binding, record);
  }

  network(record: NetworkRecord): void {
    this.sighting(kindNumber.network, record);
  }

  clock(record: ClockRecord): void {
    this.sighting(kindNumber.clock, record);
  }

  /** Writes what waited. */
  drain(): void {
    // A buffer that fills up meanwhile goes with counters that are true at that moment.
    for (const waiting of this.queue) {
      if (!this.write(waiting)) break;
      this.drained++;
    }
    if (this.drained > 0) this.queue.splice(0, this.drained);
    this.drained = 0;
  }

  /** Hands over what has been written; the counters alone where nothing was. False when no buffer is free. */
  flush(): boolean {
    if (!this.roomFor(0)) return false;
    const { buffer } = this;
    const { words, doubles } = this.content;
    words[headerAt.words] = this.used;
    words[headerAt.records] = this.recordsInBuffer;
    writeCounters(this.counters(), doubles, headerAt.counters / 2);
    this.buffer = noBuffer;
    this.recordsInBuffer = 0;
    this.seal(buffer);
    return true;
  }

  private sighting(kind: number, record: Waiting['record']): void {
    const isWritten = this.queue.length === 0 && this.write({ kind, record });
    // Counted only now: what fills up a buffer is not among what its counters tell of.
    this.records++;
    if (isWritten) return;
    if (this.queue.length >= mostWaiting) this.givenUp++;
    else this.queue.push({ kind, record });
  }

  /** False when no buffer is free. */
  private write({ kind, record }: Waiting): boolean {
    return kind === kindNumber.name ? this.writeName(record as NameRecord) : this.writeText(kind, record);
  }

  private writeName(record: NameRecord): boolean {
    if (!this.roomFor(recordAt.content + wordsOfName(record) + 1)) return false;
    const at = this.used + recordAt.content;
    const textLength = this.content.setName(at, record);
    this.end(kindNumber.name, evidenceNumber[record.evidence], textLength, at + FactWords.nameHead + wordsOfText(textLength));
    return true;
  }

  private writeText(kind: number, record: Readonly<Record<string, unknown>>): boolean {
    const text = encoder.encode(JSON.stringify(withoutBigints(record)));
    if (!this.roomFor(recordAt.content + wordsOfText(text.length) + 1)) return false;
    const at = this.used + recordAt.content;
    this.content.setOctets(at, text);
    this.end(kind, 0, text.length, at + wordsOfText(text.length));
    return true;
  }

  private end(kind: number, flags: number, textLength: number, end: number): void {
    const start = this.used;
    this.used = end + (end % 2);
    const { words } = this.content;
    words[start + recordAt.length] = this.used - start;
    words[start + recordAt.kind] = kind;
    words[start + recordAt.flags] = flags;
    words[start + recordAt.textLength] = textLength;
    this.written++;
    this.recordsInBuffer++;
  }

  private roomFor(words: number): boolean {
    if (this.buffer !== noBuffer && this.used + words <= this.content.words.length) return true;
    if (this.buffer !== noBuffer) this.flush();
    this.buffer = this.pool.take();
    if (this.buffer === noBuffer) return false;
    this.content = new FactWords(this.pool.words(this.buffer));
    this.used = firstRecordAt;
    return true;
  }
}
