/** Address Resolution Protocol for IPv4 over Ethernet (RFC 826; probes and announcements: RFC 5227 §1.1; reverse: RFC 903). */

import type { Mac } from '../base/address.ts';
import { type Decoded, type Region, uint16, uint32, uint48, within } from '../base/octets.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const arpLength = 28;
/** Offsets from the start of the packet, octets. */
export const arpAt = {
  hardware: 0,
  protocol: 2,
  lengths: 4,
  operation: 6,
  senderMac: 8,
  senderAddress: 14,
  targetMac: 18,
  targetAddress: 24,
};
const ethernet = 1;
const ieee802 = 6;
const ipv4 = 0x0800;
const sixAndFour = 0x0604;

export const arpOperation = { request: 1, reply: 2, reverseRequest: 3, reverseReply: 4 } as const;

/** Whether the 28 octets at `at` are ARP for IPv4 over Ethernet. Their presence was checked before. */
export function isEthernetArp(octets: Uint8Array, at: number): boolean {
  const hardware = uint16(octets, at + arpAt.hardware);
  if (hardware !== ethernet && hardware !== ieee802) return false;
  return uint16(octets, at + arpAt.protocol) === ipv4 && uint16(octets, at + arpAt.lengths) === sixAndFour;
}

/** A checked view of one ARP packet: `readArp` looked at the length once, so no getter can fail. Borrowed. */
export class ArpView {
  constructor(
    private readonly octets: Uint8Array,
    private readonly start: number,
  ) {}

  get operation(): number {
    return uint16(this.octets, this.start + arpAt.operation);
  }
  get senderMac(): Mac {
    return uint48(this.octets, this.start + arpAt.senderMac);
  }
  /** 32 bits. */
  get senderAddress(): number {
    return uint32(this.octets, this.start + arpAt.senderAddress);
  }
  get targetMac(): Mac {
    return uint48(this.octets, this.start + arpAt.targetMac);
  }
  /** 32 bits. */
  get targetAddress(): number {
    return uint32(this.octets, this.start + arpAt.targetAddress);
  }
  /** The sender asks whether an address is free before it takes it (RFC 5227 §2.1.1). Never answer one. */
  get isProbe(): boolean {
    return this.operation === arpOperation.request && this.senderAddress === 0;
  }
  /** The sender says that an address is its own (RFC 5227 §2.3): proof of an owner. */
  get isAnnouncement(): boolean {
    return this.senderAddress !== 0 && this.senderAddress === this.targetAddress;
  }
}

/**
 * Octets after the 28 of ARP are Ethernet padding and are left alone.
 * A fault when the region is short; `undefined` when it is some other hardware or protocol, which is no fault.
 */
export function readArp(region: Region): Decoded<ArpView> {
  const fault = within(region, arpLength, 'arp');
  if (fault) return fault;
  return isEthernetArp(region.octets, region.at) ? new ArpView(region.octets, region.at) : undefined;
}

export interface ArpFields {
  readonly operation: number;
  readonly senderMac: Mac;
  /** 32 bits. */
  readonly senderAddress: number;
  readonly targetMac: Mac;
  /** 32 bits. */
  readonly targetAddress: number;
}

/** The 28 octets of an ARP packet, without Ethernet header or padding. */
export function encodeArp(fields: ArpFields): Uint8Array {
  return new OctetBuilder()
    .uint16(ethernet)
    .uint16(ipv4)
    .uint16(sixAndFour)
    .uint16(fields.operation)
    .uint48(fields.senderMac)
    .uint32(fields.senderAddress)
    .uint48(fields.targetMac)
    .uint32(fields.targetAddress)
    .finish();
}
