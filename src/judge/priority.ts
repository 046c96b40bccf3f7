/** Where an analyst should look first: a number from 0 to 100 and the reasons behind it. Computed on read. */

import type { DestinationRecord, DestinationStatus } from '../record/judged.ts';
import type { Excess } from './envelope.ts';

export interface Evidence {
  readonly destination: DestinationRecord;
  /** Minutes of traffic that no user started, as minutes since the epoch, ascending. */
  readonly minutes: readonly number[];
  readonly sentOctets: number;
  readonly receivedOctets: number;
  /** Minutes in which the device sent although its machine could not. */
  readonly contradictions: number;
  /** Judged devices that had traffic with this destination that no user started, this one included. */
  readonly devices: number;
  /** Judged devices in all. */
  readonly devicesInAll: number;
  /** How its traffic goes beyond what is normal for the rule that explains it, worst first. */
  readonly excesses: readonly Excess[];
}

export interface Priority {
  readonly priority: number;
  /** Most weighty first. */
  readonly because: string[];
}

/** How equal the distances of a rhythm must be. */
export interface Rhythm {
  /** Fewer returns than this prove nothing. */
  readonly fewestReturns: number;
  /** Share of the median by which a distance may differ. */
  readonly jitter: number;
}
const strict: Rhythm = { fewestReturns: 5, jitter: 0.1 };
/** Malware jitters on purpose. Chance seldom keeps three quarters of many distances within a third of their median. */
export const loose: Rhythm = { fewestReturns: 10, jitter: 0.35 };

/** From begin to begin, ascending: how long a burst lasts says nothing about when the next one comes. */
function distancesOf(minutes: readonly number[]): Float64Array {
  const distances = new Float64Array(Math.max(0, minutes.length - 1));
  let [found, begin] = [0, minutes[0] as number];
  for (let i = 1; i < minutes.length; i++) {
    const at = minutes[i] as number;
    if (at - (minutes[i - 1] as number) <= 1) continue;
    distances[found++] = at - begin;
    begin = at;
  }
  return distances.subarray(0, found).sort();
}

/** Quartiles of what comes by chance (exponential distances) lie 0.65 of their sum apart, those of a beacon that jitters by half 0.25. */
const steady = { fewestReturns: 12, dispersion: 0.35 };

/** Minutes of the usual distance, where half of many distances lie close together whatever the others are: jitter of up to a half. */
function steadyMinutes(distances: Float64Array): number | undefined {
  if (distances.length < steady.fewestReturns) return undefined;
  const quartile = (share: number) => distances[Math.floor((distances.length - 1) * share)] as number;
  const [low, middle, high] = [quartile(0.25), quartile(0.5), quartile(0.75)];
  return (high - low) / (high + low) <= steady.dispersion ? middle : undefined;
}

/**
 * How often the traffic came back at equal distances: minutes of the usual distance, when at least three quarters of
 * the distances lie within the jitter (or one minute) of the median; otherwise `undefined`.
 */
export function rhythmMinutes(minutes: readonly number[], rhythm: Rhythm = strict): number | undefined {
  return rhythmOf(distancesOf(minutes), rhythm);
}

function rhythmOf(distances: Float64Array, rhythm: Rhythm): number | undefined {
  if (distances.length < rhythm.fewestReturns) return undefined;
  const median = distances[distances.length >> 1] as number;
  const margin = Math.max(1, median * rhythm.jitter);
  let near = 0;
  for (const distance of distances) if (Math.abs(distance - median) <= margin) near++;
  return near >= distances.length * 0.75 ? median : undefined;
}

/** A beacon of a minute or two has no distances that minutes could show: it never stops. */
function isIncessant(minutes: readonly number[]): boolean {
  const [first = 0, last = 0] = [minutes[0], minutes.at(-1)];
  // Sleep comes in stretches; within the longest stretch without a break of five minutes.
  let [begin, best] = [0, 0];
  for (const [i, at] of minutes.entries()) {
    if (i > 0 && at - (minutes[i - 1] as number) > 5) begin = i;
    if ((i - begin + 1) * 2 >= at - (minutes[begin] as number) + 1) best = Math.max(best, at - (minutes[begin] as number));
  }
  return last - first >= 60 && best >= 60;
}

/** How traffic comes back that no user starts, and how much that weighs: machines keep time, chance does not. */
export function recurrenceOf(minutes: readonly number[]): readonly [weight: number, inWords: string] | undefined {
  const distances = distancesOf(minutes);
  const rhythm = rhythmOf(distances, strict);
  if (rhythm !== undefined) return [20, `comes back every ${rhythm} minutes`];
  if (isIncessant(minutes)) return [20, 'goes on in nearly every minute, for an hour and more'];
  const looseRhythm = rhythmOf(distances, loose) ?? steadyMinutes(distances);
  return looseRhythm === undefined ? undefined : [12, `comes back about every ${looseRhythm} minutes`];
}

/** What one host in five does, or fewer, is rare. */
const rareShare = 5;

/** However much speaks against it, what is only unexplained stands below what a machine could not have sent by itself. */
const highestBelowSuspicious = 89;

/** What the status weighs before anything else is known. */
function base(evidence: Evidence, status: DestinationStatus): readonly [number, string] {
  const { scope } = evidence.destination;
  switch (status) {
    case 'suspicious':
      return [
        90,
        `sent in ${evidence.contradictions} ${evidence.contradictions === 1 ? 'minute' : 'minutes'} in which the machine could not send`,
      ];
    case 'unexplained':
      return scope === 'outside' ? [50, 'unexplained, outside the network'] : [30, 'unexplained, inside the network'];
    case 'out-of-envelope':
      return [60, excessInWords(evidence.excesses)];
    case 'explained':
      return [0, 'explained'];
    default:
      return status satisfies never;
  }
}

/** Figures of one excess are enough to look; that there are others tells how sure it is. */
const shownExcesses = 3;

function excessInWords(excesses: readonly Excess[]): string {
  if (excesses.length === 0) return 'explained, but not in this amount';
  const more = excesses.length > shownExcesses ? `; and ${excesses.length - shownExcesses} more` : '';
  return `${excesses
    .slice(0, shownExcesses)
    .map(({ text }) => text)
    .join('; ')}${more}`;
}

/**
 * Suspicious wins over everything else: a contradiction cannot be explained by a name. And a name explains only what is
 * normal for it.
 */
export function statusOf({
  contradictions,
  destination,
  excesses,
}: Pick<Evidence, 'contradictions' | 'destination' | 'excesses'>): DestinationStatus {
  if (contradictions > 0) return 'suspicious';
  return destination.status === 'explained' && excesses.length > 0 ? 'out-of-envelope' : destination.status;
}

/** Ten times as much as is normal is no busy night any more. */
const farBeyond = 10;

export function prioritise(evidence: Evidence): Priority {
  const status = statusOf(evidence);
  const weights: (readonly [number, string])[] = [base(evidence, status)];
  if (status === 'out-of-envelope' && (evidence.excesses[0]?.times ?? 1) >= farBeyond) {
    weights.push([15, `${farBeyond} times and more of what is normal`]);
  }
  if (status === 'unexplained') {
    const { destination } = evidence;
    const recurrence = recurrenceOf(evidence.minutes);
    if (recurrence) weights.push(recurrence);
    if (destination.cast === 'unicast' && destination.name === null) weights.push([10, 'no name is known for the address']);
    if (destination.nameProof === 'claimed') weights.push([8, 'the name was only claimed, no trusted answer tied it to the address']);
    if (destination.direction === 'incoming') weights.push([5, 'the far end began']);
    if (evidence.sentOctets > evidence.receivedOctets && destination.scope === 'outside') weights.push([5, 'sent more than it received']);
    // What half of the hosts do is seldom an intrusion, and still nobody knows why they do it.
    const { devices, devicesInAll } = evidence;
    if (devices >= 2 && devicesInAll >= 3 && devices * 2 >= devicesInAll)
      weights.push([-25, `${devices} of ${devicesInAll} hosts do the same`]);
    if (devices === 1 && devicesInAll >= 3) weights.push([5, 'only this host talks to it']);
    else if (devices * rareShare <= devicesInAll) weights.push([5, `only ${devices} of ${devicesInAll} hosts talk to it`]);
  }
  const priority = Math.min(
    status === 'suspicious' ? 100 : highestBelowSuspicious,
    weights.reduce((sum, [weight]) => sum + weight, 0),
  );
  return { priority, because: weights.toSorted((a, b) => b[0] - a[0]).map(([, reason]) => reason) };
}
