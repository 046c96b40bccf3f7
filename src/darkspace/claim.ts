/** One address that was asked for, on its way through the states: unknown → verify → dark → held → released, or alive. */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { ClaimState } from '../record/dark.ts';
import { type BudgetLimits, defaultBudget } from './budget.ts';

export type Mode = 'off' | 'dry-run' | 'answer';

export interface ClaimLimits {
  /** Own solicitations, counted from the one that was heard. */
  readonly probesAfterUs: readonly Microseconds[];
  /** When silence counts as proof: an owner answers in 5 ms at most, an asker gives up after three seconds (RFC 4861 §10). */
  readonly decideAfterUs: Microseconds;
  /** Silence that must follow the last probe, however late that one left. */
  readonly silenceUs: Microseconds;
  /** Later than this nothing is decided: the asker is about to give up. */
  readonly giveUpAfterUs: Microseconds;
  /** How long a claim lasts after it was last used. */
  readonly holdUs: Microseconds;
  /** A claim that is still used is verified again after this. */
  readonly verifyAgainAfterUs: Microseconds;
  readonly maxClaimsPerAsker: number;
  /** Addresses under verification or held, of all askers. */
  readonly mostClaims: number;
  /** Askers that one claim is told to. */
  readonly mostAskersOfClaim: number;
  readonly budget: BudgetLimits;
}

export const defaultLimits: ClaimLimits = {
  probesAfterUs: [0, 0.4 * second],
  decideAfterUs: second,
  silenceUs: 0.5 * second,
  giveUpAfterUs: 2.5 * second,
  holdUs: 60 * second,
  verifyAgainAfterUs: 30 * second,
  maxClaimsPerAsker: 200,
  mostClaims: 4096,
  mostAskersOfClaim: 16,
  budget: defaultBudget,
};

/** What is to be sent. Nothing else ever is. */
export type Action =
  | { readonly kind: 'probe'; readonly target: Address }
  | { readonly kind: 'answer'; readonly target: Address; readonly asker: Address; readonly askerMac: Mac }
  | {
      readonly kind: 'correction';
      readonly target: Address;
      readonly asker: Address;
      readonly askerMac: Mac;
      readonly ownerMac: Mac;
      readonly ownerIsRouter: boolean;
    };

export interface Asker {
  readonly mac: Mac;
  /** The address that it asked from last. */
  address: Address;
  readonly firstAskedAtUs: Microseconds;
  askedAtUs: Microseconds;
  /** The MAC address that it asked last: a group's, or this box's. */
  askedMac: Mac;
  toldAtUs: Microseconds | undefined;
  solicitations: number;
}

export interface Claim {
  readonly target: Address;
  state: 'verify' | 'held' | 'leaving';
  readonly solicitedAtUs: Microseconds;
  /** When own solicitations left. */
  readonly probesAtUs: Microseconds[];
  decidedAtUs: Microseconds | undefined;
  verifiedAtUs: Microseconds;
  usedAtUs: Microseconds;
  readonly askers: Map<Mac, Asker>;
}

/** A change of state, with what it rests on. */
export interface Transition {
  readonly atUs: Microseconds;
  readonly target: Address;
  readonly from: ClaimState;
  readonly to: ClaimState;
  readonly because: string;
  /** The asker that began it, or the owner that was found. */
  readonly mac: Mac | null;
  readonly solicitedAtUs: Microseconds;
  readonly probesAtUs: readonly Microseconds[];
}

/** What is told of claims. Called while the machine works: what is told must be kept or copied. */
export interface ClaimSink {
  act(action: Action): void;
  changed(transition: Transition): void;
  /** An asker was told, or in dry-run would have been told, that the target is here. */
  told(claim: Claim, asker: Asker, atUs: Microseconds): void;
  /** The claim is over. */
  ended(claim: Claim, because: string, atUs: Microseconds): void;
}
