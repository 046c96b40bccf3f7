/** The mirror port of a story: takes frames in any order, hands them over by time, and remembers what each was for. */

import type { Microseconds } from '../base/time.ts';
import { encodeArp } from '../wire/arp.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { encodeIpv4, ipProtocol } from '../wire/ipv4.ts';
import { encodeTcp, type TcpFields } from '../wire/tcp.ts';
import { encodeUdp } from '../wire/udp.ts';
import type { Station } from './station.ts';
import type { StoryFrame } from './story.ts';

/** What a frame is for, so that the truth can be counted from the frames themselves. */
export interface Purpose {
  readonly scope: 'outside' | 'inside';
  readonly peer: string;
  readonly protocol: string;
  readonly port: number | null;
  /** Absent: harmless. */
  readonly benign?: boolean;
  /** The capture keeps only so many octets of each frame: what is sent in bulk would fill a disk. */
  readonly snapOctets?: number;
}

export interface TappedFrame extends StoryFrame {
  readonly sourceMac: number;
  readonly destinationMac: number;
  readonly purpose: Purpose;
}

/** Where a packet goes: a machine, or a group. */
export interface Receiver {
  readonly mac: number;
  /** 32 bits. */
  readonly address: number;
  /** Multicast that must not leave the link says 1, whatever the sender is. */
  readonly timeToLive?: number;
}

export class Wiretap {
  private readonly tapped: TappedFrame[] = [];

  /** By time; frames of the same time as they were added. */
  get frames(): TappedFrame[] {
    return this.tapped.toSorted((a, b) => a.capturedAtUs - b.capturedAtUs);
  }

  udp(at: Microseconds, from: Station, to: Receiver, ports: readonly [number, number], data: Uint8Array, purpose: Purpose): void {
    const addresses = mapped(from, to);
    const datagram = encodeUdp({ ...addresses, sourcePort: ports[0], destinationPort: ports[1] }, data);
    this.ipv4(at, from, to, ipProtocol.udp, datagram, purpose);
  }

  tcp(
    at: Microseconds,
    from: Station,
    to: Receiver,
    fields: Omit<TcpFields, 'source' | 'destination'>,
    data: Uint8Array,
    purpose: Purpose,
  ): void {
    this.ipv4(at, from, to, ipProtocol.tcp, encodeTcp({ ...mapped(from, to), ...fields }, data), purpose);
  }

  ipv4(at: Microseconds, from: Station, to: Receiver, protocol: number, payload: Uint8Array, purpose: Purpose): void {
    const packet = encodeIpv4(
      {
        source: from.address,
        destination: to.address,
        protocol,
        timeToLive: to.timeToLive ?? from.timeToLive,
        identification: from.nextIdentification(),
        dontFragment: protocol === ipProtocol.tcp,
      },
      payload,
    );
    this.add(at, from.mac, to.mac, etherType.ipv4, packet, purpose);
  }

  arp(at: Microseconds, from: Station, to: Receiver, operation: number, senderAddress: number, target: Receiver): void {
    const fields = { operation, senderMac: from.mac, senderAddress, targetMac: target.mac, targetAddress: target.address };
    this.add(at, from.mac, to.mac, etherType.arp, encodeArp(fields), { scope: 'inside', peer: 'arp', protocol: 'arp', port: null });
  }

  private add(at: Microseconds, sourceMac: number, destinationMac: number, type: number, payload: Uint8Array, purpose: Purpose): void {
    const octets = encodeEthernet({ sourceMac, destinationMac, etherType: type }, payload);
    const { snapOctets = octets.length } = purpose;
    if (octets.length <= snapOctets) this.tapped.push({ capturedAtUs: at, octets, sourceMac, destinationMac, purpose });
    else
      this.tapped.push({
        capturedAtUs: at,
        octets: octets.slice(0, snapOctets),
        originalLength: octets.length,
        sourceMac,
        destinationMac,
        purpose,
      });
  }
}

function mapped(from: Station, to: Receiver): { source: bigint; destination: bigint } {
  return { source: from.mapped, destination: (0xffffn << 32n) | BigInt(to.address) };
}
