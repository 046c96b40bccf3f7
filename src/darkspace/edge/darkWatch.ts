/**
 * Runs the claim machine on a service port: hears the mirror ports and the port itself, sends what the machine decides, and hands out
 * records. Everything that was heard up to a moment is handed to the machine before it decides anything of that moment.
 */

import { type Address, isGroupMac, type Prefix } from '../../base/address.ts';
import { type Microseconds, second } from '../../base/time.ts';
import { runBeforeOthers } from '../../link/threadPriority.ts';
import { type OutgoingFrame, Transmitter } from '../../link/transmitter.ts';
import type { ClaimRecord } from '../../record/dark.ts';
import { AddressUsage } from '../addressUsage.ts';
import { frameOf, type Speaker } from '../answerFrame.ts';
import { ArpSweep } from '../arpSweep.ts';
import type { Action, Transition } from '../claim.ts';
import { ClaimMachine } from '../claimMachine.ts';
import { Contacts } from '../contacts.ts';
import { LinkKnowledge, type OwnEnd } from '../linkKnowledge.ts';
import { within } from '../reservedAddress.ts';
import type { ContactSign, Sign } from '../sign.ts';
import { EvidenceFiles } from './evidenceFiles.ts';
import { KernelGuard } from './kernelGuard.ts';
import { LinkEar } from './linkEar.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions, SeenAddress } from './message.ts';
import { sameEnd, serviceEnd } from './serviceEnd.ts';
import { VisibilityTest } from './visibilityTest.ts';

export interface DarkSink {
  /** Whether there is room for records at the moment; they are kept back where there is none. */
  readonly hasRoom: () => boolean;
  readonly records: (records: DarkRecords) => void;
  readonly health: (health: DarkHealth) => void;
}

const mostAddresses = 65_536;
const mostContacts = 16_384;
/** The thread blocks while it waits, and returns to its event loop so often: for messages of the process that started it. */
const yieldEveryMs = 20;
/** A pause between two turns that is longer than this was not meant. */
const heldUpAfterUs = 0.1 * second;
/** Changes of state that are written down in a minute; more of them are counted. */
const changesOfMinute = 600;
const mostClaimRows = 2000;
/** Rows of a kind that are handed out in one go: thousands at once would hold up an answer. */
const rowsOfTurn = 500;
const everyUs = { housekeeping: second, handOut: 0.1 * second, guard: 10 * second, health: 10 * second } as const;

export class DarkWatch {
  private readonly end: OwnEnd;
  private readonly ear: LinkEar;
  private readonly guard: KernelGuard | undefined;
  private readonly evidence: EvidenceFiles | undefined;
  private readonly visibility: VisibilityTest;
  private readonly sweep: ArpSweep;
  /** Networks of the own addresses. */
  private networks: readonly Prefix[];
  private readonly contacts: Contacts;
  private readonly usage: AddressUsage;
  private readonly machine: ClaimMachine;
  private readonly transmitter: Transmitter | undefined;
  private speaker: Speaker;
  private readonly outbox: { readonly outgoing: OutgoingFrame; readonly probed: Address | undefined }[] = [];
  private readonly probesFailed: Address[] = [];
  private readonly changes: ClaimRecord[] = [];
  private changesLeft = changesOfMinute;
  private changesNotRecorded = 0;
  private readonly counts = { told: 0, toDark: 0, heldUp: 0, handedOut: 0 };
  private turnedAtUs: Microseconds = Number.POSITIVE_INFINITY;
  private isStopping = false;
  /** Why answers may be late beside threads that have much to do. */
  private priority: string | undefined;
  private readonly dueAtUs = { housekeeping: 0, handOut: 0, guard: 0, health: 0, minute: 0 };
  private wallOffsetUs: Microseconds = wallOffset();

  /** Throws where an interface is missing or may not be used. */
  constructor(
    private readonly options: DarkWatchOptions,
    private readonly sink: DarkSink,
  ) {
    this.end = serviceEnd(options.service);
    this.networks = this.end.addresses.map(({ prefix }) => prefix);
    this.speaker = { mac: this.end.mac, addresses: this.end.addresses.map(({ address }) => address) };
    this.usage = new AddressUsage({ memoryUs: options.ownerMemoryUs, mostAddresses });
    const { sensor, service, mirrors, vlan, mode } = options;
    this.sweep = new ArpSweep(mode === 'answer' ? options.sweepPerSecond : 0);
    // Nobody is answered in `off`, so that no contact begins.
    this.contacts = new Contacts(mostContacts, { sensor, interface: service, mode: mode === 'answer' ? mode : 'dry-run' });
    this.ear = new LinkEar(
      service,
      mirrors,
      vlan,
      this.end.mac,
      () => this.clock(),
      (sign) => this.take(sign),
    );
    try {
      if (mode === 'answer') {
        this.transmitter = new Transmitter(service, this.ear.serviceSocket);
        this.guard = new KernelGuard(service);
      }
    } catch (error) {
      this.ear.close();
      throw error;
    }
    this.machine = new ClaimMachine(
      options,
      new LinkKnowledge(this.end),
      this.usage,
      {
        act: (action) => this.act(action),
        changed: (transition) => this.changed(transition),
        told: (claim, asker, atUs) => {
          this.counts.told++;
          this.contacts.begin(claim, asker, atUs);
        },
        ended: (claim, because, atUs) => this.contacts.end(claim, because, atUs),
      },
      this.ear.nowUs,
    );
    this.machine.pausedBecause = this.guard?.missing;
    this.visibility = new VisibilityTest(mirrors, vlan, this.ear.nowUs);
    if (options.evidence && options.mode === 'answer')
      this.evidence = new EvidenceFiles(options.evidence.folder, options.service, options.evidence.limits);
  }

  /** Steady while the machine decides; follows the wall clock in steps, at which whatever is being verified is given up. */
  private clock(): Microseconds {
    return Math.floor(steadyClock()) + this.wallOffsetUs;
  }

  /** What an earlier run knew is memory, and no news. */
  know(addresses: readonly SeenAddress[]): void {
    for (const { address, mac, lastAt } of addresses) if (mac !== this.end.mac) this.usage.remember(address, mac, lastAt);
  }

  /** Somebody sent from these addresses on this link, or from beyond a router of it; the machine tells them apart. */
  metered(addresses: readonly SeenAddress[]): void {
    for (const { address, mac, lastAt } of addresses) {
      if (mac === this.end.mac || isGroupMac(mac)) continue;
      this.machine.take({ kind: 'owner', address, mac, evidence: 'packet', isRouter: false, seenAtUs: lastAt }, this.clock());
    }
    this.flush();
  }

  /** Runs until `stop`; then gives every claim back and hands out what is left. */
  async run(): Promise<void> {
    await this.guard?.start();
    // What sends nothing is in no hurry.
    if (this.options.mode === 'answer') this.priority = runBeforeOthers();
    this.machine.pausedBecause = this.guard?.missing;
    let [idleTurns, yieldedAtMs] = [0, performance.now()];
    while (!this.isStopping) {
      const waitMs = this.timeToWaitMs();
      const before = this.ear.received;
      if (waitMs > 0) this.ear.wait(waitMs);
      this.turn();
      const nowUs = this.clock();
      if (nowUs >= this.dueAtUs.housekeeping) {
        this.dueAtUs.housekeeping = nowUs + everyUs.housekeeping;
        await this.keepHouse(nowUs);
      }
      if (performance.now() - yieldedAtMs >= yieldEveryMs) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        yieldedAtMs = performance.now();
      }
      // An interface that is gone makes every wait return at once.
      idleTurns = this.ear.received === before && waitMs > 1 ? idleTurns + 1 : 0;
      if (idleTurns > 20 && !this.ear.areAllUp()) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.machine.close(this.clock());
    while (this.handOut(true));
    await this.evidence?.close();
    this.guard?.close();
    this.transmitter?.close();
    this.visibility.close();
    this.ear.close();
  }

  stop(): void {
    this.isStopping = true;
  }

  private timeToWaitMs(): number {
    const dueUs = this.machine.nextDueUs ?? Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(yieldEveryMs, Math.ceil((dueUs - this.clock()) / 1000)));
  }

  private turn(): void {
    const fetchedFromUs = this.clock();
    const wasHeldUp = fetchedFromUs - this.turnedAtUs > heldUpAfterUs;
    this.turnedAtUs = fetchedFromUs;
    const isEmpty = this.ear.fetch(() => this.flush());
    // What came meanwhile was read before: an owner that answered is no question any more.
    if (wasHeldUp) {
      this.counts.heldUp++;
      this.machine.heldUp(fetchedFromUs);
      this.flush();
    }
    if (isEmpty && (this.machine.nextDueUs ?? Number.POSITIVE_INFINITY) <= fetchedFromUs) {
      this.giveUpWhereFramesWereLost(fetchedFromUs);
      this.machine.advance(fetchedFromUs);
      this.flush();
    }
    if (fetchedFromUs < this.dueAtUs.handOut) return;
    this.dueAtUs.handOut = fetchedFromUs + everyUs.handOut;
    this.handOut(false);
    this.askTheNext(fetchedFromUs);
  }

  /** Whoever answers is heard like any other owner. */
  private askTheNext(nowUs: Microseconds): void {
    const { exclude } = this.options;
    if (this.machine.pausedBecause !== undefined) return;
    for (const target of this.sweep.due(nowUs, this.networks))
      if (!within(exclude, target) && !this.machine.link.isOwn(target)) this.act({ kind: 'probe', target });
    this.flush();
  }

  /** Before anything is decided: silence is no proof where an answer may be among what was lost. */
  private giveUpWhereFramesWereLost(nowUs: Microseconds): void {
    if (this.ear.takeDropped() > 0) this.machine.framesLost(nowUs);
  }

  private take(sign: Sign): void {
    if (sign.kind === 'contact') {
      this.takeContact(sign);
      return;
    }
    if (sign.kind === 'owner') this.visibility.sawHost(sign.mac);
    if (sign.kind === 'solicitation') this.visibility.sawSolicitation(sign);
    this.machine.take(sign, this.ear.nowUs);
  }

  private takeContact(sign: ContactSign): void {
    const { frame, nowUs } = this.ear;
    const { octets, originalLength } = frame;
    if (this.machine.link.isOwn(sign.target)) return;
    const contact = originalLength === sign.octets ? sign : { ...sign, octets: originalLength };
    const isOpen = this.contacts.isOpen(sign.target, sign.askerMac);
    const file = isOpen ? (this.evidence?.keep(nowUs, octets.subarray(frame.at, frame.end), originalLength) ?? null) : null;
    if (this.contacts.packet(contact, octets.subarray(sign.payloadAt, sign.payloadEnd), file, nowUs)) this.counts.toDark++;
    this.machine.take(contact, nowUs);
  }

  private act(action: Action): void {
    const probed = action.kind === 'probe' ? action.target : undefined;
    const outgoing = frameOf(action, this.speaker);
    if (outgoing) this.outbox.push({ outgoing, probed });
    else if (probed !== undefined) this.probesFailed.push(probed);
  }

  /** Sends what the machine decided. Not while it decides: it is told of what could not be sent. */
  private flush(): void {
    const leaving = this.outbox.splice(0);
    const taken = this.transmitter?.sendAll(leaving.map(({ outgoing }) => outgoing)) ?? [];
    for (const [i, { probed }] of leaving.entries()) if (probed !== undefined && !taken[i]) this.probesFailed.push(probed);
    for (const target of this.probesFailed.splice(0)) this.machine.probeFailed(target, this.clock());
  }

  private changed(transition: Transition): void {
    const { mode, sensor, service } = this.options;
    if (mode === 'off') return;
    if (this.changesLeft <= 0 || this.changes.length >= mostClaimRows) {
      this.changesNotRecorded++;
      return;
    }
    this.changesLeft--;
    const { atUs, target, from, to, because, mac, solicitedAtUs, probesAtUs } = transition;
    this.changes.push({
      sensor,
      interface: service,
      mode,
      at: atUs,
      target,
      from,
      to,
      because,
      mac,
      solicitedAt: solicitedAtUs,
      probesAt: [...probesAtUs],
    });
  }

  private async keepHouse(nowUs: Microseconds): Promise<void> {
    this.giveUpWhereFramesWereLost(nowUs);
    if (nowUs >= this.dueAtUs.minute) {
      this.dueAtUs.minute = nowUs + 60 * second;
      this.changesLeft = changesOfMinute;
      this.usage.forget(nowUs);
    }
    this.followWallClock(nowUs);
    this.followOwnEnd();
    if (this.guard && nowUs >= this.dueAtUs.guard) {
      this.dueAtUs.guard = nowUs + everyUs.guard;
      void this.guard.check();
    }
    this.machine.pausedBecause = this.guard?.missing;
    await this.evidence?.prepare(nowUs);
    this.evidence?.flush();
    this.visibility.keepHouse(nowUs, this.transmitter, this.speaker);
    if (nowUs >= this.dueAtUs.health) {
      this.dueAtUs.health = nowUs + everyUs.health;
      this.sink.health(this.health());
    }
  }

  private followWallClock(nowUs: Microseconds): void {
    const offset = wallOffset();
    if (Math.abs(offset - this.wallOffsetUs) < second) return;
    this.machine.framesLost(nowUs);
    this.wallOffsetUs = offset;
    for (const name of ['housekeeping', 'handOut', 'guard', 'health', 'minute'] as const) this.dueAtUs[name] = 0;
  }

  /** Addresses and routes come and go. With none left, what was known stays: nothing can be sent then anyway. */
  private followOwnEnd(): void {
    try {
      const end = serviceEnd(this.options.service);
      if (end.mac !== this.end.mac || sameEnd(end, this.end)) return;
      this.machine.link.renew(end);
      this.networks = end.addresses.map(({ prefix }) => prefix);
      this.speaker = { mac: end.mac, addresses: end.addresses.map(({ address }) => address) };
    } catch {
      // The port is down.
    }
  }

  /** At the end all of it goes, room or not. Returns whether there was anything. */
  private handOut(all: boolean): boolean {
    if (!all && !this.sink.hasRoom()) return false;
    const { sensor, service } = this.options;
    const nowUs = this.clock();
    const named = { sensor, interface: service };
    const usage = this.usage.takeSpans(rowsOfTurn, all).map((span) => ({ ...named, ...span, evidence: [...span.evidence] }));
    const dark = this.contacts.takeSlices(nowUs, all, rowsOfTurn);
    const visibility = this.visibility.takeRecords().map((record) => ({ ...named, ...record }));
    const claims = this.changes.splice(0, rowsOfTurn);
    const rows = usage.length + dark.length + claims.length + visibility.length;
    if (rows === 0) return false;
    this.counts.handedOut += rows;
    this.sink.records({ usage, claims, dark, visibility });
    return true;
  }

  health(): DarkHealth {
    const { machine, counts, ear, usage, contacts, transmitter } = this;
    return {
      at: this.clock(),
      mode: this.options.mode,
      paused: machine.pausedBecause ?? null,
      notes: [...(transmitter?.notes ?? []), this.evidence?.trouble, this.priority].filter((note) => note !== undefined),
      visibility: this.visibility.current,
      solicitationsHeard: machine.heard,
      solicitationsTaken: machine.taken,
      solicitationsRefused: Object.fromEntries(machine.refusals),
      claims: machine.size,
      askersTold: counts.told,
      framesReceived: ear.received,
      framesRepeated: ear.repeated,
      framesDropped: ear.dropped,
      framesSent: Object.fromEntries(transmitter?.sent ?? []),
      framesNotSent: transmitter?.failed ?? 0,
      addressesKnown: usage.size,
      addressesRefused: usage.refused,
      contactsOpen: contacts.size,
      packetsToDark: counts.toDark,
      packetsUnclaimed: contacts.unclaimedPackets,
      timesHeldUp: counts.heldUp,
      rowsHandedOut: counts.handedOut,
      changesNotRecorded: this.changesNotRecorded,
      slicesLost: contacts.slicesLost,
      memoryOctets: process.memoryUsage.rss(),
    };
  }
}

/** Microseconds since some moment; never steps. */
function steadyClock(): Microseconds {
  return performance.now() * 1000;
}

/** What is to be added for the time of day; whole microseconds. */
function wallOffset(): Microseconds {
  return Math.round(Date.now() * 1000 - steadyClock());
}
