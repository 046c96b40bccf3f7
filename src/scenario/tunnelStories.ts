/** Stories in which everything is explained by its name or protocol, and something is wrong all the same: its amount. */

import { hour, type Microseconds, minute, second } from '../base/time.ts';
import { pingPurpose } from './chatter.ts';
import { dnsPurpose, lookup } from './lookup.ts';
import { moments, type Office, officeStory, type Plan } from './office.ts';
import type { Random } from './random.ts';
import { fits, momentIn, type Span } from './span.ts';
import type { Story } from './story.ts';
import { askTime, askTunnel, echoTunnel, type TunnelForm, upload } from './tunnel.ts';

/** A stretch of `length` within the sleep of a host. */
function stretchOf(plan: Plan, length: Microseconds, random: Random): Span {
  const longest = plan.quiet.reduce((best, span) => (span.to - span.from > best.to - best.from ? span : best));
  const from = longest.from + random.below(Math.max(1, longest.to - longest.from - length));
  return { from, to: from + length };
}

function through({ from, to }: Span, everyUs: Microseconds, random: Random): Microseconds[] {
  const found: Microseconds[] = [];
  for (let at = from; at < to; at += Math.floor(everyUs * (0.7 + random.below(600) / 1000))) found.push(at);
  return found;
}

/** Questions to the proper resolver, from one every half minute to several a second. */
export function dnsTunnel(seed: number): Story {
  return officeStory('dns-tunnel', seed, ({ tap, lan, infected, random: all }: Office) => {
    const random = all.branch('tunnel');
    const form = random.pick<TunnelForm>(['long-names', 'aliases', 'addresses']);
    const everyUs = random.pick([300_000, 2 * second, 10 * second, form === 'addresses' ? 15 * second : 30 * second]);
    const span = stretchOf(infected, random.between(65, 180) * minute, random);
    const domain = `${random.pick(['cache', 'ns', 'api'])}${random.below(1000)}.example`;
    for (const at of through(span, everyUs, random)) askTunnel(tap, lan, infected.host.station, at, domain, form, random);
    return { peer: dnsPurpose.peer, note: `A tunnel over DNS (${form}) below ${domain}, a question every ${everyUs / second} s.` };
  });
}

/** Echo to the default router with data of its own: many small ones or few large ones. */
export function icmpTunnel(seed: number): Story {
  return officeStory('icmp-tunnel', seed, ({ tap, lan, infected, random: all }: Office) => {
    const random = all.branch('tunnel');
    const [everyUs, data] = random.pick<[number, number]>([
      [second / 2, 32],
      [2 * second, 300],
      [60 * second, 1200],
      [5 * second, 64],
    ]);
    const span = stretchOf(infected, random.between(70, 120) * minute, random);
    for (const at of through(span, everyUs, random)) echoTunnel(tap, lan, infected.host.station, at, data, random);
    return { peer: pingPurpose.peer, note: `Echo to the router with ${data} octets of data, every ${everyUs / second} s.` };
  });
}

const timeServer = '2.debian.pool.ntp.org';

/** Every host asks the time; one of them asks too much, of a volunteer's server whose name is explained. */
export function ntpExfiltration(seed: number): Story {
  return officeStory('ntp-exfiltration', seed, ({ tap, lan, internet, sleepers, infected, random: all }: Office) => {
    const random = all.branch('tunnel');
    const server = internet.server(timeServer);
    const purpose = { scope: 'outside', peer: timeServer, protocol: 'udp', port: 123 } as const;
    for (const { host, quiet, busy } of sleepers) {
      const own = random.branch(host.station.name);
      for (const at of moments(hour, 0.1, own)) {
        if (!fits([...quiet, ...busy], at, 10 * second)) continue;
        const answeredAt = lookup(tap, lan, { at, client: host.station, name: timeServer, aliases: [], address: server.address }, own);
        for (let i = 0; i < 4; i++) askTime(tap, host.station, server, answeredAt + 2_000 + i * 2 * second, 0, purpose, own);
      }
    }
    const [everyUs, behind] = random.pick<[number, number]>([
      [second, 0],
      [4 * second, 200],
      [60 * second, 900],
    ]);
    const span = stretchOf(infected, random.between(70, 120) * minute, random);
    for (const at of through(span, everyUs, random))
      askTime(tap, infected.host.station, server, at, behind, { ...purpose, benign: false }, random);
    return { peer: timeServer, note: `Data leave behind the fields of NTP: ${behind} octets every ${everyUs / second} s.` };
  });
}

/** 200 MB to a name that is explained, at once or over the night. The capture keeps 128 octets of each frame. */
export function bulkUpload(seed: number): Story {
  return officeStory('upload', seed, ({ tap, lan, internet, infected, random: all }: Office) => {
    const random = all.branch('upload');
    const serverName = random.pick([
      'v10.events.data.microsoft.com',
      'settings-win.data.microsoft.com',
      'fs.microsoft.com',
      'login.live.com',
    ]);
    const server = internet.server(serverName);
    const client = infected.host.station;
    const purpose = { scope: 'outside', peer: serverName, protocol: 'tcp', port: 443, benign: false, snapOctets: 128 } as const;
    const parts = random.pick([1, 4, 12]);
    const octets = Math.floor(200_000_000 / parts);
    for (let i = 0; i < parts; i++) {
      const at = momentIn(
        infected.quiet.map(({ from, to }) => ({ from, to: to - 3 * minute })).filter(({ from, to }) => to > from),
        random,
      );
      const answeredAt = lookup(tap, lan, { at, client, name: serverName, aliases: [], address: server.address }, random);
      upload(tap, { at: answeredAt + 2_000, client, server, serverName, octets, octetsPerSecond: 4_000_000, purpose }, random);
    }
    return { peer: serverName, note: `200 MB leave in ${parts} parts for a name that is explained.` };
  });
}
