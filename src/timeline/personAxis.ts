/** Whether a person was there: logons and locks, and what the machine's own sleeps and screens say of its user. */

import { eachInSteps } from '../base/steps.ts';
import { hour, type Microseconds, minute } from '../base/time.ts';
import type { MachineState, PersonState } from '../record/interval.ts';
import { steppedForward } from './clockSteps.ts';
import { is, providerOf } from './eventKey.ts';
import { numberField } from './fields.ts';
import type { MachineAxis } from './machineAxis.ts';
import { type PersonEvidence, personEvidenceSteps } from './personEvidence.ts';
import { Presence } from './presence.ts';
import type { ScreenSession } from './screenSessions.ts';
import type { Sleep } from './sleepSessions.ts';
import type { Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

/** A person who is seen to be idle left at some time in this stretch before. */
const idleUs = 15 * minute;
/** A session that nobody locks or leaves is open; without any further sign for a whole day it is not known whose. */
const staleUs = 24 * hour;
/** Who was there before a step of the clock by less is there after it. */
const shortStep = 15 * minute;

/** POWER_MONITOR_REQUEST_REASON: input of all kinds, unlock, fingerprint, a person seen by a sensor. */
const userInput: ReadonlySet<number> = new Set([4, 6, 10, 31, 32, 33, 34, 36, 37, 38, 44, 52, 54]);
/** Power button, sleep button, lid: a hand at the machine. */
const handOnMachine: ReadonlySet<number> = new Set([1, 14, 15]);

type Happening =
  | { readonly at: Microseconds; readonly kind: 'person'; readonly evidence: PersonEvidence }
  | { readonly at: Microseconds; readonly kind: 'machine'; readonly span: Span<MachineState> };

/** `machine`: the machine axis, covering all of it without a gap. */
export function* personAxisSteps(
  channels: readonly (readonly WrittenEvent[])[],
  axis: MachineAxis,
  machine: readonly Span<MachineState>[],
): Generator<void, Span<PersonState>[]> {
  const evidence = yield* personEvidenceSteps(channels);
  const tellsLogons = channels.some((channel) =>
    channel.some((event) => is(event.record, 'winlogon', 7001, 7002) || providerOf(event.record) === 'security-auditing'),
  );
  const happenings: Happening[] = [
    ...machine.map((span): Happening => ({ at: span.from, kind: 'machine', span })),
    ...evidence.map((item): Happening => ({ at: item.at, kind: 'person', evidence: item })),
  ].sort((a, b) => a.at - b.at || (a.kind === b.kind ? 0 : a.kind === 'machine' ? -1 : 1));
  const end = machine.at(-1)?.to ?? 0;
  const walker = new Walker(axis, tellsLogons);
  const spans: Span<PersonState>[] = [];
  yield* eachInSteps(happenings, (happening, i) => {
    walker.take(happening);
    const to = Math.min(happenings[i + 1]?.at ?? end, end);
    if (to > happening.at) spans.push(...walker.span(happening.at, to));
  });
  return withIdleGuards(spans, axis);
}

class Walker {
  private readonly presence = new Presence();
  private machine: Span<MachineState> | undefined;
  private evidence: readonly string[] = [];
  private rule = 'nothing tells yet';
  private seenAt: Microseconds = 0;
  private readonly machineTold: boolean;
  private readonly sleepsByEnd: ReadonlyMap<Microseconds, Sleep>;
  private readonly screensByEnd: ReadonlyMap<Microseconds, ScreenSession>;

  constructor(
    axis: MachineAxis,
    private readonly tellsLogons: boolean,
  ) {
    this.machineTold = axis.told;
    this.sleepsByEnd = new Map(axis.sleeps.map((sleep) => [sleep.span.to, sleep]));
    this.screensByEnd = new Map(axis.screens.map((screen) => [screen.to, screen]));
  }

  take(happening: Happening): void {
    if (happening.kind === 'person') {
      const { evidence } = happening;
      const before = this.presence.now.state;
      this.presence.take(evidence);
      // An end that changes nothing (one of two tokens, a session that nobody saw begin) is no new sign of a person.
      const isEnd = evidence.kind === 'logoff' || evidence.kind === 'token-end' || evidence.kind === 'disconnect';
      if (!isEnd || this.presence.now.state !== before) this.note(happening.at, [evidence.id], evidence.rule);
      return;
    }
    const before = this.machine;
    this.machine = happening.span;
    if (before) this.afterMachine(before, happening.span);
    if (happening.span.state === 'screen-off') {
      this.presence.left('high');
      this.note(happening.at, happening.span.evidence, 'the screen went off');
    }
  }

  private note(at: Microseconds, evidence: readonly string[], rule: string): void {
    this.seenAt = at;
    this.evidence = evidence;
    this.rule = rule;
  }

  /** What the end of one state of the machine says of the person in the next. */
  private afterMachine(before: Span<MachineState>, now: Span<MachineState>): void {
    const at = now.from;
    const sleep = this.sleepsByEnd.get(before.to);
    const screen = this.screensByEnd.get(before.to);
    if (before.state === 'off') {
      this.presence.shutDown(this.tellsLogons);
      this.note(at, before.evidence, 'started, and nobody has logged on yet');
    } else if (before.state === 's3' || before.state === 'hibernate') {
      this.presence.dropRemotes();
      this.afterSleep(sleep, at, before);
    } else if (before.state === 'screen-off' || before.state === 'modern-sleep') {
      if (now.state !== 'modern-sleep') this.afterScreen(screen, at, before);
    } else if (before.state === 'unknown') {
      // A clock that is set right takes nobody away from the keyboard, nor does a pause of minutes.
      if (before.rule === steppedForward && before.to - before.from <= shortStep) return;
      this.presence.forget();
      this.note(at, before.evidence, 'nothing tells who was there after an unknown stretch');
      if (screen) this.afterScreen(screen, at, before);
    }
  }

  private afterSleep(sleep: Sleep | undefined, at: Microseconds, before: Span<MachineState>): void {
    const source = sleep?.wakeSource ?? 'unknown';
    if (source === 'timer' || source === 'to-hibernate') {
      this.presence.left('high');
      this.note(at, before.evidence, 'woken by a timer: nobody did it');
    } else if (source === 'power-button') {
      this.presence.touched('medium');
      this.note(at, before.evidence, 'woken by the power button');
    } else if (source === 'device' && /keyboard|mouse|touch|lid|hid/i.test(sleep?.wakeSourceText ?? '')) {
      this.presence.touched('medium');
      this.note(at, before.evidence, 'woken by an input device');
    } else {
      this.presence.forget();
      this.note(at, before.evidence, 'woken, and nothing tells by whom');
    }
  }

  private afterScreen(screen: ScreenSession | undefined, at: Microseconds, before: Span<MachineState>): void {
    const reason = screen?.exit && numberField(screen.exit.record, 'Reason');
    if (reason !== undefined && userInput.has(reason)) {
      this.presence.touched('high');
      this.note(at, before.evidence, 'the screen came on by a person (507)');
    } else if (reason !== undefined && handOnMachine.has(reason)) {
      this.presence.touched('medium');
      this.note(at, before.evidence, 'the screen came on by button or lid (507)');
    } else {
      this.presence.forget();
      this.note(at, before.evidence, 'the screen came on, and nothing tells by whom');
    }
  }

  /** The state from the last happening to the next. */
  span(from: Microseconds, to: Microseconds): Span<PersonState>[] {
    const make = (
      start: Microseconds,
      end: Microseconds,
      state: PersonState,
      confidence: Span<PersonState>['confidence'],
      rule: string,
    ) => ({
      from: start,
      to: end,
      state,
      confidence,
      evidence: this.evidence,
      fromGuardUs: 0,
      toGuardUs: 0,
      rule,
    });
    const machine = this.machine;
    const { state, confidence } = this.presence.now;
    // Only logons tell: they hold, weakly, for a sleep between them would not be seen.
    if (!this.machineTold && state !== 'present') return [make(from, to, state, 'low', this.rule)];
    if (this.machineTold && (!machine || machine.state === 'unknown'))
      return [make(from, to, 'unknown', 'low', 'the state of the machine is not known')];
    if (this.machineTold && machine && machine.state !== 'on' && machine.state !== 'screen-off') {
      const guards = from === machine.from ? Math.min(machine.fromGuardUs, to - from) : 0;
      return [
        {
          ...make(from, to, 'absent', machine.confidence, 'the machine was asleep or off'),
          evidence: machine.evidence,
          fromGuardUs: guards,
        },
      ];
    }
    const staleAt = Math.max(from, this.seenAt + staleUs);
    const sure = this.machineTold ? confidence : 'low';
    if (state !== 'present' || staleAt >= to) return [make(from, to, state, sure, this.rule)];
    const fresh = from < staleAt ? [make(from, staleAt, state, sure, this.rule)] : [];
    return [...fresh, make(staleAt, to, 'unknown', 'low', `${this.rule}, long ago and without a further sign`)];
  }
}

/** Where idleness ended a presence, the person was gone some time before: the guard band says so. */
function withIdleGuards(spans: readonly Span<PersonState>[], axis: MachineAxis): Span<PersonState>[] {
  const idleEnds = new Set<Microseconds>();
  for (const screen of axis.screens) if (screen.entry && numberField(screen.entry.record, 'Reason') === 12) idleEnds.add(screen.from);
  for (const sleep of axis.sleeps) idleEnds.add(sleep.span.from);
  return spans.map((span, i) => {
    const next = spans[i + 1];
    if (span.state !== 'present' || !next || next.state !== 'absent') return span;
    const idle = idleEnds.has(span.to) || next.rule.includes('4802');
    return idle ? { ...span, toGuardUs: Math.min(span.to - span.from, idleUs) } : span;
  });
}
