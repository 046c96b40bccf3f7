/**
 * The address-usage inventory of one link: which address was used by which device, first and last, and by what evidence.
 *
 * Bounded: when it is full of addresses that are not yet forgotten, new ones are counted and not kept, and `isComplete` turns false:
 * whoever would claim an address may then no longer trust that an unknown one is unused.
 */

import type { Address, Mac } from '../base/address.ts';
import { hour, type Microseconds } from '../base/time.ts';
import { type UsageEvidence, usageEvidences } from '../record/usage.ts';

export interface UsageLimits {
  /** How long an address counts as used after it was last seen. */
  readonly memoryUs: Microseconds;
  readonly mostAddresses: number;
}

/** What is written down: a stretch of time in which a device was seen to use an address. */
export interface UsageSpan {
  readonly address: Address;
  readonly mac: Mac;
  readonly firstAt: Microseconds;
  readonly lastAt: Microseconds;
  readonly evidence: readonly UsageEvidence[];
  /** Frames that showed it in this stretch. */
  readonly frames: number;
}

interface Usage {
  mac: Mac;
  lastAt: Microseconds;
  /** Of the stretch that is not yet written down. `spanFrames` is 0 when there is none. */
  spanFirstAt: Microseconds;
  spanEvidence: number;
  spanFrames: number;
  writtenAt: Microseconds;
}

/** A stretch is written down at once when it is the first of an address, and then once an hour. */
const writeEvery: Microseconds = hour;
const bitOf = Object.fromEntries(usageEvidences.map((evidence, i) => [evidence, 1 << i])) as Record<UsageEvidence, number>;

export class AddressUsage {
  private readonly usages = new Map<Address, Usage>();
  /** Addresses with a stretch that is due to be written. */
  private readonly due = new Set<Address>();
  private readonly closed: UsageSpan[] = [];
  /** Addresses that were seen and found no room. */
  refused = 0;
  private fullSince: Microseconds | undefined;

  constructor(private readonly limits: UsageLimits) {}

  get size(): number {
    return this.usages.size;
  }

  /** False for as long as an address that found no room could still count as used. */
  isComplete(nowUs: Microseconds): boolean {
    return this.fullSince === undefined || nowUs - this.fullSince >= this.limits.memoryUs;
  }

  /** What an earlier run knew; nothing of it is written down again. */
  remember(address: Address, mac: Mac, lastAt: Microseconds): void {
    const known = this.usages.get(address);
    if (known && known.lastAt >= lastAt) return;
    if (!known && this.usages.size >= this.limits.mostAddresses) {
      this.overflow(lastAt);
      return;
    }
    this.usages.set(address, { mac, lastAt, spanFirstAt: lastAt, spanEvidence: 0, spanFrames: 0, writtenAt: lastAt });
  }

  /** `address` was seen in use by `mac`. Returns whether that is news: a new address, or another device than before. */
  note(address: Address, mac: Mac, evidence: UsageEvidence, atUs: Microseconds): 'new' | 'moved' | 'known' {
    const known = this.usages.get(address);
    if (known === undefined) {
      if (this.usages.size >= this.limits.mostAddresses && !this.makeRoom(atUs)) {
        this.refused++;
        this.overflow(atUs);
        return 'new';
      }
      this.usages.set(address, {
        mac,
        lastAt: atUs,
        spanFirstAt: atUs,
        spanEvidence: bitOf[evidence],
        spanFrames: 1,
        writtenAt: Number.NEGATIVE_INFINITY,
      });
      this.due.add(address);
      return 'new';
    }
    const moved = known.mac !== mac;
    if (moved) {
      if (known.spanFrames > 0) this.closeSpan(address, known);
      known.mac = mac;
      known.writtenAt = Number.NEGATIVE_INFINITY;
    }
    if (known.spanFrames === 0) known.spanFirstAt = atUs;
    known.spanFrames++;
    known.spanEvidence |= bitOf[evidence];
    // A clock that steps back makes nobody younger.
    known.lastAt = Math.max(known.lastAt, atUs);
    if (atUs - known.writtenAt >= writeEvery) this.due.add(address);
    return moved ? 'moved' : 'known';
  }

  /** The device that used the address within the memory. */
  ownerAt(address: Address, nowUs: Microseconds): { readonly mac: Mac; readonly lastAt: Microseconds } | undefined {
    const known = this.usages.get(address);
    return known !== undefined && nowUs - known.lastAt < this.limits.memoryUs ? known : undefined;
  }

  /** Stretches to be written down: those that are due, or all of them at the end. At most `most` at a time. */
  takeSpans(most: number, all = false): UsageSpan[] {
    if (all) for (const [address, usage] of this.usages) if (usage.spanFrames > 0) this.due.add(address);
    for (const address of this.due) {
      if (this.closed.length >= most) break;
      this.due.delete(address);
      const usage = this.usages.get(address);
      if (usage && usage.spanFrames > 0) this.closeSpan(address, usage);
    }
    return this.closed.splice(0, most);
  }

  private closeSpan(address: Address, usage: Usage): void {
    const evidence = usageEvidences.filter((one) => (usage.spanEvidence & bitOf[one]) !== 0);
    const lastAt = Math.max(usage.lastAt, usage.spanFirstAt);
    this.closed.push({ address, mac: usage.mac, firstAt: usage.spanFirstAt, lastAt, evidence, frames: usage.spanFrames });
    usage.spanFrames = 0;
    usage.spanEvidence = 0;
    usage.writtenAt = lastAt;
  }

  private overflow(atUs: Microseconds): void {
    this.fullSince = Math.max(this.fullSince ?? atUs, atUs);
  }

  /** Forgets what is older than the memory; whether that made room. Each address is looked at, so not more than once a minute. */
  private makeRoom(nowUs: Microseconds): boolean {
    if (nowUs - this.triedAt < 60_000_000) return false;
    this.triedAt = nowUs;
    this.forget(nowUs);
    return this.usages.size < this.limits.mostAddresses;
  }
  private triedAt: Microseconds = Number.NEGATIVE_INFINITY;

  /** Drops addresses that were not seen within the memory. Their stretches are written down before. */
  forget(nowUs: Microseconds): void {
    for (const [address, usage] of this.usages) {
      if (nowUs - usage.lastAt < this.limits.memoryUs) continue;
      if (usage.spanFrames > 0) this.closeSpan(address, usage);
      this.due.delete(address);
      this.usages.delete(address);
    }
  }
}
