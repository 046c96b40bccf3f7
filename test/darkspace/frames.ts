/** Frames of neighbour discovery and ARP for the tests of the dark watch, and the names of who takes part. */

import assert from 'node:assert/strict';
import { type Address, broadcastMac, ipv4Word, type Mac, parseAddress, parseMac, parsePrefix } from '../../src/base/address.ts';
import { AddressUsage } from '../../src/darkspace/addressUsage.ts';
import { type Action, type ClaimLimits, defaultLimits, type Transition } from '../../src/darkspace/claim.ts';
import { ClaimMachine, type ClaimOptions } from '../../src/darkspace/claimMachine.ts';
import { ControlFrameReader } from '../../src/darkspace/controlFrame.ts';
import { LinkKnowledge } from '../../src/darkspace/linkKnowledge.ts';
import type { Sign } from '../../src/darkspace/sign.ts';
import { encodeArp } from '../../src/wire/arp.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import {
  encodeNeighborAdvertisement,
  encodeNeighborSolicitation,
  type NeighborAdvertisementFields,
  solicitedNodeOf,
} from '../../src/wire/ndp.ts';

export function ip(text: string): Address {
  const address = parseAddress(text);
  assert.ok(address !== undefined, text);
  return address;
}

export function macOf(text: string): Mac {
  const mac = parseMac(text);
  assert.ok(mac !== undefined, text);
  return mac;
}

export function prefixOf(text: string) {
  const prefix = parsePrefix(text);
  assert.ok(prefix !== undefined, text);
  return prefix;
}

export const serviceMac = macOf('02:00:00:00:0b:5e');
export const askerMac = macOf('02:00:00:00:00:01');
export const ownerMac = macOf('02:00:00:00:00:02');
export const asker = ip('2001:db8:1::1');
export const dark = ip('2001:db8:1::dead:beef:1');
export const start = 1_700_000_000_000_000;

/** A link with one prefix of each family, one router, and this box on it. */
export function link(): LinkKnowledge {
  return new LinkKnowledge({
    mac: serviceMac,
    addresses: [
      { address: ip('fe80::b5e'), prefix: prefixOf('fe80::/64') },
      { address: ip('2001:db8:1::200'), prefix: prefixOf('2001:db8:1::/64') },
      { address: ip('10.9.0.200'), prefix: prefixOf('10.9.0.0/24') },
    ],
    routers: [ip('2001:db8:1::fe')],
  });
}

export function ipv6Frame(from: Mac, to: Mac, source: Address, destination: Address, message: Uint8Array, hopLimit = 255): Uint8Array {
  const packet = encodeIpv6({ source, destination, nextHeader: 58, hopLimit }, message);
  return encodeEthernet({ destinationMac: to, sourceMac: from, etherType: etherType.ipv6 }, packet);
}

export interface Solicitation {
  readonly target?: Address;
  readonly source?: Address;
  readonly mac?: Mac;
  /** `null`: without the option. */
  readonly option?: Mac | null;
  readonly nonce?: string;
  readonly hopLimit?: number;
  /** Unicast to this MAC instead of the group. */
  readonly unicastTo?: Mac;
}

export function solicitation(fields: Solicitation = {}): Uint8Array {
  const { target = dark, source = asker, mac = askerMac, option = source === 0n ? null : mac, nonce, hopLimit, unicastTo } = fields;
  const group = solicitedNodeOf(target);
  const destination = unicastTo === undefined ? group.address : target;
  const message = encodeNeighborSolicitation({
    source,
    destination,
    target,
    ...(option === null ? {} : { sourceLinkLayer: option }),
    ...(nonce === undefined ? {} : { nonce }),
  });
  return ipv6Frame(mac, unicastTo ?? group.mac, source, destination, message, hopLimit);
}

export function advertisement(fields: Partial<NeighborAdvertisementFields> & { readonly mac?: Mac } = {}): Uint8Array {
  const { target = dark, mac = ownerMac, source = target, destination = asker, ...flags } = fields;
  const message = encodeNeighborAdvertisement({
    source,
    destination,
    target,
    solicited: true,
    override: true,
    targetLinkLayer: mac,
    ...flags,
  });
  return ipv6Frame(mac, askerMac, source, destination, message);
}

export interface ArpRequest {
  readonly mac?: Mac;
  readonly sender?: string;
  readonly target?: string;
  readonly operation?: number;
  readonly to?: Mac;
  readonly frameMac?: Mac;
}

export function arpFrame(fields: ArpRequest = {}): Uint8Array {
  const { mac = askerMac, sender = '10.9.0.1', target = '10.9.0.99', operation = 1, to = broadcastMac, frameMac = mac } = fields;
  const word = (text: string) => ipv4Word(ip(text));
  const packet = encodeArp({ operation, senderMac: mac, senderAddress: word(sender), targetMac: 0, targetAddress: word(target) });
  return encodeEthernet({ destinationMac: to, sourceMac: frameMac, etherType: etherType.arp }, packet);
}

export function signsOf(frame: Uint8Array): Sign[] {
  const signs: Sign[] = [];
  new ControlFrameReader(serviceMac, (sign) => signs.push(sign)).read(frame, 0, frame.length);
  return signs;
}

/** A machine, what it did, and a clock that the test turns. */
export class Bench {
  readonly actions: Action[] = [];
  readonly transitions: Transition[] = [];
  readonly told: { target: Address; asker: Mac }[] = [];
  readonly machine: ClaimMachine;
  readonly usage: AddressUsage;
  nowUs = start;

  constructor(options: Partial<ClaimOptions> = {}, limits: Partial<ClaimLimits> = {}, mostAddresses = 1000, link_ = link()) {
    this.usage = new AddressUsage({ memoryUs: 30 * 86_400_000_000, mostAddresses });
    this.machine = new ClaimMachine(
      { mode: 'answer', exclude: [], ...options, limits: { ...defaultLimits, ...limits } },
      link_,
      this.usage,
      {
        act: (action) => this.actions.push(action),
        changed: (transition) => this.transitions.push(transition),
        told: (claim, { mac }) => this.told.push({ target: claim.target, asker: mac }),
        ended: () => undefined,
      },
      start,
    );
  }

  hear(frame: Uint8Array): this {
    for (const sign of signsOf(frame)) this.machine.take(sign, this.nowUs);
    return this;
  }

  /** Time passes; the machine is woken whenever it wants to be. */
  wait(milliseconds: number): this {
    const until = this.nowUs + milliseconds * 1000;
    for (let due = this.machine.nextDueUs; due !== undefined && due <= until; due = this.machine.nextDueUs) {
      this.nowUs = Math.max(this.nowUs, due);
      this.machine.advance(this.nowUs);
    }
    this.nowUs = until;
    this.machine.advance(until);
    return this;
  }

  kinds(): string[] {
    return this.actions.map(({ kind }) => kind);
  }

  answers(): Action[] {
    return this.actions.filter(({ kind }) => kind === 'answer');
  }

  refusals(): Record<string, number> {
    return Object.fromEntries(this.machine.refusals);
  }
}
