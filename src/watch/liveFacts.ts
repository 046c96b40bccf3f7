/** Takes the facts of a live session into the store's buffer; those that take the place of an early copy wait until that is on disk. */

import type { ClockRecord } from '../record/clock.ts';
import { clockKind } from '../record/clock.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { RecordKind } from '../record/kind.ts';
import { type BindingRecord, bindingKind, type NameRecord, type NetworkRecord, nameKind, networkKind } from '../record/sighting.ts';
import type { Statement } from '../store/question.ts';
import type { Store } from '../store/store.ts';
import type { FactTaker, ReplacedFlow } from './factReader.ts';
import { FactSink } from './factSink.ts';
import { eraseCopy } from './replacedFlow.ts';

/** Sees each flow of a live session once, as it goes to the store. */
export interface FlowWatcher {
  take(flow: FlowRecord, interfaceName: string): void;
}

type Staged = { readonly kind: RecordKind | undefined; readonly record: Record<string, unknown> };

export class LiveFacts implements FactTaker {
  /** Records read. */
  taken = 0;
  /** Copies that made way. */
  replaced = 0;
  private readonly sink: FactSink;
  /** Read, and not yet in the buffer: what is read of a batch goes into one commit with its books. */
  private staged: Staged[] = [];
  private later: { readonly record: FlowRecord; readonly replaced: ReplacedFlow }[] = [];

  /** @param name of the interface */
  constructor(
    store: Store,
    private readonly name: string,
  ) {
    this.sink = new FactSink(store);
  }

  /** Records that take the place of a copy and wait for `replace`. */
  get waiting(): number {
    return this.later.length;
  }

  flow(record: FlowRecord, replaced: ReplacedFlow | undefined): void {
    this.taken++;
    if (replaced) this.later.push({ record, replaced });
    else this.staged.push({ kind: undefined, record });
  }

  sighting(kind: RecordKind, record: Record<string, unknown>): void {
    this.taken++;
    this.staged.push({ kind, record });
  }

  /** Buffers what was read, in one go. */
  append(watchers: readonly FlowWatcher[]): void {
    for (const { kind, record } of this.staged) {
      this.pass(kind, record);
      if (kind === undefined) for (const watcher of watchers) watcher.take(record as FlowRecord, this.name);
    }
    this.staged = [];
  }

  /** Buffers what waited, once all before it is on disk; returns what the same commit has to take away. */
  replace(): Statement[] {
    const { later } = this;
    this.later = [];
    for (const { record } of later) this.sink.flow(record);
    this.replaced += later.length;
    return later.map(({ replaced }) => eraseCopy(replaced));
  }

  private pass(kind: RecordKind | undefined, record: Record<string, unknown>): void {
    const is = (other: unknown) => kind === other;
    if (kind === undefined) this.sink.flow(record as FlowRecord);
    else if (is(nameKind)) this.sink.name(record as NameRecord);
    else if (is(bindingKind)) this.sink.binding(record as BindingRecord);
    else if (is(networkKind)) this.sink.network(record as NetworkRecord);
    else if (is(clockKind)) this.sink.clock(record as ClockRecord);
    else throw new Error(`unreachable: ${kind.name} is no fact of a capture`);
  }
}
