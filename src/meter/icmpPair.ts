/**
 * Which ICMP types answer which: the pairs of the Community ID specification v1 (corelight/community-id-spec, `icmp4` and
 * `icmp6` of its baseline), as a table by type.
 */

const none = 0xffff;
const icmpPairs: readonly (readonly [request: number, reply: number])[] = [
  [8, 0],
  [10, 9],
  [13, 14],
  [15, 16],
  [17, 18],
];
const icmpv6Pairs: readonly (readonly [request: number, reply: number])[] = [
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
];

function requestByReply(pairs: readonly (readonly [number, number])[]): Uint16Array {
  const table = new Uint16Array(256).fill(none);
  for (const [request, reply] of pairs) table[reply] = request;
  return table;
}

const icmpRequest = requestByReply(icmpPairs);
const icmpv6Request = requestByReply(icmpv6Pairs);

/** The type of the request that `type` answers; -1 when it answers none. */
export function requestOf(ipVersion: number, type: number): number {
  const request = (ipVersion === 4 ? icmpRequest : icmpv6Request)[type] as number;
  return request === none ? -1 : request;
}
