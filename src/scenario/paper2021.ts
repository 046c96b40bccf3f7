/**
 * The story *paper-2021*: three days of one Windows 10 host with modern standby, and in its sleep exactly the packets of the
 * paper's two tables. The seed moves times, addresses and ports, never a count.
 */

import { day, hour, type Microseconds, minute, parseTime, second } from '../base/time.ts';
import { announceAddress, announceToBrowsers, lease, pingRouter, resolve, ssdpSearch } from './chatter.ts';
import { fewestPackets } from './conversation.ts';
import { Internet, type Site } from './internet.ts';
import { insideRows, outsideRows } from './paperTables.ts';
import { Random } from './random.ts';
import { browse, SmallLan, userSites } from './smallLan.ts';
import { between, momentIn, type Span, shrink, spread } from './span.ts';
import type { Station } from './station.ts';
import type { Story } from './story.ts';
import { type StateSpan, tellTruth } from './truth.ts';
import { WindowsLog } from './windowsLog.ts';
import { Wiretap } from './wiretap.ts';

const computer = 'DESKTOP-0110';
const user = `${computer}\\user`;
const userSid = 'S-1-5-21-1004336348-1177238915-682003330-1001';
/** Noon in Tokyo is three in the morning UTC. */
const zone = '-540 Tokyo Standard Time';
const noon = 3 * hour;
const days = 3;
const start = parseTime('2021-01-10T00:00:00Z') as Microseconds;
const whole: Span = { from: start, to: start + days * day };
/** Nothing is sent so close to the ends of a sleep, so that a second more or less of it changes no count. */
const sleepGuard = 90 * second;
const bootId = 57;

interface Timeline {
  readonly shutdownAt: Microseconds;
  readonly bootAt: Microseconds;
  readonly sleeps: readonly Span[];
  readonly awake: readonly Span[];
}

/** Off until the first morning; asleep over lunch, some afternoons, and every night until shortly before nine in the morning, Tokyo time. */
function planTimeline(random: Random): Timeline {
  const bootAt = start + random.between(15 * 60, 45 * 60) * second + random.below(second);
  const sleeps: Span[] = [];
  const sleep = (from: Microseconds, minutes: number) =>
    sleeps.push({ from: from + random.below(minute), to: from + minutes * minute + random.below(minute) });
  for (let i = 0; i < days; i++) {
    const dawn = start + i * day;
    sleep(dawn + noon + random.between(3, 12) * minute, random.between(25, 45));
    if (i !== 1) sleep(dawn + random.between(330, 390) * minute, random.between(15, 30));
    const evening = dawn + random.between(520, 580) * minute;
    const morning = dawn + random.between(1400, 1430) * minute;
    sleep(evening, Math.floor((morning - evening) / minute));
  }
  return { shutdownAt: start - random.between(880, 940) * minute, bootAt, sleeps, awake: between({ from: bootAt, to: whole.to }, sleeps) };
}

export function paper2021(seed: number): Story {
  const random = new Random(`paper-2021/${seed}`);
  const timeline = planTimeline(random.branch('timeline'));
  const lan = new SmallLan(random.branch('lan'));
  const host = lan.workstation(computer);
  const neighbour = lan.workstation('DESKTOP-0207');
  const printer = lan.printer('PRN-0300');
  const tap = new Wiretap();
  const internet = new Internet(tap, lan, random.branch('internet'));

  sleepTraffic(tap, lan, internet, host, timeline, random.branch('sleep'));
  wakingTraffic(tap, lan, internet, host, timeline, random.branch('awake'));
  neighbours(tap, lan, internet, neighbour, printer, random.branch('neighbours'));

  const states: StateSpan[] = [
    { state: 'off', from: whole.from, to: timeline.bootAt },
    ...timeline.awake.map((span) => ({ state: 'on', ...span })),
    ...timeline.sleeps.map((span) => ({ state: 'modern-sleep', ...span })),
  ].toSorted((a, b) => a.from - b.from);
  const frames = tap.frames;
  return {
    name: 'paper-2021',
    seed,
    frames: frames.map(({ capturedAtUs, octets }) => ({ capturedAtUs, octets })),
    logs: [{ host: computer, fileName: `${computer}-System.xml`, events: writeLog(timeline, random.branch('log')) }],
    truth: tellTruth({
      story: 'paper-2021',
      seed,
      span: whole,
      frames,
      hosts: [
        { station: host, hasLog: true, states },
        { station: neighbour, hasLog: false, states: [] },
      ],
      notes: [
        'Asleep, the host exchanges 457 packets with eight peers outside and 312 inside, 769 in all: tables 1 and 2 of the paper.',
        "scrootca1.ocsp.secomtrust.net is printed 'scrootcal' in the paper.",
      ],
    }),
  };
}

/** The two tables, spread over all sleeps. Every connection is preceded by a lookup of its name: 36 of both. */
function sleepTraffic(tap: Wiretap, lan: SmallLan, internet: Internet, host: Station, { sleeps }: Timeline, random: Random): void {
  const quiet = shrink(sleeps, sleepGuard, sleepGuard);
  let lookups = 0;
  for (const { site, packets, conversations } of outsideRows) {
    for (const share of random.shares(packets, conversations, fewestPackets)) {
      internet.visit({ at: momentIn(quiet, random), client: host, site, packets: share }, random);
      lookups++;
    }
  }
  if (lookups * 2 !== insideRows.dns) throw new Error('unreachable: a connection without its lookup');
  const burst = 3;
  for (const at of spread(quiet, insideRows.ssdp / burst, random)) ssdpSearch(tap, host, at, burst, random);
  for (const at of spread(quiet, insideRows.icmp / 2, random)) pingRouter(tap, lan, host, at, random);
  for (const at of spread(quiet, insideRows.browser, random)) announceToBrowsers(tap, lan, host, at, random);
}

const connectivityTest: Site = { name: 'www.msftconnecttest.com', port: 80, target: '/connecttest.txt', userAgent: 'Microsoft NCSI' };

/** A person at work, the same services as at night in other numbers, and what a machine does when it comes up. */
function wakingTraffic(tap: Wiretap, lan: SmallLan, internet: Internet, host: Station, timeline: Timeline, random: Random): void {
  const networkAt = timeline.bootAt + 12 * second;
  const leasedAt = lease(tap, lan, host, networkAt, true, random);
  announceAddress(tap, host, leasedAt + 20_000);
  resolve(tap, host, lan.router, leasedAt + 4 * second, lan.router);
  resolve(tap, host, lan.resolver, leasedAt + 4 * second + 5_000, lan.resolver);
  internet.visit({ at: leasedAt + 5 * second, client: host, site: connectivityTest, packets: 8 }, random);
  for (const { to } of timeline.sleeps) {
    lease(tap, lan, host, to + 8 * second, false, random);
    resolve(tap, host, lan.router, to + 9 * second, lan.router);
  }
  const busy = shrink(timeline.awake, 60 * second, 60 * second);
  browse(internet, { client: host, spans: busy, sites: userSites, everySeconds: 420, packets: [12, 60] }, random);
  const services = outsideRows.map(({ site }) => site);
  browse(internet, { client: host, spans: busy, sites: services, everySeconds: 2400, packets: [8, 20] }, random);
  for (const at of spread(busy, 20, random)) ssdpSearch(tap, host, at, 3, random);
  for (const at of spread(busy, 12, random)) pingRouter(tap, lan, host, at, random);
  for (const at of spread(busy, 6, random)) announceToBrowsers(tap, lan, host, at, random);
  for (const at of spread(busy, 25, random)) resolve(tap, host, lan.router, at, lan.router);
}

/** Others on the mirror port, day and night: nothing of theirs belongs to the host, and nothing of it wakes the host's counters. */
function neighbours(tap: Wiretap, lan: SmallLan, internet: Internet, neighbour: Station, printer: Station, random: Random): void {
  const always = shrink([whole], minute, 30 * second);
  lease(tap, lan, neighbour, whole.from + 20 * second, true, random);
  const sites = [...userSites, { name: 'backup.example.net', port: 443 } as const];
  browse(internet, { client: neighbour, spans: always, sites, everySeconds: 2400, packets: [10, 30] }, random);
  for (const at of spread(always, 150, random)) ssdpSearch(tap, neighbour, at, 4, random);
  for (const at of spread(always, 60, random)) announceToBrowsers(tap, lan, neighbour, at, random);
  for (const at of spread(always, 40, random)) pingRouter(tap, lan, neighbour, at, random);
  for (const at of spread(always, 30, random)) ssdpSearch(tap, printer, at, 2, random);
  for (const at of spread(always, 200, random)) resolve(tap, lan.router, neighbour, at, neighbour);
  // Addresses that nobody has: asked for again and again, never answered.
  for (const at of spread(always, 100, random)) resolve(tap, lan.router, { mac: 0, address: lan.network + random.between(220, 250) }, at);
}

function writeLog({ shutdownAt, bootAt, sleeps, awake }: Timeline, random: Random) {
  const log = new WindowsLog(computer, zone, random);
  log.serviceNoise(shutdownAt - 30 * minute, shutdownAt - minute, 10);
  log.shutDown(shutdownAt, user);
  log.boot({ at: bootAt, bootId, shutdownAt });
  log.logOn(bootAt + random.between(35, 80) * second, userSid);
  for (const { from, to } of sleeps) {
    log.modernSleep(from, to, bootId);
    // Services run in modern standby too: an event is no proof that the screen is on.
    log.serviceNoise(from + 10 * minute, to - 10 * minute, 120);
  }
  for (const { from, to } of awake) log.serviceNoise(from + 2 * minute, to - 10 * second, 25);
  for (let i = 0; i < days; i++) {
    log.noon(start + i * day + noon + random.below(second), bootAt);
    log.adjustClock(start + i * day + random.between(100, 170) * minute + random.below(second));
  }
  // The log was fetched a little after the capture had ended.
  log.serviceNoise(whole.to + minute, whole.to + 2 * minute, 1);
  return log.finish(random.between(2_000, 60_000));
}
