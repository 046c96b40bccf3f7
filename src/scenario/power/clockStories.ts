/**
 * Stories of hosts whose clock is not that of the sensor. How wrong it is, is a parameter of each: by default the seed decides,
 * between five minutes behind and five minutes ahead.
 */

import { minute, second } from '../../base/time.ts';
import { Random } from '../random.ts';
import { setClock } from './accident.ts';
import { byButton, byKeyboard, byNetwork, byTimer, hours, morning } from './day.ts';
import { type HostLife, timeService } from './hostLife.ts';
import type { HostClock } from './hostLog.ts';
import { type PowerScript, type PowerStory, powerStory } from './powerStory.ts';
import { fastStartup, sleepS3 } from './sleep.ts';
import { standBy } from './standby.ts';

/** Nights in S3 with a day of work between them. */
function nights(life: HostLife, count: number): void {
  for (let i = 0; i < count; i++) {
    sleepS3(life, { duration: hours(life, 9, 13), reason: 7, wake: i % 2 === 0 ? byButton : byKeyboard });
    life.run(hours(life, 6, 9));
  }
}

export const clockScripts: readonly PowerScript[] = [
  {
    name: 'clock-off',
    trap: 'The clock of the host is minutes from that of the sensor: what it sends when it wakes seems to be sent in its sleep.',
    wired: true,
    live(life) {
      morning(life);
      nights(life, 3);
    },
  },
  {
    name: 'clock-drifts',
    trap: 'Nobody sets the clock: it gains or loses seconds every day, and no one difference holds for all of them.',
    wired: true,
    clock: { aheadUs: 0, driftUsPerDay: 5 * second },
    live(life) {
      morning(life);
      nights(life, 14);
    },
  },
  {
    name: 'clock-set-after-resume',
    trap: 'A minute after a resume the time service sets the clock right: what was logged before the step was told by another clock.',
    wired: true,
    live(life) {
      morning(life);
      nights(life, 2);
      sleepS3(life, { duration: hours(life, 9, 11), reason: 7, wake: byButton });
      life.run(40 * second, 1);
      life.askForTime();
      setClock(life, 0, timeService);
      life.log.driftsFrom = life.now;
      life.run(hours(life, 5, 8));
      nights(life, 2);
    },
  },
  {
    name: 'clock-off-in-standby',
    trap: 'A machine in modern standby never leaves the network: no silence shows its sleep, only the clock that it sends does.',
    wired: true,
    live(life) {
      morning(life);
      for (let i = 0; i < 6; i++) {
        life.run(hours(life, 1, 2));
        life.askForTime();
        life.run(life.random.between(5, 50) * minute);
        standBy(life, { duration: hours(life, 1, 9), sleep: 0, enterReason: 12, exitReason: 31 });
      }
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'clock-off-and-disturbed',
    trap: 'Not every silence that ends is a wake: the network card renews the lease, a wake is not logged, the capture had a gap.',
    wired: true,
    live(life) {
      morning(life);
      const sleep = (wake = byButton) => {
        const from = life.now;
        sleepS3(life, { duration: hours(life, 9, 12), reason: 7, wake });
        return { from, to: life.now };
      };
      const first = sleep();
      life.wire.offloads.push(first.from + 3 * 60 * minute, first.to - life.random.between(4, 12) * minute);
      life.run(hours(life, 4, 6));
      const gapFrom = life.now - 90 * minute;
      life.wire.captureGaps.push({ from: gapFrom, to: gapFrom + 50 * minute });
      const second = sleep(byNetwork);
      life.wire.unlogged.push(second.to - life.random.between(3, 12) * minute);
      life.run(20 * minute, 3);
      sleep(byTimer);
      life.run(8 * minute, 2);
      const third = sleep(byKeyboard);
      life.wire.captureGaps.push({ from: third.to - 2 * 60 * minute, to: third.to + life.random.between(3, 8) * minute });
      life.run(hours(life, 5, 7));
      fastStartup(life, hours(life, 8, 10));
      life.logOn();
      life.run(hours(life, 3, 5));
    },
  },
];

/** `clock`: absent, the seed decides. */
export function clockStory(script: PowerScript, seed: number, clock?: HostClock): PowerStory {
  const random = new Random(`${script.name}/${seed}/clock`);
  const aheadUs = random.between(-300, 300) * second + random.below(second);
  return powerStory({ ...script, clock: clock ?? { driftUsPerDay: 0, ...script.clock, aheadUs } })(seed);
}

export const clockStories: Readonly<Record<string, (seed: number) => PowerStory>> = Object.fromEntries(
  clockScripts.map((script) => [script.name, (seed: number) => clockStory(script, seed)]),
);

export const rightClock: HostClock = { aheadUs: 0, driftUsPerDay: 0 };
