/** One port of the lab's switch that plays many machines with raw frames: askers that leave no trace in the kernel. */

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
export const at = { type: 54, target: 62, source: 22 } as const;
export const solicitationType = 135;
const advertisementType = 136;
export const shortest = 78;

export class RawStation {
  private readonly socket: ControlSocket;
  private isOver = false;
  private readonly loop: Promise<void>;
  onAdvertisement: (advertisement: Advertisement) => void = () => undefined;

  /** Must be made inside the namespace of the interface. */
  constructor(interfaceName: string) {
    this.socket = new ControlSocket(interfaceName, neighbourFilter());
    this.loop = this.listen();
  }

  ask(asker: Station, target: Address): void {
    this.socket.send(solicitationFrame(asker, target));
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
    if (octets.length < shortest || octets[12] !== 0x86 || uint8(octets, at.type) !== advertisementType) return;
    const target = ipv6AddressAt(octets, at.target);
    this.onAdvertisement({ target, from: uint48(octets, 6), to: uint48(octets, 0), atMs: performance.now() });
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

/** As an owner answers who asked. */
export function advertisementFrame(mac: Mac, target: Address, to: Address, toMac: Mac): Uint8Array {
  const fields = { source: target, destination: to, target, solicited: true, override: true, targetLinkLayer: mac };
  return frame(mac, toMac, target, to, encodeNeighborAdvertisement(fields));
}

function frame(from: Mac, to: Mac, source: Address, destination: Address, message: Uint8Array): Uint8Array {
  const packet = encodeIpv6({ source, destination, nextHeader: 58, hopLimit: 255 }, message);
  return encodeEthernet({ destinationMac: to, sourceMac: from, etherType: etherType.ipv6 }, packet);
}
