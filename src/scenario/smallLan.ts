/** A LAN with a router, a resolver and Windows workstations, and what its people do all day. */

import type { Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { ClientClock } from './conversation.ts';
import type { Internet, Site } from './internet.ts';
import type { Random } from './random.ts';
import type { Span } from './span.ts';
import { type Lan, Station } from './station.ts';

/** First three octets of MAC addresses, as makers of such machines have them. */
const makers = { router: 0x00a0de, server: 0x00155d, workstation: 0x3c58c2, printer: 0x0080_77 } as const;

export class SmallLan implements Lan {
  readonly network: number;
  readonly mask = 0xffff_ff00;
  readonly broadcast: number;
  readonly router: Station;
  readonly resolver: Station;
  private readonly hostNumbers: number[];
  private readonly macs = new Set<Mac>();

  /** 192.168.x.0/24, where only the router keeps its number in every seed. */
  constructor(private readonly random: Random) {
    this.network = 0xc0a8_0000 + random.between(1, 250) * 256;
    this.broadcast = this.network + 255;
    this.hostNumbers = random.shuffle(Array.from({ length: 150 }, (_, i) => 50 + i));
    this.router = this.machine('', 'router', this.network + 1, 64);
    this.resolver = this.machine('', 'server', this.network + random.between(2, 20), 64);
  }

  workstation(name: string): Station {
    return this.machine(name, 'workstation', this.network + (this.hostNumbers.pop() as number), 128);
  }

  printer(name: string): Station {
    return this.machine(name, 'printer', this.network + (this.hostNumbers.pop() as number), 64);
  }

  private machine(name: string, maker: keyof typeof makers, address: number, timeToLive: number): Station {
    let mac: Mac;
    do mac = makers[maker] * 0x100_0000 + this.random.below(0x100_0000);
    while (this.macs.has(mac));
    this.macs.add(mac);
    return new Station({ name, mac, address, timeToLive }, this.random.branch(`station ${name} ${maker}`));
  }
}

/** Where people go. None of these is a name that anything explains. */
export const userSites: readonly Site[] = [
  { name: 'www.example.com', port: 443 },
  { name: 'news.example.org', port: 443, aliases: ['news.example.org.edge.example-cdn.net'] },
  { name: 'mail.example.net', port: 443 },
  { name: 'video.example.com', port: 443, aliases: ['v7.example-cdn.net'] },
  { name: 'shop.example.org', port: 443 },
  { name: 'intranet-wiki.example.net', port: 443 },
  { name: 'docs.example.com', port: 443 },
  { name: 'weather.example.net', port: 80, target: '/tokyo', userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)' },
];

export interface Browsing {
  readonly client: Station;
  readonly spans: readonly Span[];
  readonly sites: readonly Site[];
  /** Between two visits, on average. */
  readonly everySeconds: number;
  readonly packets: readonly [low: number, high: number];
  readonly clientClock?: ClientClock | undefined;
}

/** Visits one after another through `spans`, none of which reaches beyond the end of its span. */
export function browse(internet: Internet, { client, spans, sites, everySeconds, packets, clientClock }: Browsing, random: Random): void {
  for (const { from, to } of spans) {
    let at: Microseconds = from + random.below(everySeconds * second);
    // A visit takes a few seconds; twenty are room enough.
    while (at < to - 20 * second) {
      const end = internet.visit({ at, client, site: random.pick(sites), packets: random.between(...packets), clientClock }, random);
      if (end > to) throw new Error('unreachable: a visit that is longer than twenty seconds');
      at = end + random.between(1, everySeconds * 2) * second;
    }
  }
}
