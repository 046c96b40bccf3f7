/** Ethernet II and IEEE 802.3 frames (IEEE 802.3-2018 §3.2; which of the two: RFC 894, IEEE 802-2014 §9.2). */

import type { Mac } from '../base/address.ts';
import { type Decoded, type Region, uint16, uint48, within } from '../base/octets.ts';
import { concatenate, OctetBuilder } from './octetBuilder.ts';

/** EtherType values (IEEE registry, RFC 9542 appendix B) that the frame walk follows. */
export const etherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  serviceVlan: 0x88a8,
  eapol: 0x888e,
  /** EAPOL again, through another access point (IEEE 802.11-2020 §12.6.10.2). */
  preAuthentication: 0x88c7,
  lldp: 0x88cc,
  oldServiceVlan: 0x9100,
} as const;

export const ethernetLength = 14;
/** A value up to this is a length, not an EtherType: an LLC header follows. */
export const longestLlc = 1500;
/** Shortest frame on the wire, without the frame check sequence; shorter payloads are padded. */
const shortestFrame = 60;

export interface EthernetHeader {
  readonly destinationMac: Mac;
  readonly sourceMac: Mac;
  /** As written: a length where it is ≤ 1500. */
  readonly etherType: number;
}

/** The 14 octets of an Ethernet header. VLAN tags are a layer of their own (`vlan.ts`). */
export function readEthernet(region: Region): Decoded<EthernetHeader> {
  const fault = within(region, ethernetLength, 'ethernet');
  if (fault) return fault;
  const { octets, at } = region;
  return { destinationMac: uint48(octets, at), sourceMac: uint48(octets, at + 6), etherType: uint16(octets, at + 12) };
}

export interface VlanTag {
  readonly id: number;
  readonly priority?: number;
  /** The tag's own EtherType; 0x8100 unless given. */
  readonly tagType?: number;
}

export interface EthernetFields {
  readonly destinationMac: Mac;
  readonly sourceMac: Mac;
  readonly etherType: number;
  /** Outermost first; a bare number is the identifier of an 802.1Q tag. */
  readonly vlans?: readonly (number | VlanTag)[];
  /** Zeroes up to 60 octets, as a network card adds them; `false` leaves a short frame short. */
  readonly pad?: boolean;
}

/** A whole frame without frame check sequence. */
export function encodeEthernet(fields: EthernetFields, payload: Uint8Array): Uint8Array {
  const header = new OctetBuilder().uint48(fields.destinationMac).uint48(fields.sourceMac);
  for (const tag of fields.vlans ?? []) {
    const { id, priority = 0, tagType = etherType.vlan } = typeof tag === 'number' ? { id: tag } : tag;
    header.uint16(tagType).uint16((priority << 13) | id);
  }
  header.uint16(fields.etherType);
  const missing = fields.pad === false ? 0 : Math.max(0, shortestFrame - header.length - payload.length);
  return concatenate(header.finish(), payload, new Uint8Array(missing));
}
