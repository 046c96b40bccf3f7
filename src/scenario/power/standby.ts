/** Modern standby of a host: the screen goes off, and sometimes the machine truly sleeps. Services go on writing all the while. */

import { type Microseconds, second } from '../../base/time.ts';
import type { HostLife } from './hostLife.ts';
import * as tell from './powerEvent.ts';
import { type StandbyFields, sessionChanged, standbyBegun, standbyEnded } from './standbyEvent.ts';

export interface Standby {
  readonly duration: Microseconds;
  /** Windows 11 tells how long the session slept; before that, any time in the deepest state means that it did. */
  readonly sleep: Microseconds;
  readonly enterReason: number;
  readonly exitReason: number;
  readonly missing?: readonly ('begun' | 'ended')[];
  readonly audio?: boolean;
  readonly disconnected?: boolean;
  /** Version of the 506 and the 507; absent: those of the Windows of the host. */
  readonly versions?: readonly [0 | 1 | 2 | 3, 0 | 3 | 6 | 8 | 9];
  /** Minutes between the events of services in the meantime; 0: there are none. */
  readonly everyMinutes?: number;
  /** What happens in the meantime, instead of the services; takes less time than `duration`. */
  readonly meanwhile?: () => void;
}

const exitByPerson = new Set([1, 4, 10, 15, 31, 32]);

export function standBy(life: HostLife, session: Standby): void {
  const { fields, versions, startedAt } = begin(life, session);
  const { duration, sleep } = session;
  const eleven = versions[1] === 9;
  life.person.become(startedAt, 'absent', { accepted: ['unknown', 'locked'] });
  if (sleep === 0) life.machine.become(startedAt, 'screen-off');
  // Before Windows 11 nothing tells when in the session sleep began: the session counts as a whole.
  else if (!eleven) life.machine.become(startedAt, 'modern-sleep');
  else {
    life.machine.become(startedAt, 'screen-off');
    life.machine.become(startedAt + duration - sleep, 'modern-sleep');
  }
  if (session.disconnected) life.log.write(life.now + second, tell.connectivityInStandby(2));
  if (session.meanwhile) session.meanwhile();
  else if (session.everyMinutes !== 0) life.run(duration - 5 * second, session.everyMinutes ?? 25);
  if (life.now > startedAt + duration) throw new Error('unreachable: more in a standby session than it takes');
  life.now = startedAt + duration;
  life.machine.become(life.now, 'on');
  life.somebody(exitByPerson.has(session.exitReason) ? 'person' : 'unclear');
  // Written a moment later than the monotonic count ends.
  life.pass(20_000, 30_000);
  if (eleven) {
    life.write(sessionChanged(life.bootId, session.exitReason, life.scenario * 2, life.scenario * 2 + 1, duration));
  }
  if (!session.missing?.includes('ended')) life.write(standbyEnded(fields, versions[1]));
}

/** Begins and never ends: what follows is `HostLife.die`. */
export function standByForever(life: HostLife, session: Standby): void {
  const { startedAt } = begin(life, session);
  life.machine.become(startedAt, 'screen-off', { accepted: ['unknown'] });
  life.person.become(startedAt, 'absent', { accepted: ['unknown', 'locked'] });
  life.run(session.duration, session.everyMinutes ?? 25);
}

function begin(life: HostLife, session: Standby) {
  life.scenario += life.random.between(1, 3);
  const eleven = life.windows === 'windows-11';
  const versions = session.versions ?? ([3, eleven ? 9 : 8] as const);
  const { duration, sleep, enterReason, exitReason } = session;
  const fields: StandbyFields = {
    duration,
    enterReason,
    exitReason,
    scenario: life.scenario,
    bootId: life.bootId,
    drips: Math.floor(sleep * (0.86 + life.random.below(100) / 1000)),
    audio: session.audio ?? false,
    disconnected: session.disconnected ?? false,
    lidOpen: enterReason !== 15,
    sleep,
  };
  const startedAt = life.now;
  if (versions[1] === 9) life.write(sessionChanged(life.bootId, enterReason, life.scenario * 2 - 1, life.scenario * 2, 3600 * second));
  if (!session.missing?.includes('begun')) life.write(standbyBegun(fields, versions[0]));
  return { fields, versions, startedAt };
}
