/** Stories of boots and ends: ordered, forced, and those that nobody wrote down. */

import { hour, minute, second } from '../../base/time.ts';
import { losePower, pauseGuest, setClock } from './accident.ts';
import { byButton, byTimer, hours, morning, restart } from './day.ts';
import { timeService } from './hostLife.ts';
import { type PowerScript, pacific } from './powerStory.ts';
import { sleepS3 } from './sleep.ts';

const update = {
  account: 'NT AUTHORITY\\SYSTEM',
  process: 'c:\\windows\\system32\\svchost.exe',
  reason: 'Operating System: Service pack (Planned)',
  code: '0x80020010',
} as const;
const parallels = 'C:\\Program Files\\Parallels\\Parallels Tools\\Services\\prl_tools.exe';

export const bootScripts: readonly PowerScript[] = [
  {
    name: 'full-shutdown',
    trap: '109 and 13 of the shutdown are written at the next boot, after its 6005, with their old times.',
    wired: true,
    live(life) {
      morning(life);
      life.shutDown();
      life.now += hours(life, 12, 15);
      life.boot();
      life.logOn();
      life.run(hours(life, 2, 4));
    },
  },
  {
    name: 'restart-by-user',
    trap: 'Off for half a minute, in the middle of a day of work.',
    wired: true,
    live(life) {
      morning(life);
      restart(life);
      life.boot();
      life.logOn();
      life.run(hours(life, 2, 4));
    },
  },
  {
    name: 'restart-by-update',
    trap: 'A 1074 by SYSTEM, after a timer woke the machine at night: nobody asked for that restart, and nobody logs on after it.',
    wired: true,
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 6, 8), reason: 7, wake: byTimer });
      life.run(6 * minute, 1);
      restart(life, { by: update });
      life.boot();
      life.run(hours(life, 3, 4));
      life.logOn();
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'crash-awake',
    trap: 'No record of the end: the 6008 tells it in local time and German, with invisible marks, and the 41 is of the next boot.',
    wired: true,
    live(life) {
      life.locale = 'de-DE';
      morning(life);
      losePower(life);
      life.now += hours(life, 3, 9);
      life.boot();
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'power-button-held',
    windows: 'server-2008-r2',
    trap: 'SleepInProgress is the text false, which is no number, and PowerButtonTimestamp tells when the machine was forced off.',
    live(life) {
      morning(life);
      losePower(life, { button: true });
      life.now += hours(life, 3, 9);
      life.boot();
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'guest-paused',
    audited: true,
    trap: 'A guest that its host pauses sleeps without any power event: the clock steps forward, and what was between is not known.',
    live(life) {
      morning(life, [1, 2]);
      for (const duration of [26 * minute, 17 * hour + 38 * minute, 100 * hour]) {
        pauseGuest(life, duration + life.random.below(minute), parallels);
        life.run(hours(life, 1, 2));
      }
    },
  },
  {
    name: 'small-clock-steps',
    trap: 'The time service moves the clock by less than a millisecond, day and night: that means nothing.',
    live(life) {
      morning(life);
      for (let i = 0; i < 28; i++) {
        life.run(life.random.between(5, 40) * minute);
        setClock(life, -life.random.between(40, 270), timeService);
        life.log.setClockAhead(life.now, 0);
      }
    },
  },
  {
    name: 'first-synchronisation',
    zone: pacific,
    trap: 'A new machine takes its clock for UTC and is eight hours ahead until it first asks: all of that boot is told eight hours late.',
    live(life) {
      life.log.setClockAhead(life.now, 8 * hour);
      life.boot();
      life.logOn();
      life.run(6 * minute, 1);
      setClock(life, 0, timeService);
      life.run(hours(life, 2, 4));
      sleepS3(life, { duration: hours(life, 3, 4), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'clock-wrong-at-boot',
    zone: pacific,
    trap: 'A clock two hours ahead for the first half minute of a boot: its 12 lies in the future of the log.',
    live(life) {
      morning(life);
      life.shutDown();
      life.now += hours(life, 4, 6);
      life.log.setClockAhead(life.now, 2 * hour);
      life.boot();
      life.pass(3 * second, 9 * second);
      setClock(life, 0, timeService);
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'clock-battery-empty',
    trap: 'The machine boots in the year 2015 and finds the year a few minutes later: six years that never were.',
    live(life) {
      morning(life);
      life.shutDown();
      life.now += hours(life, 12, 15);
      life.log.setClockAhead(life.now, 1_420_070_400 * second - life.now);
      life.boot({ doubt: { accepted: ['unknown'] } });
      life.run(4 * minute, 1);
      setClock(life, 0, timeService);
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'start-time-off-by-a-zone',
    windows: 'server-2008-r2',
    trap: 'The StartTime of a 12 is an hour earlier than its TimeCreated, which is the right one.',
    live(life) {
      morning(life);
      life.shutDown();
      life.now += hours(life, 6, 9);
      life.boot({ startTimeOff: -hour });
      life.logOn();
      life.run(hours(life, 1, 3));
    },
  },
  {
    name: 'zone-changed',
    trap: 'Kernel-General 1 with reason 3: the zone is another, the time is not.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 10, 12), reason: 0, wake: byButton });
      life.run(20 * minute);
      setClock(life, 0, 'C:\\Windows\\System32\\svchost.exe', 3);
      Object.assign(life.zone, pacific);
      life.run(hours(life, 20, 26), 20);
      sleepS3(life, { duration: hours(life, 4, 5), reason: 0, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'daylight-saving',
    start: '2021-03-13T00:00:00Z',
    zone: pacific,
    trap: 'The noon record moves by an hour in UTC while its text still says the standard bias; the sleep of that night is no hour longer.',
    live(life) {
      morning(life, [3, 4]);
      life.run(6 * hour);
      sleepS3(life, { duration: hours(life, 11, 13), reason: 7, wake: byButton });
      life.zone.offset = -7 * hour;
      life.run(hours(life, 9, 10));
    },
  },
];
