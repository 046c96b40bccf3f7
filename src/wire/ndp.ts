/** Neighbour discovery: the five messages of RFC 4861 §4. Options: `ndpOption.ts`. */

import { type Address, isGroupMac, type Mac } from '../base/address.ts';
import { type Decoded, Fault, malformed, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { encodeIcmpv6, type Icmpv6Addresses, icmpv6Type } from './icmpv6.ts';
import { ipv6AddressAt } from './ipv6.ts';
import {
  type AdvertisedPrefix,
  appendLinkLayer,
  appendMtu,
  appendNonce,
  appendPrefix,
  appendResolvers,
  type NdpOptions,
  readNdpOptions,
} from './ndpOption.ts';
import { OctetBuilder } from './octetBuilder.ts';

export interface RouterSolicitation {
  readonly kind: 'router-solicitation';
  readonly sourceLinkLayer: Mac | undefined;
}

export interface RouterAdvertisement {
  readonly kind: 'router-advertisement';
  /** Hop limit that hosts should use; 0 when not said. */
  readonly hopLimit: number;
  /** Addresses come from DHCPv6. */
  readonly managed: boolean;
  /** Other configuration comes from DHCPv6. */
  readonly otherConfiguration: boolean;
  /** 0: not a default router (any more). */
  readonly routerLifetimeSeconds: number;
  readonly reachableTimeMs: number;
  readonly retransTimerMs: number;
  readonly sourceLinkLayer: Mac | undefined;
  readonly mtu: number | undefined;
  readonly prefixes: readonly AdvertisedPrefix[];
  /** Recursive DNS servers (RFC 8106). */
  readonly resolvers: readonly Address[];
  readonly resolverLifetimeSeconds: number | undefined;
}

export interface NeighborSolicitation {
  readonly kind: 'neighbor-solicitation';
  readonly target: Address;
  readonly sourceLinkLayer: Mac | undefined;
  /** Hexadecimal digits: an enhanced duplicate address probe (RFC 7527). */
  readonly nonce: string | undefined;
}

export interface NeighborAdvertisement {
  readonly kind: 'neighbor-advertisement';
  readonly target: Address;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly targetLinkLayer: Mac | undefined;
}

export interface NdpRedirect {
  readonly kind: 'redirect';
  readonly target: Address;
  readonly destination: Address;
  readonly targetLinkLayer: Mac | undefined;
}

export type NdpMessage = RouterSolicitation | RouterAdvertisement | NeighborSolicitation | NeighborAdvertisement | NdpRedirect;

/** Octets of the body before the options, by ICMPv6 type; the body starts after type, code and checksum. */
function fixedLength(icmpType: number): number | undefined {
  switch (icmpType) {
    case icmpv6Type.routerSolicitation:
      return 4;
    case icmpv6Type.routerAdvertisement:
      return 12;
    case icmpv6Type.neighborSolicitation:
    case icmpv6Type.neighborAdvertisement:
      return 20;
    case icmpv6Type.redirect:
      return 36;
    default:
      return undefined;
  }
}

/**
 * `body` is what follows type, code and checksum: the payload of a batch row. Everything returned is copied.
 * A fault means that a host must discard the message (RFC 4861 §6.1, §7.1, §8.1); the hop limit of 255 is for the caller to check.
 */
export function readNdp(body: Region, icmpType: number): Decoded<NdpMessage> {
  const fixed = fixedLength(icmpType);
  if (fixed === undefined) return undefined;
  const fault = within(body, fixed, 'ndp');
  if (fault) return fault;
  const { octets, at } = body;
  const options = readNdpOptions({ octets, at: at + fixed, end: body.end, limitedBy: body.limitedBy });
  if (options instanceof Fault) return options;
  return message(octets, at, icmpType, options);
}

function message(octets: Uint8Array, at: number, icmpType: number, options: NdpOptions): NdpMessage | Fault {
  const { sourceLinkLayer, targetLinkLayer } = options;
  if (icmpType === icmpv6Type.routerSolicitation) return { kind: 'router-solicitation', sourceLinkLayer };
  if (icmpType === icmpv6Type.routerAdvertisement)
    return {
      kind: 'router-advertisement',
      hopLimit: uint8(octets, at),
      managed: (uint8(octets, at + 1) & 0x80) !== 0,
      otherConfiguration: (uint8(octets, at + 1) & 0x40) !== 0,
      routerLifetimeSeconds: uint16(octets, at + 2),
      reachableTimeMs: uint32(octets, at + 4),
      retransTimerMs: uint32(octets, at + 8),
      sourceLinkLayer,
      mtu: options.mtu,
      prefixes: options.prefixes,
      resolvers: options.resolvers,
      resolverLifetimeSeconds: options.resolverLifetimeSeconds,
    };
  // The first octet of a multicast address is ff (RFC 4291 §2.7); nobody owns one, so nobody may be asked for it.
  const target = ipv6AddressAt(octets, at + 4);
  if (icmpType === icmpv6Type.redirect) return { kind: 'redirect', target, destination: ipv6AddressAt(octets, at + 20), targetLinkLayer };
  if (uint8(octets, at + 4) === 0xff) return malformed('ndp', at, 'target is multicast');
  if (icmpType === icmpv6Type.neighborSolicitation) return { kind: 'neighbor-solicitation', target, sourceLinkLayer, nonce: options.nonce };
  const flags = uint8(octets, at);
  return {
    kind: 'neighbor-advertisement',
    target,
    router: (flags & 0x80) !== 0,
    solicited: (flags & 0x40) !== 0,
    override: (flags & 0x20) !== 0,
    targetLinkLayer,
  };
}

export function encodeRouterSolicitation(fields: Icmpv6Addresses & { readonly sourceLinkLayer?: Mac }): Uint8Array {
  const body = new OctetBuilder().uint32(0);
  if (fields.sourceLinkLayer !== undefined) appendLinkLayer(body, 'source', fields.sourceLinkLayer);
  return encodeIcmpv6(fields, icmpv6Type.routerSolicitation, 0, body.finish());
}

export interface RouterAdvertisementFields extends Icmpv6Addresses {
  readonly hopLimit?: number;
  readonly managed?: boolean;
  readonly otherConfiguration?: boolean;
  readonly routerLifetimeSeconds: number;
  readonly sourceLinkLayer?: Mac;
  readonly mtu?: number;
  readonly prefixes?: readonly AdvertisedPrefix[];
  readonly resolvers?: readonly Address[];
  readonly resolverLifetimeSeconds?: number;
}

export function encodeRouterAdvertisement(fields: RouterAdvertisementFields): Uint8Array {
  const body = new OctetBuilder()
    .uint8(fields.hopLimit ?? 64)
    .uint8((fields.managed ? 0x80 : 0) | (fields.otherConfiguration ? 0x40 : 0))
    .uint16(fields.routerLifetimeSeconds)
    .uint32(0)
    .uint32(0);
  if (fields.sourceLinkLayer !== undefined) appendLinkLayer(body, 'source', fields.sourceLinkLayer);
  if (fields.mtu !== undefined) appendMtu(body, fields.mtu);
  for (const prefix of fields.prefixes ?? []) appendPrefix(body, prefix);
  const resolvers = fields.resolvers ?? [];
  if (resolvers.length > 0) appendResolvers(body, resolvers, fields.resolverLifetimeSeconds ?? fields.routerLifetimeSeconds);
  return encodeIcmpv6(fields, icmpv6Type.routerAdvertisement, 0, body.finish());
}

export interface NeighborSolicitationFields extends Icmpv6Addresses {
  readonly target: Address;
  /** Left out of a duplicate address probe, whose source is `::` (RFC 4861 §4.3). */
  readonly sourceLinkLayer?: Mac;
  /** Hexadecimal digits. */
  readonly nonce?: string;
}

export function encodeNeighborSolicitation(fields: NeighborSolicitationFields): Uint8Array {
  const body = new OctetBuilder().uint32(0).ipv6(fields.target);
  if (fields.sourceLinkLayer !== undefined) appendLinkLayer(body, 'source', fields.sourceLinkLayer);
  if (fields.nonce !== undefined) appendNonce(body, fields.nonce);
  return encodeIcmpv6(fields, icmpv6Type.neighborSolicitation, 0, body.finish());
}

export interface NeighborAdvertisementFields extends Icmpv6Addresses {
  readonly target: Address;
  readonly router?: boolean;
  readonly solicited?: boolean;
  readonly override?: boolean;
  readonly targetLinkLayer?: Mac;
}

export function encodeNeighborAdvertisement(fields: NeighborAdvertisementFields): Uint8Array {
  const flags = (fields.router ? 0x80 : 0) | (fields.solicited ? 0x40 : 0) | (fields.override ? 0x20 : 0);
  const body = new OctetBuilder().uint8(flags).uint24(0).ipv6(fields.target);
  if (fields.targetLinkLayer !== undefined) appendLinkLayer(body, 'target', fields.targetLinkLayer);
  return encodeIcmpv6(fields, icmpv6Type.neighborAdvertisement, 0, body.finish());
}

/** The link-layer address of a message, unless it is a group's: no machine has one (IEEE 802-2014 §8.2.2). */
export function linkLayerOf(ndp: NdpMessage): Mac | undefined {
  const mac = ndp.kind === 'neighbor-advertisement' || ndp.kind === 'redirect' ? ndp.targetLinkLayer : ndp.sourceLinkLayer;
  return mac === undefined || isGroupMac(mac) ? undefined : mac;
}

/** ff02::1:ffXX:XXXX of an address, and its group MAC 33:33:ff:XX:XX:XX (RFC 4291 §2.7.1, RFC 2464 §7). */
export function solicitedNodeOf(target: Address): { readonly address: Address; readonly mac: Mac } {
  const low = target & 0xff_ffffn;
  return { address: (0xff02n << 112n) | 0x1_ff00_0000n | low, mac: 0x3333_ff00_0000 + Number(low) };
}
