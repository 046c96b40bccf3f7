/** What routers and DHCP servers teach about the network itself: its prefixes, routers and resolvers become network records. */

import { type Address, formatAddress, type Mac, makePrefix } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import type { NetworkRecord } from '../record/sighting.ts';
import { type Dhcpv4Message, dhcpMessage } from '../wire/dhcpv4.ts';
import { type Dhcpv6Message, dhcpv6Message } from '../wire/dhcpv6.ts';
import type { RouterAdvertisement } from '../wire/ndp.ts';
import type { HourlyMemory } from './hourlyMemory.ts';
import { promisedUntil } from './rowReading.ts';

export interface TeacherContext {
  readonly frame: number;
  readonly atUs: Microseconds;
  /** Who said so. */
  readonly mac: Mac | null;
  readonly source: Address;
}

const ipv4Bits = 32;

export class NetworkFacts {
  constructor(
    private readonly capture: string,
    private readonly memory: HourlyMemory,
    private readonly write: (record: NetworkRecord) => void,
  ) {}

  /** The caller has made sure that it was not routed and comes from a link-local address (RFC 4861 §6.1.2). */
  learnAdvertisement(message: RouterAdvertisement, context: TeacherContext): void {
    const evidence = 'router-advertisement';
    if (message.routerLifetimeSeconds > 0) this.teach('router', context.source, null, message.routerLifetimeSeconds, evidence, context);
    for (const { prefix, onLink, validLifetimeSeconds } of message.prefixes)
      if (onLink && validLifetimeSeconds > 0) this.teach('prefix', prefix.address, prefix.length, validLifetimeSeconds, evidence, context);
    // A lifetime of zero withdraws the resolvers (RFC 8106 §5.1).
    if (message.resolverLifetimeSeconds === 0) return;
    for (const resolver of message.resolvers) this.teach('resolver', resolver, null, message.resolverLifetimeSeconds, evidence, context);
  }

  learnDhcp(message: Dhcpv4Message, context: TeacherContext): void {
    if (message.messageType !== dhcpMessage.ack) return;
    const { leaseSeconds, subnetMask, routers, resolvers } = message;
    const address = message.yourAddress ?? message.clientAddress;
    const length = subnetMask === undefined ? undefined : lengthOfMask(subnetMask);
    if (address !== undefined && length !== undefined) {
      const prefix = makePrefix(address, 128 - ipv4Bits + length);
      this.teach('prefix', prefix.address, prefix.length, leaseSeconds, 'dhcp', context);
    }
    for (const router of routers) this.teach('router', router, null, leaseSeconds, 'dhcp', context);
    for (const resolver of resolvers) this.teach('resolver', resolver, null, leaseSeconds, 'dhcp', context);
  }

  learnDhcpv6(message: Dhcpv6Message, context: TeacherContext): void {
    if (message.messageType !== dhcpv6Message.reply) return;
    for (const resolver of message.resolvers) this.teach('resolver', resolver, null, undefined, 'dhcpv6', context);
  }

  private teach(
    what: NetworkRecord['what'],
    address: Address,
    prefixLength: number | null,
    lifetimeSeconds: number | undefined,
    evidence: NetworkRecord['evidence'],
    { frame, atUs, mac }: TeacherContext,
  ): void {
    const key = `${what} ${formatAddress(address)} ${prefixLength} ${evidence} ${mac}`;
    if (!this.memory.isNew(atUs, key)) return;
    const until = promisedUntil(atUs, lifetimeSeconds);
    this.write({ capture: this.capture, frame, what, address, prefixLength, from: atUs, until, evidence, toldBy: mac });
  }
}

/** Leading ones of a mask; `undefined` when it is no mask, or one of no or of all addresses. */
function lengthOfMask(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  if (length === 0 || length === ipv4Bits) return undefined;
  return mask >>> 0 === (0xffff_ffff << (ipv4Bits - length)) >>> 0 ? length : undefined;
}
