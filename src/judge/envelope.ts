/** Whether what a rule explains stays within what is normal for it. Computed on read, over all that one host exchanged under the rule. */

import { type Envelope, headerOctets, type Quantity, type Stretch, stretches } from '../record/envelope.ts';

/** What one host exchanged with one destination in one minute. */
export interface MinuteAmounts {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly destination: string;
  readonly sentPackets: number;
  readonly sentOctets: number;
  readonly receivedPackets: number;
  readonly receivedOctets: number;
}

/** Names below one domain that the host was told addresses of, within one hour. */
export interface AskedNames {
  readonly domain: string;
  readonly names: number;
  /** Characters. */
  readonly longest: number;
}

export interface Excess {
  /** `5230 packets sent within an hour, at most 400 are normal`. */
  readonly text: string;
  /** How many times the bound. */
  readonly times: number;
  /** Destinations that took part in it. */
  readonly destinations: ReadonlySet<string>;
}

const inWords: Readonly<Record<Stretch, string>> = { perMinute: 'within a minute', perHour: 'within an hour', perDay: 'within a day' };
const quantityInWords: Readonly<Record<Quantity, string>> = {
  sentPackets: 'packets sent',
  sentOctets: 'octets sent',
  receivedPackets: 'packets received',
  receivedOctets: 'octets received',
  sentData: 'octets of data sent',
  farEnds: 'far ends',
};
/** The mean of fewer packets says nothing about what is usual. */
const fewestPackets = 10;

/**
 * @param traffic in any order; only of destinations that one rule explains to one host, while no user started it
 * @returns what goes beyond the envelope, worst first
 */
export function excesses(envelope: Envelope, traffic: readonly MinuteAmounts[], asked: readonly AskedNames[] = []): Excess[] {
  const minutes = traffic.toSorted((a, b) => a.minute - b.minute);
  const found: Excess[] = [];
  for (const stretch of Object.keys(stretches) as Stretch[]) {
    for (const [quantity, bound] of Object.entries(envelope[stretch] ?? {}) as [Quantity, number][]) {
      const worst = worstWindow(minutes, stretches[stretch], (sums) => sums[quantity]);
      if (worst.value > bound)
        found.push(excess(worst, bound, `${worst.value} ${quantityInWords[quantity]} ${inWords[stretch]}, at most ${bound} are normal`));
    }
  }
  for (const side of ['sent', 'received'] as const) {
    const bound = envelope[`${side}OctetsPerPacket`];
    if (bound === undefined) continue;
    const worst = worstWindow(minutes, stretches.perHour, (sums) =>
      sums[`${side}Packets`] < fewestPackets ? 0 : Math.round(sums[`${side}Octets`] / sums[`${side}Packets`]),
    );
    if (worst.value > bound)
      found.push(excess(worst, bound, `the packets ${side} have ${worst.value} octets on average, at most ${bound} are normal`));
  }
  found.push(...excessiveNames(envelope, minutes, asked));
  return found.sort((a, b) => b.times - a.times || (a.text < b.text ? -1 : 1));
}

type Sums = Record<Quantity, number>;

interface Window {
  readonly value: number;
  readonly destinations: ReadonlySet<string>;
}

function excess({ value, destinations }: Window, bound: number, text: string): Excess {
  return { text, times: value / bound, destinations };
}

/** The stretch of `length` minutes with the highest measure; of equals the earliest. Each window ends in a minute with traffic. */
function worstWindow(minutes: readonly MinuteAmounts[], length: number, measure: (sums: Sums) => number): Window {
  const sums: Sums = { sentPackets: 0, sentOctets: 0, receivedPackets: 0, receivedOctets: 0, sentData: 0, farEnds: 0 };
  const rowsOf = new Map<string, number>();
  const add = (row: MinuteAmounts, sign: 1 | -1) => {
    sums.sentPackets += sign * row.sentPackets;
    sums.sentOctets += sign * row.sentOctets;
    sums.receivedPackets += sign * row.receivedPackets;
    sums.receivedOctets += sign * row.receivedOctets;
    sums.sentData += sign * Math.max(0, row.sentOctets - headerOctets * row.sentPackets);
    const rows = (rowsOf.get(row.destination) ?? 0) + sign;
    if (rows === 0) rowsOf.delete(row.destination);
    else rowsOf.set(row.destination, rows);
    sums.farEnds = rowsOf.size;
  };
  let [first, bestFirst, bestEnd, best] = [0, 0, 0, 0];
  for (const [i, row] of minutes.entries()) {
    add(row, 1);
    while ((minutes[first] as MinuteAmounts).minute <= row.minute - length) add(minutes[first++] as MinuteAmounts, -1);
    // Rows of one minute belong together, in whatever order they stand.
    if (minutes[i + 1]?.minute === row.minute) continue;
    const value = measure(sums);
    if (value > best) [best, bestFirst, bestEnd] = [value, first, i + 1];
  }
  return { value: best, destinations: new Set(minutes.slice(bestFirst, bestEnd).map(({ destination }) => destination)) };
}

function excessiveNames(
  { namesPerDomain, longestName }: Envelope,
  minutes: readonly MinuteAmounts[],
  asked: readonly AskedNames[],
): Excess[] {
  const found: Excess[] = [];
  const destinations = new Set(minutes.map(({ destination }) => destination));
  for (const { domain, names, longest } of asked) {
    if (namesPerDomain !== undefined && names > namesPerDomain)
      found.push(
        excess(
          { value: names, destinations },
          namesPerDomain,
          `${names} names below ${domain} within an hour, at most ${namesPerDomain} are normal`,
        ),
      );
    if (longestName !== undefined && longest > longestName)
      found.push(
        excess(
          { value: longest, destinations },
          longestName,
          `a name of ${longest} characters below ${domain}, at most ${longestName} are normal`,
        ),
      );
  }
  return found;
}
