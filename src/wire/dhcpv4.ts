/** Dynamic Host Configuration Protocol for IPv4 (RFC 2131 §2, options RFC 2132, FQDN RFC 4702; BOOTP RFC 951). */

import { type Address, addressFromIpv4, type Mac } from '../base/address.ts';
import { type Decoded, type Fault, latin1, type Region, uint8, uint32, uint48, within } from '../base/octets.ts';
import { ipv4AddressAt } from './ipv4.ts';
import { OctetBuilder } from './octetBuilder.ts';

const fixedLength = 240;
const at = { operation: 0, hardware: 1, hardwareLength: 2, transaction: 4, client: 12, your: 16, mac: 28, cookie: 236 } as const;
const magicCookie = 0x63825363;
const ethernet = 1;
const unspecified = addressFromIpv4(0);

const option = {
  pad: 0,
  subnetMask: 1,
  routers: 3,
  resolvers: 6,
  hostName: 12,
  domainName: 15,
  requestedAddress: 50,
  leaseSeconds: 51,
  messageType: 53,
  serverIdentifier: 54,
  vendorClass: 60,
  fullName: 81,
  end: 255,
} as const;

/** Values of `messageType` (RFC 2132 §9.6). */
export const dhcpMessage = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;

export interface Dhcpv4Message {
  /** 1: from a client, 2: from a server. */
  readonly operation: number;
  /** Of `dhcpMessage`; `undefined` for plain BOOTP. */
  readonly messageType: number | undefined;
  readonly transaction: number;
  readonly clientMac: Mac;
  /** `undefined` where the field is 0.0.0.0. */
  readonly clientAddress: Address | undefined;
  /** The address that the server gives. */
  readonly yourAddress: Address | undefined;
  readonly requestedAddress: Address | undefined;
  readonly leaseSeconds: number | undefined;
  /** 32 bits. */
  readonly subnetMask: number | undefined;
  readonly routers: readonly Address[];
  readonly resolvers: readonly Address[];
  /** As written by the client. */
  readonly hostName: string | undefined;
  /** The client's fully qualified name (option 81), when it is given as text. */
  readonly fullName: string | undefined;
  readonly domainName: string | undefined;
  /** For example `MSFT 5.0`. */
  readonly vendorClass: string | undefined;
  readonly serverIdentifier: Address | undefined;
  /** Where the options ended before they should: what stands before it was read. */
  readonly fault: Fault | undefined;
}

/** Where each option's value lies; an option that occurs twice is taken from its first place. */
type OptionPlaces = ReadonlyMap<number, { readonly at: number; readonly length: number }>;

/** `undefined` without the magic cookie, or for another link layer than Ethernet. Everything returned is copied. */
export function readDhcpv4(region: Region): Decoded<Dhcpv4Message> {
  const fault = within(region, fixedLength, 'dhcp');
  if (fault) return fault;
  const { octets, at: start } = region;
  if (uint32(octets, start + at.cookie) !== magicCookie) return undefined;
  if (uint8(octets, start + at.hardware) !== ethernet || uint8(octets, start + at.hardwareLength) !== 6) return undefined;
  const places = new Map<number, { at: number; length: number }>();
  const stopped = findOptions({ ...region, at: start + fixedLength }, places);
  return {
    operation: uint8(octets, start + at.operation),
    messageType: number(octets, places, option.messageType, 1),
    transaction: uint32(octets, start + at.transaction),
    clientMac: uint48(octets, start + at.mac),
    clientAddress: unlessUnspecified(ipv4AddressAt(octets, start + at.client)),
    yourAddress: unlessUnspecified(ipv4AddressAt(octets, start + at.your)),
    requestedAddress: addresses(octets, places, option.requestedAddress)[0],
    leaseSeconds: number(octets, places, option.leaseSeconds, 4),
    subnetMask: number(octets, places, option.subnetMask, 4),
    routers: addresses(octets, places, option.routers),
    resolvers: addresses(octets, places, option.resolvers),
    hostName: text(octets, places, option.hostName),
    fullName: fullName(octets, places),
    domainName: text(octets, places, option.domainName),
    vendorClass: text(octets, places, option.vendorClass),
    serverIdentifier: addresses(octets, places, option.serverIdentifier)[0],
    fault: stopped,
  };
}

/** Each turn advances by at least one octet. */
function findOptions(options: Region, places: Map<number, { at: number; length: number }>): Fault | undefined {
  let rest = options;
  while (rest.at < rest.end) {
    const code = uint8(rest.octets, rest.at);
    if (code === option.end) return undefined;
    let length = 1;
    if (code !== option.pad) {
      const fault = within(rest, 2, 'dhcp.option');
      if (fault) return fault;
      length = 2 + uint8(rest.octets, rest.at + 1);
      const cut = within(rest, length, 'dhcp.option');
      if (cut) return cut;
      if (!places.has(code)) places.set(code, { at: rest.at + 2, length: length - 2 });
    }
    rest = { ...rest, at: rest.at + length };
  }
  return undefined;
}

function unlessUnspecified(address: Address): Address | undefined {
  return address === unspecified ? undefined : address;
}

function number(octets: Uint8Array, places: OptionPlaces, code: number, length: 1 | 4): number | undefined {
  const place = places.get(code);
  if (place?.length !== length) return undefined;
  return length === 1 ? uint8(octets, place.at) : uint32(octets, place.at);
}

function addresses(octets: Uint8Array, places: OptionPlaces, code: number): Address[] {
  const place = places.get(code);
  if (!place) return [];
  return Array.from({ length: Math.floor(place.length / 4) }, (_, i) => ipv4AddressAt(octets, place.at + 4 * i));
}

/** Some clients end the text with zeroes, which RFC 2132 §2 tells the reader to cut off. */
function text(octets: Uint8Array, places: OptionPlaces, code: number): string | undefined {
  const place = places.get(code);
  return place && latin1(octets, place.at, place.length).replace(/\0.*$/s, '');
}

/** Flags and two response codes stand before the name; with the E flag it is in wire form, else text (RFC 4702 §2). */
function fullName(octets: Uint8Array, places: OptionPlaces): string | undefined {
  const place = places.get(option.fullName);
  if (!place || place.length < 3) return undefined;
  if ((uint8(octets, place.at) & 0x04) === 0) return latin1(octets, place.at + 3, place.length - 3);
  const labels: string[] = [];
  const end = place.at + place.length;
  for (let labelAt = place.at + 3; labelAt < end; ) {
    const length = uint8(octets, labelAt);
    if (length === 0 || labelAt + 1 + length > end) break;
    labels.push(latin1(octets, labelAt + 1, length));
    labelAt += 1 + length;
  }
  return labels.join('.');
}

export interface Dhcpv4Fields {
  readonly operation: 1 | 2;
  readonly messageType: number;
  readonly transaction: number;
  readonly clientMac: Mac;
  readonly clientAddress?: Address;
  readonly yourAddress?: Address;
  readonly requestedAddress?: Address;
  readonly leaseSeconds?: number;
  /** 32 bits. */
  readonly subnetMask?: number;
  readonly routers?: readonly Address[];
  readonly resolvers?: readonly Address[];
  readonly hostName?: string;
  readonly domainName?: string;
  readonly vendorClass?: string;
  readonly serverIdentifier?: Address;
  /** The client cannot take unicast yet (RFC 2131 §4.1). */
  readonly broadcast?: boolean;
}

/** A whole message, padded to the 300 octets that BOOTP relays expect (RFC 1542 §2.1). */
export function encodeDhcpv4(fields: Dhcpv4Fields): Uint8Array {
  const builder = new OctetBuilder().uint8(fields.operation).uint8(ethernet).uint8(6).uint8(0).uint32(fields.transaction);
  builder.uint16(0).uint16(fields.broadcast ? 0x8000 : 0);
  builder
    .ipv4(fields.clientAddress ?? unspecified)
    .ipv4(fields.yourAddress ?? unspecified)
    .uint32(0)
    .uint32(0);
  builder.uint48(fields.clientMac).fill(10).fill(192).uint32(magicCookie);
  builder.uint8(option.messageType).uint8(1).uint8(fields.messageType);
  if (fields.requestedAddress !== undefined) appendAddresses(builder, option.requestedAddress, [fields.requestedAddress]);
  if (fields.serverIdentifier !== undefined) appendAddresses(builder, option.serverIdentifier, [fields.serverIdentifier]);
  if (fields.leaseSeconds !== undefined) builder.uint8(option.leaseSeconds).uint8(4).uint32(fields.leaseSeconds);
  if (fields.subnetMask !== undefined) builder.uint8(option.subnetMask).uint8(4).uint32(fields.subnetMask);
  if (fields.routers?.length) appendAddresses(builder, option.routers, fields.routers);
  if (fields.resolvers?.length) appendAddresses(builder, option.resolvers, fields.resolvers);
  appendText(builder, option.hostName, fields.hostName);
  appendText(builder, option.domainName, fields.domainName);
  appendText(builder, option.vendorClass, fields.vendorClass);
  builder.uint8(option.end);
  return builder.fill(Math.max(0, 300 - builder.length)).finish();
}

function appendAddresses(builder: OctetBuilder, code: number, addresses: readonly Address[]): void {
  builder.uint8(code).uint8(4 * addresses.length);
  for (const address of addresses) builder.ipv4(address);
}

function appendText(builder: OctetBuilder, code: number, text: string | undefined): void {
  if (text !== undefined) builder.uint8(code).uint8(text.length).latin1(text);
}
