/** One port of the lab's switch that plays many machines with raw frames: askers that leave no trace in the kernel, and slow owners. */

import type { Address, Mac } from '../base/address.ts';
import { uint8, uint48 } from '../base/octets.ts';
import { neighbourFilter } from '../link/controlFilter.ts';
import { ControlSocket, waitForFrames } from '../link/controlSocket.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { encodeIpv6, ipv6AddressAt } from '../wire/ipv6.ts';
import { encodeNeighborAdvertisement, encodeNeighborSolicitation, solicitedNodeOf } from '../wire/ndp.ts';

export interface Station {
  readonly mac: Mac;
  readonly address: Address;
}

export interface Advertisement {
  readonly target: Address;
  readonly from: Mac;
  readonly to: Mac;
  /** Of `performance.now()`. */
  readonly atMs: number;
}

/** Offsets in a frame of neighbour discovery without tags. */
const at = { type: 54, target: 62, source: 22 } as const;
const type = { solicitation: 135, advertisement: 136 } as const;
const shortest = 78;

export class RawStation {
  private readonly socket: ControlSocket;
  private readonly owners = new Map<Address, { readonly mac: Mac; readonly delayMs: number }>();
  private isOver = false;
  private readonly loop: Promise<void>;
  onAdvertisement: (advertisement: Advertisement) => void = () => undefined;
  onSolicitation: (target: Address, source: Address, from: Mac, atMs: number) => void = () => undefined;

  /** Must be made inside the namespace of the interface. */
  constructor(interfaceName: string) {
    this.socket = new ControlSocket(interfaceName, neighbourFilter());
    this.loop = this.listen();
  }

  /** From now on the station answers for `address` as an owner does, `delayMs` after it is asked. */
  own(address: Address, mac: Mac, delayMs: number): void {
    this.owners.set(address, { mac, delayMs });
  }

  disown(address: Address): void {
    this.owners.delete(address);
  }

  ask(asker: Station, target: Address): void {
    this.socket.send(solicitationFrame(asker, target));
  }

  /** A duplicate address probe, as a host sends before it takes an address. */
  probe(mac: Mac, target: Address): void {
    const group = solicitedNodeOf(target);
    const message = encodeNeighborSolicitation({ source: 0n, destination: group.address, target });
    this.socket.send(frame(mac, group.mac, 0n, group.address, message));
  }

  send(octets: Uint8Array): boolean {
    return this.socket.send(octets);
  }

  private async listen(): Promise<void> {
    while (!this.isOver) {
      await waitForFrames([this.socket], 100);
      if (this.isOver) return;
      for (let received = this.socket.receive(); received !== undefined; received = this.socket.receive()) this.take(received.octets);
    }
  }

  private take(octets: Uint8Array): void {
    if (octets.length < shortest || octets[12] !== 0x86) return;
    const atMs = performance.now();
    const target = ipv6AddressAt(octets, at.target);
    const from = uint48(octets, 6);
    if (uint8(octets, at.type) === type.advertisement) {
      this.onAdvertisement({ target, from, to: uint48(octets, 0), atMs });
      return;
    }
    const source = ipv6AddressAt(octets, at.source);
    this.onSolicitation(target, source, from, atMs);
    const owner = this.owners.get(target);
    if (!owner || source === 0n) return;
    const reply = () => this.advertise(owner.mac, target, source, from);
    if (owner.delayMs === 0) reply();
    else setTimeout(reply, owner.delayMs);
  }

  advertise(mac: Mac, target: Address, to: Address, toMac: Mac): void {
    if (this.isOver) return;
    const fields = { source: target, destination: to, target, solicited: true, override: true, targetLinkLayer: mac };
    this.socket.send(frame(mac, toMac, target, to, encodeNeighborAdvertisement(fields)));
  }

  async close(): Promise<void> {
    this.isOver = true;
    await this.loop;
    this.socket.close();
  }
}

export function solicitationFrame({ mac, address }: Station, target: Address): Uint8Array {
  const group = solicitedNodeOf(target);
  const message = encodeNeighborSolicitation({ source: address, destination: group.address, target, sourceLinkLayer: mac });
  return frame(mac, group.mac, address, group.address, message);
}

function frame(from: Mac, to: Mac, source: Address, destination: Address, message: Uint8Array): Uint8Array {
  const packet = encodeIpv6({ source, destination, nextHeader: 58, hopLimit: 255 }, message);
  return encodeEthernet({ destinationMac: to, sourceMac: from, etherType: etherType.ipv6 }, packet);
}
