/**
 * The claims that there are, by address; how many of them each asker has; and when each is to be looked at. A claim changes its state
 * here and nowhere else, so that every change is told. Whether it may, the machine decides.
 */

import type { Address, Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import type { Asker, Claim, ClaimLimits, ClaimSink, Mode, Transition } from './claim.ts';
import { DueQueue } from './dueQueue.ts';
import type { SolicitationSign } from './sign.ts';

/** What is to be done about a claim when its time has come. */
export interface ClaimStep {
  readonly claim: Claim;
  readonly kind: 'probe' | 'decide' | 'expire';
}

export class ClaimTable {
  private readonly claims = new Map<Address, Claim>();
  private readonly claimsOfAsker = new Map<Mac, number>();
  private readonly due = new DueQueue<ClaimStep>();

  constructor(
    private readonly mode: Mode,
    private readonly limits: ClaimLimits,
    private readonly sink: ClaimSink,
  ) {}

  /** Addresses under verification, held, or just given back. */
  get size(): number {
    return this.claims.size;
  }

  get(target: Address): Claim | undefined {
    return this.claims.get(target);
  }

  /** All of them; a claim may end while it is looked at. */
  all(): Iterable<Claim> {
    return this.claims.values();
  }

  heldBy(asker: Mac): number {
    return this.claimsOfAsker.get(asker) ?? 0;
  }

  /** Why `asker` can have no further claim begun; `undefined` where it can. */
  noRoomFor(asker: Mac): string | undefined {
    return this.claims.size >= this.limits.mostClaims ? 'too many claims' : this.tooManyOf(asker);
  }

  /** Why `asker` cannot join those who asked for the same address before; `undefined` where it can. */
  noRoomIn(claim: Claim, asker: Mac): string | undefined {
    return claim.askers.size >= this.limits.mostAskersOfClaim ? 'too many askers of one address' : this.tooManyOf(asker);
  }

  private tooManyOf(asker: Mac): string | undefined {
    return this.heldBy(asker) >= this.limits.maxClaimsPerAsker ? 'too many claims of the asker' : undefined;
  }

  /** When `takeStep` has something, or is rid of a step that is nobody's. */
  get nextDueUs(): Microseconds | undefined {
    return this.due.nextUs;
  }

  plan(dueUs: Microseconds, step: ClaimStep): void {
    this.due.push(dueUs, step);
  }

  /** Takes out the first step that is due at `nowUs`. A step of a claim that is over, or was begun anew, is nobody's. */
  takeStep(nowUs: Microseconds): ClaimStep | undefined {
    for (let step = this.due.take(nowUs); step !== undefined; step = this.due.take(nowUs))
      if (this.claims.get(step.claim.target) === step.claim) return step;
    return undefined;
  }

  /** Unknown → verify. */
  begin(sign: SolicitationSign, nowUs: Microseconds): Claim {
    const claim: Claim = {
      target: sign.target,
      state: 'verify',
      solicitedAtUs: nowUs,
      probesAtUs: [],
      decidedAtUs: undefined,
      verifiedAtUs: nowUs,
      usedAtUs: nowUs,
      askers: new Map(),
    };
    this.claims.set(sign.target, claim);
    this.addAsker(claim, sign, nowUs);
    this.report(claim, 'unknown', 'verify', 'nobody is known to use it', sign.askerMac, nowUs);
    return claim;
  }

  addAsker(claim: Claim, { asker, askerMac, askedMac }: SolicitationSign, nowUs: Microseconds): Asker {
    const added = {
      mac: askerMac,
      address: asker,
      firstAskedAtUs: nowUs,
      askedAtUs: nowUs,
      askedMac,
      toldAtUs: undefined,
      solicitations: 1,
    };
    claim.askers.set(askerMac, added);
    this.claimsOfAsker.set(askerMac, this.heldBy(askerMac) + 1);
    return added;
  }

  /** Verify → dark → held. */
  hold(claim: Claim, nowUs: Microseconds): void {
    const isAnswered = this.mode === 'answer';
    claim.decidedAtUs = nowUs;
    claim.verifiedAtUs = nowUs;
    this.report(claim, 'verify', 'dark', isAnswered ? 'silence after every probe' : 'nobody was heard to answer', null, nowUs);
    claim.state = 'held';
    this.report(claim, 'dark', 'held', isAnswered ? 'answered' : 'would have been answered', null, nowUs);
  }

  /**
   * Verify or held → alive, released or unknown.
   * @param mac of the owner that was found, or of the asker because of whom it ends
   */
  end(claim: Claim, to: 'alive' | 'released' | 'unknown', because: string, mac: Mac | null, nowUs: Microseconds): void {
    this.claims.delete(claim.target);
    for (const askerMac of claim.askers.keys()) {
      const left = this.heldBy(askerMac) - 1;
      if (left > 0) this.claimsOfAsker.set(askerMac, left);
      else this.claimsOfAsker.delete(askerMac);
    }
    this.report(claim, claim.state === 'verify' ? 'verify' : 'held', to, because, mac, nowUs);
    if (claim.state === 'held') this.sink.ended(claim, because, nowUs);
  }

  /** Keeps a claim that has ended, for the askers that are still to be told who the owner is; it counts as nobody's. */
  keepLeaving(claim: Claim): void {
    claim.state = 'leaving';
    this.claims.set(claim.target, claim);
  }

  /** The owner of a claim that is leaving is there, or was waited for long enough. */
  forget(claim: Claim): void {
    this.claims.delete(claim.target);
  }

  private report(claim: Claim, from: Transition['from'], to: Transition['to'], because: string, mac: Mac | null, atUs: Microseconds): void {
    const { target, solicitedAtUs, probesAtUs } = claim;
    this.sink.changed({ atUs, target, from, to, because, mac, solicitedAtUs, probesAtUs: [...probesAtUs] });
  }
}
