/** What one frame on the link says about who owns, asks for, or writes to an address. Everything in it is copied. */

import type { Address, Mac, Prefix } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import type { UsageEvidence } from '../record/usage.ts';

/** Somebody has an address, or is about to take it. */
export interface OwnerSign {
  readonly kind: 'owner';
  readonly address: Address;
  readonly mac: Mac;
  readonly evidence: UsageEvidence;
  /** When that was, where it is told later. */
  readonly seenAtUs?: Microseconds;
  /** It says of itself that it is a router (RFC 4861 §4.4, flag R). */
  readonly isRouter: boolean;
}

/** Somebody asks who has an address: Neighbor Solicitation or ARP request. Never a duplicate address probe. */
export interface SolicitationSign {
  readonly kind: 'solicitation';
  readonly asker: Address;
  readonly askerMac: Mac;
  readonly target: Address;
  /** The MAC address asked; a group's or the broadcast address unless the asker checks an entry that it has (RFC 4861 §7.3). */
  readonly askedMac: Mac;
  /** Why it may never be answered, whatever the target is. */
  readonly objection: string | undefined;
}

/** Somebody is a router, or serves addresses. */
export interface RoleSign {
  readonly kind: 'role';
  readonly role: 'router' | 'address-server';
  readonly address: Address | undefined;
  readonly mac: Mac;
}

/** A router says which addresses are on this link. */
export interface PrefixSign {
  readonly kind: 'prefix';
  readonly prefix: Prefix;
}

/** A packet that came to the MAC address of this box. */
export interface ContactSign {
  readonly kind: 'contact';
  readonly asker: Address;
  readonly askerMac: Mac;
  readonly target: Address;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port; for ICMP the type; null where there is none. */
  readonly port: number | null;
  /** On the wire, link header included. */
  readonly octets: number;
  /** Where the data after the last header lies in the frame. */
  readonly payloadAt: number;
  readonly payloadEnd: number;
}

/** A message that a host must discard. */
export interface InvalidSign {
  readonly kind: 'invalid';
  readonly because: string;
}

export type Sign = OwnerSign | SolicitationSign | RoleSign | PrefixSign | ContactSign | InvalidSign;

/** When something was seen, and what. */
export interface TimedSign {
  readonly atUs: Microseconds;
  readonly sign: Sign;
}
