/** What becomes of a solicitation: it begins a claim, joins one, is answered out of one, or is refused with a reason. */

import { isGroupMac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { AddressUsage } from './addressUsage.ts';
import type { Asker, Claim, ClaimLimits } from './claim.ts';
import type { ClaimTable } from './claimTable.ts';
import type { LinkKnowledge } from './linkKnowledge.ts';
import { type Exclusions, presentRefusal, refusalOf } from './refusal.ts';
import type { SolicitationSign } from './sign.ts';
import type { Voice } from './voice.ts';

/** The same question, shown by two ports or in two directions, is one. No asker repeats itself so soon. */
const sameQuestionUs = 0.05 * second;

export class Solicitations {
  constructor(
    private readonly options: Exclusions & { readonly limits: ClaimLimits },
    private readonly link: LinkKnowledge,
    private readonly usage: AddressUsage,
    private readonly claims: ClaimTable,
    private readonly voice: Voice,
  ) {}

  /**
   * Returns why the solicitation is refused; `undefined` where it began a claim or belongs to one.
   * @param pausedBecause why nothing may be sent at the moment
   */
  take(sign: SolicitationSign, pausedBecause: string | undefined, nowUs: Microseconds): string | undefined {
    const { target, askerMac, askedMac } = sign;
    const refusal = refusalOf(sign, this.link, this.options) ?? pausedBecause ?? presentRefusal(target, this.link, this.usage, nowUs);
    if (refusal !== undefined) return refusal;
    const claim = this.claims.get(target);
    const isAboutEntry = !isGroupMac(askedMac);
    if (isAboutEntry && (claim?.state !== 'held' || askedMac !== this.link.mac)) return 'asks about an entry that is not ours';
    if (claim === undefined) return this.begin(sign, nowUs);
    if (claim.state === 'leaving') return 'its owner is coming';
    const asker = claim.askers.get(askerMac);
    return asker ? this.repeat(claim, asker, sign, nowUs) : this.join(claim, sign, nowUs);
  }

  /** Nobody asked for the address before. */
  private begin(sign: SolicitationSign, nowUs: Microseconds): string | undefined {
    const { probesAfterUs, decideAfterUs } = this.options.limits;
    // The probes and the answer are paid for at once: a trial that was begun can be finished.
    const refusal = this.claims.noRoomFor(sign.askerMac) ?? this.voice.pay(sign.askerMac, probesAfterUs.length + 1, nowUs);
    if (refusal !== undefined) return refusal;
    const claim = this.claims.begin(sign, nowUs);
    for (const after of probesAfterUs) {
      if (after > 0) this.claims.plan(nowUs + after, { claim, kind: 'probe' });
      else this.voice.probe(claim, nowUs);
    }
    this.claims.plan(nowUs + decideAfterUs, { claim, kind: 'decide' });
    return undefined;
  }

  /** Others asked for the address before. */
  private join(claim: Claim, sign: SolicitationSign, nowUs: Microseconds): string | undefined {
    const refusal = this.claims.noRoomIn(claim, sign.askerMac) ?? this.voice.pay(sign.askerMac, 1, nowUs);
    if (refusal !== undefined) return refusal;
    const asker = this.claims.addAsker(claim, sign, nowUs);
    if (claim.state === 'held') this.voice.tell(claim, asker, nowUs);
    return undefined;
  }

  /** The asker itself asked for the address before. */
  private repeat(claim: Claim, asker: Asker, sign: SolicitationSign, nowUs: Microseconds): string | undefined {
    if (asker.askedMac === sign.askedMac && Math.abs(nowUs - asker.askedAtUs) < sameQuestionUs) return 'shown twice';
    asker.askedAtUs = nowUs;
    asker.askedMac = sign.askedMac;
    asker.solicitations++;
    asker.address = sign.asker;
    // While it is verified, all of its askers wait.
    if (claim.state !== 'held') return undefined;
    const refusal = this.voice.pay(asker.mac, 1, nowUs);
    if (refusal !== undefined) return refusal;
    this.voice.tell(claim, asker, nowUs);
    this.voice.probeAgain(claim, asker.mac, nowUs);
    return undefined;
  }
}
