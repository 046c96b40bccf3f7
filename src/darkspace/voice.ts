/**
 * What is said about claims: probes, answers, corrections. Nothing leaves but in the mode `answer`, and everything but corrections is paid
 * for from the budget.
 */

import type { Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import { Budget } from './budget.ts';
import type { Asker, Claim, ClaimLimits, ClaimSink, Mode } from './claim.ts';

export class Voice {
  private readonly budget: Budget;

  constructor(
    private readonly mode: Mode,
    private readonly limits: ClaimLimits,
    private readonly sink: ClaimSink,
    nowUs: Microseconds,
  ) {
    this.budget = new Budget(limits.budget, nowUs);
  }

  /**
   * Pays for `frames` on account of `asker`, before they are said. Returns which budget is empty, or `undefined`. Nothing is sent but in
   * the mode `answer`, so that nothing is paid for either.
   */
  pay(asker: Mac, frames: number, nowUs: Microseconds): string | undefined {
    return this.mode === 'answer' ? this.budget.spend(asker, frames, nowUs) : undefined;
  }

  /** Asks whether anybody has the address of a claim. Was paid for. */
  probe(claim: Claim, nowUs: Microseconds): void {
    if (this.mode !== 'answer') return;
    claim.probesAtUs.push(nowUs);
    this.sink.act({ kind: 'probe', target: claim.target });
  }

  /** A claim that lasts is checked while it is held: an owner that came without a word shows itself when it is asked. */
  probeAgain(claim: Claim, payer: Mac, nowUs: Microseconds): void {
    if (nowUs - claim.verifiedAtUs < this.limits.verifyAgainAfterUs) return;
    if (this.pay(payer, 1, nowUs) !== undefined) return;
    claim.verifiedAtUs = nowUs;
    this.probe(claim, nowUs);
  }

  /** Answers one asker; in dry-run, only notes that it would have been answered. Was paid for. */
  tell(claim: Claim, asker: Asker, nowUs: Microseconds): void {
    claim.usedAtUs = nowUs;
    if (this.mode === 'answer') this.sink.act({ kind: 'answer', target: claim.target, asker: asker.address, askerMac: asker.mac });
    const isFirst = asker.toldAtUs === undefined;
    asker.toldAtUs ??= nowUs;
    if (isFirst) this.sink.told(claim, asker, nowUs);
  }

  /** Names the owner to everybody who was told otherwise. At most as many frames as were sent before, so no budget is asked. */
  correct(claim: Claim, ownerMac: Mac, ownerIsRouter: boolean): void {
    if (this.mode !== 'answer') return;
    for (const asker of claim.askers.values()) {
      if (asker.toldAtUs === undefined || asker.mac === ownerMac) continue;
      this.sink.act({ kind: 'correction', target: claim.target, asker: asker.address, askerMac: asker.mac, ownerMac, ownerIsRouter });
    }
  }
}
