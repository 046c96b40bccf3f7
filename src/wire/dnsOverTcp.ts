/** DNS over TCP: messages with a length of two octets before each (RFC 1035 §4.2.2, RFC 7766 §8). */

import { type Decoded, Fault, type Region, uint16, within } from '../base/octets.ts';
import { type DnsMessage, readDns } from './dns.ts';
import { OctetBuilder } from './octetBuilder.ts';

/**
 * The whole messages at the start of `region`, the data of a TCP stream. A fault `truncated` when not even the first is whole: more
 * segments may bring it (`SegmentAssembly`). A message that begins after a whole one and is cut is left out: `wholeDnsOverTcpLength` says where it begins.
 */
export function readDnsOverTcp(region: Region): Decoded<readonly DnsMessage[]> {
  const messages: DnsMessage[] = [];
  let rest = region;
  while (rest.at < rest.end) {
    const cut = within(rest, 2, 'dns.tcp');
    const length = cut ? 0 : uint16(rest.octets, rest.at);
    const short = cut ?? within(rest, 2 + length, 'dns.tcp');
    if (short) return messages.length > 0 ? messages : short;
    const message = readDns({ ...rest, at: rest.at + 2, end: rest.at + 2 + length, limitedBy: 'dns.tcpLength' });
    if (message instanceof Fault) return messages.length > 0 ? messages : message;
    if (message) messages.push(message);
    rest = { ...rest, at: rest.at + 2 + length };
  }
  return messages;
}

/** Octets of the whole messages at the start of `region`, lengths included: what follows begins a message that later segments complete. */
export function wholeDnsOverTcpLength(region: Region): number {
  let { at } = region;
  while (region.end - at >= 2) {
    const next = at + 2 + uint16(region.octets, at);
    if (next > region.end) break;
    at = next;
  }
  return at - region.at;
}

/** Puts the length before a message that `encodeDnsQuery` or `encodeDnsResponse` made. */
export function encodeDnsOverTcp(message: Uint8Array): Uint8Array {
  return new OctetBuilder().uint16(message.length).octets(message).finish();
}
