/**
 * Decides which solicitations are answered. The clock is a value: `take` and `advance` are told what time it is, and a timer that
 * comes late makes a decision late, never wrong.
 *
 * Whoever runs it hands over everything that was heard up to a moment before it calls `advance` with that moment.
 */

import { type Address, isGroupMac, type Mac } from '../base/address.ts';
import { day, type Microseconds, second } from '../base/time.ts';
import type { AddressUsage } from './addressUsage.ts';
import { Budget } from './budget.ts';
import type { Action, Asker, Claim, ClaimLimits, Mode, Transition } from './claim.ts';
import { DueQueue } from './dueQueue.ts';
import type { LinkKnowledge } from './linkKnowledge.ts';
import { type Exclusions, refusalOf, targetRefusal } from './neverClaimed.ts';
import type { ContactSign, OwnerSign, Sign, SolicitationSign } from './sign.ts';

export interface ClaimOptions extends Exclusions {
  readonly mode: Mode;
  readonly limits: ClaimLimits;
}

/** What the machine tells. Called while it works: what is told must be kept or copied. */
export interface ClaimSink {
  act(action: Action): void;
  changed(transition: Transition): void;
  /** An asker was told, or in dry-run would have been told, that the target is here. */
  told(claim: Claim, asker: Asker, atUs: Microseconds): void;
  /** The claim is over. */
  ended(claim: Claim, because: string, atUs: Microseconds): void;
}

type Step = 'probe' | 'decide' | 'expire';

/** An owner that is taking its address needs one to two seconds (RFC 4862 §5.4), then shows itself. */
const leavingUs = 5 * second;
/** The same question, shown by two ports or in two directions, is one. No asker repeats itself so soon. */
const sameQuestionUs = 0.05 * second;
const gatewayMemory: Microseconds = day;
const mostGateways = 1024;

export class ClaimMachine {
  private readonly claims = new Map<Address, Claim>();
  private readonly claimsOfAsker = new Map<Mac, number>();
  private readonly due = new DueQueue<{ readonly claim: Claim; readonly step: Step }>();
  private readonly budget: Budget;
  /** Targets through which somebody sent packets to elsewhere: routers that nobody named. */
  private readonly gateways = new Map<Address, Microseconds>();
  /** Solicitations that were not answered, by reason. */
  readonly refusals = new Map<string, number>();
  /** Solicitations heard, and messages that a host must discard: each is taken or refused. */
  heard = 0;
  taken = 0;
  /** Why nothing may be sent at the moment: set from outside, for example because the guard of the own kernel is gone. */
  pausedBecause: string | undefined;

  constructor(
    private readonly options: ClaimOptions,
    readonly link: LinkKnowledge,
    readonly usage: AddressUsage,
    private readonly sink: ClaimSink,
    nowUs: Microseconds,
  ) {
    this.budget = new Budget(options.limits.budget, nowUs);
  }

  /** Addresses under verification, held, or just given back. */
  get size(): number {
    return this.claims.size;
  }

  heldBy(asker: Mac): number {
    return this.claimsOfAsker.get(asker) ?? 0;
  }

  stateOf(target: Address): Claim['state'] | undefined {
    return this.claims.get(target)?.state;
  }

  /** When `advance` has something to do. */
  get nextDueUs(): Microseconds | undefined {
    return this.due.nextUs;
  }

  take(sign: Sign, nowUs: Microseconds): void {
    switch (sign.kind) {
      case 'owner':
        this.takeOwner(sign, nowUs);
        return;
      case 'solicitation':
        this.takeSolicitation(sign, nowUs);
        return;
      case 'contact':
        this.takeContact(sign, nowUs);
        return;
      case 'role':
      case 'prefix':
        this.link.learn(sign);
        if (sign.kind === 'role' && sign.role === 'router' && sign.address !== undefined) {
          const claim = this.claims.get(sign.address);
          if (claim) this.ownerFound(claim, sign.mac, 'it is a router', true, true, nowUs);
        }
        return;
      case 'invalid':
        this.heard++;
        this.refuse(`invalid: ${sign.because}`);
        return;
      default:
        sign satisfies never;
    }
  }

  /** Everything that is due at `nowUs`. */
  advance(nowUs: Microseconds): void {
    for (let next = this.due.take(nowUs); next !== undefined; next = this.due.take(nowUs)) {
      // A step of a claim that is over, or was begun anew, is nobody's.
      if (this.claims.get(next.claim.target) === next.claim) this.stepOf(next.claim, next.step, nowUs);
    }
  }

  /** Frames were lost: whatever is being verified may have been answered in one of them. */
  framesLost(nowUs: Microseconds): void {
    for (const claim of this.claims.values())
      if (claim.state === 'verify') this.end(claim, 'unknown', 'frames were lost meanwhile', null, nowUs);
  }

  /**
   * Nothing was heard for a while, because whoever runs this was held up; maybe others were as well. Each address under verification is
   * asked for once more, so that its owner has the whole time of silence again.
   */
  heldUp(nowUs: Microseconds): void {
    if (this.options.mode !== 'answer') return;
    for (const claim of this.claims.values()) {
      if (claim.state !== 'verify') continue;
      const [payer] = claim.askers.keys();
      if (payer !== undefined && this.spend(payer, 1, nowUs) === undefined) this.probe(claim, nowUs);
      else this.end(claim, 'unknown', 'the box was held up meanwhile', null, nowUs);
    }
  }

  /** A probe could not be sent, so that silence after it proves nothing. */
  probeFailed(target: Address, nowUs: Microseconds): void {
    const claim = this.claims.get(target);
    if (claim?.state === 'verify') this.end(claim, 'unknown', 'a probe could not be sent', null, nowUs);
  }

  /** Gives everything back. */
  close(nowUs: Microseconds): void {
    for (const claim of this.claims.values()) if (claim.state !== 'leaving') this.end(claim, 'released', 'the watch ends', null, nowUs);
  }

  private refuse(because: string): void {
    this.refusals.set(because, (this.refusals.get(because) ?? 0) + 1);
  }

  private takeOwner(sign: OwnerSign, nowUs: Microseconds): void {
    const { address, mac, evidence } = sign;
    // Sources beyond a router are used as well, but not on this link: its MAC address is not theirs.
    if (evidence === 'packet' && this.link.prefixOf(address) === undefined) return;
    this.usage.note(address, mac, evidence, Math.min(sign.seenAtUs ?? nowUs, nowUs));
    const claim = this.claims.get(address);
    // What another host remembers is reason enough to give way, but no proof of who the owner is.
    if (claim) this.ownerFound(claim, mac, evidence, evidence !== 'neighbor-cache', sign.isRouter, nowUs);
  }

  private ownerFound(claim: Claim, ownerMac: Mac, evidence: string, isCertain: boolean, isRouter: boolean, nowUs: Microseconds): void {
    if (claim.state === 'held' || claim.state === 'leaving') {
      if (isCertain && ownerMac !== 0 && this.options.mode === 'answer') this.correct(claim, ownerMac, isRouter);
    }
    if (claim.state === 'leaving') {
      if (evidence !== 'duplicate-probe') this.claims.delete(claim.target);
      return;
    }
    const wasHeld = claim.state === 'held';
    this.end(claim, 'alive', `an owner showed itself: ${evidence}`, ownerMac, nowUs);
    if (!wasHeld || evidence !== 'duplicate-probe') return;
    // It cannot receive before its duplicate address detection is over; askers that ask again meanwhile are told when it shows itself.
    claim.state = 'leaving';
    this.claims.set(claim.target, claim);
    this.due.push(nowUs + leavingUs, { claim, step: 'expire' });
  }

  /** Names the owner to everybody who was told otherwise. At most as many frames as were sent before, so no budget is asked. */
  private correct(claim: Claim, ownerMac: Mac, ownerIsRouter: boolean): void {
    for (const asker of claim.askers.values()) {
      if (asker.toldAtUs === undefined || asker.mac === ownerMac) continue;
      this.sink.act({ kind: 'correction', target: claim.target, asker: asker.address, askerMac: asker.mac, ownerMac, ownerIsRouter });
    }
  }

  private takeSolicitation(sign: SolicitationSign, nowUs: Microseconds): void {
    if (this.options.mode === 'off') return;
    this.heard++;
    const { target } = sign;
    const refusal = refusalOf(sign, this.link, this.options) ?? this.pausedBecause ?? this.ownerOrGateway(target, nowUs);
    if (refusal !== undefined) {
      this.refuse(refusal);
      return;
    }
    const claim = this.claims.get(target);
    const isAboutEntry = !isGroupMac(sign.askedMac);
    if (isAboutEntry && (claim?.state !== 'held' || sign.askedMac !== this.link.mac)) {
      this.refuse('asks about an entry that is not ours');
      return;
    }
    if (claim === undefined) {
      this.begin(sign, nowUs);
      return;
    }
    if (claim.state === 'leaving') {
      this.refuse('its owner is coming');
      return;
    }
    this.askAgain(claim, sign, nowUs);
  }

  private ownerOrGateway(target: Address, nowUs: Microseconds): string | undefined {
    if (this.usage.ownerAt(target, nowUs) !== undefined) return 'in use';
    if (!this.usage.isComplete(nowUs)) return 'the inventory is full';
    const gatewayAt = this.gateways.get(target);
    return gatewayAt !== undefined && nowUs - gatewayAt < gatewayMemory ? 'used as a gateway' : undefined;
  }

  private begin(sign: SolicitationSign, nowUs: Microseconds): void {
    const { limits } = this.options;
    if (this.claims.size >= limits.mostClaims) {
      this.refuse('too many claims');
      return;
    }
    if (this.heldBy(sign.askerMac) >= limits.maxClaimsPerAsker) {
      this.refuse('too many claims of the asker');
      return;
    }
    // The probes and the answer are paid for at once: a trial that was begun can be finished.
    const empty = this.spend(sign.askerMac, limits.probesAfterUs.length + 1, nowUs);
    if (empty !== undefined) {
      this.refuse(empty);
      return;
    }
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
    this.taken++;
    this.claims.set(sign.target, claim);
    this.addAsker(claim, sign, nowUs);
    this.report(claim, 'unknown', 'verify', 'nobody is known to use it', sign.askerMac, nowUs);
    for (const after of limits.probesAfterUs) {
      if (after > 0) this.due.push(nowUs + after, { claim, step: 'probe' });
      else this.probe(claim, nowUs);
    }
    this.due.push(nowUs + limits.decideAfterUs, { claim, step: 'decide' });
  }

  /** Nothing is sent but in the mode `answer`, so that nothing is paid for either. */
  private spend(asker: Mac, frames: number, nowUs: Microseconds): string | undefined {
    return this.options.mode === 'answer' ? this.budget.spend(asker, frames, nowUs) : undefined;
  }

  private probe(claim: Claim, nowUs: Microseconds): void {
    if (this.options.mode !== 'answer') return;
    claim.probesAtUs.push(nowUs);
    this.sink.act({ kind: 'probe', target: claim.target });
  }

  private addAsker(claim: Claim, { asker, askerMac, askedMac }: SolicitationSign, nowUs: Microseconds): Asker {
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

  private askAgain(claim: Claim, sign: SolicitationSign, nowUs: Microseconds): void {
    const { limits } = this.options;
    let asker = claim.askers.get(sign.askerMac);
    if (asker) {
      if (asker.askedMac === sign.askedMac && Math.abs(nowUs - asker.askedAtUs) < sameQuestionUs) {
        this.refuse('shown twice');
        return;
      }
      asker.askedAtUs = nowUs;
      asker.askedMac = sign.askedMac;
      asker.solicitations++;
      asker.address = sign.asker;
    } else {
      if (claim.askers.size >= limits.mostAskersOfClaim) {
        this.refuse('too many askers of one address');
        return;
      }
      if (this.heldBy(sign.askerMac) >= limits.maxClaimsPerAsker) {
        this.refuse('too many claims of the asker');
        return;
      }
      const empty = this.spend(sign.askerMac, 1, nowUs);
      if (empty !== undefined) {
        this.refuse(empty);
        return;
      }
      this.taken++;
      asker = this.addAsker(claim, sign, nowUs);
      if (claim.state === 'held') this.tell(claim, asker, nowUs);
      return;
    }
    if (claim.state !== 'held') {
      this.taken++;
      return;
    }
    const empty = this.spend(sign.askerMac, 1, nowUs);
    if (empty !== undefined) {
      this.refuse(empty);
      return;
    }
    this.taken++;
    this.tell(claim, asker, nowUs);
    this.verifyAgain(claim, sign.askerMac, nowUs);
  }

  /** A claim that lasts is checked while it is held: an owner that came without a word shows itself when it is asked. */
  private verifyAgain(claim: Claim, payer: Mac, nowUs: Microseconds): void {
    if (nowUs - claim.verifiedAtUs < this.options.limits.verifyAgainAfterUs) return;
    if (this.spend(payer, 1, nowUs) !== undefined) return;
    claim.verifiedAtUs = nowUs;
    this.probe(claim, nowUs);
  }

  private tell(claim: Claim, asker: Asker, nowUs: Microseconds): void {
    claim.usedAtUs = nowUs;
    if (this.options.mode === 'answer') this.sink.act({ kind: 'answer', target: claim.target, asker: asker.address, askerMac: asker.mac });
    const isFirst = asker.toldAtUs === undefined;
    asker.toldAtUs ??= nowUs;
    if (isFirst) this.sink.told(claim, asker, nowUs);
  }

  private takeContact(sign: ContactSign, nowUs: Microseconds): void {
    const claim = this.claims.get(sign.target);
    if (claim?.state === 'held' && claim.askers.has(sign.askerMac)) {
      claim.usedAtUs = nowUs;
      this.verifyAgain(claim, sign.askerMac, nowUs);
    } else if (this.heldBy(sign.askerMac) > 0 && this.link.prefixOf(sign.target) === undefined) this.usedAsGateway(sign.askerMac, nowUs);
  }

  /** The asker sends through us what belongs elsewhere: one of the addresses it was told is its router. Which one is not known. */
  private usedAsGateway(askerMac: Mac, nowUs: Microseconds): void {
    for (const claim of this.claims.values()) {
      if (claim.state !== 'held' || claim.askers.get(askerMac)?.toldAtUs === undefined) continue;
      if (this.gateways.size >= mostGateways) this.gateways.delete(this.gateways.keys().next().value as Address);
      this.gateways.set(claim.target, nowUs);
      this.end(claim, 'released', 'the asker used it as a gateway', askerMac, nowUs);
    }
  }

  private stepOf(claim: Claim, step: Step, nowUs: Microseconds): void {
    switch (step) {
      case 'probe':
        if (claim.state === 'verify') this.probe(claim, nowUs);
        return;
      case 'decide':
        this.decide(claim, nowUs);
        return;
      case 'expire':
        this.expire(claim, nowUs);
        return;
      default:
        step satisfies never;
    }
  }

  private decide(claim: Claim, nowUs: Microseconds): void {
    const { limits, mode } = this.options;
    if (claim.state !== 'verify') return;
    if (nowUs - claim.solicitedAtUs > limits.giveUpAfterUs) {
      this.end(claim, 'unknown', 'too late to answer', null, nowUs);
      return;
    }
    if (mode === 'answer') {
      const lastProbeUs = claim.probesAtUs.at(-1) ?? nowUs;
      const silentAtUs = lastProbeUs + limits.silenceUs;
      if (claim.probesAtUs.length < limits.probesAfterUs.length || silentAtUs > nowUs) {
        this.due.push(Math.max(silentAtUs, nowUs + 1000), { claim, step: 'decide' });
        return;
      }
    }
    // What was learnt meanwhile counts.
    const refusal = targetRefusal(claim.target, this.link, this.options) ?? this.pausedBecause ?? this.ownerOrGateway(claim.target, nowUs);
    if (refusal !== undefined) {
      this.end(claim, 'unknown', refusal, null, nowUs);
      return;
    }
    claim.decidedAtUs = nowUs;
    claim.verifiedAtUs = nowUs;
    this.report(claim, 'verify', 'dark', mode === 'answer' ? 'silence after every probe' : 'nobody was heard to answer', null, nowUs);
    claim.state = 'held';
    this.report(claim, 'dark', 'held', mode === 'answer' ? 'answered' : 'would have been answered', null, nowUs);
    for (const asker of claim.askers.values()) this.tell(claim, asker, nowUs);
    this.due.push(nowUs + limits.holdUs, { claim, step: 'expire' });
  }

  private expire(claim: Claim, nowUs: Microseconds): void {
    if (claim.state === 'leaving') {
      this.claims.delete(claim.target);
      return;
    }
    const expiresAtUs = claim.usedAtUs + this.options.limits.holdUs;
    if (expiresAtUs > nowUs) this.due.push(expiresAtUs, { claim, step: 'expire' });
    else this.end(claim, 'released', 'not used any more', null, nowUs);
  }

  private end(claim: Claim, to: 'alive' | 'released' | 'unknown', because: string, mac: Mac | null, nowUs: Microseconds): void {
    this.claims.delete(claim.target);
    for (const askerMac of claim.askers.keys()) {
      const left = this.heldBy(askerMac) - 1;
      if (left > 0) this.claimsOfAsker.set(askerMac, left);
      else this.claimsOfAsker.delete(askerMac);
    }
    this.report(claim, claim.state === 'verify' ? 'verify' : 'held', to, because, mac, nowUs);
    if (claim.state === 'held') this.sink.ended(claim, because, nowUs);
  }

  private report(claim: Claim, from: Transition['from'], to: Transition['to'], because: string, mac: Mac | null, atUs: Microseconds): void {
    const { target, solicitedAtUs, probesAtUs } = claim;
    this.sink.changed({ atUs, target, from, to, because, mac, solicitedAtUs, probesAtUs: [...probesAtUs] });
  }
}
