/** The truth of a story, counted from its own frames and timeline. */

import { addressFromIpv4, formatAddress, formatMac, isGroupMac } from '../base/address.ts';
import { formatTime } from '../base/time.ts';
import type { Span } from './span.ts';
import type { Station } from './station.ts';
import { type StoryTruth, sleepStates, type TruthDestination, type TruthHost } from './story.ts';
import type { TappedFrame } from './wiretap.ts';

/** One state of one machine. The intervals of a machine touch and do not overlap. */
export interface StateSpan extends Span {
  readonly state: string;
}

export interface KnownHost {
  readonly station: Station;
  readonly hasLog: boolean;
  /** Empty for machines that nobody knows anything about. */
  readonly states: readonly StateSpan[];
}

export interface TruthFields {
  readonly story: string;
  readonly seed: number;
  readonly span: Span;
  readonly frames: readonly TappedFrame[];
  readonly hosts: readonly KnownHost[];
  readonly notes: readonly string[];
}

export function tellTruth(fields: TruthFields): StoryTruth {
  return {
    story: fields.story,
    seed: fields.seed,
    from: formatTime(fields.span.from),
    to: formatTime(fields.span.to),
    frames: fields.frames.length,
    hosts: fields.hosts.map((host) => truthOf(host, fields.frames)),
    notes: fields.notes,
  };
}

function truthOf({ station, hasLog, states }: KnownHost, frames: readonly TappedFrame[]): TruthHost {
  const packets: Record<string, number> = {};
  const asleep = new Map<string, TruthDestination>();
  for (const frame of frames) {
    const sent = frame.sourceMac === station.mac;
    if (!sent && (frame.destinationMac !== station.mac || isGroupMac(frame.destinationMac))) continue;
    const state = states.find(({ from, to }) => from <= frame.capturedAtUs && frame.capturedAtUs < to)?.state ?? 'unknown';
    packets[state] = (packets[state] ?? 0) + 1;
    if (!(sleepStates as readonly string[]).includes(state)) continue;
    const { scope, peer, protocol, port, benign = true } = frame.purpose;
    const key = `${scope} ${peer} ${protocol} ${port} ${benign}`;
    const so = asleep.get(key) ?? { scope, peer, protocol, port, sentPackets: 0, receivedPackets: 0, packets: 0, benign };
    const sentPackets = so.sentPackets + (sent ? 1 : 0);
    const receivedPackets = so.receivedPackets + (sent ? 0 : 1);
    asleep.set(key, { ...so, sentPackets, receivedPackets, packets: sentPackets + receivedPackets });
  }
  return {
    host: station.name,
    mac: formatMac(station.mac),
    address: formatAddress(addressFromIpv4(station.address)),
    hasLog,
    intervals: states.map(({ state, from, to }) => ({ state, from: formatTime(from), to: formatTime(to) })),
    packets,
    asleep: [...asleep.values()].toSorted((a, b) => b.packets - a.packets || (a.peer < b.peer ? -1 : 1)),
  };
}
