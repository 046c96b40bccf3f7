/** Stories of low-power sleep: S3, hibernation, and what looks like them. */

import { hour, minute } from '../../base/time.ts';
import { losePowerInSleep } from './accident.ts';
import { byButton, byKeyboard, byNetwork, byTimer, byUnknown, hours, morning } from './day.ts';
import type { PowerScript } from './powerStory.ts';
import { fastStartup, hibernate, type Missing, sleepForever, sleepS3, sleepThenHibernate } from './sleep.ts';

/** One night in S3 of which the log lacks something. */
function without(name: string, trap: string, missing: readonly Missing[]): PowerScript {
  return {
    name,
    trap,
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 9, 14), reason: 7, wake: byButton, missing });
      life.run(hours(life, 1, 3));
    },
  };
}

export const sleepScripts: readonly PowerScript[] = [
  {
    name: 's3-idle',
    trap: 'The 107 is stamped seconds to a minute after its 42, and SleepDuration says one second: the night lasted hours.',
    wired: true,
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 8, 14), reason: 7, wake: byKeyboard });
      life.run(hours(life, 2, 4));
      sleepS3(life, { duration: hours(life, 2, 3), reason: 7, wake: byKeyboard });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 's3-lid',
    trap: 'Reason 0 is button or lid, and the wake source is unknown: nothing says who woke it.',
    wired: true,
    live(life) {
      morning(life);
      for (const [low, high] of [
        [1, 1],
        [11, 14],
      ] as const) {
        sleepS3(life, { duration: hours(life, low, high), reason: 0, wake: byUnknown });
        life.run(hours(life, 1, 2));
      }
    },
  },
  {
    name: 's3-button',
    trap: 'Two sleeps with a few minutes of work between them, shorter than the false stamp of the 107 is wrong.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 3, 5), reason: 0, wake: byButton });
      life.run(3 * minute, 1);
      sleepS3(life, { duration: hours(life, 6, 8), reason: 0, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 's3-application',
    trap: 'An application asked for the sleep: a 187 a second before the 42, as before a fast-startup shutdown.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 5, 9), reason: 4, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'hibernate',
    trap: 'Kernel-Boot 27 is written without a boot: BootType 2 is a resume from hibernation, and 12, 13, 6005 and 6006 are absent.',
    wired: true,
    live(life) {
      morning(life);
      hibernate(life, { duration: hours(life, 10, 15), reason: 4, wake: byButton });
      life.run(hours(life, 2, 3));
    },
  },
  {
    name: 'doze-to-hibernate',
    trap: 'One night of two kinds: a second 42 with reason 6, after which the report of the first part says WakeSourceType 3.',
    wired: true,
    live(life) {
      morning(life);
      sleepThenHibernate(life, 3 * hour + life.random.below(minute), hours(life, 7, 10));
      life.run(hours(life, 2, 3));
    },
  },
  {
    name: 'hybrid-sleep',
    trap: 'The hibernation file was written (HiberWriteDuration above zero), and yet it was S3.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 9, 13), reason: 7, wake: byKeyboard, hybrid: true });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'fast-startup',
    trap: 'A shutdown that reads like a sleep: 42 with target 6 and effective 5, 107, a report with both times, no 6006, no 12. It is off.',
    wired: true,
    live(life) {
      morning(life);
      fastStartup(life, hours(life, 12, 15));
      life.logOn();
      life.run(hours(life, 2, 4));
    },
  },
  {
    name: 'wake-timer',
    trap: 'A timer wakes the machine at night for minutes, and what it then sends nobody started.',
    wired: true,
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 5, 7), reason: 7, wake: byTimer });
      life.run(life.random.between(4, 9) * minute, 1);
      sleepS3(life, { duration: hours(life, 4, 6), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'network-wake',
    trap: 'A device woke the machine, and the device is its network card: no person.',
    wired: true,
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 5, 7), reason: 7, wake: byNetwork });
      life.run(life.random.between(20, 30) * minute, 3);
      sleepS3(life, { duration: hours(life, 3, 5), reason: 7, wake: byKeyboard });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'battery-death-in-sleep',
    trap: 'No 107 and no report: the battery died in S3, nobody knows when, and the 41 carries the time of the next boot.',
    wired: true,
    live(life) {
      morning(life);
      sleepForever(life, 7);
      life.now += hours(life, 9, 20);
      losePowerInSleep(life);
      life.now += hours(life, 20, 30);
      life.boot();
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  without('report-missing', 'No Power-Troubleshooter 1: the end of the sleep is the NewTime of the clock change after the 107.', [
    'report',
  ]),
  without('resumed-missing', 'No 107: the sleep ended all the same.', ['resumed']),
  without('entering-missing', 'Nothing but the report of the wake: its SleepTime lies hours before any record of the sleep.', [
    'entering',
    'resumed',
    'clock',
  ]),
  without('only-entering-and-clock', 'No 107 and no report: only the clock that was set by the hardware ends the sleep.', [
    'resumed',
    'report',
  ]),
  {
    name: 'server-2008-r2',
    windows: 'server-2008-r2',
    trap: 'Kernel-General 1 has no Reason here: one after a 107 is the resume all the same, and others are steps of no meaning.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 8, 10), reason: 7, wake: byButton, missing: ['report'] });
      life.run(hours(life, 3, 4), 3);
      sleepS3(life, { duration: hours(life, 2, 3), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
];
