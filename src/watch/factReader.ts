/** Reads back what `factBatch.ts` wrote: records as they are declared. */

import { flowRecordOf, type SliceView } from '../meter/minuteSlice.ts';
import { outWords } from '../meter/sliceRecord.ts';
import { clockKind } from '../record/clock.ts';
import type { FlowRecord } from '../record/flow.ts';
import { fieldsOf, type RecordKind } from '../record/kind.ts';
import { bindingKind, type NameRecord, nameKind, networkKind } from '../record/sighting.ts';
import { type CaptureCounters, readCounters } from './captureCounters.ts';
import { evidences, firstRecordAt, flagOfFlow, headerAt, kindNumber, recordAt } from './factBatch.ts';
import { FactWords } from './factWords.ts';

/** A kind, with the names of its fields, and of those that travel as the digits of a bigint. */
interface Declared {
  readonly kind: RecordKind;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

const sightingKinds = new Map(
  ([bindingKind, networkKind, clockKind] as unknown as RecordKind[]).map((kind): [number, Declared] => {
    const fields = fieldsOf(kind);
    const addresses = fields.filter(({ semantic }) => semantic === 'address').map(({ name }) => name);
    return [kindNumber[kind.name as keyof typeof kindNumber], { kind, names: fields.map(({ name }) => name), addresses }];
  }),
);

/** The copy of a flow that was written early: enough to find it in the store. */
export interface ReplacedFlow {
  /** Its key, seen from the end that it said began. */
  readonly key: FlowRecord;
  readonly packets: number;
}

export interface FactTaker {
  flow(record: FlowRecord, replaced: ReplacedFlow | undefined): void;
  sighting(kind: RecordKind, record: Record<string, unknown>): void;
}

export class FactBatch {
  private readonly content: FactWords;

  /** Borrowed until the buffer is released. */
  constructor(
    words: Int32Array,
    private readonly capture: string,
  ) {
    this.content = new FactWords(words);
  }

  get counters(): CaptureCounters {
    return readCounters(this.content.doubles, headerAt.counters / 2);
  }

  get records(): number {
    return this.content.words[headerAt.records] as number;
  }

  /** Hands out at most `most` records from word `at` on; returns where the next one begins, `undefined` after the last. */
  read(taker: FactTaker, at = firstRecordAt, most = Number.POSITIVE_INFINITY): number | undefined {
    const { words } = this.content;
    const end = words[headerAt.words] as number;
    let next = at;
    for (let done = 0; next < end; done++) {
      if (done >= most) return next;
      const length = words[next + recordAt.length] as number;
      if (length < recordAt.content) throw new Error('unreachable: a record of no length in a batch of facts');
      this.readRecord(taker, next);
      next += length;
    }
    return undefined;
  }

  private readRecord(taker: FactTaker, at: number): void {
    const kind = this.content.words[at + recordAt.kind] as number;
    const declared = sightingKinds.get(kind);
    if (kind === kindNumber.flow) this.readFlow(taker, at);
    else if (kind === kindNumber.name) taker.sighting(nameKind as unknown as RecordKind, this.name(at));
    else if (declared) taker.sighting(declared.kind, this.sighting(declared, at));
    else throw new Error(`unreachable: kind ${kind} in a batch of facts`);
  }

  private readFlow(taker: FactTaker, start: number): void {
    const { words, doubles } = this.content;
    const flags = words[start + recordAt.flags] as number;
    const textLength = words[start + recordAt.textLength] as number;
    const slice = start + recordAt.content;
    let at = slice + outWords;
    const replacedPackets = doubles[at / 2] as number;
    const count = words[at + 2] as number;
    at += 4;
    const list = (index: number) => Array.from(words.subarray(at + index * count, at + (index + 1) * count), (word) => word >>> 0);
    const seconds = { seconds: list(0), lowPackets: list(1), lowOctets: list(2), highPackets: list(3), highOctets: list(4) };
    const evidence = evidences[flags >>> flagOfFlow.evidenceShift];
    const name = evidence ? { name: this.content.text(at + 5 * count, textLength), evidence } : undefined;
    const view: SliceView = { words, doubles, at: slice, seconds, serverName: name, replaced: undefined };
    const record = flowRecordOf(this.capture, view);
    const replaces = (flags & flagOfFlow.replaces) !== 0;
    const key = () => flowRecordOf(this.capture, { ...view, highBegan: flags & flagOfFlow.replacedHighBegan ? 1 : 0 });
    taker.flow(record, replaces ? { key: key(), packets: replacedPackets } : undefined);
  }

  private name(at: number): NameRecord {
    const { words } = this.content;
    const evidence = words[at + recordAt.flags] as number;
    return this.content.name(at + recordAt.content, this.capture, evidence, words[at + recordAt.textLength] as number);
  }

  private sighting({ names, addresses }: Declared, at: number): Record<string, unknown> {
    const { content } = this;
    const text = content.text(at + recordAt.content, content.words[at + recordAt.textLength] as number);
    const record = JSON.parse(text) as Record<string, unknown>;
    for (const name of names) record[name] ??= null;
    for (const name of addresses) if (record[name] !== null) record[name] = BigInt(record[name] as string);
    return record;
  }
}
