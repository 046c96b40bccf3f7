/** Frames for benches: deterministic, distinct, of many conversations, in both directions. */

import { addressFromIpv4 } from '../../src/base/address.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { officeFrames } from '../lab/observed.ts';

const router = 0x02_00_5e_00_00_fe;
const [firstHost, firstServer] = [0x0a_00_00_02, 0xcb_00_71_00];
const hosts = 250;
const httpsPort = 443;

export const frameKinds = ['mixed', 'small', 'office'] as const;
export type FrameKind = (typeof frameKinds)[number];

/**
 * `small`: 60 octets each. `mixed`: 60 to 1514 octets, 520 in the mean. `office`: with names, hellos and ARP among them, see `officeFrames`. No two frames are equal, so that none counts as a second copy of
 * another as long as they are not sent faster than `count` a millisecond.
 */
export function benchFrames(kind: FrameKind, count: number, conversations = 2000): Uint8Array[] {
  if (kind === 'office') return officeFrames(count);
  const filling = new Uint8Array(1472).fill(0x5a);
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, index) => {
    const conversation = Math.floor(random() * conversations);
    const host = firstHost + (conversation % hosts);
    const server = (firstServer + (conversation % 199)) >>> 0;
    const answers = random() < 0.5;
    const [source, destination] = answers ? [server, host] : [host, server];
    const mac = 0x02_00_5e_10_00_00 + (conversation % hosts);
    const clientPort = 20_000 + conversation;
    const udp = encodeUdp(
      {
        source: addressFromIpv4(source),
        destination: addressFromIpv4(destination),
        sourcePort: answers ? httpsPort : clientPort,
        destinationPort: answers ? clientPort : httpsPort,
      },
      kind === 'small' ? filling.subarray(0, 18) : filling.subarray(0, mixedLength(random())),
    );
    const packet = encodeIpv4({ source, destination, protocol: 17, identification: index & 0xffff }, udp);
    const [destinationMac, sourceMac] = answers ? [mac, router] : [router, mac];
    return encodeEthernet({ destinationMac, sourceMac, etherType: 0x0800 }, packet);
  });
}

/** Half of the frames are small, a fifth is full: as it is where people work. */
function mixedLength(draw: number): number {
  if (draw < 0.5) return 18 + Math.floor(draw * 200);
  if (draw < 0.8) return Math.floor(200 + (draw - 0.5) * 2000);
  return 1472;
}
