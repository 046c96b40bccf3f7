/** Whether a row is the first fragment of a packet: the batch marks only the later ones. */

import { type HeaderBatch, layer } from '../wire/headerBatch.ts';

const ipv4FlagsAt = 6;
const moreFragments = 0x20;

/** IPv4: the More Fragments bit (RFC 791 §3.1). IPv6: only packets with a fragment header have an identification here. */
export function isFirstFragment(batch: HeaderBatch, row: number): boolean {
  if (batch.laterFragment[row] === 1) return false;
  if (batch.ipVersion[row] === 4) return ((batch.octets[(batch.networkAt[row] as number) + ipv4FlagsAt] as number) & moreFragments) !== 0;
  return batch.identification[row] !== 0 && ((batch.layers[row] as number) & layer.ipv6Extension) !== 0;
}
