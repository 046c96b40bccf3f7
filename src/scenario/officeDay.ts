/**
 * The story *office-day*: ten Windows hosts through one day, one of them infected. Its beacon calls home day and night and
 * hides behind a CDN that harmless services use as well; some of the harmless names stand on no list.
 */

import { day, type Microseconds, minute, parseTime, second } from '../base/time.ts';
import { announceAddress, announceToBrowsers, lease, pingRouter, resolve, ssdpSearch } from './chatter.ts';
import { Internet, type Site } from './internet.ts';
import { type Night, type OfficeHost, planHost } from './officeHost.ts';
import { beaconSite, cdnSuffix, heartbeatSite, listedSites, sharedAddress, unlistedSites } from './officeNames.ts';
import { Random } from './random.ts';
import { browse, SmallLan, userSites } from './smallLan.ts';
import { fits, momentIn, type Span, shrink, spread } from './span.ts';
import type { Story } from './story.ts';
import { tellTruth } from './truth.ts';
import { Wiretap } from './wiretap.ts';

const start = parseTime('2021-03-16T00:00:00Z') as Microseconds;
const whole: Span = { from: start, to: start + day };
const nights: readonly Night[] = [...Array<Night>(8).fill('modern-sleep'), 's3', 'off'];
const guard = 90 * second;
/** Longer than any connection of this story. */
const room = 20 * second;

/** The parts of the day in which a machine may talk, with silence around every change of state. */
interface Plan {
  readonly host: OfficeHost;
  readonly quiet: readonly Span[];
  readonly busy: readonly Span[];
}

export function officeDay(seed: number): Story {
  const random = new Random(`office-day/${seed}`);
  const lan = new SmallLan(random.branch('lan'));
  const tap = new Wiretap();
  const internet = new Internet(tap, lan, random.branch('internet'));
  for (const { name } of listedSites.filter((site) => site.name.endsWith(cdnSuffix))) internet.server(name, sharedAddress);

  const plans = random.shuffle(nights).map((night, i): Plan => {
    const station = lan.workstation(`OFFICE-PC${String(i + 1).padStart(2, '0')}`);
    const host = planHost(station, night, whole, random.branch(`host ${i}`));
    const quiet = night === 'modern-sleep' ? shrink(host.asleep, guard, guard) : [];
    return { host, quiet, busy: shrink(host.awake, guard, guard) };
  });
  const sleepers = plans.filter(({ quiet }) => quiet.length > 0);
  const infected = random.pick(sleepers);
  const beacon = beaconSite(random.branch('beacon'));

  for (const [i, plan] of plans.entries()) everyHost(tap, lan, internet, plan, random.branch(`traffic ${i}`));
  for (const site of unlistedSites) installSomewhere(internet, site, sleepers, random.branch(site.name));
  for (const plan of plans)
    callHome(internet, plan, heartbeatSite, 30 * minute, 0.2, true, random.branch(`heartbeat ${plan.host.station.name}`));
  callHome(internet, infected, beacon, random.between(10, 20) * minute, 0.1, false, random.branch('calls'));

  const frames = tap.frames;
  const benign = [...listedSites, ...unlistedSites, heartbeatSite].map(({ name }) => name);
  return {
    name: 'office-day',
    seed,
    frames: frames.map(({ capturedAtUs, octets }) => ({ capturedAtUs, octets })),
    logs: plans.map(({ host: { station, events } }) => ({ host: station.name, fileName: `${station.name}-System.xml`, events })),
    truth: {
      ...tellTruth({
        story: 'office-day',
        seed,
        span: whole,
        frames,
        hosts: plans.map(({ host: { station, states } }) => ({ station, hasLog: true, states })),
        notes: [`The beacon and three harmless names end in ${cdnSuffix}.`],
      }),
      names: {
        infected: infected.host.station.name,
        beacon: beacon.name,
        benign: benign.toSorted(),
        unlisted: [...unlistedSites, heartbeatSite].map(({ name }) => name).toSorted(),
      },
    },
  };
}

/** A person's day, what Windows does by itself awake and asleep, and the chatter of the LAN. */
function everyHost(tap: Wiretap, lan: SmallLan, internet: Internet, { host, quiet, busy }: Plan, random: Random): void {
  const client = host.station;
  for (const { from } of host.awake) {
    const leasedAt = lease(tap, lan, client, from + 12 * second, host.night === 'off', random);
    announceAddress(tap, client, leasedAt + 20_000);
    resolve(tap, client, lan.router, leasedAt + 4 * second, lan.router);
    announceToBrowsers(tap, lan, client, leasedAt + 6 * second, random);
  }
  browse(internet, { client, spans: busy, sites: userSites, everySeconds: 900, packets: [12, 40] }, random);
  browse(internet, { client, spans: busy, sites: listedSites, everySeconds: 2400, packets: [8, 24] }, random);
  for (const at of spread(busy, 8, random)) ssdpSearch(tap, client, at, 3, random);
  for (const at of spread(busy, 10, random)) resolve(tap, client, lan.router, at, lan.router);
  if (quiet.length === 0) return;
  for (const site of listedSites) {
    // Not every machine needs every service in one night.
    if (random.chance(0.25)) continue;
    for (let i = random.between(1, 4); i > 0; i--) {
      internet.visit({ at: momentIn(quiet, random), client, site, packets: random.between(8, 22) }, random);
    }
  }
  for (const at of spread(quiet, 14, random)) ssdpSearch(tap, client, at, 3, random);
  for (const at of spread(quiet, 8, random)) pingRouter(tap, lan, client, at, random);
  for (const at of spread(quiet, 3, random)) announceToBrowsers(tap, lan, client, at, random);
}

/** A programme on three to six machines, which asks for updates at no time in particular. */
function installSomewhere(internet: Internet, site: Site, sleepers: readonly Plan[], random: Random): void {
  for (const { host, quiet } of random.shuffle(sleepers).slice(0, random.between(3, 6))) {
    for (let i = random.between(1, 3); i > 0; i--) {
      internet.visit({ at: momentIn(quiet, random), client: host.station, site, packets: random.between(8, 26) }, random);
    }
  }
}

/** Day and night at every `period`, give or take its share `jitter`, whenever the machine is there to do it. */
function callHome(
  internet: Internet,
  { host, quiet, busy }: Plan,
  site: Site,
  period: Microseconds,
  jitter: number,
  benign: boolean,
  random: Random,
): void {
  const spans = [...quiet, ...busy];
  const drift = Math.floor(period * jitter);
  for (let at = whole.from + random.below(period); at < whole.to; at += period + random.between(-drift, drift)) {
    if (fits(spans, at, room)) internet.visit({ at, client: host.station, site, packets: random.between(9, 13), benign }, random);
  }
}
