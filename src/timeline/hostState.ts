/** Both axes of a host taken together: one state for every moment. */

import type { Microseconds } from '../base/time.ts';
import type { Confidence, HostState, IntervalRecord, MachineState, PersonState } from '../record/interval.ts';
import { weaker } from './span.ts';

export interface HostInterval {
  readonly from: Microseconds;
  /** Exclusive. */
  readonly to: Microseconds;
  readonly state: HostState;
  /** Start of the machine interval that holds it. */
  readonly machineFrom: Microseconds;
  /** Of the axis that decides the state; of both where both do. */
  readonly confidence: Confidence;
  readonly fromGuardUs: Microseconds;
  readonly toGuardUs: Microseconds;
}

/** A machine that sleeps or is off is so whoever may be there; with the screen off only a remote person is one. */
export function hostStateAt(machine: MachineState, person: PersonState): HostState {
  switch (machine) {
    case 'modern-sleep':
    case 's3':
    case 'hibernate':
    case 'off':
    case 'unknown':
      return machine;
    case 'screen-off':
      return person === 'remote' ? 'remote' : 'screen-off';
    case 'on':
      return person === 'unknown' ? 'on' : person;
    default:
      return machine satisfies never;
  }
}

/** The intervals of one host, both axes, in any order → states that touch and do not overlap, over what both axes cover. */
export function combine(intervals: readonly IntervalRecord[]): HostInterval[] {
  const axis = (name: IntervalRecord['axis']) => intervals.filter((interval) => interval.axis === name).sort((a, b) => a.from - b.from);
  const machines = axis('machine');
  const persons = axis('person');
  const combined: HostInterval[] = [];
  let next = 0;
  for (const machine of machines) {
    while (next < persons.length && (persons[next] as IntervalRecord).to <= machine.from) next++;
    for (let i = next; i < persons.length && (persons[i] as IntervalRecord).from < machine.to; i++)
      append(combined, piece(machine, persons[i] as IntervalRecord));
  }
  return combined;
}

function piece(machine: IntervalRecord, person: IntervalRecord): HostInterval {
  const from = Math.max(machine.from, person.from);
  const to = Math.min(machine.to, person.to);
  const state = hostStateAt(machine.state as MachineState, person.state as PersonState);
  const personDecides = state !== machine.state;
  const guard = (interval: IntervalRecord, side: 'from' | 'to') =>
    side === 'from' ? Math.max(0, interval.from + interval.fromGuardUs - from) : Math.max(0, to - (interval.to - interval.toGuardUs));
  const wider = (side: 'from' | 'to') => Math.min(to - from, Math.max(guard(machine, side), personDecides ? guard(person, side) : 0));
  return {
    from,
    to,
    state,
    machineFrom: machine.from,
    confidence: personDecides ? weaker(machine.confidence, person.confidence) : machine.confidence,
    fromGuardUs: wider('from'),
    toGuardUs: wider('to'),
  };
}

/** Neighbours of one state and one machine interval become one. */
function append(combined: HostInterval[], next: HostInterval): void {
  if (next.to <= next.from) return;
  const last = combined.at(-1);
  if (
    last &&
    last.to === next.from &&
    last.state === next.state &&
    last.machineFrom === next.machineFrom &&
    last.confidence === next.confidence
  )
    combined[combined.length - 1] = { ...last, to: next.to, toGuardUs: next.toGuardUs };
  else combined.push(next);
}
