/**
 * A batch of decoded headers: what `wire/frame.ts` writes and `meter/` reads, column by column in typed arrays.
 *
 * One batch refers to one buffer of octets, which it borrows: whoever fills the batch empties it before the buffer is
 * reused. Numbers only, so that a batch costs the garbage collector nothing.
 */

import type { Fault } from '../base/octets.ts';

export const batchRows = 256;
/** VLAN tags kept per frame, outermost first; further tags are walked but not kept. */
export const vlansKept = 4;

/** Bits of `HeaderBatch.layers`: every layer that parsed. */
export const layer = {
  ethernet: 1 << 0,
  vlan: 1 << 1,
  mpls: 1 << 2,
  linuxCooked: 1 << 3,
  loopback: 1 << 4,
  rawIp: 1 << 5,
  llc: 1 << 6,
  arp: 1 << 7,
  ipv4: 1 << 8,
  ipv6: 1 << 9,
  ipv6Extension: 1 << 10,
  icmp: 1 << 11,
  icmpv6: 1 << 12,
  igmp: 1 << 13,
  tcp: 1 << 14,
  udp: 1 << 15,
  lldp: 1 << 16,
  eapol: 1 << 17,
} as const;

/** `sourceMac` and `destinationMac` of a frame whose link layer has none. */
export const noMac = -1;

export class HeaderBatch {
  /** Rows in use. */
  count = 0;
  /** Of the same octets; words are read through it, several octets at once. */
  view: DataView = new DataView(new ArrayBuffer(0));
  private borrowed: Uint8Array = new Uint8Array(0);

  readonly capturedAtUs = new Float64Array(batchRows);
  /** Position of the frame in its capture, from 1. */
  readonly frameNumber = new Float64Array(batchRows);
  readonly interfaceIndex = new Uint16Array(batchRows);
  /** Octets on the wire, which may be more than were captured. */
  readonly originalLength = new Uint32Array(batchRows);
  readonly frameAt = new Uint32Array(batchRows);
  readonly frameEnd = new Uint32Array(batchRows);

  readonly layers = new Uint32Array(batchRows);
  readonly sourceMac = new Float64Array(batchRows);
  readonly destinationMac = new Float64Array(batchRows);
  /** Tags seen; at most `vlansKept` of them are in `vlans`. */
  readonly vlanCount = new Uint8Array(batchRows);
  /** VLAN identifiers (12 bits), `vlansKept` a row. */
  readonly vlans = new Uint16Array(batchRows * vlansKept);
  /** The innermost EtherType; 0 for LLC, 0x0800 or 0x86dd for raw IP. */
  readonly etherType = new Uint16Array(batchRows);

  /** Offset of the IPv4, IPv6 or ARP header in `octets`; 0 when there is none. Options and hop limits are read from there. */
  readonly networkAt = new Uint32Array(batchRows);
  /** 4, 6, or 0 when the frame carries no IP. For ARP: 0, with the protocol addresses in the address columns. */
  readonly ipVersion = new Uint8Array(batchRows);
  /** Four words a row, most significant first; IPv4 (and ARP) in the IPv4-mapped form of `base/address.ts`. */
  readonly sourceAddress = new Uint32Array(batchRows * 4);
  readonly destinationAddress = new Uint32Array(batchRows * 4);
  /** IP protocol number after all extension headers; for ARP the operation; otherwise 0. */
  readonly protocol = new Uint8Array(batchRows);
  /** TCP and UDP ports. ICMP and ICMPv6: type in `sourcePort`, code in `destinationPort`. 0 in later fragments. */
  readonly sourcePort = new Uint16Array(batchRows);
  readonly destinationPort = new Uint16Array(batchRows);
  readonly tcpFlags = new Uint8Array(batchRows);
  readonly tcpSequence = new Uint32Array(batchRows);
  /** 1 for an IP fragment, the first one or a later one. */
  readonly isFragment = new Uint8Array(batchRows);
  /** 1 for an IP fragment that is not the first: it has no ports. */
  readonly laterFragment = new Uint8Array(batchRows);
  /** IPv4 identification, IPv6 fragment identification (low 16 bits), else 0. */
  readonly identification = new Uint16Array(batchRows);
  /** What follows the last header that parsed, without Ethernet padding: TCP or UDP data, the ICMP message body, the ARP packet. */
  readonly payloadAt = new Uint32Array(batchRows);
  readonly payloadEnd = new Uint32Array(batchRows);
  /** The fault that stopped the walk, if any. */
  readonly fault: (Fault | undefined)[] = Array<Fault | undefined>(batchRows).fill(undefined);
  /** What `plainFrame.ts` wrote into a row last, so that it need not write the same again; 0 where something else did. */
  readonly plainAs = new Uint8Array(batchRows);
  /** Some row has a fault: batches without one need not be searched. */
  hasFaults = false;

  /** The buffer into which `frameAt`, `payloadAt` and their ends point. Borrowed. */
  get octets(): Uint8Array {
    return this.borrowed;
  }

  set octets(octets: Uint8Array) {
    if (octets === this.borrowed) return;
    this.borrowed = octets;
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  get isFull(): boolean {
    return this.count === batchRows;
  }

  /** In the order of the rows. */
  eachFault(see: (fault: Fault) => void): void {
    if (!this.hasFaults) return;
    for (let row = 0; row < this.count; row++) {
      const fault = this.fault[row];
      if (fault) see(fault);
    }
  }

  clear(): void {
    if (this.hasFaults) this.fault.fill(undefined, 0, this.count);
    this.hasFaults = false;
    this.count = 0;
  }
}
