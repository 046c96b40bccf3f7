/** What the whole network did that no user started: far ends that nothing explains, and the hosts, most suspicious first. */

import { formatMac } from '../base/address.ts';
import type { Policy } from '../judge/policy.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';
import { countedPackets } from '../store/questions/traffic.ts';
import { byPriority, describeDestination, generalNotes, type IdentifiedDestination } from './assemble.ts';
import { countedStates, gather } from './evidence.ts';
import { hoursOfHosts } from './hours.ts';
import { farEnd } from './text.ts';
import { type Window, wholeDays } from './window.ts';

/** A far end, once however many hosts talk to it. */
export interface OpenFarEnd {
  /** The host with the highest priority first. */
  readonly hosts: { readonly host: string; readonly mac: string }[];
  /** As that host sees it. */
  readonly destination: IdentifiedDestination;
  /** Of all these hosts. */
  packets: number;
}

export interface HostLine {
  readonly host: string;
  readonly mac: string;
  readonly hasLog: boolean;
  readonly addresses: readonly bigint[];
  readonly hours: Readonly<Record<string, number>>;
  /** That no user started. */
  readonly packets: number;
  readonly explained: number;
  readonly openFarEnds: number;
  /** Of its most suspicious far end; 0 where there is none. */
  readonly priority: number;
  readonly doubts: readonly string[];
}

export interface Overview {
  readonly open: OpenFarEnd[];
  /** With a log; most suspicious first. */
  readonly hosts: HostLine[];
  /** Without: all that they exchanged, judged by nobody. */
  readonly unjudged: HostLine[];
  readonly notes: string[];
}

export async function assembleOverview(answers: Answers, window: Window, policy: Policy): Promise<Overview> {
  const [span] = await answers.ask(facts.span, {});
  const counting = wholeDays(window, span);
  const devices = await answers.ask(derived.devices, {});
  const gathered = await gather(answers, counting, policy, { devices, onlyOpen: true });
  const counted = await answers.ask(countedPackets, { ...counting, ...countedStates(policy) });
  const packetsOf = new Map(counted.map(({ mac, packets }) => [mac, packets]));
  const hours = await hoursOfHosts(answers, window, await answers.ask(derived.corrections, {}));
  const open: { host: string; mac: string; destination: IdentifiedDestination }[] = [];
  const hosts = devices
    .filter(({ host }) => host !== null)
    .map((device): HostLine => {
      const [host, mac] = [device.host as string, formatMac(device.mac)];
      const unexplained = (gathered.get(device.mac) ?? []).map(describeDestination).filter(({ status }) => status !== 'explained');
      open.push(...unexplained.map((destination) => ({ host, mac, destination })));
      const packets = packetsOf.get(device.mac) ?? 0;
      return {
        host,
        mac,
        hasLog: true,
        addresses: device.addresses,
        hours: hours(host),
        packets,
        explained: packets - unexplained.reduce((sum, destination) => sum + destination.packets, 0),
        openFarEnds: unexplained.length,
        priority: unexplained.reduce((highest, { priority }) => Math.max(highest, priority), 0),
        doubts: device.doubts,
      };
    })
    .sort((a, b) => b.priority - a.priority || b.packets - b.explained - (a.packets - a.explained) || (a.host < b.host ? -1 : 1));
  const known = new Map(devices.map((device) => [device.mac, device]));
  const unjudged = (await answers.ask(derived.unjudgedTraffic, counting)).map(({ mac, packets }): HostLine => {
    const device = known.get(mac);
    return {
      host: device?.hostNames[0] ?? formatMac(mac),
      mac: formatMac(mac),
      hasLog: false,
      addresses: device?.addresses ?? [],
      hours: {},
      packets,
      explained: 0,
      openFarEnds: 0,
      priority: 0,
      doubts: device?.doubts ?? [],
    };
  });
  unjudged.sort((a, b) => b.packets - a.packets || (a.mac < b.mac ? -1 : 1));
  return { open: group(open), hosts, unjudged, notes: await generalNotes(answers, devices) };
}

function group(open: { host: string; mac: string; destination: IdentifiedDestination }[]): OpenFarEnd[] {
  open.sort((a, b) => byPriority(a.destination, b.destination) || (a.host < b.host ? -1 : 1));
  const groups = new Map<string, OpenFarEnd>();
  for (const { host, mac, destination } of open) {
    const key = `${farEnd(destination)} ${destination.status}`;
    const known = groups.get(key);
    if (known) {
      known.hosts.push({ host, mac });
      known.packets += destination.packets;
    } else groups.set(key, { hosts: [{ host, mac }], destination, packets: destination.packets });
  }
  return [...groups.values()];
}
