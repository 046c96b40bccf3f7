/** Stories of two traps at once, and of persons whom only one log tells. */

import { minute, second } from '../../base/time.ts';
import type { EventRecord } from '../../record/event.ts';
import type { Random } from '../random.ts';
import { losePowerInSleep, setClock } from './accident.ts';
import { byButton, byKeyboard, byTimer, hours, morning } from './day.ts';
import type { HostLife } from './hostLife.ts';
import { securityChannel } from './hostLog.ts';
import { connect, disconnect, lock, unlock } from './personStories.ts';
import { type PowerScript, pacific } from './powerStory.ts';
import { type Account, auditCleared, loggedOn, terminalSession, windowStation } from './sessionEvent.ts';
import { fastStartup, hibernate, sleepForever, sleepS3 } from './sleep.ts';
import { standBy } from './standby.ts';

const idle = { enterReason: 12, sleep: 0 } as const;
const tools = 'C:\\Program Files\\VMware\\VMware Tools\\vmtoolsd.exe';

/** A second person of the same machine, in a session of its own. */
function colleague(life: HostLife): Account {
  return { ...life.account, name: 'colleague', sid: `${life.account.sid}7`, logonId: life.account.logonId + 0x1000 };
}

interface RemoteSession {
  readonly account: Account;
  readonly session: number;
  readonly address: string;
}

function logOnFromAfar(life: HostLife, { account, session, address }: RemoteSession, again = false): void {
  life.write(loggedOn(life.log.computer, account, 10, address));
  life.pass(300_000);
  life.write(again ? windowStation(4778, account, session, 'LAPTOP', address) : terminalSession(21, account, session, address));
  if (again) life.write(terminalSession(25, account, session, address));
}

function leaveFromAfar(life: HostLife, { account, session, address }: RemoteSession): void {
  life.write(windowStation(4779, account, session, 'LAPTOP', address));
  life.pass(200_000);
  life.write(terminalSession(24, account, session, address));
}

/** Only records of services are lost: what tells of the machine all came. */
function lossyAndLate(events: readonly EventRecord[], random: Random): EventRecord[] {
  const kept = events.filter(
    ({ provider }, i) => i === 0 || i === events.length - 1 || provider !== 'Service Control Manager' || random.chance(0.6),
  );
  return random.shuffle(kept);
}

export const trapScripts: readonly PowerScript[] = [
  {
    name: 'battery-death-then-hibernation',
    trap: 'After the battery died in S3 the next night is a hibernation: the 41 of the first must not end the second.',
    wired: true,
    live(life) {
      morning(life);
      sleepForever(life, 7);
      life.now += hours(life, 9, 14);
      losePowerInSleep(life);
      life.now += hours(life, 2, 4);
      life.boot();
      life.logOn();
      life.run(hours(life, 2, 3));
      hibernate(life, { duration: hours(life, 8, 10), reason: 0, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'battery-death-and-renamed',
    computer: 'LAPTOP-OLD',
    trap: 'The boot after a battery death in S3 bears another name: the sleep before and the 41 after it are of one host.',
    live(life) {
      morning(life);
      sleepForever(life, 7);
      life.now += hours(life, 9, 14);
      losePowerInSleep(life);
      life.now += hours(life, 2, 4);
      life.boot({ newName: 'LAPTOP-NEW.corp.example' });
      life.logOn();
      life.run(hours(life, 2, 3));
      sleepS3(life, { duration: hours(life, 8, 10), reason: 0, wake: byKeyboard });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'guest-paused-in-sleep',
    audited: true,
    trap: 'A guest sleeps, and its host pauses it: it wakes by a clock that stood still, and its tools set it right seconds later.',
    live(life) {
      morning(life);
      const duration = hours(life, 9, 12);
      sleepS3(life, { duration, reason: 7, wake: byButton, pausedUs: Math.floor(duration / 3) });
      life.pass(2 * second, 4 * second);
      setClock(life, 0, tools);
      life.person.become(life.now, 'unknown', { accepted: ['present', 'absent', 'locked'], really: null });
      life.run(hours(life, 2, 3));
      sleepS3(life, { duration: hours(life, 2, 3), reason: 7, wake: byButton });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'log-wrapped-to-the-report',
    trap: 'The log starts behind a wake: neither 42 nor 107 nor the clock are left, only the report, and it tells both ends.',
    live(life) {
      morning(life);
      const sleepAt = life.now;
      const duration = hours(life, 9, 12);
      sleepS3(life, { duration, reason: 7, wake: byButton });
      life.log.forgetBefore(life.now - second);
      life.machine.forgetBefore(sleepAt);
      life.person.forgetBefore(sleepAt);
      life.run(hours(life, 3, 4));
      sleepS3(life, { duration: hours(life, 8, 9), reason: 7, wake: byTimer });
      life.run(10 * minute, 2);
    },
  },
  {
    name: 'zone-changed-in-sleep',
    trap: 'A traveller: the laptop sleeps in one zone and wakes in another. The 6013 of the wake tells another zone, and no time has passed but that of the sleep.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 10, 12), reason: 0, wake: byButton });
      life.pass(20 * second, 60 * second);
      setClock(life, 0, 'C:\\Windows\\System32\\svchost.exe', 3);
      Object.assign(life.zone, pacific);
      life.run(hours(life, 3, 4));
      fastStartup(life, hours(life, 8, 9));
      life.logOn();
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'hybrid-then-power-lost',
    trap: 'A hybrid sleep that ends as hibernation is one sleep; the night after, the same machine loses power in its sleep.',
    live(life) {
      morning(life);
      sleepS3(life, { duration: hours(life, 8, 10), reason: 7, wake: byButton, hybrid: true });
      life.run(hours(life, 3, 4));
      sleepForever(life, 7);
      life.now += hours(life, 4, 6);
      losePowerInSleep(life);
      life.now += hours(life, 1, 2);
      life.boot();
      life.logOn();
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'audio-and-sleep',
    windows: 'windows-11',
    trap: 'Music under a dark screen, then a session that sleeps, then one that did not: only SleepEntered tells them apart.',
    wired: true,
    live(life) {
      morning(life);
      standBy(life, { ...idle, duration: hours(life, 1, 2), exitReason: 32, audio: true });
      life.run(30 * minute);
      const duration = hours(life, 8, 10);
      standBy(life, { enterReason: 15, duration, sleep: duration - life.random.between(10, 40) * minute, exitReason: 31 });
      life.run(hours(life, 1, 2));
      standBy(life, { ...idle, duration: hours(life, 1, 1), exitReason: 31 });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'fast-startup-twice',
    trap: 'Two evenings of fast startup and a restart between: Kernel-Boot 27 says 1, 0 and 1, and only the restart has a 6005.',
    wired: true,
    live(life) {
      morning(life);
      fastStartup(life, hours(life, 10, 13));
      life.logOn();
      life.run(hours(life, 3, 5));
      life.shutDown({ action: 'restart' });
      life.pass(20 * second, 45 * second);
      life.boot();
      life.logOn();
      life.run(hours(life, 2, 3));
      fastStartup(life, hours(life, 10, 13));
      life.logOn();
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'security-cleared',
    audited: true,
    trap: 'The Security log was cleared (1102) while the System log goes on: the machine is known, and who was there before is told by the System log alone.',
    live(life) {
      morning(life);
      lock(life);
      life.run(hours(life, 1, 1));
      unlock(life);
      life.run(hours(life, 1, 2));
      life.log.forgetBefore(life.now, securityChannel);
      life.person.doubtBefore(life.now, ['locked', 'present', 'absent', 'unknown']);
      life.write(auditCleared(life.account));
      life.person.become(life.now, 'unknown', { accepted: ['present'], really: 'present' });
      life.run(hours(life, 1, 2));
      sleepS3(life, { duration: hours(life, 8, 10), reason: 7, wake: byKeyboard });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'locks-not-audited',
    trap: 'Neither 4800 nor 4801 is written where their policy is off: a session that seems open may be locked.',
    live(life) {
      morning(life);
      lock(life);
      life.run(hours(life, 1, 2));
      unlock(life);
      life.person.become(life.now, 'present', { accepted: ['unknown', 'locked', 'absent'], really: 'present' });
      life.run(hours(life, 1, 2));
      sleepS3(life, { duration: hours(life, 8, 10), reason: 7, wake: byTimer });
      life.run(6 * minute, 1);
      sleepS3(life, { duration: hours(life, 1, 2), reason: 7, wake: byKeyboard });
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'remote-only',
    audited: true,
    terminals: true,
    trap: 'Nobody ever sat at this machine: it boots, services log on, and a person works from far away and leaves.',
    wired: true,
    live(life) {
      life.eveningBefore();
      life.boot();
      life.run(hours(life, 1, 2));
      const guest = { account: life.account, session: 2, address: '192.0.2.77' };
      for (let visit = 0; visit < 3; visit++) {
        logOnFromAfar(life, guest, visit > 0);
        life.person.become(life.now, 'remote');
        life.run(hours(life, 1, 2));
        leaveFromAfar(life, guest);
        life.person.become(life.now, 'absent', { accepted: ['unknown', 'locked'] });
        life.run(hours(life, 1, 3));
      }
    },
  },
  {
    name: 'two-persons-from-afar',
    audited: true,
    terminals: true,
    windows: 'windows-10',
    trap: 'A terminal server with two persons: when the first leaves, the second still works.',
    live(life) {
      life.eveningBefore();
      life.boot();
      life.run(hours(life, 1, 2));
      const [first, second] = [
        { account: life.account, session: 2, address: '192.0.2.77' },
        { account: colleague(life), session: 3, address: '192.0.2.91' },
      ];
      logOnFromAfar(life, first);
      life.person.become(life.now, 'remote');
      life.run(hours(life, 1, 2));
      logOnFromAfar(life, second);
      life.run(hours(life, 1, 2));
      leaveFromAfar(life, first);
      life.run(hours(life, 1, 2));
      leaveFromAfar(life, second);
      life.person.become(life.now, 'absent', { accepted: ['unknown', 'locked'] });
      life.run(hours(life, 1, 2));
      logOnFromAfar(life, first, true);
      life.person.become(life.now, 'remote');
      life.run(hours(life, 1, 1));
    },
  },
  {
    name: 'late-and-lossy',
    audited: true,
    terminals: true,
    trap: 'A forwarder that lost records of services and delivers the rest in no order: record ids have gaps, and nothing that matters is missing.',
    wired: true,
    live(life) {
      morning(life);
      lock(life);
      life.run(10 * minute, 2);
      sleepS3(life, { duration: hours(life, 9, 12), reason: 7, wake: byButton });
      life.pass(20 * second, 50 * second);
      unlock(life);
      life.run(hours(life, 2, 3));
      connect(life);
      life.run(hours(life, 1, 2));
      disconnect(life);
      life.run(hours(life, 1, 2));
      fastStartup(life, hours(life, 9, 10));
      life.logOn();
      life.run(hours(life, 1, 2));
    },
    deliver: lossyAndLate,
  },
];
