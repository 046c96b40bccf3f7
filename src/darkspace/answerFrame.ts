/**
 * The frames that the watch of dark addresses sends, and there are no others: a probe, an answer, a correction, and a question for the
 * visibility gauge. Neighbour discovery for IPv6 (RFC 4861 §7.2), ARP for IPv4 (RFC 826).
 */

import { type Address, broadcastMac, ipv4Word, isIpv4, type Mac } from '../base/address.ts';
import { arpOperation, encodeArp } from '../wire/arp.ts';
import { internetChecksum } from '../wire/checksum.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ipv4.ts';
import { encodeIpv6 } from '../wire/ipv6.ts';
import { encodeNeighborAdvertisement, encodeNeighborSolicitation, solicitedNodeOf } from '../wire/ndp.ts';
import type { Action } from './claim.ts';
import { isLinkLocal } from './reservedAddress.ts';

/** Addresses from which the service port may speak. */
export interface Speaker {
  readonly mac: Mac;
  /** Own addresses on the link, of either family and scope. */
  readonly addresses: readonly Address[];
}

/** What a host must see, or it discards the message (RFC 4861 §7.1). */
const neighbourHopLimit = 255;

/**
 * `frame`: the whole Ethernet frame. `message`: of a message to a group, the ICMPv6 message alone, for a sender that lets the kernel
 * write the headers.
 */
export interface Outgoing {
  readonly frame: Uint8Array;
  readonly group: { readonly message: Uint8Array; readonly destination: string } | undefined;
}

/** Own address of the family and scope of `peer`; `undefined` when the port has none. */
export function sourceFor(speaker: Speaker, peer: Address): Address | undefined {
  const ofFamily = speaker.addresses.filter((address) => isIpv4(address) === isIpv4(peer));
  const ofScope = ofFamily.filter((address) => isLinkLocal(address) === isLinkLocal(peer));
  return ofScope[0] ?? ofFamily[0];
}

/** `undefined` when the service port has no address of the family: it then cannot take part. */
export function frameOf(action: Action, speaker: Speaker): Outgoing | undefined {
  const source = sourceFor(speaker, action.kind === 'probe' ? action.target : action.asker);
  if (source === undefined) return undefined;
  return isIpv4(action.target) ? arpFrame(action, speaker.mac, source) : ndpFrame(action, speaker, source);
}

function arpFrame(action: Action, mac: Mac, source: Address): Outgoing {
  const word = ipv4Word(action.target);
  const isProbe = action.kind === 'probe';
  const to = isProbe ? broadcastMac : action.askerMac;
  const packet = encodeArp(
    isProbe
      ? { operation: arpOperation.request, senderMac: mac, senderAddress: ipv4Word(source), targetMac: 0, targetAddress: word }
      : {
          operation: arpOperation.reply,
          senderMac: action.kind === 'correction' ? action.ownerMac : mac,
          senderAddress: word,
          targetMac: action.askerMac,
          targetAddress: ipv4Word(action.asker),
        },
  );
  return { frame: encodeEthernet({ destinationMac: to, sourceMac: mac, etherType: etherType.arp }, packet), group: undefined };
}

/** Offsets in a frame of neighbour discovery without tags: Ethernet 14, IPv6 40, the message, one option. */
const at = { destinationMac: 0, source: 22, destination: 38, message: 54, checksum: 56, flags: 58, target: 62, linkLayer: 80 } as const;
const flag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

interface Templates {
  readonly probe: Uint8Array;
  readonly advertisement: Uint8Array;
}

/**
 * Frames to fill in, one of each kind for each own address: all that differs between two answers is whom it goes to and for which
 * address, and under load thousands leave in a second.
 */
const templates = new WeakMap<Speaker, Map<Address, Templates>>();

function templateOf(speaker: Speaker, source: Address, kind: 'probe' | 'advertisement'): Uint8Array {
  const ofSpeaker = templates.get(speaker) ?? new Map<Address, Templates>();
  templates.set(speaker, ofSpeaker);
  let ofSource = ofSpeaker.get(source);
  if (ofSource === undefined) {
    const { mac } = speaker;
    const addresses = { source, destination: source, target: source };
    const solicitation = encodeNeighborSolicitation({ ...addresses, sourceLinkLayer: mac });
    const answer = encodeNeighborAdvertisement({ ...addresses, solicited: false, override: false, router: false, targetLinkLayer: mac });
    const [probe, advertisement] = [solicitation, answer].map((message) => ipv6Frame(mac, mac, source, source, message));
    ofSource = { probe: probe as Uint8Array, advertisement: advertisement as Uint8Array };
    ofSpeaker.set(source, ofSource);
  }
  return ofSource[kind].slice();
}

function ndpFrame(action: Action, speaker: Speaker, source: Address): Outgoing {
  const { target } = action;
  if (action.kind === 'probe') {
    const frame = templateOf(speaker, source, 'probe');
    const group = solicitedNodeOf(target);
    fill(frame, group.mac, group.address, target);
    return { frame, group: { message: frame.subarray(at.message), destination: groupText(target) } };
  }
  const frame = templateOf(speaker, source, 'advertisement');
  if (action.kind === 'answer')
    // A proxy must not set the override flag, so that the owner's own word wins (RFC 4861 §7.2.8).
    frame[at.flags] = flag.solicited;
  else {
    frame[at.flags] = flag.override | (action.ownerIsRouter ? flag.router : 0);
    setUint48(frame, at.linkLayer, action.ownerMac);
  }
  fill(frame, action.askerMac, action.asker, target);
  return { frame, group: undefined };
}

function fill(frame: Uint8Array, to: Mac, destination: Address, target: Address): void {
  setUint48(frame, at.destinationMac, to);
  setAddress(frame, at.destination, destination);
  setAddress(frame, at.target, target);
  frame[at.checksum] = 0;
  frame[at.checksum + 1] = 0;
  // Both addresses of the pseudo header lie before the message; the rest of it is its length and its protocol (RFC 8200 §8.1).
  const checksum = internetChecksum(frame, at.source, frame.length, frame.length - at.message + ipProtocol.icmpv6);
  frame[at.checksum] = checksum >>> 8;
  frame[at.checksum + 1] = checksum & 0xff;
}

function setUint48(frame: Uint8Array, offset: number, value: number): void {
  for (let i = 5, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) frame[offset + i] = rest % 256;
}

const scratch = new DataView(new ArrayBuffer(16));
const scratchOctets = new Uint8Array(scratch.buffer);

function setAddress(frame: Uint8Array, offset: number, address: Address): void {
  scratch.setBigUint64(0, address >> 64n);
  scratch.setBigUint64(8, address & 0xffff_ffff_ffff_ffffn);
  frame.set(scratchOctets, offset);
}

/** ff02::1:ffXX:XXXX as text, without the general formatter: it is needed for every probe. */
function groupText(target: Address): string {
  return `ff02::1:ff${Number((target >> 16n) & 0xffn)
    .toString(16)
    .padStart(2, '0')}:${Number(target & 0xffffn).toString(16)}`;
}

function ipv6Frame(mac: Mac, to: Mac, source: Address, destination: Address, message: Uint8Array): Uint8Array {
  const packet = encodeIpv6({ source, destination, nextHeader: ipProtocol.icmpv6, hopLimit: neighbourHopLimit }, message);
  return encodeEthernet({ destinationMac: to, sourceMac: mac, etherType: etherType.ipv6 }, packet);
}
