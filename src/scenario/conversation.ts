/** One TCP connection of an exact number of packets: handshake, a TLS or HTTP request, data both ways, an orderly end (RFC 9293 §3.5, §3.6). */

import { type Microseconds, second } from '../base/time.ts';
import { encodeHttpRequest, encodeHttpResponse } from '../wire/http.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { encodeClientHello } from '../wire/tls.ts';
import type { Random } from './random.ts';
import type { Station } from './station.ts';
import type { Purpose, Wiretap } from './wiretap.ts';

export type ClientClock = (at: Microseconds) => Microseconds;

export type Request =
  | {
      readonly kind: 'tls';
      readonly serverName: string;
      /** What the clock of the client shows at a time: given, its hello of TLS 1.2 says so, as RFC 5246 asks. */
      readonly clientClock?: ClientClock | undefined;
    }
  | { readonly kind: 'http'; readonly host: string; readonly target: string; readonly userAgent: string };

export interface Conversation {
  readonly at: Microseconds;
  readonly client: Station;
  readonly server: Station;
  readonly serverPort: number;
  readonly request: Request;
  /** Both directions together; at least `fewestPackets`. */
  readonly packets: number;
  readonly purpose: Purpose;
  /** Largest piece of data that the server sends in one segment, octets. */
  readonly segmentOctets?: number;
}

/** Three to open, the request, one answer, three to close. */
export const fewestPackets = 8;
const largestSegment = 1460;
/** Maximum segment size 1460, window scale 8, selective acknowledgements permitted. */
const synOptions = Uint8Array.of(2, 4, 0x05, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2);
const none = new Uint8Array(0);

/** Adds the packets to `tap`; the result is the time after the last one. */
export function converse(tap: Wiretap, conversation: Conversation, random: Random): Microseconds {
  const { packets, request } = conversation;
  if (packets < fewestPackets) throw new Error(`unreachable: a conversation of ${packets} packets`);
  const { ack, syn, fin, psh } = tcpFlag;
  const sides = new Sides(tap, conversation, random);
  sides.send('client', syn, none);
  sides.send('server', syn | ack, none);
  sides.send('client', ack, none);
  sides.send('client', psh | ack, encodeRequest(request, sides.now, random));
  // Two segments of the server, then one packet of the client that acknowledges both: what a delayed acknowledgement makes.
  const turns = Array.from({ length: packets - 7 }, (_, i) => (i % 3 === 2 ? 'client' : 'server'));
  const answers = encodeAnswers(request, turns.filter((turn) => turn === 'server').length, conversation, random);
  for (const turn of turns) {
    if (turn === 'server') sides.send('server', psh | ack, answers.shift() as Uint8Array);
    else if (request.kind === 'tls' && random.chance(0.3)) sides.send('client', psh | ack, opaqueRecord(random.between(60, 700), random));
    else sides.send('client', ack, none);
  }
  sides.pause(random.between(50_000, 2_000_000));
  sides.send('client', fin | ack, none);
  sides.send('server', fin | ack, none);
  sides.send('client', ack, none);
  return sides.now;
}

function encodeRequest(request: Request, at: Microseconds, random: Random): Uint8Array {
  if (request.kind === 'http') return encodeHttpRequest(request);
  const applicationProtocols = ['h2', 'http/1.1'];
  const hello = { serverName: request.serverName, applicationProtocols, random: random.octets(32), padding: random.below(180) };
  if (!request.clientClock) return encodeClientHello(hello);
  return encodeClientHello({ ...hello, gmtUnixTime: Math.floor(request.clientClock(at) / second) });
}

function encodeAnswers(request: Request, count: number, conversation: Conversation, random: Random): Uint8Array[] {
  const largest = Math.min(conversation.segmentOctets ?? largestSegment, largestSegment);
  if (request.kind === 'tls') {
    return Array.from({ length: count }, () => opaqueRecord(random.between(Math.min(90, largest), largest) - 5, random));
  }
  // One answer cut into `count` segments; the head stands in the first.
  const body = random.octets(random.between(Math.floor(largest / 2), largest - 200) * count);
  const answer = encodeHttpResponse({ status: 200, server: 'ECAcc', contentType: 'application/octet-stream', body });
  const share = Math.ceil(answer.length / count);
  return Array.from({ length: count }, (_, i) => answer.subarray(i * share, (i + 1) * share));
}

/** A TLS record of application data (RFC 8446 §5.1) that nobody can read, as everything after a hello is. */
function opaqueRecord(length: number, random: Random): Uint8Array {
  const record = new Uint8Array(5 + length);
  record.set([23, 3, 3, length >>> 8, length & 0xff]);
  record.set(random.octets(length), 5);
  return record;
}

type Side = 'client' | 'server';

/** The state of both ends: what each has sent, and what the time is at the mirror port, which is near the client. */
class Sides {
  now: Microseconds;
  private readonly sequence: Record<Side, number>;
  private readonly clientPort: number;
  private readonly roundTripUs: number;
  private last: Side = 'client';

  constructor(
    private readonly tap: Wiretap,
    private readonly conversation: Conversation,
    private readonly random: Random,
  ) {
    this.now = conversation.at;
    this.sequence = { client: random.uint32(), server: random.uint32() };
    this.clientPort = conversation.client.nextPort();
    this.roundTripUs = random.between(8_000, 45_000);
  }

  pause(us: Microseconds): void {
    this.now += us;
  }

  send(side: Side, flags: number, data: Uint8Array): void {
    const { client, server, serverPort, purpose } = this.conversation;
    const other = side === 'client' ? 'server' : 'client';
    const isSyn = (flags & tcpFlag.syn) !== 0;
    const fields = {
      sourcePort: side === 'client' ? this.clientPort : serverPort,
      destinationPort: side === 'client' ? serverPort : this.clientPort,
      sequence: this.sequence[side],
      acknowledgement: (flags & tcpFlag.ack) === 0 ? 0 : this.sequence[other],
      flags,
      window: isSyn ? 64_240 : 1026,
      ...(isSyn ? { options: synOptions } : {}),
    };
    if (side === 'client') this.tap.tcp(this.step(side), client, server, fields, data, purpose);
    else this.tap.tcp(this.step(side), server, client, fields, data, purpose);
    const consumed = data.length + ((flags & (tcpFlag.syn | tcpFlag.fin)) === 0 ? 0 : 1);
    this.sequence[side] = (this.sequence[side] + consumed) >>> 0;
  }

  /** Whole microseconds: a change of direction towards the server takes a round trip, everything else next to nothing. */
  private step(side: Side): Microseconds {
    const answered = side === 'server' && this.last === 'client';
    this.now += (answered ? this.roundTripUs : 0) + this.random.between(60, 1800);
    this.last = side;
    return this.now;
  }
}
