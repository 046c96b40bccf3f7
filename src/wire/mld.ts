/** Multicast Listener Discovery, versions 1 and 2 (RFC 2710 §3, RFC 9777 §5): which groups a host listens to. */

import type { Address } from '../base/address.ts';
import { type Decoded, type Region, uint8, uint16, within } from '../base/octets.ts';
import { encodeIcmpv6, type Icmpv6Addresses, icmpv6Type } from './icmpv6.ts';
import { ipv6AddressAt } from './ipv6.ts';
import { OctetBuilder } from './octetBuilder.ts';

export interface MldMessage {
  readonly kind: 'query' | 'report' | 'done';
  /** Empty for a general query. */
  readonly groups: readonly Address[];
}

/** `body` follows type, code and checksum: the payload of a batch row. `undefined` for other ICMPv6 types. */
export function readMld(body: Region, icmpType: number): Decoded<MldMessage> {
  switch (icmpType) {
    case icmpv6Type.listenerQuery:
      return readOneGroup(body, 'query');
    case icmpv6Type.listenerReport:
      return readOneGroup(body, 'report');
    case icmpv6Type.listenerDone:
      return readOneGroup(body, 'done');
    case icmpv6Type.listenerReportV2:
      return readReportV2(body);
    default:
      return undefined;
  }
}

function readOneGroup(body: Region, kind: MldMessage['kind']): Decoded<MldMessage> {
  const fault = within(body, 20, 'mld');
  if (fault) return fault;
  const group = ipv6AddressAt(body.octets, body.at + 4);
  return { kind, groups: group === 0n ? [] : [group] };
}

/** Each record takes at least twenty octets, which bounds their number. */
function readReportV2(body: Region): Decoded<MldMessage> {
  const fault = within(body, 4, 'mld');
  if (fault) return fault;
  const { octets } = body;
  const groups: Address[] = [];
  let rest: Region = { ...body, at: body.at + 4 };
  for (let record = 0; record < uint16(octets, body.at + 2); record++) {
    const cut = within(rest, 20, 'mld.record');
    if (cut) return cut;
    const length = 20 + 16 * uint16(octets, rest.at + 2) + 4 * uint8(octets, rest.at + 1);
    const short = within(rest, length, 'mld.record');
    if (short) return short;
    groups.push(ipv6AddressAt(octets, rest.at + 4));
    rest = { ...rest, at: rest.at + length };
  }
  return { kind: 'report', groups };
}

/** A version 2 report with one record per group, change to exclude mode: how a host joins. To ff02::16, hop limit 1, with Router Alert. */
export function encodeMldReport(fields: Icmpv6Addresses & { readonly groups: readonly Address[] }): Uint8Array {
  const body = new OctetBuilder().uint16(0).uint16(fields.groups.length);
  for (const group of fields.groups) body.uint8(4).uint8(0).uint16(0).ipv6(group);
  return encodeIcmpv6(fields, icmpv6Type.listenerReportV2, 0, body.finish());
}
