/** A DNS lookup: one query, one answer. */

import { addressFromIpv4 } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import { type DnsAnswerFields, encodeDnsQuery, encodeDnsResponse } from '../wire/dns.ts';
import { dnsType } from '../wire/dnsRecord.ts';
import type { Random } from './random.ts';
import type { Lan, Station } from './station.ts';
import type { Purpose, Wiretap } from './wiretap.ts';

const dnsPort = 53;
export const dnsPurpose: Purpose = { scope: 'inside', peer: 'resolver', protocol: 'udp', port: dnsPort };

export interface Lookup {
  readonly at: Microseconds;
  readonly client: Station;
  readonly name: string;
  /** Other names on the way to the address (CNAME), in order. */
  readonly aliases: readonly string[];
  /** 32 bits. */
  readonly address: number;
}

/** Adds both packets; the result is the time of the answer. */
export function lookup(tap: Wiretap, lan: Lan, asked: Lookup, random: Random): Microseconds {
  const { client, name } = asked;
  const id = random.below(0x1_0000);
  const port = client.nextPort();
  tap.udp(asked.at, client, lan.resolver, [port, dnsPort], encodeDnsQuery({ id, name, type: dnsType.a }), dnsPurpose);
  const owners = [name, ...asked.aliases];
  const answers = owners.map((owner, i): DnsAnswerFields => {
    const target = owners[i + 1];
    const ttlSeconds = random.between(60, 900);
    return target === undefined
      ? { name: owner, ttlSeconds, address: addressFromIpv4(asked.address) }
      : { name: owner, ttlSeconds, target };
  });
  const answeredAt = asked.at + random.between(900, 40_000);
  const response = encodeDnsResponse({ id, questions: [{ name, type: dnsType.a }], answers });
  tap.udp(answeredAt, lan.resolver, client, [dnsPort, port], response, dnsPurpose);
  return answeredAt;
}
