/** What a host sends in each of its states. In S3, hibernation and off: nothing at all. */

import { type Microseconds, minute, second } from '../../base/time.ts';
import { encodeNtp, ntpMode, ntpPort } from '../../wire/ntp.ts';
import { announceAddress, announceToBrowsers, lease, pingRouter, resolve, ssdpSearch } from '../chatter.ts';
import type { ClientClock } from '../conversation.ts';
import { Internet, type Site } from '../internet.ts';
import type { Random } from '../random.ts';
import { browse, type SmallLan, userSites } from '../smallLan.ts';
import { shrink, spread } from '../span.ts';
import type { Station } from '../station.ts';
import type { Wiretap } from '../wiretap.ts';
import type { TruthSpan } from './axisTruth.ts';
import type { WireRemarks } from './hostLife.ts';
import type { Windows } from './powerEvent.ts';

const services: readonly Site[] = [
  { name: 'settings-win.data.microsoft.com', port: 443 },
  { name: 'ctldl.windowsupdate.com', port: 80, target: '/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab' },
  { name: 'v10.events.data.microsoft.com', port: 443 },
];

export interface TrafficFields {
  readonly tap: Wiretap;
  readonly lan: SmallLan;
  readonly station: Station;
  readonly states: readonly TruthSpan[];
  /** Whether the network stays up while the screen is off. */
  readonly connected: boolean;
  readonly wire: WireRemarks;
  /** What the clock of the host showed at a true time. */
  readonly clock: ClientClock;
  readonly windows: Windows;
}

export function tellTraffic({ tap, lan, station, states, connected, wire, clock, windows }: TrafficFields, random: Random): void {
  tellRemarks(tap, lan, station, wire, random.branch('remarks'));
  tellTimeService({ tap, lan, station, states, connected, clock }, random.branch('time'));
  // What Windows itself sends goes through Schannel: up to Windows 10 in TLS 1.2, with the clock in its hello. Browsers bring their own.
  const clientClock = windows === 'windows-11' ? undefined : clock;
  const internet = new Internet(tap, lan, random.branch('internet'));
  let upBefore = false;
  for (const [i, { from, to, really }] of states.entries()) {
    const up = isUp(really, connected);
    if (up && !upBefore && to - from > minute) {
      const cold = states[i - 1]?.really === 'off' || i === 0;
      const leasedAt = lease(tap, lan, station, from + 12 * second, cold, random);
      announceAddress(tap, station, leasedAt + 20_000);
      resolve(tap, station, lan.router, leasedAt + 4 * second, lan.router);
    }
    upBefore = up;
    if (!up) continue;
    const quiet = shrink([{ from, to }], minute, 30 * second);
    const hours = (to - from) / (60 * minute);
    if (quiet.length === 0) continue;
    const everySeconds = really === 'on' ? 1200 : 2400;
    browse(internet, { client: station, spans: quiet, sites: services, everySeconds, packets: [8, 20], clientClock }, random);
    if (really === 'on')
      browse(internet, { client: station, spans: quiet, sites: userSites, everySeconds: 900, packets: [10, 30] }, random);
    // A search goes on for some seconds.
    const searching = shrink(quiet, 0, 15 * second);
    for (const at of searching.length > 0 ? spread(searching, Math.ceil(hours), random) : []) ssdpSearch(tap, station, at, 3, random);
    for (const at of spread(quiet, Math.ceil(hours / 2), random)) pingRouter(tap, lan, station, at, random);
    for (const at of spread(quiet, Math.floor(hours / 3), random)) announceToBrowsers(tap, lan, station, at, random);
  }
}

function isUp(state: TruthSpan['really'], connected: boolean): boolean {
  return state === 'on' || (connected && (state === 'screen-off' || state === 'modern-sleep'));
}

/** Windows' time service asks its server about nine times in three days (SpecialPollInterval, 32,768 s unless somebody changes it). */
const timeServiceInterval = 32_768 * second;

function tellTimeService({ tap, lan, station, states, connected, clock }: Omit<TrafficFields, 'wire' | 'windows'>, random: Random): void {
  let next = (states[0]?.from ?? 0) + random.below(timeServiceInterval);
  for (const { from, to, really } of states) {
    if (!isUp(really, connected)) continue;
    next = Math.max(next, from + random.between(40, 90) * second);
    for (; next < to - 10 * second; next += timeServiceInterval) askForTime(tap, lan, station, next, clock(next));
  }
}

function askForTime(tap: Wiretap, lan: SmallLan, station: Station, at: Microseconds, hostTime: Microseconds): void {
  tap.udp(at, station, lan.router, [ntpPort, ntpPort], encodeNtp({ mode: ntpMode.client, transmittedAtUs: hostTime }), timePurpose);
  const answer = encodeNtp({ mode: ntpMode.server, stratum: 2, transmittedAtUs: at + 900 });
  tap.udp(at + 1800, lan.router, station, [ntpPort, ntpPort], answer, timePurpose);
}

const timePurpose = { scope: 'inside', peer: 'router', protocol: 'udp', port: ntpPort } as const;

function tellRemarks(tap: Wiretap, lan: SmallLan, station: Station, { clocks, offloads, unlogged }: WireRemarks, random: Random): void {
  for (const { at, hostTime } of clocks) askForTime(tap, lan, station, at, hostTime);
  for (const at of offloads) {
    resolve(tap, lan.router, station, at, station);
    lease(tap, lan, station, at + second, false, random);
  }
  for (const at of unlogged) {
    lease(tap, lan, station, at, false, random);
    announceAddress(tap, station, at + second);
    pingRouter(tap, lan, station, at + 8 * second, random);
    ssdpSearch(tap, station, at + 9 * second, 2, random);
  }
}
