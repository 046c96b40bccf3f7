/**
 * Sessions of modern standby (Kernel-Power 506 entry, 507 exit): the screen is off, and only further fields of 507 say
 * whether the machine slept. Such a machine stays on the network on purpose.
 */

import { eachInSteps } from '../base/steps.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { Confidence, MachineState } from '../record/interval.ts';
import type { BootCluster } from './bootClusters.ts';
import { is } from './eventKey.ts';
import { field, numberField, truthField } from './fields.ts';
import type { Span } from './span.ts';
import type { WrittenEvent } from './writtenEvent.ts';

export interface ScreenSession {
  readonly spans: Span<MachineState>[];
  readonly from: Microseconds;
  readonly to: Microseconds;
  readonly entry: WrittenEvent | undefined;
  readonly exit: WrittenEvent | undefined;
  /** Both stamps and the monotonic duration agree: a step of the clock in between only caught up with time that did pass. */
  readonly measured: boolean;
}

/** The stamps of 506 and 507 and `DurationInUs` agree within this unless the clock was changed. */
const toleranceUs = 5 * second;
/** The system needs this long from the screen to its sleep, and back. */
const edgeGuardUs = 5 * second;
/** Below this share of a session, residency in DRIPS proves little. */
const slightShare = 0.01;

/** `events`: the machine log in the order of writing. */
export function* screenSessionsSteps(events: readonly WrittenEvent[], clusters: readonly BootCluster[]): Generator<void, ScreenSession[]> {
  const bootStarts = new Set(clusters.map((cluster) => cluster.first));
  const sessions: ScreenSession[] = [];
  let open: WrittenEvent | undefined;
  let previous: WrittenEvent | undefined;
  yield* eachInSteps(events, (event, i) => {
    if (bootStarts.has(i) && open) {
      sessions.push(unfinished(open, Math.max(event.at, open.at), 'the machine was started afresh'));
      open = undefined;
    }
    if (is(event.record, 'kernel-power', 506)) {
      if (open) sessions.push(unfinished(open, event.at, 'the next session began'));
      open = event;
    } else if (is(event.record, 'kernel-power', 507)) {
      if (open && !fit(open, event)) {
        sessions.push(unfinished(open, Math.max(open.at, startOf(event) ?? event.at), 'the next session began'));
        open = undefined;
      }
      sessions.push(finished(open, event, previous));
      open = undefined;
    }
    previous = event;
  });
  if (open) sessions.push(unfinished(open, Math.max(open.at, ...events.slice(-1).map((event) => event.at)), 'the log ends'));
  return sessions;
}

/** ScenarioInstanceId has 8 bits and differs between the two: only V2 with BootId tells, where both are there. */
function fit(entry: WrittenEvent, exit: WrittenEvent): boolean {
  return ['ScenarioInstanceIdV2', 'BootId'].every((name) => {
    const [a, b] = [field(entry.record, name), field(exit.record, name)];
    return a === undefined || b === undefined || a === b;
  });
}

/** The duration is monotonic: it survives a lost 506 and a change of the clock. */
function startOf(exit: WrittenEvent): Microseconds | undefined {
  const durationUs = numberField(exit.record, 'DurationInUs');
  return durationUs === undefined || durationUs < 0 ? undefined : exit.at - Math.round(durationUs);
}

function unfinished(entry: WrittenEvent, to: Microseconds, because: string): ScreenSession {
  const rule = `the screen went off (506) and no 507 tells when that ended or whether the machine slept: ${because}`;
  const span: Span<MachineState> = {
    from: entry.at,
    to,
    state: 'unknown',
    confidence: 'low',
    evidence: [entry.record.id],
    fromGuardUs: 0,
    toGuardUs: 0,
    rule,
  };
  return { spans: [span], from: entry.at, to, entry, exit: undefined, measured: false };
}

function finished(entry: WrittenEvent | undefined, exit: WrittenEvent, previous: WrittenEvent | undefined): ScreenSession {
  const to = exit.at;
  const computed = startOf(exit);
  const evidence = [...(entry ? [entry.record.id] : []), exit.record.id];
  const unknown = (from: Microseconds, until: Microseconds, rule: string): Span<MachineState> => ({
    from,
    to: until,
    state: 'unknown',
    confidence: 'low',
    evidence,
    fromGuardUs: 0,
    toGuardUs: 0,
    rule,
  });
  if (computed === undefined && !entry) {
    const from = Math.min(previous?.at ?? to, to);
    return {
      spans: [unknown(from, to, 'a screen-off session ended (507); nothing tells when it began')],
      from,
      to,
      entry,
      exit,
      measured: false,
    };
  }
  const stamped = entry?.at ?? (computed as Microseconds);
  const agree = computed === undefined || Math.abs(computed - stamped) <= Math.max(toleranceUs, (to - stamped) / 100);
  const from = agree ? stamped : (computed as Microseconds);
  if (from >= to) return { spans: [], from: to, to, entry, exit, measured: false };
  const spans = split(exit, from, to, evidence, entry !== undefined && agree);
  if (!agree && stamped < from) spans.unshift(unknown(stamped, from, 'the clock changed during a screen-off session'));
  return { spans, from: Math.min(stamped, from), to, entry, exit, measured: agree && computed !== undefined && entry !== undefined };
}

function split(exit: WrittenEvent, from: Microseconds, to: Microseconds, evidence: string[], startIsSure: boolean): Span<MachineState>[] {
  const { record } = exit;
  const length = to - from;
  const span = (state: MachineState, start: Microseconds, end: Microseconds, confidence: Confidence, rule: string): Span<MachineState> => ({
    from: start,
    to: end,
    state,
    confidence,
    evidence,
    fromGuardUs: Math.min(end - start, startIsSure ? edgeGuardUs : 2 * edgeGuardUs),
    toGuardUs: Math.min(end - start, edgeGuardUs),
    rule,
  });
  const sleepEntered = truthField(record, 'SleepEntered');
  const sleepUs = numberField(record, 'SleepDurationInUs');
  const screenUs = numberField(record, 'ScreenOffDurationInUs');
  const residencyUs = numberField(record, 'DripsResidencyInUs');
  if (sleepEntered === false || (sleepEntered === undefined && sleepUs === 0))
    return [span('screen-off', from, to, 'high', 'screen off (506/507), and the machine says that it did not sleep')];
  if (sleepEntered || (sleepUs !== undefined && sleepUs > 0)) {
    const slept = 'modern sleep (507: SleepEntered, SleepDurationInUs)';
    const known = screenUs !== undefined && screenUs >= 0 ? screenUs : sleepUs !== undefined && sleepUs > 0 ? length - sleepUs : undefined;
    if (known === undefined) return [span('modern-sleep', from, to, 'medium', `${slept}; when in the session it began is not recorded`)];
    const sleepFrom = from + Math.round(Math.min(length, Math.max(0, known)));
    // What the two durations leave over belongs to the change from one to the other.
    const restUs = screenUs !== undefined && sleepUs !== undefined ? Math.abs(length - screenUs - sleepUs) : 0;
    const asleep = span('modern-sleep', sleepFrom, to, 'high', slept);
    const before = span('screen-off', from, sleepFrom, 'high', 'screen off (506/507) before the modern sleep began');
    const widened = { ...asleep, fromGuardUs: Math.min(to - sleepFrom, asleep.fromGuardUs + Math.round(restUs)) };
    return [before, widened].filter((part) => part.to > part.from);
  }
  if (residencyUs !== undefined && residencyUs > 0) {
    const slight = residencyUs < length * slightShare;
    return [
      span(
        'modern-sleep',
        from,
        to,
        slight ? 'low' : 'medium',
        'screen off with residency in DRIPS (507): modern sleep in some part of it',
      ),
    ];
  }
  if (residencyUs === 0) return [span('screen-off', from, to, 'high', 'screen off (506/507) without residency in DRIPS: never asleep')];
  return [span('screen-off', from, to, 'medium', 'screen off (506/507); whether the machine slept is not recorded')];
}
