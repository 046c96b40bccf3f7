/** Do no harm: why a solicitation may not be answered, for good or at the moment. In the order in which they are asked. */

import type { Address, Prefix } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import type { AddressUsage } from './addressUsage.ts';
import type { LinkKnowledge } from './linkKnowledge.ts';
import { neverUnicast, reservedBecause, within } from './reservedAddress.ts';
import type { SolicitationSign } from './sign.ts';

export interface Exclusions {
  /** Prefixes of which nothing is claimed, and whose hosts are not answered. */
  readonly exclude: readonly Prefix[];
}

/** Why `target` is never claimed. */
export function targetRefusal(target: Address, link: LinkKnowledge, { exclude }: Exclusions): string | undefined {
  const impossible = neverUnicast(target);
  if (impossible !== undefined) return impossible;
  if (link.isOwn(target)) return 'own address';
  if (link.isRouter(target)) return 'router';
  if (within(exclude, target)) return 'excluded prefix';
  const prefix = link.prefixOf(target);
  return prefix === undefined ? 'not on this link' : reservedBecause(target, prefix);
}

/** Why `target` is not claimed at the moment: somebody has it, or may have it. */
export function presentRefusal(target: Address, link: LinkKnowledge, usage: AddressUsage, nowUs: Microseconds): string | undefined {
  if (usage.ownerAt(target, nowUs) !== undefined) return 'in use';
  if (!usage.isComplete(nowUs)) return 'the inventory is full';
  return link.isGateway(target, nowUs) ? 'used as a gateway' : undefined;
}

/** Why this solicitation is never answered. */
export function refusalOf(sign: SolicitationSign, link: LinkKnowledge, exclusions: Exclusions): string | undefined {
  if (sign.objection !== undefined) return sign.objection;
  if (sign.askerMac === link.mac || link.isOwn(sign.asker)) return 'own solicitation';
  if (within(exclusions.exclude, sign.asker)) return 'excluded asker';
  if (link.isAddressServer(sign.askerMac)) return 'the asker grants addresses';
  if (link.prefixOf(sign.asker) === undefined) return 'the asker is not on this link';
  return targetRefusal(sign.target, link, exclusions);
}
