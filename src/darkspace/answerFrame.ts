/**
 * The frames that the watch of dark addresses sends, and there are no others: a probe, an answer, a correction, and a question for the
 * visibility gauge. Neighbour discovery for IPv6 (RFC 4861 §7.2), ARP for IPv4 (RFC 826).
 */

import { type Address, broadcastMac, ipv4Word, isIpv4, type Mac } from '../base/address.ts';
import { arpOperation, encodeArp } from '../wire/arp.ts';
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
  return isIpv4(action.target) ? arpFrame(action, speaker.mac, source) : ndpFrame(action, speaker.mac, source);
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

function ndpFrame(action: Action, mac: Mac, source: Address): Outgoing {
  const { target } = action;
  if (action.kind === 'probe') {
    const group = solicitedNodeOf(target);
    const message = encodeNeighborSolicitation({ source, destination: group.address, target, sourceLinkLayer: mac });
    return { frame: ipv6Frame(mac, group.mac, source, group.address, message), group: { message, destination: groupText(target) } };
  }
  const addresses = { source, destination: action.asker, target };
  const message = encodeNeighborAdvertisement(
    action.kind === 'answer'
      ? // A proxy must not set the override flag, so that the owner's own word wins (RFC 4861 §7.2.8).
        { ...addresses, solicited: true, override: false, router: false, targetLinkLayer: mac }
      : { ...addresses, solicited: false, override: true, router: action.ownerIsRouter, targetLinkLayer: action.ownerMac },
  );
  return { frame: ipv6Frame(mac, action.askerMac, source, action.asker, message), group: undefined };
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
