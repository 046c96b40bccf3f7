/** What kind of frames an interface carries, by its ARPHRD_ number (linux/if_arp.h). */

import { linkType } from './frameBlock.ts';
import { LiveError, missingInterface } from './liveError.ts';
import type { PacketSocket } from './packetSocket.ts';

/** ARPHRD_ numbers whose frames can be read. Those without a link header begin with IP. */
const linkTypes: ReadonlyMap<number, number> = new Map([
  [1, linkType.ethernet],
  [772, linkType.ethernet],
  [519, linkType.raw],
  [768, linkType.raw],
  [769, linkType.raw],
  [776, linkType.raw],
  [65_534, linkType.raw],
]);

/** Its LINKTYPE_ number. Throws a `LiveError` where it is missing, or carries what is not read. */
export function linkTypeOf(socket: PacketSocket, name: string): number {
  const hardware = socket.hardwareTypeOf(name);
  if (hardware === undefined) throw missingInterface(name);
  const found = linkTypes.get(hardware);
  if (found !== undefined) return found;
  const advice = 'name an Ethernet interface, a loopback or a tunnel of IP packets';
  throw new LiveError('INTERFACE_UNSUPPORTED', `${name} carries frames of a kind that is not read (ARPHRD ${hardware})`, advice);
}
