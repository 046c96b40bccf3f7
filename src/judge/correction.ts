/** From evidence to corrections, and from corrections to states in the time of the sensor. */

import { type Microseconds, second } from '../base/time.ts';
import type { ClockHistory, CorrectionRecord } from '../record/correction.ts';
import type { HostInterval } from '../record/interval.ts';
import { byKind, type Consensus, consensusAt, type NoConsensus } from './clockConsensus.ts';
import { type ClockEvidence, type RunningClock, runningClocks } from './clockEvidence.ts';

interface Asked {
  /** From here to the next one its answer holds. */
  readonly from: Microseconds;
  readonly repairUs: Microseconds;
  readonly running: RunningClock;
  readonly answer: Consensus | NoConsensus;
}

/** Times of the evidence, and of the middle between two. */
const differenceThatMatters = second;

const reasons: Readonly<Record<NoConsensus, string>> = {
  none: 'no wake in the log meets a silence on the wire, and no clock of the host was seen',
  thin: 'too few wakes and clocks agree on a difference',
  ambiguous: 'two different differences are supported about equally well',
};

/** One record for each stretch of [from, to) in which the answer is the same. */
export function corrections(
  host: string,
  from: Microseconds,
  to: Microseconds,
  evidence: readonly ClockEvidence[],
  history: ClockHistory,
): CorrectionRecord[] {
  const clocks = runningClocks(history);
  const records: CorrectionRecord[] = [];
  for (const asked of questions(from, to, evidence, history, clocks)) {
    const previous = records.at(-1);
    const record = answered(host, asked, to, previous);
    if (previous) records[records.length - 1] = { ...previous, to: record.from };
    const last = records.at(-1);
    if (last && isSame(last, record)) {
      records[records.length - 1] = {
        ...last,
        to: record.to,
        uncertaintyUs: Math.max(last.uncertaintyUs, record.uncertaintyUs),
        wakeEdges: Math.max(last.wakeEdges, record.wakeEdges),
        stamps: Math.max(last.stamps, record.stamps),
      };
    } else records.push(record);
  }
  return records;
}

function isSame(a: CorrectionRecord, b: CorrectionRecord): boolean {
  return a.status === b.status && a.offsetUs === b.offsetUs && (a.status !== 'unknown' || a.reason === b.reason);
}

/** At each piece of evidence; the answer of one holds until the middle to the next, and never beyond a change of the clock. */
function questions(
  from: Microseconds,
  to: Microseconds,
  evidence: readonly ClockEvidence[],
  { stretches }: ClockHistory,
  clocks: readonly RunningClock[],
): Asked[] {
  const asked: Asked[] = [];
  for (const [i, stretch] of (stretches.length > 0 ? stretches : [{ from, repairUs: 0, segment: 0 }]).entries()) {
    const begin = i === 0 ? from : Math.max(from, stretch.from);
    const end = Math.min(to, stretches[i + 1]?.from ?? to);
    if (end <= begin) continue;
    const running = clocks[stretch.segment] as RunningClock;
    const own = evidence.filter(({ clock }) => clock === running.clock);
    const times = [...new Set(own.map(({ at }) => at).filter((at) => at >= begin && at < end))].sort((a, b) => a - b);
    const sorted = byKind(own);
    const asks = times.length > 0 ? times : [begin + (end - begin) / 2];
    asks.forEach((at, j) => {
      const start = j === 0 ? begin : ((asks[j - 1] as number) + at) / 2;
      asked.push({ from: Math.floor(start), repairUs: stretch.repairUs, running, answer: consensusAt(at, sorted) });
    });
  }
  return asked;
}

function answered(
  host: string,
  { from, repairUs, running, answer }: Asked,
  to: Microseconds,
  previous?: CorrectionRecord,
): CorrectionRecord {
  const nothing = { host, from, to, offsetUs: 0, uncertaintyUs: 0, wakeEdges: 0, stamps: 0 } as const;
  if (typeof answer === 'string') return { ...nothing, status: 'unknown', reason: reasons[answer] };
  // The evidence speaks of the clock at its beginning, and of stamps that nobody repaired.
  const shift = running.aheadUs + repairUs;
  const [low, high] = [answer.from - shift, answer.to - shift];
  const { wakeEdges, stamps } = answer;
  const counts = [
    ...(wakeEdges > 0 ? [`${wakeEdges} ${wakeEdges === 1 ? 'wake' : 'wakes'}`] : []),
    ...(stamps > 0 ? [`${stamps} ${stamps === 1 ? 'clock' : 'clocks'} on the wire`] : []),
  ];
  const reason = `from ${counts.join(' and ')}`;
  if (low <= differenceThatMatters && high >= -differenceThatMatters)
    return { ...nothing, status: 'agrees', uncertaintyUs: Math.max(0, -low, high), wakeEdges, stamps, reason };
  const isStill = previous?.status === 'applied' && previous.offsetUs >= low && previous.offsetUs <= high;
  const offsetUs = isStill ? previous.offsetUs : Math.round(low + (high - low) / 2);
  return { ...nothing, status: 'applied', offsetUs, uncertaintyUs: Math.max(offsetUs - low, high - offsetUs), wakeEdges, stamps, reason };
}

/**
 * States of a host in the time of the sensor. Where the clock was corrected, its uncertainty widens the guard bands on both
 * sides of every edge.
 *
 * @param states touch and do not overlap; so does the result
 * @param records of one host, ascending; before the first and after the last one these hold
 */
export function correctedStates(states: readonly HostInterval[], records: readonly CorrectionRecord[]): HostInterval[] {
  if (!records.some(({ status }) => status === 'applied')) return [...states];
  const at = correctionAt(records);
  const moved: HostInterval[] = [];
  for (const state of states) {
    const [begin, end] = [at(state.from), at(state.to)];
    const from = Math.max(state.from + begin.offsetUs, moved.at(-1)?.to ?? Number.NEGATIVE_INFINITY);
    const to = state.to + end.offsetUs;
    if (to <= from) continue;
    const guard = (us: Microseconds, { status, uncertaintyUs }: CorrectionRecord) =>
      Math.min(to - from, us + (status === 'applied' ? uncertaintyUs : 0));
    moved.push({ ...state, from, to, fromGuardUs: guard(state.fromGuardUs, begin), toGuardUs: guard(state.toGuardUs, end) });
  }
  return moved;
}

function correctionAt(records: readonly CorrectionRecord[]): (at: Microseconds) => CorrectionRecord {
  return (at) => {
    let low = 0;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((records[middle] as CorrectionRecord).from <= at) low = middle + 1;
      else high = middle;
    }
    return records[Math.max(0, low - 1)] as CorrectionRecord;
  };
}
