/** A story whose host has a wrong clock, judged as if the clock were right, as the log says, and with the clock corrected. */

import { complete } from '../../src/base/steps.ts';
import { minute, minuteOf, second } from '../../src/base/time.ts';
import { correctedStates } from '../../src/judge/correction.ts';
import { assembleDevices } from '../../src/judge/device.ts';
import { hostClock, stretchesAround } from '../../src/judge/hostClock.ts';
import { stateOfSecond } from '../../src/judge/stateOfSecond.ts';
import type { ClockRecord } from '../../src/record/clock.ts';
import type { CorrectionRecord } from '../../src/record/correction.ts';
import type { HostInterval } from '../../src/record/interval.ts';
import type { PowerStory } from '../../src/scenario/power/powerStory.ts';
import { clockHistorySteps } from '../../src/timeline/clockHistory.ts';
import { groupByHost } from '../../src/timeline/hostNames.ts';
import { combine } from '../../src/timeline/hostState.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { meterAll } from '../meter/frames.ts';

export interface Trial {
  /** Flows within 600 s of a true edge. */
  readonly flows: number;
  /** Of them: judged as with a right clock. */
  readonly corrected: number;
  readonly uncorrected: number;
  readonly records: readonly CorrectionRecord[];
}

const near = 600 * second;

/**
 * @param right the story told by a right clock
 * @param wrong the same story and seed, told by a wrong one
 * @returns the trial with all that is on the wire, and the one in which the clocks that the host sends are kept from the judge: its
 *   sleeps alone must show the difference
 */
export function clockTrial(right: PowerStory, wrong: PowerStory): { readonly open: Trial; readonly hidden: Trial } {
  const frames = wrong.frames.map(({ capturedAtUs, octets }) => ({ atUs: capturedAtUs, octets }));
  const { kept } = meterAll(frames, { maxFlows: 100_000 });
  const mac = Number.parseInt((wrong.truth.hosts[0]?.mac ?? '').replaceAll(':', ''), 16);
  const own = kept.flows.filter(({ sourceMac, destinationMac }) => sourceMac === mac || destinationMac === mac);
  const [events = []] = [...groupByHost(wrong.logs.flatMap((log) => log.events)).values()];
  const intervals = buildIntervals(events);
  const history = complete(clockHistorySteps(events, intervals));
  const stretches = stretchesAround(intervals, history);
  const inside = (at: number) => stretches.some(({ from, to }) => at >= from - minute && at < to);
  const seen = kept.bindings.map((binding) => ({ ...binding, firstSeen: binding.from, lastSeen: binding.from }));
  const device = assembleDevices(seen, new Map()).find((one) => one.mac === mac);
  const others = kept.flows.filter(({ sourceMac, destinationMac }) => sourceMac !== mac && destinationMac !== mac);
  const asked = {
    host: 'H',
    machines: [{ mac, addresses: device?.addresses ?? [] }],
    intervals,
    history,
    flows: own.filter((flow) => inside(flow.minute)),
    minutesOfOthers: new Set(others.map((flow) => minuteOf(flow.minute))),
  };
  const [asTrue, asLogged] = [right, wrong].map((story) => {
    const [own = []] = [...groupByHost(story.logs.flatMap((log) => log.events)).values()];
    return combine(buildIntervals(own));
  }) as [HostInterval[], HostInterval[]];
  const edges = (wrong.truth.timelines[0]?.machine ?? []).flatMap(({ from, to }) => [Date.parse(from) * 1000, Date.parse(to) * 1000]);
  const close = own.filter((flow) => edges.some((edge) => flow.firstAt >= edge - near && flow.lastAt <= edge + near));
  const alike = (states: readonly HostInterval[]) =>
    close.filter((flow) =>
      flow.seconds.every((at) => {
        const time = flow.minute + at * second;
        return stateOfSecond(states, time).state === stateOfSecond(asTrue, time).state;
      }),
    ).length;
  const uncorrected = alike(asLogged);
  const judged = (stamps: readonly ClockRecord[]): Trial => {
    const records = hostClock({ ...asked, stamps });
    return { flows: close.length, corrected: alike(correctedStates(asLogged, records)), uncorrected, records };
  };
  return { open: judged(kept.clocks.filter((clock) => clock.mac === mac)), hidden: judged([]) };
}
