/**
 * Brings what is derived up to the facts: devices, timelines, clocks, judgements, destinations, in this order.
 *
 * A unit that is stale is read, recomputed by pure functions and compared; only what changed is written, in the same
 * transaction that takes the mark away and marks what depends on it. Interrupted anywhere, it goes on where it stopped.
 */

import { setImmediate as yieldThread } from 'node:timers/promises';
import { day, dayOf, hour } from '../base/time.ts';
import { correctedStates } from '../judge/correction.ts';
import { explanationsInForce } from '../judge/decisions.ts';
import { assembleDevicesSteps } from '../judge/device.ts';
import { explain } from '../judge/explain.ts';
import { type JudgedDay, judgeDaySteps } from '../judge/judgement.ts';
import { Networks } from '../judge/networks.ts';
import { believedTeachings } from '../judge/teachers.ts';
import { type CorrectionRecord, correctionKind } from '../record/correction.ts';
import type { EventRecord } from '../record/event.ts';
import type { Explanation } from '../record/explanation.ts';
import { type IntervalRecord, intervalKind } from '../record/interval.ts';
import { type DeviceRecord, destinationKind, deviceKind, judgementKind } from '../record/judged.ts';
import { nameMemory } from '../record/sighting.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { rollUpDay, rollUpStale } from '../store/rollUp.ts';
import { inSlices } from '../store/slices.ts';
import type { SettledUnit, StaleUnit, Store } from '../store/store.ts';
import { hostNames } from '../timeline/hostNames.ts';
import { combine } from '../timeline/hostState.ts';
import { buildIntervalsSteps } from '../timeline/intervals.ts';
import { basisOf, replaceBasis } from './basis.ts';
import { askHostClock } from './hostClock.ts';
import { isSame } from './sameRecords.ts';

export interface SettleOptions {
  /** Those that come with Yoban; what operators decided lies in the store. */
  readonly explanations: readonly Explanation[];
  readonly signal?: AbortSignal;
  /** Called after each unit: how many are done, how many are known to be left. */
  readonly onProgress?: (done: number, left: number) => void;
  /** Facts go on arriving: what is stale at the beginning of a step is worked on once, what becomes stale meanwhile waits for the next time. */
  readonly once?: boolean;
  /** Whether the clocks of logs are compared with that of the sensor. Default: as the derived records were made before, else yes. */
  readonly correctClocks?: boolean;
}

/** A ClientHello names the slices of its conversation this long after it. */
const conversationMemory = 6 * hour;

const timestamp = (position: number) => `make_timestamp($${position}::BIGINT)`;

export class Casework {
  private networks = new Networks([]);
  /** In force: what comes with Yoban and what was decided since. */
  private explanations: readonly Explanation[] = [];
  private readonly knownDestinations = new Set<string>();
  private correctClocks = true;
  /** Of the machines to which a log belongs; known once devices and hosts are settled. */
  private hostOfMac: ReadonlyMap<number, string> = new Map();
  /** The unit that is being worked on. */
  private current: SettledUnit = { unit: { unit: 'devices', subject: '', day: null }, revision: 0 };

  constructor(
    private readonly store: Store,
    private readonly options: SettleOptions,
  ) {}

  /** Works until nothing is stale. */
  async settle(): Promise<void> {
    await this.compareBasis();
    let done = 0;
    for (const step of ['devices', 'host', 'clock', 'device-day', 'destinations'] as const) {
      if (step === 'clock') await this.prepareClocks();
      // While facts go on arriving, marks have come since.
      if (step === 'device-day' && this.options.once) await this.dropUntied();
      for (;;) {
        const units = (await this.store.ask(derived.staleUnits, {})) as StaleUnit[];
        const unit = units.find((candidate) => candidate.unit === step);
        if (!unit) break;
        const batch = units.filter((candidate) => candidate.unit === step);
        for (const [i, next] of batch.entries()) {
          this.options.signal?.throwIfAborted();
          await this.settleUnit(next);
          this.options.onProgress?.(++done, units.length - i - 1);
          await yieldThread();
        }
        if (this.options.once) break;
      }
    }
  }

  /** A clock rests on the flows of its machines: where days of them are stale, so is it. */
  private async prepareClocks(): Promise<void> {
    await this.dropUntied();
    const hosts = new Set<string>();
    for (const { unit, subject } of await this.store.ask(derived.staleUnits, {})) {
      const host = unit === 'device-day' ? this.hostOfMac.get(Number(subject)) : undefined;
      if (host !== undefined) hosts.add(host);
    }
    // No unit of their own: the days are the marks, and stay until they are judged.
    for (const host of hosts) {
      this.options.signal?.throwIfAborted();
      await this.settleUnit({ unit: 'clock', subject: host, day: null });
      await yieldThread();
    }
  }

  /** Machines without a log have no states and no judgements: on a large network they are most, and their marks go at once. */
  private async dropUntied(): Promise<void> {
    const tied = (await this.store.ask(derived.devices, {})).filter(({ host }) => host !== null);
    this.hostOfMac = new Map(tied.map(({ mac, host }) => [mac, host as string]));
    // Marks that come in the meantime with other days wait for the next time.
    const sql = `DELETE FROM "stale" WHERE "unit" = 'device-day' AND "day" >= ${timestamp(1)} AND "day" < ${timestamp(2)}
      AND "subject" NOT IN (SELECT "mac"::VARCHAR FROM "device" WHERE "host" IS NOT NULL)
      AND "subject" NOT IN (SELECT DISTINCT "mac"::VARCHAR FROM "exchange")`;
    const days = ((await this.store.ask(derived.staleUnits, {})) as StaleUnit[]).flatMap(({ day: at }) => (at === null ? [] : [at]));
    if (days.length === 0) return;
    const [first, last] = days.reduce(([least, most], at) => [Math.min(least, at), Math.max(most, at)], [Number.MAX_SAFE_INTEGER, 0]);
    await this.store.commit([...rollUpStale(first, last + day), { sql, values: [BigInt(first), BigInt(last + day)], takesMarks: true }]);
  }

  /** Networks, explanations and rules are the ground for all units: a change makes stale what rests on it. */
  private async compareBasis(): Promise<void> {
    const { teachings } = believedTeachings(await this.store.ask(facts.network, {}));
    this.networks = new Networks(teachings);
    this.explanations = explanationsInForce(this.options.explanations, await this.store.ask(facts.decisions, {}));
    const then = Object.fromEntries((await this.store.ask(derived.basis, {})).map(({ name, value }) => [name, value]));
    this.correctClocks = this.options.correctClocks ?? then.clocks !== 'as logged';
    const now = basisOf(teachings, this.explanations, this.correctClocks);
    for (const { id } of await this.store.ask(derived.destinations, {})) this.knownDestinations.add(id);
    if (now.rules === then.rules && now.networks === then.networks && now.explanations === then.explanations && now.clocks === then.clocks)
      return;
    if (now.rules !== then.rules) {
      this.store.markStale({ unit: 'devices', subject: '', day: null });
      for (const { host } of await this.store.ask(facts.hosts, {})) this.store.markStale({ unit: 'host', subject: host, day: null });
    }
    if (now.clocks !== then.clocks)
      for (const { host } of await this.store.ask(facts.hosts, {})) this.store.markStale({ unit: 'clock', subject: host, day: null });
    if (now.rules !== then.rules || now.networks !== then.networks) {
      for (const device of await this.store.ask(derived.devices, {}))
        if (device.host !== null) await this.markDays(device, 0, Number.MAX_SAFE_INTEGER);
    }
    this.store.markStale({ unit: 'destinations', subject: '', day: null });
    await this.store.commit(replaceBasis(now));
  }

  private settleUnit(unit: StaleUnit): Promise<void> {
    this.current = { unit, revision: this.store.revisionOf(unit) };
    switch (unit.unit) {
      case 'devices':
        return this.settleDevices();
      case 'host':
        return this.settleHost(unit);
      case 'clock':
        return this.settleClock(unit);
      case 'device-day':
        return this.settleDeviceDay(unit);
      case 'destinations':
        return this.settleDestinations();
      default:
        return unit.unit satisfies never;
    }
  }

  private async settleDevices(): Promise<void> {
    const hosts = hostNames(await this.store.ask(facts.renamings, {}));
    const before = await this.store.ask(derived.devices, {});
    const now = await inSlices(assembleDevicesSteps(await this.store.ask(facts.bindings, {}), hosts));
    if (await isSame(before, now)) return this.store.commit([], this.current);
    const hostBefore = new Map(before.map(({ mac, host }) => [mac, host]));
    // The addresses of a machine tell which clocks on the wire are its own.
    for (const { host } of [...before, ...now]) if (host !== null) this.store.markStale({ unit: 'clock', subject: host, day: null });
    for (const device of now)
      if ((hostBefore.get(device.mac) ?? null) !== device.host) await this.markDays(device, 0, Number.MAX_SAFE_INTEGER);
    const left = new Set(now.map(({ mac }) => mac));
    for (const device of before) if (!left.has(device.mac) && device.host !== null) await this.markDays(device, 0, Number.MAX_SAFE_INTEGER);
    // At once with the commit: rows that lie in the buffer while something is waited for may be committed by another.
    for (const device of now) this.store.append(deviceKind, device);
    await this.store.commit([{ sql: 'DELETE FROM "device"', values: [] }], this.current);
  }

  private async namesOf(subject: string): Promise<{ readonly host: string; readonly names: string[] }> {
    const newest = hostNames(await this.store.ask(facts.renamings, {}));
    const host = newest.get(subject) ?? subject;
    return { host, names: [subject, ...[...newest].filter(([name, now]) => now === host && name !== subject).map(([name]) => name)] };
  }

  private async eventsOf(names: readonly string[]): Promise<EventRecord[]> {
    const events: EventRecord[] = [];
    for (const name of names) for (const event of await this.store.ask(facts.eventsOfHost, { host: name })) events.push(event);
    return events;
  }

  /** A machine that was renamed has one timeline, under its newest name. */
  private async settleHost(unit: StaleUnit): Promise<void> {
    const { host, names } = await this.namesOf(unit.subject);
    const before: IntervalRecord[] = [];
    for (const name of names) before.push(...(await this.store.ask(derived.intervalsOfHost, { host: name })));
    const events = await this.eventsOf(names);
    const now = (await inSlices(buildIntervalsSteps(events))).map((interval) => ({ ...interval, host }));
    for (const name of names) this.store.markStale({ unit: 'clock', subject: name, day: null });
    if (await isSame(before, now)) return this.store.commit([], this.current);
    const { from, to } = difference(before, now);
    for (const device of await this.store.ask(derived.devices, {})) if (device.host === host) await this.markDays(device, from, to);
    for (const interval of now) this.store.append(intervalKind, interval);
    await this.store.commit(
      names.map((name) => ({ sql: 'DELETE FROM "interval" WHERE "host" = $1', values: [name] })),
      this.current,
    );
  }

  /** How far the clock of a log is from that of the sensor; of a name that is no host any more, nothing is left. */
  private async settleClock(unit: StaleUnit): Promise<void> {
    const host = unit.subject;
    const before = await this.store.ask(derived.correctionsOfHost, { host });
    const now = this.correctClocks ? await askHostClock(this.store, host, await this.eventsOf((await this.namesOf(host)).names)) : [];
    if (await isSame(before, now)) return this.store.commit([], this.current);
    const moves = (records: readonly CorrectionRecord[]) =>
      JSON.stringify(records.map(({ from, status, offsetUs, uncertaintyUs }) => [from, status, offsetUs, uncertaintyUs]));
    if (moves(before) !== moves(now))
      for (const device of await this.store.ask(derived.devices, {}))
        if (device.host === host) await this.markDays(device, 0, Number.MAX_SAFE_INTEGER);
    for (const correction of now) this.store.append(correctionKind, correction);
    await this.store.commit([{ sql: 'DELETE FROM "correction" WHERE "host" = $1', values: [host] }], this.current);
  }

  private async settleDeviceDay(unit: StaleUnit): Promise<void> {
    const mac = Number(unit.subject);
    const from = unit.day as number;
    const to = from + day;
    const before = await this.store.ask(derived.judgementsOfDay, { mac, from, to });
    const now = await this.judge(mac, from, to);
    if (await isSame(before, now.judgements)) return this.store.commit([], this.current);
    for (const judgement of now.judgements) this.store.append(judgementKind, judgement);
    for (const destination of now.destinations) {
      if (this.knownDestinations.has(destination.id)) continue;
      this.knownDestinations.add(destination.id);
      this.store.append(destinationKind, explain(destination, this.explanations));
    }
    // Destinations that nothing points to any more are swept at the end.
    this.store.markStale({ unit: 'destinations', subject: '', day: null });
    const erase = {
      sql: `DELETE FROM "judgement" WHERE "mac" = $1 AND "minute" >= ${timestamp(2)} AND "minute" < ${timestamp(3)}`,
      values: [BigInt(mac), BigInt(from), BigInt(to)],
    };
    await this.store.commit([erase], this.current, [], rollUpDay(mac, from));
  }

  /** Empty for a device without a log: nothing is known about its states. */
  private async judge(mac: number, from: number, to: number): Promise<JudgedDay> {
    const host = this.hostOfMac.get(mac) ?? null;
    if (host === null) return { judgements: [], destinations: [] };
    const logged = combine(await this.store.ask(derived.intervalsOfHost, { host }));
    const states = correctedStates(logged, await this.store.ask(derived.correctionsOfHost, { host }));
    const flows = await this.store.ask(facts.flowsOfDevice, { mac, from: from - conversationMemory, to: to + conversationMemory });
    const names = await this.store.ask(facts.namesOfClient, { mac, from: from - 2 * nameMemory, to });
    return inSlices(judgeDaySteps({ mac, from, to, flows, names, states }, this.networks));
  }

  private async settleDestinations(): Promise<void> {
    const before = await this.store.ask(derived.destinations, {});
    const used = new Set((await this.store.ask(derived.usedDestinations, {})).map(({ destination }) => destination));
    const now = before
      .filter(({ id }) => used.has(id))
      .map(({ status: _, reason: __, rule: ___, source: ____, envelope: _____, ...identity }) => explain(identity, this.explanations));
    for (const { id } of before) if (!used.has(id)) this.knownDestinations.delete(id);
    if (await isSame(before, now)) return this.store.commit([], this.current);
    for (const destination of now) this.store.append(destinationKind, destination);
    await this.store.commit([{ sql: 'DELETE FROM "destination"', values: [] }], this.current);
  }

  private async markDays(device: DeviceRecord, from: number, to: number): Promise<void> {
    const days = await this.store.ask(facts.daysOfDevice, { mac: device.mac });
    for (const { day: at } of days) {
      if (at + day > dayOf(from) && at <= to) this.store.markStale({ unit: 'device-day', subject: String(device.mac), day: at });
    }
  }
}

/** The span in which two timelines differ. */
function difference(before: readonly IntervalRecord[], now: readonly IntervalRecord[]): { from: number; to: number } {
  const key = (interval: IntervalRecord) => JSON.stringify(interval);
  const [old, fresh] = [new Set(before.map(key)), new Set(now.map(key))];
  const changed = [...before.filter((interval) => !fresh.has(key(interval))), ...now.filter((interval) => !old.has(key(interval)))];
  // A reduction, not a spread: a log of years has more intervals than a call may have arguments.
  return changed.reduce((span, { from, to }) => ({ from: Math.min(span.from, from), to: Math.max(span.to, to) }), {
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  });
}
