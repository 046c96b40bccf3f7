/** Gathers from the store what tells of the clock of one host. */

import { hostClock, stretchesAround } from '../judge/hostClock.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { CorrectionRecord } from '../record/correction.ts';
import type { EventRecord } from '../record/event.ts';
import type { FlowRecord } from '../record/flow.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { inSlices } from '../store/slices.ts';
import type { Store } from '../store/store.ts';
import { clockHistorySteps } from '../timeline/clockHistory.ts';

/** `events`: all of the host, under every name that it had. Nothing for a host without a machine on the wire. */
export async function askHostClock(store: Store, host: string, events: readonly EventRecord[]): Promise<CorrectionRecord[]> {
  const machines = (await store.ask(derived.devices, {})).filter((device) => device.host === host);
  const intervals = await store.ask(derived.intervalsOfHost, { host });
  if (machines.length === 0 || intervals.length === 0) return [];
  const history = await inSlices(clockHistorySteps(events, intervals));
  const macs = machines.map(({ mac }) => mac);
  const flows: FlowRecord[] = [];
  const minutesOfOthers = new Set<number>();
  for (const { from, to } of stretchesAround(intervals, history)) {
    for (const mac of macs) for (const flow of await store.ask(facts.flowsOfDevice, { mac, from, to })) flows.push(flow);
    for (const { minute } of await store.ask(facts.minutesOfOthers, { macs, from, to })) minutesOfOthers.add(minute);
  }
  const stamps: ClockRecord[] = [];
  for (const mac of macs) stamps.push(...(await store.ask(facts.clocksOfMachine, { mac })));
  return hostClock({ host, machines, intervals, history, flows, minutesOfOthers, stamps });
}
