/**
 * The events of one host → what state it was in, on two axes. Pure: the same events give the same intervals in whatever
 * order they come, and however often.
 */

import { complete } from '../base/steps.ts';
import type { Microseconds } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import type { IntervalRecord, MachineState, PersonState } from '../record/interval.ts';
import { machineAxisSteps } from './machineAxis.ts';
import { personAxisSteps } from './personAxis.ts';
import { cover, type Span } from './span.ts';
import { writtenOrderSteps } from './writtenOrder.ts';

export interface IntervalOptions {
  /** Default: the first instant of which the events tell. */
  readonly from?: Microseconds;
  /** Exclusive. Default: the last event. */
  readonly to?: Microseconds;
}

/**
 * Both axes cover [from, to) without a gap and without overlap. Where evidence is missing the state is `unknown`: before the
 * first event, after the last, and wherever the events leave a doubt.
 */
export function buildIntervals(events: readonly EventRecord[], options: IntervalOptions = {}): IntervalRecord[] {
  return complete(buildIntervalsSteps(events, options));
}

/** The same in steps. */
export function* buildIntervalsSteps(events: readonly EventRecord[], options: IntervalOptions = {}): Generator<void, IntervalRecord[]> {
  const { channels, contradiction } = yield* writtenOrderSteps(events);
  const newest = channels
    .flat()
    .reduce<{ at: Microseconds; host: string } | undefined>(
      (best, event) => (best && best.at > event.at ? best : { at: event.at, host: event.record.host }),
      undefined,
    );
  if (!newest) return [];
  yield;
  const axis = yield* machineAxisSteps(channels);
  yield;
  const times = channels.flat().map((event) => event.at);
  const from = options.from ?? Math.min(least(times), axis.spans[0]?.from ?? Number.MAX_SAFE_INTEGER);
  const to = options.to ?? newest.at;
  if (to <= from) return [];
  const filler = { confidence: 'low', rule: 'no event tells' } as const;
  if (contradiction) {
    // Whatever was said of the one would be said of the other too.
    const rule = 'two machines write logs under this name: one record id stands for two events, or the log turns back in time';
    const evidence = [...new Set(contradiction.map((event) => event.id))];
    const unknown = {
      host: newest.host,
      state: 'unknown',
      from,
      to,
      confidence: 'low',
      evidence,
      fromGuardUs: 0,
      toGuardUs: 0,
      rule,
    } as const;
    return [
      { ...unknown, evidence, axis: 'machine' },
      { ...unknown, evidence, axis: 'person' },
    ];
  }
  yield;
  const machine = cover<MachineState>(axis.spans, from, to, { state: 'unknown', ...filler });
  const person = cover<PersonState>(yield* personAxisSteps(channels, axis, whole(axis.spans, from, to)), from, to, {
    state: 'unknown',
    ...filler,
  });
  const record = (name: IntervalRecord['axis'], span: Span<MachineState | PersonState>): IntervalRecord => ({
    host: newest.host,
    axis: name,
    ...span,
    evidence: [...span.evidence],
  });
  return [...machine.map((span) => record('machine', span)), ...person.map((span) => record('person', span))];
}

/** From the first thing known, even before the asked stretch: who was logged on then may still be. */
function whole(spans: readonly Span<MachineState>[], from: Microseconds, to: Microseconds): Span<MachineState>[] {
  return cover<MachineState>(spans, Math.min(from, spans[0]?.from ?? from), Math.max(to, spans.at(-1)?.to ?? to), {
    state: 'unknown',
    confidence: 'low',
    rule: 'no event tells',
  });
}

/** Without spreading: an argument list of a million does not fit the stack. */
function least(times: readonly Microseconds[]): Microseconds {
  return times.reduce((best, at) => Math.min(best, at), Number.MAX_SAFE_INTEGER);
}
