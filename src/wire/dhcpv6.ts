/** Dynamic Host Configuration Protocol for IPv6 (RFC 9915, formerly RFC 8415; DNS servers: RFC 3646; FQDN: RFC 4704; client MAC: RFC 6939). */

import { type Address, type Mac, makePrefix, type Prefix } from '../base/address.ts';
import { type Decoded, Fault, inner, looping, type Region, uint8, uint16, uint24, uint32, uint48, within } from '../base/octets.ts';
import { NameWriter, readName } from './dnsName.ts';
import { ipv6AddressAt } from './ipv6.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const dhcpv6Message = {
  solicit: 1,
  advertise: 2,
  request: 3,
  confirm: 4,
  renew: 5,
  rebind: 6,
  reply: 7,
  release: 8,
  decline: 9,
  reconfigure: 10,
  informationRequest: 11,
  relayForward: 12,
  relayReply: 13,
} as const;

const option = {
  clientId: 1,
  ianaNonTemporary: 3,
  ianaTemporary: 4,
  address: 5,
  relayMessage: 9,
  resolvers: 23,
  delegation: 25,
  prefix: 26,
  fullName: 39,
  clientLinkLayer: 79,
} as const;
const duid = { linkLayerTime: 1, linkLayer: 3 } as const;
/** Relays that may stand between client and server (RFC 9915 §7.6: HOP_COUNT_LIMIT). */
const hopCountLimit = 8;

export interface LeasedAddress {
  readonly address: Address;
  readonly validLifetimeSeconds: number;
}

export interface Dhcpv6Message {
  /** Of `dhcpv6Message`; of the client's or server's message when a relay carries it. */
  readonly messageType: number;
  readonly transaction: number;
  /** From the client's DUID, or from what a relay added; the DUID's MAC may be that of another interface of the same machine. */
  readonly clientMac: Mac | undefined;
  readonly addresses: readonly LeasedAddress[];
  readonly delegated: readonly { readonly prefix: Prefix; readonly validLifetimeSeconds: number }[];
  readonly resolvers: readonly Address[];
  /** The client's name (option 39), lower case. */
  readonly fullName: string | undefined;
}

type Draft = {
  -readonly [K in keyof Dhcpv6Message]: Dhcpv6Message[K] extends readonly (infer T)[] ? T[] : Dhcpv6Message[K];
};

/** A fault when any option ends beyond what holds it. Copied. */
export function readDhcpv6(region: Region): Decoded<Dhcpv6Message> {
  const draft: Draft = {
    messageType: 0,
    transaction: 0,
    clientMac: undefined,
    addresses: [],
    delegated: [],
    resolvers: [],
    fullName: undefined,
  };
  let message: Region | undefined = region;
  for (let relays = 0; message; relays++) {
    if (relays > hopCountLimit) return looping('dhcpv6', message.at, `more than ${hopCountLimit} relays`);
    const next: Region | Fault | undefined = readMessage(message, draft);
    if (next instanceof Fault) return next;
    message = next;
  }
  return draft.messageType === 0 ? undefined : draft;
}

/** Fills the draft; returns the message that a relay carries, if this is a relay's. */
function readMessage(message: Region, draft: Draft): Region | Fault | undefined {
  const fault = within(message, 4, 'dhcpv6');
  if (fault) return fault;
  const { octets, at } = message;
  draft.messageType = uint8(octets, at);
  const isRelay = draft.messageType === dhcpv6Message.relayForward || draft.messageType === dhcpv6Message.relayReply;
  if (!isRelay) {
    draft.transaction = uint24(octets, at + 1);
    return readOptions({ ...message, at: at + 4 }, draft);
  }
  const cut = within(message, 34, 'dhcpv6');
  return cut ?? readOptions({ ...message, at: at + 34 }, draft);
}

/** Each turn advances by at least four octets. */
function readOptions(options: Region, draft: Draft): Region | Fault | undefined {
  let relayed: Region | undefined;
  let rest = options;
  while (rest.at < rest.end) {
    const fault = within(rest, 4, 'dhcpv6.option');
    if (fault) return fault;
    const length = uint16(rest.octets, rest.at + 2);
    const cut = within(rest, 4 + length, 'dhcpv6.option');
    if (cut) return cut;
    const value = inner(rest, 4, length, 'dhcpv6.optionLength');
    const code = uint16(rest.octets, rest.at);
    if (code === option.relayMessage) relayed = value;
    else {
      const wrong = readOption(code, value, draft);
      if (wrong) return wrong;
    }
    rest = { ...rest, at: rest.at + 4 + length };
  }
  return relayed;
}

function readOption(code: number, value: Region, draft: Draft): Fault | undefined {
  const { octets, at, end } = value;
  const length = end - at;
  switch (code) {
    case option.clientId:
      draft.clientMac ??= macOfDuid(value);
      return undefined;
    case option.clientLinkLayer:
      if (length === 8 && uint16(octets, at) === 1) draft.clientMac = uint48(octets, at + 2);
      return undefined;
    case option.ianaNonTemporary:
    case option.delegation:
      return within(value, 12, 'dhcpv6.association') ?? readLeases({ ...value, at: at + 12 }, draft);
    case option.ianaTemporary:
      return within(value, 4, 'dhcpv6.association') ?? readLeases({ ...value, at: at + 4 }, draft);
    case option.resolvers:
      for (let addressAt = at; addressAt + 16 <= end; addressAt += 16) draft.resolvers.push(ipv6AddressAt(octets, addressAt));
      return undefined;
    case option.fullName: {
      if (length < 2) return undefined;
      const read = readName({ ...value, at: at + 1 }, at + 1);
      // A partial name may end without the root label (RFC 4704 §4.2); then nothing is claimed.
      if (!(read instanceof Fault)) draft.fullName = read.name;
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Addresses and prefixes inside an identity association; other options in it are skipped. */
function readLeases(options: Region, draft: Draft): Fault | undefined {
  let rest = options;
  while (rest.at < rest.end) {
    const fault = within(rest, 4, 'dhcpv6.option');
    if (fault) return fault;
    const { octets, at } = rest;
    const length = uint16(octets, at + 2);
    const cut = within(rest, 4 + length, 'dhcpv6.option');
    if (cut) return cut;
    const code = uint16(octets, at);
    if (code === option.address && length >= 24) {
      draft.addresses.push({ address: ipv6AddressAt(octets, at + 4), validLifetimeSeconds: uint32(octets, at + 24) });
    }
    if (code === option.prefix && length >= 25 && uint8(octets, at + 12) <= 128) {
      const prefix = makePrefix(ipv6AddressAt(octets, at + 13), uint8(octets, at + 12));
      draft.delegated.push({ prefix, validLifetimeSeconds: uint32(octets, at + 8) });
    }
    rest = { ...rest, at: at + 4 + length };
  }
  return undefined;
}

/** DUID-LLT and DUID-LL over Ethernet hold a MAC address (RFC 9915 §11.2, §11.4). */
function macOfDuid(value: Region): Mac | undefined {
  const { octets, at, end } = value;
  if (end - at < 4 || uint16(octets, at + 2) !== 1) return undefined;
  const kind = uint16(octets, at);
  if (kind === duid.linkLayerTime && end - at === 14) return uint48(octets, at + 8);
  return kind === duid.linkLayer && end - at === 10 ? uint48(octets, at + 4) : undefined;
}

export interface Dhcpv6Fields {
  /** Of `dhcpv6Message`, not a relay's. */
  readonly messageType: number;
  readonly transaction: number;
  readonly clientMac: Mac;
  readonly addresses?: readonly LeasedAddress[];
  readonly resolvers?: readonly Address[];
  readonly fullName?: string;
}

export function encodeDhcpv6(fields: Dhcpv6Fields): Uint8Array {
  const builder = new OctetBuilder().uint8(fields.messageType).uint24(fields.transaction);
  builder.uint16(option.clientId).uint16(10).uint16(duid.linkLayer).uint16(1).uint48(fields.clientMac);
  // Identity association 1; T1 and T2 are left to the client.
  const leases = fields.addresses ?? [];
  builder
    .uint16(option.ianaNonTemporary)
    .uint16(12 + 28 * leases.length)
    .uint32(1)
    .uint32(0)
    .uint32(0);
  for (const { address, validLifetimeSeconds } of leases) {
    builder.uint16(option.address).uint16(24).ipv6(address).uint32(validLifetimeSeconds).uint32(validLifetimeSeconds);
  }
  if (fields.resolvers?.length) {
    builder.uint16(option.resolvers).uint16(16 * fields.resolvers.length);
    for (const resolver of fields.resolvers) builder.ipv6(resolver);
  }
  if (fields.fullName !== undefined) {
    const name = new OctetBuilder();
    new NameWriter(name).write(fields.fullName);
    builder
      .uint16(option.fullName)
      .uint16(1 + name.length)
      .uint8(0)
      .octets(name.finish());
  }
  return builder.finish();
}
