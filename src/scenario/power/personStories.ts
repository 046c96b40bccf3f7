/** Stories of persons: who was there, from near or from far, and who only seems to have been. */

import { minute } from '../../base/time.ts';
import { byButton, hours, morning } from './day.ts';
import type { HostLife } from './hostLife.ts';
import { securityChannel } from './hostLog.ts';
import type { PowerScript } from './powerStory.ts';
import {
  type Account,
  loggedOff,
  loggedOn,
  systemAccount,
  terminalSession,
  virtualAccounts,
  windowStation,
  workstation,
} from './sessionEvent.ts';
import { sleepS3 } from './sleep.ts';
import { standBy } from './standby.ts';

const far = { client: 'HOME-LAPTOP', address: '192.0.2.77' } as const;

/** To the session that is open at the console. */
export function connect(life: HostLife): void {
  life.write(loggedOn(life.log.computer, life.account, 10, far.address));
  life.person.become(life.now, 'remote');
  life.pass(400_000);
  life.write(windowStation(4778, life.account, life.sessionId, far.client, far.address));
  life.write(terminalSession(25, life.account, life.sessionId, far.address));
}

export function disconnect(life: HostLife): void {
  life.write(windowStation(4779, life.account, life.sessionId, far.client, far.address));
  life.person.become(life.now, 'absent', { accepted: ['unknown', 'locked'] });
  life.pass(300_000);
  life.write(terminalSession(24, life.account, life.sessionId, far.address));
}

export function lock(life: HostLife): void {
  life.write(workstation(4800, life.account, life.sessionId));
  life.locked = !life.log.silent.has(securityChannel);
  if (life.locked) life.person.become(life.now, 'locked');
  // Only Security tells of the lock: for all other logs the session is open.
  else life.person.become(life.now, 'present', { accepted: ['unknown', 'locked', 'absent'], really: 'locked' });
}

export function unlock(life: HostLife): void {
  life.write(loggedOn(life.log.computer, life.account, 7));
  life.pass(200_000);
  life.write(workstation(4801, life.account, life.sessionId));
  if (life.locked) life.person.become(life.now, 'present');
  life.locked = false;
}

/** A desktop manager of a session that comes and goes, and services that log on all day. */
function backgroundLogons(life: HostLife, times: number): void {
  for (let i = 0; i < times; i++) {
    life.run(life.random.between(10, 40) * minute);
    for (let n = 0; n < 2; n++) life.write(loggedOn(life.log.computer, systemAccount, 5));
    const account: Account = { ...(life.random.pick(virtualAccounts) as Account), logonId: 0x60000 + i };
    life.write(loggedOn(life.log.computer, account, 2));
    life.pass(60_000);
    life.write(loggedOff(account, 2));
  }
}

function remoteDay(life: HostLife): void {
  morning(life);
  // The person locks the screen and goes home; the screen goes dark, and from there the person connects.
  lock(life);
  life.run(5 * minute);
  const duration = hours(life, 9, 10);
  standBy(life, {
    duration,
    sleep: 0,
    enterReason: 12,
    exitReason: 31,
    meanwhile: () => {
      life.run(hours(life, 2, 3), 20);
      connect(life);
      life.run(hours(life, 1, 2));
      disconnect(life);
      life.run(30 * minute, 10);
      connect(life);
      life.run(hours(life, 1, 1));
      disconnect(life);
    },
  });
  life.pass(3_000_000, 9_000_000);
  unlock(life);
  life.run(hours(life, 1, 2));
}

export const personScripts: readonly PowerScript[] = [
  {
    name: 'remote-with-screen-off',
    audited: true,
    terminals: true,
    wired: true,
    trap: 'The screen is off and the session locked, and yet a person works: from far away. A logon at the console is a 21 as well, from LOCAL.',
    live: remoteDay,
  },
  {
    name: 'remote-terminal-log-only',
    terminals: true,
    trap: 'No Security log: only the log of terminal sessions tells that somebody works from far away.',
    live: remoteDay,
  },
  {
    name: 'lock-and-unlock',
    audited: true,
    wired: true,
    trap: 'The machine is on and its screen too, and nobody is there: 4800. It is still locked when it wakes.',
    live(life) {
      morning(life);
      lock(life);
      life.run(hours(life, 1, 1));
      unlock(life);
      life.run(hours(life, 1, 2));
      lock(life);
      life.run(5 * minute);
      sleepS3(life, { duration: hours(life, 9, 12), reason: 7, wake: byButton });
      life.pass(20_000_000, 50_000_000);
      unlock(life);
      life.run(hours(life, 1, 2));
    },
  },
  {
    name: 'screen-saver',
    audited: true,
    trap: 'A screen saver without a lock: nobody is there, and no 4800 says so.',
    live(life) {
      morning(life);
      for (let i = 0; i < 3; i++) {
        life.write(workstation(4802, life.account, life.sessionId));
        life.person.become(life.now, 'absent', { accepted: ['locked', 'unknown'] });
        life.run(hours(life, 1, 1));
        life.write(workstation(4803, life.account, life.sessionId));
        life.person.become(life.now, 'present');
        life.run(hours(life, 1, 2));
      }
    },
  },
  {
    name: 'virtual-accounts',
    audited: true,
    trap: 'Window manager and font driver host log on with type 2, as a person at the console does; they are none.',
    live(life) {
      life.eveningBefore();
      life.boot();
      backgroundLogons(life, 8);
      life.logOn();
      life.run(hours(life, 1, 2));
      life.logOff();
      backgroundLogons(life, 4);
    },
  },
  {
    name: 'services-only',
    audited: true,
    trap: 'Hundreds of logons of type 5 and 3 in a day, and nobody was there.',
    live(life) {
      life.eveningBefore();
      life.boot();
      for (let i = 0; i < 40; i++) {
        life.run(life.random.between(4, 20) * minute);
        for (let n = 0; n < 5; n++) life.write(loggedOn(life.log.computer, systemAccount, 5));
        life.write(loggedOn(life.log.computer, life.account, 3, '192.0.2.9'));
        life.pass(900_000);
        life.write(loggedOff(life.account, 3));
      }
    },
  },
];
