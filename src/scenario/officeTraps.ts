/** The office of *office-day* with other things hidden in it: beacons of any period and jitter, without names, only asleep, on two hosts, or hardly there. */

import { formatAddress } from '../base/address.ts';
import { hour, minute, second } from '../base/time.ts';
import { callHome, moments, type Office, officeStory, type Plan, type Trap } from './office.ts';
import { beaconSite } from './officeNames.ts';
import type { Random } from './random.ts';
import { fits } from './span.ts';
import type { Story } from './story.ts';

/** From half a minute to two hours, as likely in every order of magnitude. */
function anyPeriod(random: Random): number {
  return Math.floor(30 * second * 240 ** (random.below(1000) / 1000));
}

const anyJitter = (random: Random) => random.below(51) / 100;
const inWords = (period: number, jitter: number) => `every ${Math.round(period / second)} s, give or take ${Math.round(jitter * 100)} %`;

function named(office: Office, plans: readonly Plan[], onlyAsleep: boolean): Trap {
  const random = office.random.branch('calls');
  const site = beaconSite(office.random.branch('beacon'));
  const [period, jitter] = [anyPeriod(random), anyJitter(random)];
  for (const [i, plan] of plans.entries())
    callHome(office.internet, plan, { site, period, jitter, benign: false, onlyAsleep }, random.branch(`host ${i}`));
  const others = plans.slice(1);
  return { peer: site.name, note: `A beacon ${inWords(period, jitter)}.`, ...(others.length > 0 ? { others } : {}) };
}

/** To an address that was never looked up; its HTTP names no host but the address. */
function nameless(office: Office): Trap {
  const random = office.random.branch('calls');
  const peer = formatAddress(office.internet.server('command').mapped);
  office.internet.server(peer, 'command');
  const [period, jitter] = [anyPeriod(random), anyJitter(random)];
  const site = { name: peer, port: 80, target: '/a', userAgent: 'Mozilla/5.0' } as const;
  callHome(office.internet, office.infected, { site, period, jitter, benign: false, withoutLookup: true }, random);
  return { peer, note: `A beacon to an address, ${inWords(period, jitter)}.` };
}

/** One packet an hour, and no answer. */
function slow(office: Office): Trap {
  const random = office.random.branch('calls');
  const { tap, internet, infected } = office;
  const server = internet.server('command');
  const peer = formatAddress(server.mapped);
  const client = infected.host.station;
  for (const at of moments(hour, anyJitter(random), random)) {
    if (!fits([...infected.quiet, ...infected.busy], at, minute)) continue;
    const purpose = { scope: 'outside', peer, protocol: 'udp', port: 443, benign: false } as const;
    tap.udp(at, client, server, [client.nextPort(), 443], random.octets(40), purpose);
  }
  return { peer, note: 'One packet an hour, and no answer.' };
}

const traps: Readonly<Record<string, (office: Office) => Trap>> = {
  'office-any-beacon': (office) => named(office, [office.infected], false),
  'office-asleep-only': (office) => named(office, [office.infected], true),
  'office-two-infected': (office) => {
    const other = office.random.branch('other').pick(office.sleepers.filter((plan) => plan !== office.infected));
    return named(office, [office.infected, other], false);
  },
  'office-nameless': nameless,
  'office-slow': slow,
};

export const officeTraps: Readonly<Record<string, (seed: number) => Story>> = Object.fromEntries(
  Object.entries(traps).map(([name, lay]) => [name, (seed: number) => officeStory(name, seed, lay)]),
);
