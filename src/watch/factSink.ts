/** Takes facts from the meter into the store's buffer, and marks what each makes stale. */

import type { Mac } from '../base/address.ts';
import { isGroupMac } from '../base/address.ts';
import { day, dayOf, type Microseconds } from '../base/time.ts';
import { type ClockRecord, clockKind } from '../record/clock.ts';
import { type FlowRecord, flowKind } from '../record/flow.ts';
import {
  type BindingRecord,
  bindingKind,
  type NameRecord,
  type NetworkRecord,
  nameKind,
  networkKind,
  usableUntil,
} from '../record/sighting.ts';
import type { Store } from '../store/store.ts';

export class FactSink {
  /** Rows taken so far. */
  rows = 0;
  flows = 0;
  /** The day that was marked last for a machine, in this commit: most flows would only mark it again. */
  private readonly marked = new Map<Mac, Microseconds>();
  private commit = -1;

  constructor(private readonly store: Store) {}

  readonly stretches = true;

  /** While false, call `Store.commit`. */
  get hasRoom(): boolean {
    return !this.store.isFull;
  }

  flow(record: FlowRecord): void {
    this.store.append(flowKind, record);
    this.rows++;
    this.flows++;
    // It may be the first sign of a machine.
    this.store.markStale({ unit: 'devices', subject: '', day: null });
    for (const mac of [record.sourceMac, record.destinationMac]) this.markDays(mac, record.minute, record.minute);
  }

  name(record: NameRecord): void {
    this.store.append(nameKind, record);
    this.rows++;
    this.markDays(record.clientMac, record.from, usableUntil(record));
  }

  binding(record: BindingRecord): void {
    this.store.append(bindingKind, record);
    this.rows++;
    this.store.markStale({ unit: 'devices', subject: '', day: null });
  }

  /** What rests on it is found by comparing the basis of the derived records. */
  network(record: NetworkRecord): void {
    this.store.append(networkKind, record);
    this.rows++;
  }

  /** The clock of a host moves its states: its days are judged anew, see `casework/`. */
  clock(record: ClockRecord): void {
    this.store.append(clockKind, record);
    this.rows++;
    this.markDays(record.mac, record.capturedAt, record.capturedAt);
  }

  private markDays(mac: Mac | null, from: Microseconds, to: Microseconds): void {
    if (mac === null || isGroupMac(mac)) return;
    if (this.commit !== this.store.commits) {
      this.commit = this.store.commits;
      this.marked.clear();
    }
    const last = dayOf(to);
    if (dayOf(from) === last) {
      if (this.marked.get(mac) === last) return;
      this.marked.set(mac, last);
    }
    for (let at = dayOf(from); at <= to; at += day) this.store.markStale({ unit: 'device-day', subject: String(mac), day: at });
  }
}
