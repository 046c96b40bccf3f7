/**
 * Writes a capture of a given size: an office network in fast motion, with a constant number of conversations at a time.
 *
 * Usage: node largeCapture.js OUT.pcapng MEGABYTES [CONCURRENT [MICROSECONDS_BETWEEN_FRAMES [CONVERSATIONS_IN_ALL]]]
 */

import { addressFromIpv4, broadcastMac } from '../../src/base/address.ts';
import { linkType } from '../../src/link/frameBlock.ts';
import { PcapngWriter } from '../../src/link/pcapngWriter.ts';
import { dhcpMessage, encodeDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeUdp } from '../../src/wire/udp.ts';

const router = 0x02_00_5e_00_00_fe;
export const startUs = Date.UTC(2026, 0, 5) * 1000;

/** Packets that one conversation lasts for. */
const packetsEach = 40;

interface Conversation {
  readonly mac: number;
  readonly source: number;
  readonly destination: number;
  readonly port: number;
  left: number;
}

export const namedHosts = 20;
export const hostName = (host: number) => `PC-${host}`;
const macOf = (host: number) => 0x02_00_5e_10_00_00 + host;
const addressOf = (host: number) => 0x0a_00_00_00 + host;

/** A DHCP acknowledgement that is asked for by name. */
function nameRegistration(host: number): Uint8Array {
  const message = encodeDhcpv4({
    operation: 1,
    transaction: host,
    clientMac: macOf(host),
    messageType: dhcpMessage.request,
    hostName: hostName(host),
    requestedAddress: addressFromIpv4(addressOf(host)),
  });
  const [source, destination] = [addressFromIpv4(0), addressFromIpv4(0xffff_ffff)];
  const udp = encodeUdp({ source, destination, sourcePort: 68, destinationPort: 67 }, message);
  const ip = encodeIpv4({ source: 0, destination: 0xffff_ffff, protocol: 17, identification: host }, udp);
  return encodeEthernet({ destinationMac: broadcastMac, sourceMac: macOf(host), etherType: 0x0800 }, ip);
}

export interface LargeCaptureOptions {
  /** Conversations at a time. */
  readonly concurrent: number;
  /** Between two frames. */
  readonly intervalUs?: number;
  /** After so many different ones they come again; absent: each is a new one. */
  readonly conversationsInAll?: number;
}

/** Deterministic: equal arguments give equal files. Returns the number of frames. */
export async function writeLargeCapture(path: string, octetsWanted: number, options: LargeCaptureOptions): Promise<number> {
  const { concurrent, intervalUs = 500, conversationsInAll = Number.POSITIVE_INFINITY } = options;
  const writer = await PcapngWriter.open(path, { linkType: linkType.ethernet, interfaceName: 'mirror', snapLength: 262_144 });
  const payload = new Uint8Array(1200).fill(0x5a);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  let made = 0;
  const begin = (): Conversation => {
    made = made >= conversationsInAll ? 1 : made + 1;
    const host = made % 500;
    return {
      mac: macOf(host),
      source: addressOf(host),
      destination: (0xcb_00_71_00 + (made % 251)) >>> 0,
      port: 1024 + (made % 60_000),
      left: packetsEach,
    };
  };
  const conversations = Array.from({ length: concurrent }, () => {
    const conversation = begin();
    conversation.left = 1 + Math.floor(random() * packetsEach);
    return conversation;
  });
  let [octets, at, frames] = [0, startUs, 0];
  // Some machines say what they are called, so that a log can be tied to them and there is something to judge.
  for (let host = 0; host < namedHosts; host++) {
    writer.write(at, nameRegistration(host));
    frames++;
    at += intervalUs;
  }
  while (octets < octetsWanted) {
    const index = Math.floor(random() * concurrent);
    const conversation = conversations[index] as Conversation;
    const [source, destination] = [addressFromIpv4(conversation.source), addressFromIpv4(conversation.destination)];
    const data = payload.subarray(0, Math.floor(random() * payload.length));
    const udp = encodeUdp({ source, destination, sourcePort: conversation.port, destinationPort: 443 }, data);
    const ip = encodeIpv4(
      { source: conversation.source, destination: conversation.destination, protocol: 17, identification: frames & 0xffff },
      udp,
    );
    const frame = encodeEthernet({ destinationMac: router, sourceMac: conversation.mac, etherType: 0x0800 }, ip);
    writer.write(at, frame);
    octets += frame.length + 32;
    frames++;
    at += intervalUs;
    if (--conversation.left === 0) conversations[index] = begin();
  }
  await writer.close();
  return frames;
}

if (process.argv[2] !== undefined && import.meta.url.endsWith(process.argv[1]?.split('/').at(-1) ?? '')) {
  const [, , path, megabytes, concurrent = '8000', intervalUs = '500', conversationsInAll = 'Infinity'] = process.argv;
  const options = { concurrent: Number(concurrent), intervalUs: Number(intervalUs), conversationsInAll: Number(conversationsInAll) };
  const frames = await writeLargeCapture(path as string, Number(megabytes) * 1e6, options);
  process.stdout.write(`${frames} frames\n`);
}
