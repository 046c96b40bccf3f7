/**
 * An office of ten Windows hosts through one day: what its people do, what Windows does by itself awake and asleep, the
 * chatter of the LAN, and programmes that stand on no list. What is hidden among all that, a trap adds.
 */

import { day, type Microseconds, minute, parseTime, second } from '../base/time.ts';
import { announceAddress, announceToBrowsers, lease, pingRouter, resolve, ssdpSearch } from './chatter.ts';
import { Internet, type Site } from './internet.ts';
import { type Night, type OfficeHost, planHost } from './officeHost.ts';
import { cdnSuffix, heartbeatSite, listedSites, sharedAddress, unlistedSites } from './officeNames.ts';
import { Random } from './random.ts';
import { browse, SmallLan, userSites } from './smallLan.ts';
import { fits, momentIn, type Span, shrink, spread } from './span.ts';
import type { Story } from './story.ts';
import { tellTruth } from './truth.ts';
import { Wiretap } from './wiretap.ts';

const start = parseTime('2021-03-16T00:00:00Z') as Microseconds;
export const whole: Span = { from: start, to: start + day };
const nights: readonly Night[] = [...Array<Night>(8).fill('modern-sleep'), 's3', 'off'];
const guard = 90 * second;
/** Longer than any connection of this story. */
const room = 20 * second;

/** The parts of the day in which a machine may talk, with silence around every change of state. */
export interface Plan {
  readonly host: OfficeHost;
  readonly quiet: readonly Span[];
  readonly busy: readonly Span[];
}

export interface Office {
  readonly tap: Wiretap;
  readonly lan: SmallLan;
  readonly internet: Internet;
  /** Hosts that keep the network in their sleep. */
  readonly sleepers: readonly Plan[];
  /** One of them, chosen by the seed. */
  readonly infected: Plan;
  readonly random: Random;
}

export interface Trap {
  /** Name or address of the far end that the trap uses, as `purpose.peer` says it. */
  readonly peer: string;
  /** Infected beside `infected`. */
  readonly others?: readonly Plan[];
  readonly note: string;
}

/** @param lay adds the frames of what is hidden */
export function officeStory(name: string, seed: number, lay: (office: Office) => Trap): Story {
  const random = new Random(`${name}/${seed}`);
  const lan = new SmallLan(random.branch('lan'));
  const tap = new Wiretap();
  const internet = new Internet(tap, lan, random.branch('internet'));
  for (const site of listedSites.filter((one) => one.name.endsWith(cdnSuffix))) internet.server(site.name, sharedAddress);

  const plans = random.shuffle(nights).map((night, i): Plan => {
    const station = lan.workstation(`OFFICE-PC${String(i + 1).padStart(2, '0')}`);
    const host = planHost(station, night, whole, random.branch(`host ${i}`));
    const quiet = night === 'modern-sleep' ? shrink(host.asleep, guard, guard) : [];
    return { host, quiet, busy: shrink(host.awake, guard, guard) };
  });
  const sleepers = plans.filter(({ quiet }) => quiet.length > 0);
  const infected = random.pick(sleepers);

  for (const [i, plan] of plans.entries()) everyHost(tap, lan, internet, plan, random.branch(`traffic ${i}`));
  for (const site of unlistedSites) installSomewhere(internet, site, sleepers, random.branch(site.name));
  const heartbeat: Calls = { site: heartbeatSite, period: 30 * minute, jitter: 0.2, benign: true };
  for (const plan of plans) callHome(internet, plan, heartbeat, random.branch(`heartbeat ${plan.host.station.name}`));
  const trap = lay({ tap, lan, internet, sleepers, infected, random });

  const frames = tap.frames;
  const benign = [...listedSites, ...unlistedSites, heartbeatSite].map((site) => site.name);
  return {
    name,
    seed,
    frames: frames.map(({ capturedAtUs, octets, originalLength }) =>
      originalLength === undefined ? { capturedAtUs, octets } : { capturedAtUs, octets, originalLength },
    ),
    logs: plans.map(({ host: { station, events } }) => ({ host: station.name, fileName: `${station.name}-System.xml`, events })),
    truth: {
      ...tellTruth({
        story: name,
        seed,
        span: whole,
        frames,
        hosts: plans.map(({ host: { station, states } }) => ({ station, hasLog: true, states })),
        notes: [trap.note],
      }),
      names: {
        infected: infected.host.station.name,
        ...(trap.others ? { infectedToo: trap.others.map(({ host }) => host.station.name).toSorted() } : {}),
        beacon: trap.peer,
        benign: benign.toSorted(),
        unlisted: [...unlistedSites, heartbeatSite].map((site) => site.name).toSorted(),
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

export interface Calls {
  readonly site: Site;
  readonly period: Microseconds;
  /** Share of the period by which a call comes earlier or later. */
  readonly jitter: number;
  readonly benign: boolean;
  /** Only while the machine sleeps. */
  readonly onlyAsleep?: boolean;
  /** The client knows the address and asks no resolver. */
  readonly withoutLookup?: boolean;
}

/** Day and night at every period, give or take, whenever the machine is there to do it. */
export function callHome(internet: Internet, { host, quiet, busy }: Plan, calls: Calls, random: Random): void {
  const spans = calls.onlyAsleep ? quiet : [...quiet, ...busy];
  for (const at of moments(calls.period, calls.jitter, random)) {
    if (!fits(spans, at, room)) continue;
    const visit = { at, client: host.station, site: calls.site, packets: random.between(9, 13), benign: calls.benign };
    if (calls.withoutLookup) internet.connect(visit, random);
    else internet.visit(visit, random);
  }
}

/** Through the whole day, each a period after the one before, give or take. */
export function moments(period: Microseconds, jitter: number, random: Random): Microseconds[] {
  const found: Microseconds[] = [];
  const drift = Math.floor(period * jitter);
  for (let at = whole.from + random.below(period); at < whole.to; at += period + random.between(-drift, drift)) found.push(at);
  return found;
}
