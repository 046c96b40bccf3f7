/** A story about the power and the people of one host, made from a script: its logs, its frames, and the truth of both axes. */

import { hour, type Microseconds, parseTime } from '../../base/time.ts';
import { type EventRecord, hostOf } from '../../record/event.ts';
import { Random } from '../random.ts';
import { SmallLan } from '../smallLan.ts';
import type { Story, StoryLog, StoryTruth } from '../story.ts';
import { tellTruth } from '../truth.ts';
import { Wiretap } from '../wiretap.ts';
import { type WrittenTruthSpan, writeSpan } from './axisTruth.ts';
import { HostLife, type LifeFields, type Zone } from './hostLife.ts';
import { securityChannel, systemChannel, terminalChannel } from './hostLog.ts';
import { tellTraffic } from './traffic.ts';

/** What a reader of `logFiles`, all of one host, must find. */
export interface TimelineTruth {
  /** Names of the host in its log, the last one last. */
  readonly names: readonly string[];
  readonly logFiles: readonly string[];
  readonly machine: readonly WrittenTruthSpan[];
  readonly person: readonly WrittenTruthSpan[];
}

export interface PowerTruth extends StoryTruth {
  /** What makes a reader go wrong. */
  readonly trap: string;
  readonly timelines: readonly TimelineTruth[];
}

export interface PowerStory extends Story {
  readonly truth: PowerTruth;
}

export interface PowerScript extends Partial<Omit<LifeFields, 'start'>> {
  readonly name: string;
  /** One sentence: what makes a reader go wrong. */
  readonly trap: string;
  /** The evening on which it begins, UTC. */
  readonly start?: string;
  /** With frames on the wire, where the state of the machine allows them. */
  readonly wired?: boolean;
  /** Without a network while the screen is off. */
  readonly disconnected?: boolean;
  readonly live: (life: HostLife) => void;
  /** What becomes of a log on its way here. */
  readonly deliver?: (events: readonly EventRecord[], random: Random) => EventRecord[];
}

export const tokyo: Zone = { text: '-540 Tokyo Standard Time', offset: 9 * hour };
export const pacific: Zone = { text: '480 Pacific Standard Time', offset: -8 * hour };

const channelNames: Readonly<Record<string, string>> = {
  [systemChannel]: 'System',
  [securityChannel]: 'Security',
  [terminalChannel]: 'TerminalServices',
};

/** One life from a script, lived to its end. */
export function livedBy(script: PowerScript, random: Random): { readonly life: HostLife; readonly end: Microseconds } {
  const { computer = 'DESKTOP-0510', windows = 'windows-10', zone = tokyo, start = '2021-05-10T09:00:00Z' } = script;
  const begin = (parseTime(start) as Microseconds) + random.below(hour);
  const life = new HostLife({ audited: false, terminals: false, ...script, computer, windows, zone, start: begin }, random.branch('life'));
  script.live(life);
  // The log is fetched; its last record is where knowledge ends.
  life.write({
    provider: 'Service Control Manager',
    eventId: 7036,
    version: 0,
    qualifiers: 0x4000,
    data: [
      ['param1', 'Windows Event Collector'],
      ['param2', 'running'],
    ],
  });
  return { life, end: life.log.lastWrittenAt };
}

/** The logs of a life; `mark` tells files of equal names apart. */
export function logsOf(life: HostLife, random: Random, deliver: PowerScript['deliver'], mark = ''): StoryLog[] {
  const host = hostOf(life.log.computer);
  return [...life.log.finish(random.between(2_000, 60_000))].map(([channel, events]) => ({
    host,
    fileName: `${host}-${channelNames[channel]}${mark}.xml`,
    events: deliver ? deliver(events, random.branch(`deliver ${channel}`)) : events,
  }));
}

export function timelineOf(life: HostLife, end: Microseconds, logs: readonly StoryLog[]): TimelineTruth {
  return {
    names: [...new Set(logs.flatMap(({ events }) => events.map(({ host }) => host)))],
    logFiles: logs.map(({ fileName }) => fileName),
    machine: life.machine.spans(end).map(writeSpan),
    person: life.person.spans(end).map(writeSpan),
  };
}

export function powerStory(script: PowerScript): (seed: number) => PowerStory {
  return (seed) => {
    const random = new Random(`${script.name}/${seed}`);
    const { life, end } = livedBy(script, random);
    const logs = logsOf(life, random.branch('log'), script.deliver);
    const timeline = timelineOf(life, end, logs);
    return storyOf(script, seed, random, [{ life, end }], logs, [timeline]);
  };
}

const clockOf = ({ log, windows }: HostLife) => ({ clock: (at: Microseconds) => log.clockAt(at), windows });

export function storyOf(
  script: PowerScript,
  seed: number,
  random: Random,
  lived: readonly { readonly life: HostLife; readonly end: Microseconds }[],
  logs: readonly StoryLog[],
  timelines: readonly TimelineTruth[],
): PowerStory {
  const lan = new SmallLan(random.branch('lan'));
  const tap = new Wiretap();
  const hosts = lived.map(({ life, end }, i) => {
    const station = lan.workstation(hostOf(life.log.computer));
    const states = life.machine.spans(end);
    if (script.wired)
      tellTraffic(
        { tap, lan, station, states, connected: !script.disconnected, wire: life.wire, ...clockOf(life) },
        random.branch(`traffic ${i}`),
      );
    return { station, hasLog: true, states };
  });
  const states = hosts.flatMap((host) => host.states);
  const span = { from: Math.min(...states.map(({ from }) => from)), to: Math.max(...states.map(({ to }) => to)) };
  const gaps = lived.flatMap(({ life }) => life.wire.captureGaps);
  const frames = tap.frames.filter(({ capturedAtUs: at }) => !gaps.some(({ from, to }) => at >= from && at < to));
  const plain = tellTruth({ story: script.name, seed, span, frames, hosts, notes: [script.trap] });
  return {
    name: script.name,
    seed,
    frames: frames.map(({ capturedAtUs, octets }) => ({ capturedAtUs, octets })),
    logs,
    truth: { ...plain, trap: script.trap, timelines },
  };
}
