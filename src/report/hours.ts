/** How many hours of a window each host was in each state. */

import { hour } from '../base/time.ts';
import { correctedStates } from '../judge/correction.ts';
import type { CorrectionRecord } from '../record/correction.ts';
import { hostStates } from '../record/interval.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import { combine, hostStateAt } from '../timeline/hostState.ts';
import type { Window } from './window.ts';

export type Hours = Record<string, number>;

/** @param host only this one; @param corrections of the clocks of these hosts: most have none, and their hours are added up by the store */
export async function hoursOfHosts(
  answers: Answers,
  window: Window,
  corrections: readonly CorrectionRecord[],
  host: string | null = null,
): Promise<(host: string) => Hours> {
  const inStates = new Map<string, Map<string, number>>();
  const add = (name: string, state: string, microseconds: number) => {
    const own = inStates.get(name) ?? new Map<string, number>();
    inStates.set(name, own);
    own.set(state, (own.get(state) ?? 0) + microseconds);
  };
  const corrected = new Set(corrections.map((correction) => correction.host));
  for (const piece of await answers.ask(derived.hoursByStates, { ...window, host }))
    if (!corrected.has(piece.host)) add(piece.host, hostStateAt(piece.machine, piece.person), piece.microseconds);
  for (const name of corrected) {
    if (host !== null && host !== name) continue;
    const clock = corrections.filter((correction) => correction.host === name).sort((a, b) => a.from - b.from);
    for (const { from, to, state } of correctedStates(combine(await answers.ask(derived.intervalsOfHost, { host: name })), clock))
      add(name, state, Math.max(0, Math.min(to, window.to) - Math.max(from, window.from)));
  }
  return (name) => hoursByState(inStates.get(name) ?? new Map(), window);
}

/** Every hour of the window is in one state; what no interval covers is unknown. */
export function hoursByState(microseconds: ReadonlyMap<string, number>, window: Window): Hours {
  const inStates: Hours = Object.fromEntries(hostStates.map((state) => [state, microseconds.get(state) ?? 0]));
  const covered = Object.values(inStates).reduce((sum, us) => sum + us, 0);
  inStates.unknown = (inStates.unknown ?? 0) + Math.max(0, window.to - window.from - covered);
  return Object.fromEntries(Object.entries(inStates).map(([state, us]) => [state, Math.round((us / hour) * 10_000) / 10_000]));
}
