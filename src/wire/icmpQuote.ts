/** The packet that an ICMP error quotes (RFC 792, RFC 4443 §3; length field and extensions: RFC 4884). Evidence about a packet, never one. */

import { type Address, addressFromIpv4 } from '../base/address.ts';
import { after, type Decoded, Fault, type Region, uint16, within } from '../base/octets.ts';
import { isIcmpv4Error } from './icmpv4.ts';
import { isIcmpv6Error } from './icmpv6.ts';
import { ipProtocol, readIpv4 } from './ipv4.ts';
import { readIpv6 } from './ipv6.ts';
import { readIpv6Chain } from './ipv6Extension.ts';

export interface QuotedPacket {
  /** So that nobody takes it for traffic. */
  readonly quoted: true;
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** TCP and UDP, when the quote reaches that far. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** `body` follows type, code and checksum: the payload of a batch row. `undefined` when the message is no error. Copied. */
export function readIcmpQuote(body: Region, ipVersion: 4 | 6, icmpType: number): Decoded<QuotedPacket> {
  if (ipVersion === 4 ? !isIcmpv4Error(icmpType) : !isIcmpv6Error(icmpType)) return undefined;
  const fault = within(body, 4, 'icmp.quote');
  if (fault) return fault;
  return ipVersion === 4 ? quotedIpv4(after(body, 4)) : quotedIpv6(after(body, 4));
}

function quotedIpv4(quote: Region): Decoded<QuotedPacket> {
  const header = readIpv4(quote);
  if (header === undefined || header instanceof Fault) return header;
  const ports = header.fragmentOffset === 0 ? portsAt(header.payload, header.protocol) : noPorts;
  return {
    quoted: true,
    source: addressFromIpv4(header.source),
    destination: addressFromIpv4(header.destination),
    protocol: header.protocol,
    ...ports,
  };
}

function quotedIpv6(quote: Region): Decoded<QuotedPacket> {
  const header = readIpv6(quote);
  if (header === undefined || header instanceof Fault) return header;
  const { source, destination } = header;
  const chain = readIpv6Chain(header.payload, header.nextHeader);
  if (chain instanceof Fault) return { quoted: true, source, destination, protocol: header.nextHeader, ...noPorts };
  const isFirst = chain.fragment === undefined || chain.fragment.offset === 0;
  const ports = isFirst ? portsAt({ ...header.payload, at: chain.at }, chain.protocol) : noPorts;
  return { quoted: true, source, destination, protocol: chain.protocol, ...ports };
}

const noPorts = { sourcePort: undefined, destinationPort: undefined };

function portsAt(transport: Region, protocol: number): Pick<QuotedPacket, 'sourcePort' | 'destinationPort'> {
  if (protocol !== ipProtocol.tcp && protocol !== ipProtocol.udp) return noPorts;
  if (within(transport, 4, 'icmp.quote')) return noPorts;
  return { sourcePort: uint16(transport.octets, transport.at), destinationPort: uint16(transport.octets, transport.at + 2) };
}
