/** Internet Group Management Protocol, versions 1 to 3 (RFC 1112 appendix I, RFC 2236 §2, RFC 9776 §4). */

import { type Address, addressFromIpv4 } from '../base/address.ts';
import { type Decoded, type Region, uint8, uint16, uint32, within } from '../base/octets.ts';
import { internetChecksum } from './checksum.ts';
import { OctetBuilder } from './octetBuilder.ts';

/** Octets of the shortest message. */
export const igmpLength = 8;
export const igmpType = { query: 0x11, reportV1: 0x12, reportV2: 0x16, leave: 0x17, reportV3: 0x22 } as const;

export interface IgmpMessage {
  readonly type: number;
  /** Groups that the message is about; empty for a general query. */
  readonly groups: readonly Address[];
}

/** `message` starts with the type octet: the payload of a batch row. */
export function readIgmp(message: Region): Decoded<IgmpMessage> {
  const fault = within(message, igmpLength, 'igmp');
  if (fault) return fault;
  const { octets, at } = message;
  const type = uint8(octets, at);
  if (type !== igmpType.reportV3) {
    const group = uint32(octets, at + 4);
    return { type, groups: group === 0 ? [] : [addressFromIpv4(group)] };
  }
  const groups: Address[] = [];
  let rest: Region = { ...message, at: at + igmpLength };
  for (let record = 0; record < uint16(octets, at + 6); record++) {
    const cut = within(rest, 8, 'igmp.record');
    if (cut) return cut;
    const length = 8 + 4 * uint8(octets, rest.at + 1) + 4 * uint16(octets, rest.at + 2);
    const short = within(rest, length, 'igmp.record');
    if (short) return short;
    groups.push(addressFromIpv4(uint32(octets, rest.at + 4)));
    rest = { ...rest, at: rest.at + length };
  }
  return { type, groups };
}

/** A version 2 message: query (group 0), report or leave. */
export function encodeIgmp(type: number, group: Address): Uint8Array {
  const message = new OctetBuilder().uint8(type).uint8(0).uint16(0).ipv4(group);
  return message.setUint16(2, internetChecksum(message.finish())).finish();
}
