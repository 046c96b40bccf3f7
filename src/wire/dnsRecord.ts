/** Records of DNS, and what their data says: addresses, other names, the hints of HTTPS records. */

import type { Address } from '../base/address.ts';
import { Fault, malformed, type Region, uint16, withinFrom } from '../base/octets.ts';
import { readName } from './dnsName.ts';
import { ipv4AddressAt } from './ipv4.ts';
import { ipv6AddressAt } from './ipv6.ts';

export const dnsType = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  ptr: 12,
  mx: 15,
  txt: 16,
  aaaa: 28,
  srv: 33,
  opt: 41,
  svcb: 64,
  https: 65,
  any: 255,
} as const;
export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  /** Without the top bit; of OPT, the largest UDP payload. */
  readonly class: number;
  /** mDNS: this record replaces older ones (RFC 6762 §10.2). */
  readonly cacheFlush: boolean;
  readonly ttlSeconds: number;
  /** A and AAAA. */
  readonly address?: Address;
  /** CNAME, PTR, NS, SRV, MX, SVCB, HTTPS: the other name. */
  readonly target?: string;
  /** SVCB and HTTPS: ipv4hint and ipv6hint (RFC 9460 §7.3). */
  readonly addressHints?: readonly Address[];
  /** Where the record's data lies in the octets that were read. */
  readonly dataAt: number;
  readonly dataLength: number;
}

/** A record whose data is filled in where it stands: a copy for each would cost more than the rest of the reading. */
export type RecordDraft = { -readonly [Field in keyof DnsRecord]: DnsRecord[Field] };

/** Fills in what the data of `record` says. */
export function fillInData(record: RecordDraft, message: Region): Fault | undefined {
  const { type, dataAt: at, dataLength: length } = record;
  switch (type) {
    case dnsType.a:
      if (length !== 4) return malformed('dns.record', at, 'A is not 4 octets');
      record.address = ipv4AddressAt(message.octets, at);
      return undefined;
    case dnsType.aaaa:
      if (length !== 16) return malformed('dns.record', at, 'AAAA is not 16 octets');
      record.address = ipv6AddressAt(message.octets, at);
      return undefined;
    case dnsType.cname:
    case dnsType.ns:
    case dnsType.ptr:
      return faultIn(readTarget(record, message, 0));
    case dnsType.mx:
      return faultIn(readTarget(record, message, 2));
    case dnsType.srv:
      return faultIn(readTarget(record, message, 6));
    case dnsType.svcb:
    case dnsType.https:
      return readService(record, message);
    default:
      return undefined;
  }
}

function faultIn(read: number | Fault): Fault | undefined {
  return read instanceof Fault ? read : undefined;
}

/** A name `skip` octets into the data. It may point out of the data, but what stands in it must end in it. Returns where that is. */
function readTarget(record: RecordDraft, message: Region, skip: number): number | Fault {
  const { dataAt: at, dataLength: length } = record;
  if (length === 0) return malformed('dns.record', at, 'no room for a name');
  const { octets, end } = message;
  const read = readName({ octets, at: message.at, end: Math.min(end, at + length), limitedBy: 'dns.dataLength' }, at + skip);
  if (read instanceof Fault) return read;
  record.target = read.name;
  return read.nextAt;
}

function readService(record: RecordDraft, message: Region): Fault | undefined {
  const { octets } = message;
  const nextAt = readTarget(record, message, 2);
  if (nextAt instanceof Fault) return nextAt;
  const addressHints: Address[] = [];
  const parameters: Region = { octets, at: nextAt, end: record.dataAt + record.dataLength, limitedBy: 'dns.dataLength' };
  for (let at = nextAt; at < parameters.end; ) {
    const fault = withinFrom(parameters, at, 4, 'dns.serviceParameter');
    if (fault) return fault;
    const length = 4 + uint16(octets, at + 2);
    const cut = withinFrom(parameters, at, length, 'dns.serviceParameter');
    if (cut) return cut;
    const key = uint16(octets, at);
    const next = at + length;
    if (key === 4) for (let i = at + 4; i + 4 <= next; i += 4) addressHints.push(ipv4AddressAt(octets, i));
    if (key === 6) for (let i = at + 4; i + 16 <= next; i += 16) addressHints.push(ipv6AddressAt(octets, i));
    at = next;
  }
  record.addressHints = addressHints;
  return undefined;
}
