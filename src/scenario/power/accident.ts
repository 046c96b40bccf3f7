/** What nobody plans and no event announces: power lost, a held power button, a paused guest, a clock that is wrong. */

import { type Microseconds, second } from '../../base/time.ts';
import type { HostLife } from './hostLife.ts';
import * as tell from './powerEvent.ts';
import { auditedClock } from './sessionEvent.ts';

export interface PowerLoss {
  /** Held down for seconds: 41 then carries the time of it. */
  readonly button?: boolean;
  readonly standby?: boolean;
}

/** At `life.now` the machine stops. Up to its last record, or to the minute that 6008 names, it is known to have lived. */
export function losePower(life: HostLife, { button = false, standby = false }: PowerLoss = {}): void {
  const diedAt = life.now;
  const lastAt = life.log.lastWrittenAt;
  const aliveAt = Math.max(lastAt, diedAt - life.random.between(5, 50) * second);
  const [machine, person] = [life.machine.now, life.person.now];
  life.machine.become(lastAt, 'unknown', { accepted: [machine], really: machine });
  life.person.become(lastAt, 'unknown', { accepted: [person, 'locked', 'absent'], really: person });
  life.machine.become(aliveAt, 'unknown', { really: machine });
  if (button) life.machine.become(diedAt, 'off', { accepted: ['unknown'], toleranceUs: 10 * second });
  else life.machine.become(diedAt, 'unknown', { really: 'off' });
  life.person.become(diedAt, 'unknown', { accepted: ['absent'], really: 'absent' });
  const pressed = button ? { powerButtonAt: life.log.stamp(diedAt) } : {};
  life.die({ sleepInProgress: 0, connectedStandby: standby, ...pressed }, aliveAt);
}

/** In S3 since `sleepAt`: at `life.now` the battery is empty, and nobody notices. */
export function losePowerInSleep(life: HostLife): void {
  const lastAt = life.log.lastWrittenAt;
  life.machine.become(lastAt, 'unknown', { accepted: ['s3'], really: 's3' });
  life.machine.become(life.now, 'unknown', { accepted: ['off'], really: 'off' });
  life.die({ sleepInProgress: 4, connectedStandby: false }, lastAt);
}

/** The host of a guest pauses it. Afterwards the guest's clock goes on from where it was until its tools set it: one step, and no power event. */
export function pauseGuest(life: HostLife, duration: Microseconds, process: string): void {
  const lag = life.random.between(2, 5) * second + life.random.below(second);
  const doubt = { toleranceUs: 8 * second };
  life.machine.become(life.now, 'unknown', { ...doubt, really: null });
  const who = life.person.now;
  life.person.become(life.now, 'unknown', { ...doubt, accepted: ['absent', 'locked'], really: 'absent' });
  life.now += duration;
  life.log.setClockAhead(life.now, life.log.clockAhead - duration);
  life.machine.become(life.now, 'on', doubt);
  life.person.become(life.now, who, { ...doubt, accepted: ['unknown', 'absent'] });
  life.now += lag;
  setClock(life, 0, process);
}

/** Somebody sets the clock of the host, so that it is `ahead` of the true time from now on. */
export function setClock(life: HostLife, ahead: Microseconds, process: string, reason: 1 | 2 | 3 = 1): void {
  const from = life.log.stamp(life.now);
  life.log.setClockAhead(life.now, ahead);
  const to = life.log.stamp(life.now);
  life.write(tell.clockSet(life.windows, from, to, reason, process));
  life.write(auditedClock(life.log.computer, from, to, process));
}
