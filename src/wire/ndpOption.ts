/** Options of neighbour discovery (RFC 4861 §4.6, RDNSS and DNSSL: RFC 8106, nonce: RFC 3971 §5.3.2 and RFC 7527). */

import { type Address, type Mac, makePrefix, type Prefix } from '../base/address.ts';
import { type Fault, malformed, type Region, uint8, uint32, uint48, within } from '../base/octets.ts';
import { ipv6AddressAt } from './ipv6.ts';
import type { OctetBuilder } from './octetBuilder.ts';

const option = { sourceLinkLayer: 1, targetLinkLayer: 2, prefix: 3, mtu: 5, nonce: 14, resolvers: 25 } as const;

export interface AdvertisedPrefix {
  readonly prefix: Prefix;
  /** Its addresses are on this link: packets to them need no router. */
  readonly onLink: boolean;
  /** Hosts may form addresses in it (RFC 4862). */
  readonly autonomous: boolean;
  readonly validLifetimeSeconds: number;
  readonly preferredLifetimeSeconds: number;
}

/** What the options of one message said. Unknown kinds are skipped (RFC 4861 §9). Everything in it is copied. */
export interface NdpOptions {
  sourceLinkLayer: Mac | undefined;
  targetLinkLayer: Mac | undefined;
  /** Hexadecimal digits. */
  nonce: string | undefined;
  mtu: number | undefined;
  readonly prefixes: AdvertisedPrefix[];
  readonly resolvers: Address[];
  resolverLifetimeSeconds: number | undefined;
}

/**
 * Reads the options that fill `region`. A message with an option of length zero must be discarded as a whole (RFC 4861 §6.1, §7.1),
 * so any fault is the message's fault. Every turn advances by at least eight octets.
 */
export function readNdpOptions(region: Region): NdpOptions | Fault {
  const options: NdpOptions = {
    sourceLinkLayer: undefined,
    targetLinkLayer: undefined,
    nonce: undefined,
    mtu: undefined,
    prefixes: [],
    resolvers: [],
    resolverLifetimeSeconds: undefined,
  };
  let rest = region;
  while (rest.at < rest.end) {
    const fault = within(rest, 2, 'ndp.option');
    if (fault) return fault;
    const length = uint8(rest.octets, rest.at + 1) * 8;
    if (length === 0) return malformed('ndp.option', rest.at, 'length is zero');
    const cut = within(rest, length, 'ndp.option');
    if (cut) return cut;
    const wrong = readOption(options, rest.octets, rest.at, length);
    if (wrong) return wrong;
    rest = { octets: rest.octets, at: rest.at + length, end: rest.end, limitedBy: rest.limitedBy };
  }
  return options;
}

function readOption(options: NdpOptions, octets: Uint8Array, at: number, length: number): Fault | undefined {
  switch (uint8(octets, at)) {
    case option.sourceLinkLayer:
      // Other lengths are other link layers; their addresses are not MACs of this house.
      if (length === 8) options.sourceLinkLayer = uint48(octets, at + 2);
      return undefined;
    case option.targetLinkLayer:
      if (length === 8) options.targetLinkLayer = uint48(octets, at + 2);
      return undefined;
    case option.prefix:
      return readPrefix(options, octets, at, length);
    case option.mtu:
      if (length === 8) options.mtu = uint32(octets, at + 4);
      return undefined;
    case option.nonce:
      options.nonce = Array.from(octets.slice(at + 2, at + length), (octet) => octet.toString(16).padStart(2, '0')).join('');
      return undefined;
    case option.resolvers:
      if (length < 24) return malformed('ndp.option', at, 'RDNSS shorter than 24 octets');
      options.resolverLifetimeSeconds = uint32(octets, at + 4);
      for (let addressAt = at + 8; addressAt + 16 <= at + length; addressAt += 16) options.resolvers.push(ipv6AddressAt(octets, addressAt));
      return undefined;
    default:
      return undefined;
  }
}

function readPrefix(options: NdpOptions, octets: Uint8Array, at: number, length: number): Fault | undefined {
  if (length !== 32) return malformed('ndp.option', at, 'prefix information is not 32 octets');
  const prefixLength = uint8(octets, at + 2);
  if (prefixLength > 128) return malformed('ndp.option', at, 'prefix length > 128');
  options.prefixes.push({
    prefix: makePrefix(ipv6AddressAt(octets, at + 16), prefixLength),
    onLink: (uint8(octets, at + 3) & 0x80) !== 0,
    autonomous: (uint8(octets, at + 3) & 0x40) !== 0,
    validLifetimeSeconds: uint32(octets, at + 4),
    preferredLifetimeSeconds: uint32(octets, at + 8),
  });
  return undefined;
}

/** Appends a source (or target) link-layer address option. */
export function appendLinkLayer(builder: OctetBuilder, kind: 'source' | 'target', mac: Mac): void {
  builder
    .uint8(kind === 'source' ? option.sourceLinkLayer : option.targetLinkLayer)
    .uint8(1)
    .uint48(mac);
}

/** `nonce` in hexadecimal digits: six octets fill the option exactly. */
export function appendNonce(builder: OctetBuilder, nonce: string): void {
  const start = builder.length;
  const octets = (nonce.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16));
  builder
    .uint8(option.nonce)
    .uint8(Math.ceil((octets.length + 2) / 8))
    .octets(octets);
  builder.fill((8 - ((builder.length - start) % 8)) % 8);
}

export function appendPrefix(builder: OctetBuilder, advertised: AdvertisedPrefix): void {
  builder
    .uint8(option.prefix)
    .uint8(4)
    .uint8(advertised.prefix.length)
    .uint8((advertised.onLink ? 0x80 : 0) | (advertised.autonomous ? 0x40 : 0))
    .uint32(advertised.validLifetimeSeconds)
    .uint32(advertised.preferredLifetimeSeconds)
    .uint32(0)
    .ipv6(advertised.prefix.address);
}

export function appendMtu(builder: OctetBuilder, mtu: number): void {
  builder.uint8(option.mtu).uint8(1).uint16(0).uint32(mtu);
}

export function appendResolvers(builder: OctetBuilder, resolvers: readonly Address[], lifetimeSeconds: number): void {
  builder
    .uint8(option.resolvers)
    .uint8(1 + 2 * resolvers.length)
    .uint16(0)
    .uint32(lifetimeSeconds);
  for (const resolver of resolvers) builder.ipv6(resolver);
}
