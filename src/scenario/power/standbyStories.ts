/** Stories of modern standby: a dark screen is not a sleep. */

import { hour, minute, second } from '../../base/time.ts';
import { losePower } from './accident.ts';
import { hours, morning } from './day.ts';
import type { PowerScript } from './powerStory.ts';
import { standBy, standByForever } from './standby.ts';

const idle = { enterReason: 12, sleep: 0 } as const;

export const standbyScripts: readonly PowerScript[] = [
  {
    name: 'screen-off-only',
    trap: 'Twelve standby sessions by idle timeout, and not one of them became a sleep.',
    wired: true,
    live(life) {
      morning(life, [1, 1]);
      for (let i = 0; i < 12; i++) {
        standBy(life, { ...idle, duration: life.random.between(12, 70) * minute, exitReason: life.random.pick([31, 32]) });
        life.run(life.random.between(10, 50) * minute);
      }
    },
  },
  {
    name: 'modern-sleep-windows-10',
    trap: 'No field says that it slept: only the residency in the deepest idle state does.',
    wired: true,
    live(life) {
      morning(life);
      for (const [low, high] of [
        [1, 2],
        [10, 14],
      ] as const) {
        const duration = hours(life, low, high);
        standBy(life, { ...idle, duration, sleep: duration, exitReason: 32 });
        life.run(hours(life, 1, 2));
      }
    },
  },
  {
    name: 'modern-sleep-windows-11',
    windows: 'windows-11',
    trap: 'One session of two kinds: first only the screen is off, then it sleeps; the 566 numbers are instances and say nothing.',
    wired: true,
    live(life) {
      morning(life);
      const duration = hours(life, 9, 13);
      standBy(life, { enterReason: 15, duration, sleep: duration - life.random.between(20, 50) * minute, exitReason: 15 });
      life.run(hours(life, 1, 2));
      // And one that ended before it slept.
      standBy(life, { ...idle, duration: 25 * minute, exitReason: 31 });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'standby-begin-lost',
    trap: 'No 506: the 507 alone tells the session, which began its DurationInUs before.',
    live(life) {
      morning(life);
      const duration = hours(life, 8, 12);
      standBy(life, { ...idle, duration, sleep: duration, exitReason: 31, missing: ['begun'] });
      life.run(hours(life, 1, 2));
      standBy(life, { ...idle, duration: 40 * minute, exitReason: 31, missing: ['begun'] });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'standby-end-lost',
    trap: 'No 507: a boot follows hours later, and how the session went on is not known.',
    live(life) {
      morning(life);
      standByForever(life, { ...idle, duration: hours(life, 2, 3), exitReason: 0 });
      losePower(life, { standby: true });
      life.now += hours(life, 10, 15);
      life.boot();
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'audio-playing',
    trap: 'The screen is off and music plays: the deepest idle state was never reached.',
    wired: true,
    live(life) {
      morning(life);
      const duration = 2563 * second + life.random.below(minute);
      standBy(life, { ...idle, duration, exitReason: 32, audio: true });
      life.run(hours(life, 2, 3));
    },
  },
  {
    name: 'disconnected-standby',
    trap: 'Standby without a network (172 State 2): any traffic in it would be a contradiction, not sleep traffic.',
    wired: true,
    disconnected: true,
    live(life) {
      morning(life);
      const duration = hours(life, 9, 13);
      standBy(life, { ...idle, duration, sleep: duration, exitReason: 31, disconnected: true });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'standby-first-versions',
    trap: 'The first versions of 506 and 507 have few fields: no instance to join them by.',
    live(life) {
      morning(life);
      const duration = hours(life, 7, 9);
      standBy(life, { ...idle, duration, sleep: duration, exitReason: 31, versions: [0, 0] });
      life.run(hours(life, 1, 2));
      standBy(life, { ...idle, duration: hour, exitReason: 32, versions: [1, 3] });
      life.run(hours(life, 1, 2));
      standBy(life, { ...idle, duration: 2 * hour, sleep: 2 * hour, exitReason: 32, versions: [2, 6] });
      life.run(hours(life, 1, 2));
    },
  },
];
