/** How data leave a host inside of what is explained: questions to the resolver, echo to the router, the time, an upload to a known name. */

import { addressFromIpv4 } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import { encodeDnsQuery, encodeDnsResponse } from '../wire/dns.ts';
import { dnsType } from '../wire/dnsRecord.ts';
import { encodeIcmpv4Echo, icmpv4Type } from '../wire/icmpv4.ts';
import { ipProtocol } from '../wire/ipv4.ts';
import { encodeNtp, ntpMode, ntpPort } from '../wire/ntp.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { encodeClientHello } from '../wire/tls.ts';
import { pingPurpose } from './chatter.ts';
import { dnsPurpose } from './lookup.ts';
import type { Random } from './random.ts';
import type { Lan, Station } from './station.ts';
import type { Purpose, Wiretap } from './wiretap.ts';

const dnsPort = 53;
const letters = 'abcdefghijklmnopqrstuvwxyz234567';

function label(length: number, random: Random): string {
  return Array.from({ length }, () => letters[random.below(letters.length)]).join('');
}

/** What a tunnel over DNS asks for: long names whose answers carry nothing or names, or short ones that all have addresses. */
export type TunnelForm = 'long-names' | 'aliases' | 'addresses';

/** One question and its answer, 30 to 150 octets of data upwards. */
export function askTunnel(
  tap: Wiretap,
  lan: Lan,
  client: Station,
  at: Microseconds,
  domain: string,
  form: TunnelForm,
  random: Random,
): void {
  const length = form === 'addresses' ? random.between(24, 30) : random.between(45, 60);
  const labels = Array.from({ length: form === 'addresses' ? 1 : random.between(2, 3) }, () => label(length, random));
  const name = `${labels.join('.')}.${domain}`;
  const type = form === 'long-names' ? 16 : dnsType.a;
  const [id, port] = [random.below(0x1_0000), client.nextPort()];
  const purpose = { ...dnsPurpose, benign: false };
  tap.udp(at, client, lan.resolver, [port, dnsPort], encodeDnsQuery({ id, name, type }), purpose);
  const answers =
    form === 'long-names'
      ? []
      : form === 'aliases'
        ? [{ name, ttlSeconds: 0, target: `${label(60, random)}.${label(60, random)}.${domain}` }]
        : [{ name, ttlSeconds: 1, address: addressFromIpv4(0xcb00_7100 + random.between(1, 254)) }];
  const response = encodeDnsResponse({ id, questions: [{ name, type }], answers });
  tap.udp(at + random.between(20_000, 90_000), lan.resolver, client, [dnsPort, port], response, purpose);
}

/** An echo to the router and its reply, with data of which the router knows more than it should. */
export function echoTunnel(tap: Wiretap, lan: Lan, client: Station, at: Microseconds, dataOctets: number, random: Random): void {
  const echo = { identifier: random.below(0x1_0000), sequence: random.below(0x1_0000) };
  const data = random.octets(dataOctets);
  const purpose = { ...pingPurpose, benign: false };
  tap.ipv4(at, client, lan.router, ipProtocol.icmp, encodeIcmpv4Echo({ type: icmpv4Type.echo, ...echo }, data), purpose);
  const reply = encodeIcmpv4Echo({ type: icmpv4Type.echoReply, ...echo }, random.octets(dataOctets));
  tap.ipv4(at + random.between(300, 2500), lan.router, client, ipProtocol.icmp, reply, purpose);
}

/** The time is asked for and told; behind the 48 octets of NTP may stand others. */
export function askTime(
  tap: Wiretap,
  client: Station,
  server: Station,
  at: Microseconds,
  behindOctets: number,
  purpose: Purpose,
  random: Random,
): void {
  const message = (mode: number, stratum: number, transmittedAtUs: Microseconds) => {
    const ntp = encodeNtp({ mode, stratum, transmittedAtUs });
    const octets = new Uint8Array(ntp.length + behindOctets);
    octets.set(ntp);
    octets.set(random.octets(behindOctets), ntp.length);
    return octets;
  };
  tap.udp(at, client, server, [ntpPort, ntpPort], message(ntpMode.client, 0, at), purpose);
  const answeredAt = at + random.between(9_000, 40_000);
  tap.udp(answeredAt, server, client, [ntpPort, ntpPort], message(ntpMode.server, 2, answeredAt), purpose);
}

export interface Upload {
  readonly at: Microseconds;
  readonly client: Station;
  readonly server: Station;
  readonly serverName: string;
  readonly octets: number;
  readonly octetsPerSecond: number;
  readonly purpose: Purpose;
}

const segment = 1460;

/** One TLS connection in which the client sends and the server acknowledges. The result is the time after the last packet. */
export function upload(
  tap: Wiretap,
  { at, client, server, serverName, octets, octetsPerSecond, purpose }: Upload,
  random: Random,
): Microseconds {
  const { ack, syn, fin, psh } = tcpFlag;
  const port = client.nextPort();
  const sequence = { client: random.uint32(), server: random.uint32() };
  let now = at;
  const send = (from: 'client' | 'server', flags: number, data: Uint8Array) => {
    const other = from === 'client' ? 'server' : 'client';
    const fields = {
      sourcePort: from === 'client' ? port : 443,
      destinationPort: from === 'client' ? 443 : port,
      sequence: sequence[from],
      acknowledgement: (flags & ack) === 0 ? 0 : sequence[other],
      flags,
      window: 64_240,
    };
    if (from === 'client') tap.tcp(now, client, server, fields, data, purpose);
    else tap.tcp(now, server, client, fields, data, purpose);
    sequence[from] = (sequence[from] + data.length + ((flags & (syn | fin)) === 0 ? 0 : 1)) >>> 0;
    now += random.between(60, 900);
  };
  const none = new Uint8Array(0);
  send('client', syn, none);
  send('server', syn | ack, none);
  send('client', ack, none);
  send('client', psh | ack, encodeClientHello({ serverName, applicationProtocols: ['h2'], random: random.octets(32), padding: 40 }));
  send('server', psh | ack, random.octets(1200));
  const data = random.octets(segment);
  const pauseUs = Math.floor((2 * segment * second) / octetsPerSecond);
  for (let sent = 0; sent < octets; sent += 2 * segment) {
    const turnAt = now;
    send('client', ack, data);
    send('client', psh | ack, data);
    send('server', ack, none);
    now = Math.max(now, turnAt + pauseUs);
  }
  send('client', fin | ack, none);
  send('server', fin | ack, none);
  send('client', ack, none);
  return now;
}
