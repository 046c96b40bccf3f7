/**
 * Runs the claim machine on a service port: hears the mirror ports and the port itself, sends what the machine decides, and hands out
 * records. Everything that was heard up to a moment is handed to the machine before it decides anything of that moment.
 */

import { isGroupMac } from '../../base/address.ts';
import type { Microseconds } from '../../base/time.ts';
import { runBeforeOthers } from '../../link/threadPriority.ts';
import { Transmitter } from '../../link/transmitter.ts';
import { ArpSweep } from '../arpSweep.ts';
import { ClaimMachine } from '../claimMachine.ts';
import { LinkKnowledge } from '../linkKnowledge.ts';
import { within } from '../reservedAddress.ts';
import type { ContactSign, Sign } from '../sign.ts';
import { Findings } from './findings.ts';
import { KernelGuard } from './kernelGuard.ts';
import { LinkEar } from './linkEar.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions, SeenAddress } from './message.ts';
import { Outbox } from './outbox.ts';
import { ServicePort } from './servicePort.ts';
import { VisibilityTest } from './visibilityTest.ts';
import { WatchClock } from './watchClock.ts';

export interface DarkSink {
  /** Whether there is room for records at the moment; they are kept back where there is none. */
  readonly hasRoom: () => boolean;
  readonly records: (records: DarkRecords) => void;
  readonly health: (health: DarkHealth) => void;
}

/** The thread blocks while it waits, and returns to its event loop so often: for messages of the process that started it. */
const yieldEveryMs = 20;

export class DarkWatch {
  private readonly clock = new WatchClock();
  private readonly port: ServicePort;
  private readonly ear: LinkEar;
  private readonly transmitter: Transmitter | undefined;
  private readonly guard: KernelGuard | undefined;
  private readonly outbox: Outbox;
  private readonly findings: Findings;
  private readonly machine: ClaimMachine;
  private readonly visibility: VisibilityTest;
  private readonly sweep: ArpSweep;
  private isStopping = false;
  /** Why answers may be late beside threads that have much to do. */
  private priority: string | undefined;

  /** Throws where an interface is missing or may not be used. */
  constructor(
    private readonly options: DarkWatchOptions,
    private readonly sink: DarkSink,
  ) {
    const { service, mirrors, vlan, mode } = options;
    this.port = new ServicePort(service);
    this.sweep = new ArpSweep(mode === 'answer' ? options.sweepPerSecond : 0);
    this.ear = new LinkEar(service, mirrors, vlan, this.port.end.mac, this.clock, (sign) => this.take(sign));
    try {
      if (mode === 'answer') {
        this.transmitter = new Transmitter(service, this.ear.serviceSocket);
        this.guard = new KernelGuard(service);
      }
    } catch (error) {
      this.ear.close();
      throw error;
    }
    this.outbox = new Outbox(this.port, this.transmitter);
    this.findings = new Findings(options);
    const { usage, changes, contacts } = this.findings;
    this.machine = new ClaimMachine(
      options,
      new LinkKnowledge(this.port.end),
      usage,
      {
        act: (action) => this.outbox.put(action),
        changed: (transition) => changes.add(transition),
        told: (claim, asker, atUs) => this.findings.told(claim, asker, atUs),
        ended: (claim, because, atUs) => contacts.end(claim, because, atUs),
      },
      this.ear.nowUs,
    );
    this.machine.pausedBecause = this.guard?.missing;
    this.visibility = new VisibilityTest(mirrors, vlan, this.ear.nowUs);
  }

  /** What an earlier run knew is memory, and no news. */
  know(addresses: readonly SeenAddress[]): void {
    for (const { address, mac, lastAt } of addresses) if (mac !== this.port.end.mac) this.findings.usage.remember(address, mac, lastAt);
  }

  /** Somebody sent from these addresses on this link, or from beyond a router of it; the machine tells them apart. */
  metered(addresses: readonly SeenAddress[]): void {
    for (const { address, mac, lastAt } of addresses) {
      if (mac === this.port.end.mac || isGroupMac(mac)) continue;
      this.machine.take({ kind: 'owner', address, mac, evidence: 'packet', isRouter: false, seenAtUs: lastAt }, this.clock.nowUs());
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
      const nowUs = this.clock.nowUs();
      if (this.clock.takeDue('housekeeping', nowUs)) await this.keepHouse(nowUs);
      if (performance.now() - yieldedAtMs >= yieldEveryMs) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        yieldedAtMs = performance.now();
      }
      // An interface that is gone makes every wait return at once.
      idleTurns = this.ear.received === before && waitMs > 1 ? idleTurns + 1 : 0;
      if (idleTurns > 20 && !this.ear.areAllUp()) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.machine.close(this.clock.nowUs());
    while (this.handOut(true));
    await this.findings.evidence?.close();
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
    return Math.max(0, Math.min(yieldEveryMs, Math.ceil((dueUs - this.clock.nowUs()) / 1000)));
  }

  private turn(): void {
    const fetchedFromUs = this.clock.nowUs();
    const wasHeldUp = this.clock.beginTurn(fetchedFromUs);
    const isEmpty = this.ear.fetch(() => this.flush());
    // What came meanwhile was read before: an owner that answered is no question any more.
    if (wasHeldUp) {
      this.machine.heldUp(fetchedFromUs);
      this.flush();
    }
    if (isEmpty && (this.machine.nextDueUs ?? Number.POSITIVE_INFINITY) <= fetchedFromUs) {
      this.giveUpWhereFramesWereLost(fetchedFromUs);
      this.machine.advance(fetchedFromUs);
      this.flush();
    }
    if (!this.clock.takeDue('handOut', fetchedFromUs)) return;
    this.handOut(false);
    this.askTheNext(fetchedFromUs);
  }

  /** Whoever answers is heard like any other owner. */
  private askTheNext(nowUs: Microseconds): void {
    if (this.machine.pausedBecause !== undefined) return;
    for (const target of this.sweep.due(nowUs, this.port.networks))
      if (!within(this.options.exclude, target) && !this.machine.link.isOwn(target)) this.outbox.put({ kind: 'probe', target });
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
    if (this.machine.link.isOwn(sign.target)) return;
    const contact = frame.originalLength === sign.octets ? sign : { ...sign, octets: frame.originalLength };
    this.findings.packet(contact, frame, nowUs);
    this.machine.take(contact, nowUs);
  }

  /** Sends what the machine decided. Not while it decides: it is told of what could not be sent. */
  private flush(): void {
    for (const target of this.outbox.send()) this.machine.probeFailed(target, this.clock.nowUs());
  }

  private async keepHouse(nowUs: Microseconds): Promise<void> {
    this.giveUpWhereFramesWereLost(nowUs);
    if (this.clock.takeDue('minute', nowUs)) this.findings.beginMinute(nowUs);
    // What is being verified was begun by another time.
    if (this.clock.followWallClock()) this.machine.framesLost(nowUs);
    // With no address left, what was known of the link stays: nothing can be sent then anyway.
    const end = this.port.renew();
    if (end) this.machine.link.renew(end);
    if (this.guard && this.clock.takeDue('guard', nowUs)) void this.guard.check();
    this.machine.pausedBecause = this.guard?.missing;
    await this.findings.evidence?.prepare(nowUs);
    this.findings.evidence?.flush();
    this.visibility.keepHouse(nowUs, this.transmitter, this.port.speaker);
    if (this.clock.takeDue('health', nowUs)) this.sink.health(this.health());
  }

  /** At the end all of it goes, room or not. Returns whether there was anything. */
  private handOut(all: boolean): boolean {
    if (!all && !this.sink.hasRoom()) return false;
    const records = this.findings.take(this.visibility.takeRecords(), all, this.clock.nowUs());
    if (records) this.sink.records(records);
    return records !== undefined;
  }

  health(): DarkHealth {
    const { machine, ear, transmitter } = this;
    const { usage, changes, contacts, evidence, counts } = this.findings;
    return {
      at: this.clock.nowUs(),
      mode: this.options.mode,
      paused: machine.pausedBecause ?? null,
      notes: [...(transmitter?.notes ?? []), evidence?.trouble, this.priority].filter((note) => note !== undefined),
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
      timesHeldUp: this.clock.timesHeldUp,
      rowsHandedOut: counts.handedOut,
      changesNotRecorded: changes.notRecorded,
      slicesLost: contacts.slicesLost,
      memoryOctets: process.memoryUsage.rss(),
    };
  }
}
