/** The outside of a story: servers by name, each with an address of its own from the ranges kept for documentation (RFC 5737). */

import type { Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import { type ClientClock, converse, type Request } from './conversation.ts';
import { lookup } from './lookup.ts';
import type { Random } from './random.ts';
import { type Lan, Station } from './station.ts';
import type { Purpose, Wiretap } from './wiretap.ts';

/** 203.0.113.0/24, 198.51.100.0/24, 192.0.2.0/24. */
const documentation = [0xcb007100, 0xc6336400, 0xc0000200];

export interface Site {
  readonly name: string;
  readonly port: 80 | 443;
  /** Names on the way to its address (CNAME). */
  readonly aliases?: readonly string[];
  /** What is asked for, over HTTP. */
  readonly target?: string;
  readonly userAgent?: string;
}

export interface Visit {
  readonly at: Microseconds;
  readonly client: Station;
  readonly site: Site;
  /** Of the TCP connection, both directions; the lookup before it comes on top. */
  readonly packets: number;
  readonly benign?: boolean;
  /** Given, the hello tells it: see `Request`. */
  readonly clientClock?: ClientClock | undefined;
}

export class Internet {
  private readonly servers = new Map<string, Station>();
  private readonly free: number[];

  constructor(
    private readonly tap: Wiretap,
    private readonly lan: Lan,
    private readonly random: Random,
  ) {
    const addresses = documentation.flatMap((network) => Array.from({ length: 254 }, (_, i) => network + 1 + i));
    this.free = random.shuffle(addresses);
  }

  /** Two names have two addresses, unless `sharedWith` says that the same machine answers for both. */
  server(name: string, sharedWith: string = name): Station {
    const known = this.servers.get(name) ?? this.servers.get(sharedWith);
    const station = known ?? this.newServer(sharedWith);
    this.servers.set(name, station);
    this.servers.set(sharedWith, station);
    return station;
  }

  private newServer(name: string): Station {
    const address = this.free.pop();
    if (address === undefined) throw new Error('unreachable: a story with more servers than documentation addresses');
    const mac: Mac = this.lan.router.mac;
    return new Station({ name, mac, address, timeToLive: this.random.between(45, 58) }, this.random.branch(name));
  }

  /** A lookup and a connection; the result is the time after the last packet. */
  visit({ at, client, site, packets, benign = true, clientClock }: Visit, random: Random): Microseconds {
    const { name, aliases = [] } = site;
    const server = this.server(name);
    const answeredAt = lookup(this.tap, this.lan, { at, client, name, aliases, address: server.address }, random);
    return this.connect({ at: answeredAt + random.between(300, 9_000), client, site, packets, benign, clientClock }, random);
  }

  /** A connection alone, as with a name that the client still remembers, or has never looked up. */
  connect({ at, client, site, packets, benign = true, clientClock }: Visit, random: Random): Microseconds {
    const { name, port, target = '/', userAgent = 'Microsoft-CryptoAPI/10.0' } = site;
    const request: Request =
      port === 443 ? { kind: 'tls', serverName: name, clientClock } : { kind: 'http', host: name, target, userAgent };
    const purpose: Purpose = { scope: 'outside', peer: name, protocol: 'tcp', port, benign };
    return converse(this.tap, { at, client, server: this.server(name), serverPort: port, request, packets, purpose }, random);
  }
}
