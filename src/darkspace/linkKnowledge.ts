/** What is known of one link beside its hosts: the own addresses, the prefixes on it, its routers, its gateways and its address servers. */

import { type Address, contains, formatPrefix, type Mac, type Prefix } from '../base/address.ts';
import { day, type Microseconds } from '../base/time.ts';
import { isLinkLocal, linkLocalPrefix } from './reservedAddress.ts';
import type { PrefixSign, RoleSign } from './sign.ts';

export interface OwnEnd {
  readonly mac: Mac;
  /** Addresses of this box on the link, with the prefix of each. */
  readonly addresses: readonly { readonly address: Address; readonly prefix: Prefix }[];
  /** Addresses of default gateways and other routers that this box knows of. */
  readonly routers: readonly Address[];
}

/** A link has a handful of each; whoever forges more must not fill the memory. */
const mostLearnt = 256;
const gatewayMemory: Microseconds = day;
const mostGateways = 1024;

export class LinkKnowledge {
  private ownAddresses: ReadonlySet<Address> = new Set();
  private readonly prefixes = new Map<string, Prefix>();
  private readonly routers = new Map<Address, true>();
  private readonly routerMacs = new Set<Mac>();
  private readonly serverMacs = new Set<Mac>();
  /** Addresses through which somebody sent packets to elsewhere, and when: routers that nobody named. */
  private readonly gateways = new Map<Address, Microseconds>();
  readonly mac: Mac;

  constructor(own: OwnEnd) {
    this.mac = own.mac;
    this.prefixes.set('fe80::/64', linkLocalPrefix);
    this.renew(own);
  }

  /** The own addresses or routes have changed. Prefixes and routers that are gone stay known: to forget them would widen what is claimed. */
  renew(own: OwnEnd): void {
    this.ownAddresses = new Set(own.addresses.map(({ address }) => address));
    for (const { prefix } of own.addresses) this.addPrefix(prefix);
    for (const router of own.routers) this.routers.set(router, true);
  }

  private addPrefix(prefix: Prefix): void {
    // A host's own /128 and link-local say nothing about who else is here.
    if (prefix.length >= 128 || isLinkLocal(prefix.address)) return;
    if (this.prefixes.size < mostLearnt) this.prefixes.set(formatPrefix(prefix), prefix);
  }

  learn(sign: RoleSign | PrefixSign): void {
    if (sign.kind === 'prefix') {
      this.addPrefix(sign.prefix);
      return;
    }
    if (sign.role === 'router') {
      if (sign.address !== undefined && this.routers.size < mostLearnt) this.routers.set(sign.address, true);
      if (sign.mac !== 0 && this.routerMacs.size < mostLearnt) this.routerMacs.add(sign.mac);
    } else if (this.serverMacs.size < mostLearnt) this.serverMacs.add(sign.mac);
  }

  /** Somebody may have sent through `address` what belongs elsewhere. Beyond 1024 of them the one that was learnt first is forgotten. */
  learnGateway(address: Address, nowUs: Microseconds): void {
    if (this.gateways.size >= mostGateways) this.gateways.delete(this.gateways.keys().next().value as Address);
    this.gateways.set(address, nowUs);
  }

  /** Whether somebody sent through `address` within a day. */
  isGateway(address: Address, nowUs: Microseconds): boolean {
    const learntAtUs = this.gateways.get(address);
    return learntAtUs !== undefined && nowUs - learntAtUs < gatewayMemory;
  }

  isOwn(address: Address): boolean {
    return this.ownAddresses.has(address);
  }

  isRouter(address: Address): boolean {
    return this.routers.has(address);
  }

  isRouterMac(mac: Mac): boolean {
    return this.routerMacs.has(mac);
  }

  /** DHCP servers ask whether an address is free before they grant it (RFC 2131 §2.2): an answer would empty their pool. */
  isAddressServer(mac: Mac): boolean {
    return this.serverMacs.has(mac);
  }

  /** The prefix of this link that holds `address`. */
  prefixOf(address: Address): Prefix | undefined {
    for (const prefix of this.prefixes.values()) if (contains(prefix, address)) return prefix;
    return undefined;
  }
}
