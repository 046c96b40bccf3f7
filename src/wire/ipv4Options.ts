/** Options of the IPv4 header (RFC 791 §3.1; a length below 2 or beyond the header must be refused: RFC 1122 §3.2.1.8). */

import { type Fault, malformed, uint8 } from '../base/octets.ts';
import { ipv4At, ipv4HeaderLength, ipv4HeaderLengthAt } from './ipv4.ts';

const endOfOptions = 0;
const noOperation = 1;

/** Router Alert (RFC 2113), which IGMP carries: the only option that an ordinary LAN shows. */
export const routerAlert = 148;

/**
 * Calls `visit` with the type octet (copied flag, class and number), the offset of the type octet and the whole length of each
 * option of the header at `at`, whose presence up to its header length was checked. End of Options is reported and ends the walk.
 * Returns the fault that ended it early, if any. At most 40 turns, since every turn advances.
 */
export function eachIpv4Option(
  octets: Uint8Array,
  at: number,
  visit: (type: number, optionAt: number, length: number) => void,
): Fault | undefined {
  const end = at + ipv4HeaderLengthAt(octets, at);
  let optionAt = at + ipv4At.options;
  while (optionAt < end) {
    const type = uint8(octets, optionAt);
    if (type === endOfOptions || type === noOperation) {
      visit(type, optionAt, 1);
      if (type === endOfOptions) return undefined;
      optionAt += 1;
      continue;
    }
    if (optionAt + 1 >= end) return malformed('ipv4.option', optionAt, 'no room for the length');
    const length = uint8(octets, optionAt + 1);
    if (length < 2) return malformed('ipv4.option', optionAt, 'length < 2');
    if (optionAt + length > end) return malformed('ipv4.option', optionAt, 'length beyond ipv4.headerLength');
    visit(type, optionAt, length);
    optionAt += length;
  }
  return undefined;
}

/** Whether the header at `at` has any option area at all: the one comparison that most packets cost. */
export function hasIpv4Options(octets: Uint8Array, at: number): boolean {
  return ipv4HeaderLengthAt(octets, at) > ipv4HeaderLength;
}
