/**
 * Decides which solicitations are answered. The clock is a value: `take` and `advance` are told what time it is, and a timer that
 * comes late makes a decision late, never wrong.
 *
 * Whoever runs it hands over everything that was heard up to a moment before it calls `advance` with that moment.
 */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { AddressUsage } from './addressUsage.ts';
import type { Claim, ClaimLimits, ClaimSink, Mode } from './claim.ts';
import { type ClaimStep, ClaimTable } from './claimTable.ts';
import type { LinkKnowledge } from './linkKnowledge.ts';
import { type Exclusions, presentRefusal, targetRefusal } from './refusal.ts';
import type { ContactSign, OwnerSign, Sign, SolicitationSign } from './sign.ts';
import { Solicitations } from './solicitations.ts';
import { Voice } from './voice.ts';

export interface ClaimOptions extends Exclusions {
  readonly mode: Mode;
  readonly limits: ClaimLimits;
}

/** An owner that is taking its address needs one to two seconds (RFC 4862 §5.4), then shows itself. */
const leavingUs = 5 * second;

export class ClaimMachine {
  private readonly claims: ClaimTable;
  private readonly voice: Voice;
  private readonly solicitations: Solicitations;
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
    sink: ClaimSink,
    nowUs: Microseconds,
  ) {
    const { mode, limits } = options;
    this.claims = new ClaimTable(mode, limits, sink);
    this.voice = new Voice(mode, limits, sink, nowUs);
    this.solicitations = new Solicitations(options, link, usage, this.claims, this.voice);
  }

  /** Addresses under verification, held, or just given back. */
  get size(): number {
    return this.claims.size;
  }

  heldBy(asker: Mac): number {
    return this.claims.heldBy(asker);
  }

  stateOf(target: Address): Claim['state'] | undefined {
    return this.claims.get(target)?.state;
  }

  /** When `advance` has something to do. */
  get nextDueUs(): Microseconds | undefined {
    return this.claims.nextDueUs;
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
    for (let step = this.claims.takeStep(nowUs); step !== undefined; step = this.claims.takeStep(nowUs)) this.follow(step, nowUs);
  }

  /** Frames were lost: whatever is being verified may have been answered in one of them. */
  framesLost(nowUs: Microseconds): void {
    for (const claim of this.claims.all())
      if (claim.state === 'verify') this.claims.end(claim, 'unknown', 'frames were lost meanwhile', null, nowUs);
  }

  /**
   * Nothing was heard for a while, because whoever runs this was held up; maybe others were as well. Each address under verification is
   * asked for once more, so that its owner has the whole time of silence again.
   */
  heldUp(nowUs: Microseconds): void {
    if (this.options.mode !== 'answer') return;
    for (const claim of this.claims.all()) {
      if (claim.state !== 'verify') continue;
      const [payer] = claim.askers.keys();
      if (payer !== undefined && this.voice.pay(payer, 1, nowUs) === undefined) this.voice.probe(claim, nowUs);
      else this.claims.end(claim, 'unknown', 'the box was held up meanwhile', null, nowUs);
    }
  }

  /** A probe could not be sent, so that silence after it proves nothing. */
  probeFailed(target: Address, nowUs: Microseconds): void {
    const claim = this.claims.get(target);
    if (claim?.state === 'verify') this.claims.end(claim, 'unknown', 'a probe could not be sent', null, nowUs);
  }

  /** Gives everything back. */
  close(nowUs: Microseconds): void {
    for (const claim of this.claims.all()) if (claim.state !== 'leaving') this.claims.end(claim, 'released', 'the watch ends', null, nowUs);
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
    const wasTold = claim.state === 'held' || claim.state === 'leaving';
    if (wasTold && isCertain && ownerMac !== 0) this.voice.correct(claim, ownerMac, isRouter);
    if (claim.state === 'leaving') {
      if (evidence !== 'duplicate-probe') this.claims.forget(claim);
      return;
    }
    const wasHeld = claim.state === 'held';
    this.claims.end(claim, 'alive', `an owner showed itself: ${evidence}`, ownerMac, nowUs);
    if (!wasHeld || evidence !== 'duplicate-probe') return;
    // It cannot receive before its duplicate address detection is over; askers that ask again meanwhile are told when it shows itself.
    this.claims.keepLeaving(claim);
    this.claims.plan(nowUs + leavingUs, { claim, kind: 'expire' });
  }

  private takeSolicitation(sign: SolicitationSign, nowUs: Microseconds): void {
    if (this.options.mode === 'off') return;
    this.heard++;
    const refusal = this.solicitations.take(sign, this.pausedBecause, nowUs);
    if (refusal === undefined) this.taken++;
    else this.refuse(refusal);
  }

  private takeContact(sign: ContactSign, nowUs: Microseconds): void {
    const claim = this.claims.get(sign.target);
    if (claim?.state === 'held' && claim.askers.has(sign.askerMac)) {
      claim.usedAtUs = nowUs;
      this.voice.probeAgain(claim, sign.askerMac, nowUs);
    } else if (this.heldBy(sign.askerMac) > 0 && this.link.prefixOf(sign.target) === undefined) this.usedAsGateway(sign.askerMac, nowUs);
  }

  /** The asker sends through us what belongs elsewhere: one of the addresses it was told is its router. Which one is not known. */
  private usedAsGateway(askerMac: Mac, nowUs: Microseconds): void {
    for (const claim of this.claims.all()) {
      if (claim.state !== 'held' || claim.askers.get(askerMac)?.toldAtUs === undefined) continue;
      this.link.learnGateway(claim.target, nowUs);
      this.claims.end(claim, 'released', 'the asker used it as a gateway', askerMac, nowUs);
    }
  }

  private follow({ claim, kind }: ClaimStep, nowUs: Microseconds): void {
    switch (kind) {
      case 'probe':
        if (claim.state === 'verify') this.voice.probe(claim, nowUs);
        return;
      case 'decide':
        this.decide(claim, nowUs);
        return;
      case 'expire':
        this.expire(claim, nowUs);
        return;
      default:
        kind satisfies never;
    }
  }

  private decide(claim: Claim, nowUs: Microseconds): void {
    const { limits, mode } = this.options;
    if (claim.state !== 'verify') return;
    if (nowUs - claim.solicitedAtUs > limits.giveUpAfterUs) {
      this.claims.end(claim, 'unknown', 'too late to answer', null, nowUs);
      return;
    }
    if (mode === 'answer') {
      const lastProbeUs = claim.probesAtUs.at(-1) ?? nowUs;
      const silentAtUs = lastProbeUs + limits.silenceUs;
      if (claim.probesAtUs.length < limits.probesAfterUs.length || silentAtUs > nowUs) {
        this.claims.plan(Math.max(silentAtUs, nowUs + 1000), { claim, kind: 'decide' });
        return;
      }
    }
    // What was learnt meanwhile counts.
    const { target } = claim;
    const refusal =
      targetRefusal(target, this.link, this.options) ?? this.pausedBecause ?? presentRefusal(target, this.link, this.usage, nowUs);
    if (refusal !== undefined) {
      this.claims.end(claim, 'unknown', refusal, null, nowUs);
      return;
    }
    this.claims.hold(claim, nowUs);
    for (const asker of claim.askers.values()) this.voice.tell(claim, asker, nowUs);
    this.claims.plan(nowUs + limits.holdUs, { claim, kind: 'expire' });
  }

  private expire(claim: Claim, nowUs: Microseconds): void {
    if (claim.state === 'leaving') {
      this.claims.forget(claim);
      return;
    }
    const expiresAtUs = claim.usedAtUs + this.options.limits.holdUs;
    if (expiresAtUs > nowUs) this.claims.plan(expiresAtUs, { claim, kind: 'expire' });
    else this.claims.end(claim, 'released', 'not used any more', null, nowUs);
  }
}
