/** What is inside: defined by standards, the network itself and the operator. Never guessed. */

import { type Address, contains, isIpv4, makePrefix, type Prefix, parsePrefix } from '../base/address.ts';

function standard(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`unreachable: ${text} is no prefix`);
  return prefix;
}

/** Private (RFC 1918), link-local (RFC 3927, RFC 4291 §2.5.6), unique local (RFC 4193), unspecified and loopback. */
const insideByStandard: readonly Prefix[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '0.0.0.0/32',
  'fe80::/10',
  'fc00::/7',
  '::/128',
  '::1/128',
].map(standard);

const multicast: readonly Prefix[] = ['224.0.0.0/4', 'ff00::/8'].map(standard);
const limitedBroadcast = standard('255.255.255.255/32');

/** What the network or the operator taught: see `record/sighting.ts`, kind `network`. */
export interface Teaching {
  readonly what: 'prefix' | 'router' | 'resolver';
  readonly address: Address;
  /** Over 128 bits; null for a single address. */
  readonly prefixLength: number | null;
  /** The operator said so, not the wire. */
  readonly isCertain: boolean;
}

/**
 * What the wire may teach: anybody on the link can send a router advertisement for `::/0`, and would make the whole
 * Internet inside. Sites have a /48 (RFC 6177), IPv4 networks of one link are no wider than a /16.
 */
const shortestTaught = { ipv4: 96 + 16, ipv6: 48 };

function isBelieved({ address, prefixLength, isCertain }: Teaching): boolean {
  const length = prefixLength ?? 128;
  if (insideByStandard.some((prefix) => length >= prefix.length && contains(prefix, address))) return true;
  return isCertain || length >= (isIpv4(address) ? shortestTaught.ipv4 : shortestTaught.ipv6);
}

export type Scope = 'inside' | 'outside';
export type Role = 'router' | 'resolver';
export type Cast = 'unicast' | 'multicast' | 'broadcast';

export class Networks {
  private readonly prefixes: readonly Prefix[];
  private readonly routers: ReadonlySet<Address>;
  private readonly resolvers: ReadonlySet<Address>;
  private readonly broadcasts: ReadonlySet<Address>;

  constructor(teachings: readonly Teaching[]) {
    const learnt = teachings
      .filter((teaching) => teaching.what === 'prefix' && isBelieved(teaching))
      .map(({ address, prefixLength }) => makePrefix(address, prefixLength ?? 128));
    this.prefixes = [...insideByStandard, ...learnt];
    const of = (wanted: Teaching['what']) => new Set(teachings.filter(({ what }) => what === wanted).map(({ address }) => address));
    this.routers = of('router');
    this.resolvers = of('resolver');
    // The last address of a learnt IPv4 prefix (RFC 919); prefixes of one or two addresses have none, and neither has IPv6.
    this.broadcasts = new Set(
      learnt
        .filter(({ address, length }) => isIpv4(address) && length > 96 && length < 127)
        .map(({ address, length }) => address | ((1n << BigInt(128 - length)) - 1n)),
    );
  }

  cast(address: Address): Cast {
    if (multicast.some((prefix) => contains(prefix, address))) return 'multicast';
    if (contains(limitedBroadcast, address) || this.broadcasts.has(address)) return 'broadcast';
    return 'unicast';
  }

  /** Multicast and broadcast stay inside. */
  scope(address: Address): Scope {
    if (this.cast(address) !== 'unicast') return 'inside';
    return this.prefixes.some((prefix) => contains(prefix, address)) ? 'inside' : 'outside';
  }

  /** Whether it is known at all who answers questions for names here. */
  get hasResolvers(): boolean {
    return this.resolvers.size > 0;
  }

  /** A home router is often both. */
  roles(address: Address): Role[] {
    return [...(this.resolvers.has(address) ? ['resolver' as const] : []), ...(this.routers.has(address) ? ['router' as const] : [])];
  }
}
