/**
 * Runs the claim machine on a service port: hears the mirror ports and the port itself, sends what the machine decides, and hands out
 * records. Everything that was heard up to a moment is handed to the machine before it decides anything of that moment.
 */

import { type Microseconds, second } from '../../base/time.ts';
import { controlFilter } from '../../link/controlFilter.ts';
import { ControlSocket, waitForFrames } from '../../link/controlSocket.ts';
import { Transmitter } from '../../link/transmitter.ts';
import type { ClaimRecord } from '../../record/dark.ts';
import { AddressUsage } from '../addressUsage.ts';
import { frameOf, type Speaker } from '../answerFrame.ts';
import type { Action, Transition } from '../claim.ts';
import { ClaimMachine } from '../claimMachine.ts';
import { Contacts } from '../contacts.ts';
import { ControlFrameReader } from '../controlFrame.ts';
import { LinkKnowledge, type OwnEnd } from '../linkKnowledge.ts';
import type { ContactSign, Sign, SolicitationSign } from '../sign.ts';
import { EvidenceFiles } from './evidenceFiles.ts';
import { KernelGuard } from './kernelGuard.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions, SeenAddress } from './message.ts';
import { sameEnd, serviceEnd } from './serviceEnd.ts';
import { VisibilityTest } from './visibilityTest.ts';

export interface DarkSink {
  /** Takes the records over; `false` where there is no room for more at the moment. */
  readonly records: (records: DarkRecords) => boolean;
  readonly health: (health: DarkHealth) => void;
}

const mostAddresses = 65_536;
const mostContacts = 16_384;
/** Fetched in one go; with more waiting, the machine decides nothing yet. */
const framesOfTurn = 4096;
const longestWaitMs = 1000;
/** The same question, shown by two ports or in two directions, is one. No asker repeats itself so soon. */
const sameQuestionUs = 0.05 * second;
const questionsRemembered = 2048;
/** Changes of state that are written down in a minute; more of them are counted. */
const changesOfMinute = 600;
const mostClaimRows = 2000;
const spansOfTurn = 2000;
const everyUs = { housekeeping: second, guard: 10 * second, health: 10 * second } as const;

export class DarkWatch {
  private readonly end: OwnEnd;
  private readonly sockets: ControlSocket[] = [];
  private readonly guard: KernelGuard | undefined;
  private readonly evidence: EvidenceFiles | undefined;
  private readonly visibility: VisibilityTest;
  private readonly contacts = new Contacts(mostContacts);
  private readonly usage: AddressUsage;
  private readonly machine: ClaimMachine;
  private readonly transmitter: Transmitter | undefined;
  private speaker: Speaker;
  private readonly readers: ControlFrameReader[];
  private readonly questions = new Map<string, Microseconds>();
  private readonly copies = new Map<string, Microseconds>();
  private readonly changes: ClaimRecord[] = [];
  private changesLeft = changesOfMinute;
  private changesNotRecorded = 0;
  private readonly counts = { received: 0, dropped: 0, told: 0, toDark: 0 };
  private frame: { octets: Uint8Array; originalLength: number } = { octets: new Uint8Array(0), originalLength: 0 };
  private nowUs: Microseconds;
  private isStopping = false;
  private readonly dueAtUs = { housekeeping: 0, guard: 0, health: 0, minute: 0 };
  private wallOffsetUs: Microseconds = wallOffset();

  /** Throws where an interface is missing or may not be used. */
  constructor(
    private readonly options: DarkWatchOptions,
    private readonly sink: DarkSink,
  ) {
    this.nowUs = this.clock();
    this.end = serviceEnd(options.service);
    this.speaker = { mac: this.end.mac, addresses: this.end.addresses.map(({ address }) => address) };
    this.usage = new AddressUsage({ memoryUs: options.ownerMemoryUs, mostAddresses });
    try {
      for (const name of [options.service, ...options.mirrors]) this.sockets.push(new ControlSocket(name, controlFilter(this.end.mac)));
      if (options.mode === 'answer') {
        this.transmitter = new Transmitter(options.service, this.sockets[0] as ControlSocket);
        this.guard = new KernelGuard(options.service);
      }
    } catch (error) {
      this.closeSockets();
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
      this.nowUs,
    );
    this.machine.pausedBecause = this.guard?.missing;
    this.visibility = new VisibilityTest(options.mirrors, this.nowUs);
    if (options.evidence && options.mode === 'answer')
      this.evidence = new EvidenceFiles(options.evidence.folder, options.service, options.evidence.limits);
    // Packets to the own MAC address are counted where they arrive; a mirror port shows them a second time.
    this.readers = this.sockets.map((_, i) => new ControlFrameReader(this.end.mac, (sign) => this.take(sign, i === 0)));
  }

  /** Steady while the machine decides; follows the wall clock in steps, at which whatever is being verified is given up. */
  private clock(): Microseconds {
    return Math.floor(steadyClock()) + this.wallOffsetUs;
  }

  seen(addresses: readonly SeenAddress[]): void {
    for (const { address, mac, lastAt } of addresses) {
      if (this.end.mac === mac) continue;
      // What was metered a moment ago is news to a claim; what an earlier run knew is memory.
      if (this.machine.stateOf(address) !== undefined)
        this.machine.take({ kind: 'owner', address, mac, evidence: 'packet', isRouter: false }, this.clock());
      else this.usage.remember(address, mac, lastAt);
    }
  }

  /** Runs until `stop`; then gives every claim back and hands out what is left. */
  async run(): Promise<void> {
    await this.guard?.start();
    this.machine.pausedBecause = this.guard?.missing;
    let idleTurns = 0;
    while (!this.isStopping) {
      const waitMs = this.timeToWaitMs();
      const before = this.counts.received;
      if (waitMs > 0) await waitForFrames(this.sockets, waitMs);
      else await new Promise<void>((resolve) => setImmediate(resolve));
      await this.turn();
      // An interface that is gone makes every wait return at once.
      idleTurns = this.counts.received === before && waitMs > 1 ? idleTurns + 1 : 0;
      if (idleTurns > 20 && this.sockets.some((socket) => !isUp(socket))) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.machine.close(this.clock());
    this.handOut(true);
    await this.evidence?.close();
    this.guard?.close();
    this.transmitter?.close();
    this.visibility.close();
    this.closeSockets();
  }

  stop(): void {
    this.isStopping = true;
  }

  private closeSockets(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
  }

  private timeToWaitMs(): number {
    const dueUs = Math.min(this.machine.nextDueUs ?? Number.POSITIVE_INFINITY, this.dueAtUs.housekeeping);
    return Math.max(0, Math.min(longestWaitMs, Math.ceil((dueUs - this.clock()) / 1000)));
  }

  private async turn(): Promise<void> {
    const fetchedFromUs = this.clock();
    if (this.fetch()) this.machine.advance(fetchedFromUs);
    if (fetchedFromUs < this.dueAtUs.housekeeping) return;
    this.dueAtUs.housekeeping = fetchedFromUs + everyUs.housekeeping;
    await this.keepHouse(fetchedFromUs);
  }

  /** Whether everything that was waiting has been fetched. */
  private fetch(): boolean {
    let isEmpty = true;
    for (const [i, socket] of this.sockets.entries()) {
      let fetched = 0;
      for (; fetched < framesOfTurn; fetched++) {
        const frame = socket.receive();
        if (frame === undefined) break;
        this.counts.received++;
        this.frame = frame;
        this.nowUs = this.clock();
        // A broadcast comes to the service port and to each mirror port: octet for octet the same, it is read once.
        if (i === 0) this.remember(frame.octets);
        else if (this.isCopy(frame.octets)) continue;
        this.readers[i]?.read(frame.octets, 0, Math.min(frame.octets.length, frame.originalLength));
      }
      if (fetched === framesOfTurn) isEmpty = false;
    }
    return isEmpty;
  }

  /** Whether these octets came a moment ago. Of frames of neighbour discovery and ARP only: longer ones are not compared. */
  private isCopy(octets: Uint8Array): boolean {
    if (octets.length > 128) return false;
    const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
    const lastUs = this.copies.get(text);
    return lastUs !== undefined && this.nowUs - lastUs < sameQuestionUs;
  }

  private remember(octets: Uint8Array): void {
    if (octets.length > 128 || this.sockets.length < 2) return;
    const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
    this.copies.delete(text);
    if (this.copies.size >= questionsRemembered) this.copies.delete(this.copies.keys().next().value as string);
    this.copies.set(text, this.nowUs);
  }

  private take(sign: Sign, isService: boolean): void {
    if (sign.kind === 'contact') {
      if (isService) this.takeContact(sign);
      return;
    }
    if (sign.kind === 'owner') this.visibility.sawHost(sign.mac);
    if (sign.kind === 'solicitation') {
      if (this.isRepeated(sign)) return;
      this.visibility.sawSolicitation(sign);
    }
    this.machine.take(sign, this.nowUs);
  }

  private isRepeated({ target, asker, askerMac, askedMac }: SolicitationSign): boolean {
    const key = `${target.toString(36)} ${asker.toString(36)} ${askerMac} ${askedMac}`;
    const lastUs = this.questions.get(key);
    if (lastUs !== undefined && Math.abs(this.nowUs - lastUs) < sameQuestionUs) return true;
    this.questions.delete(key);
    if (this.questions.size >= questionsRemembered) this.questions.delete(this.questions.keys().next().value as string);
    this.questions.set(key, this.nowUs);
    return false;
  }

  private takeContact(sign: ContactSign): void {
    const { octets, originalLength } = this.frame;
    if (this.machine.link.isOwn(sign.target)) return;
    const contact = originalLength === sign.octets ? sign : { ...sign, octets: originalLength };
    const isOpen = this.contacts.isOpen(sign.target, sign.askerMac);
    const file = isOpen ? (this.evidence?.keep(this.nowUs, octets, originalLength) ?? null) : null;
    if (this.contacts.packet(contact, octets.subarray(sign.payloadAt, sign.payloadEnd), file, this.nowUs)) this.counts.toDark++;
    this.machine.take(contact, this.nowUs);
  }

  private act(action: Action): void {
    const outgoing = frameOf(action, this.speaker);
    const sent = outgoing !== undefined && this.transmitter?.send(outgoing);
    // Not at once: the machine is in the middle of a step.
    if (!sent && action.kind === 'probe') queueMicrotask(() => this.machine.probeFailed(action.target, this.clock()));
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
    let dropped = 0;
    for (const socket of this.sockets) dropped += droppedOf(socket);
    this.counts.dropped += dropped;
    if (dropped > 0) this.machine.framesLost(nowUs);
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
    this.handOut(false);
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
    for (const name of ['housekeeping', 'guard', 'health', 'minute'] as const) this.dueAtUs[name] = 0;
  }

  /** Addresses and routes come and go. With none left, what was known stays: nothing can be sent then anyway. */
  private followOwnEnd(): void {
    try {
      const end = serviceEnd(this.options.service);
      if (end.mac !== this.end.mac || sameEnd(end, this.end)) return;
      this.machine.link.renew(end);
      this.speaker = { mac: end.mac, addresses: end.addresses.map(({ address }) => address) };
    } catch {
      // The port is down.
    }
  }

  private handOut(all: boolean): void {
    const { sensor, service, mode } = this.options;
    const nowUs = this.clock();
    const named = { sensor, interface: service };
    const usage = this.usage.takeSpans(spansOfTurn, all).map((span) => ({ ...named, ...span, evidence: [...span.evidence] }));
    const slices = mode === 'off' ? [] : this.contacts.takeSlices(nowUs, all);
    const dark = slices.map((slice) => ({ ...named, mode: mode as 'dry-run' | 'answer', ...slice }));
    const visibility = this.visibility.takeRecords().map((record) => ({ ...named, ...record }));
    const claims = this.changes.splice(0);
    if (usage.length + dark.length + claims.length + visibility.length === 0) return;
    if (!this.sink.records({ usage, claims, dark, visibility })) this.changesNotRecorded += claims.length;
  }

  health(): DarkHealth {
    const { machine, counts, usage, contacts, transmitter } = this;
    return {
      at: this.clock(),
      mode: this.options.mode,
      paused: machine.pausedBecause ?? null,
      notes: [...(transmitter?.notes ?? []), ...(this.evidence?.trouble === undefined ? [] : [this.evidence.trouble])],
      visibility: this.visibility.current,
      solicitationsHeard: machine.heard,
      solicitationsRefused: Object.fromEntries(machine.refusals),
      claims: machine.size,
      askersTold: counts.told,
      framesReceived: counts.received,
      framesDropped: counts.dropped,
      framesSent: Object.fromEntries(transmitter?.sent ?? []),
      framesNotSent: transmitter?.failed ?? 0,
      addressesKnown: usage.size,
      addressesRefused: usage.refused,
      contactsOpen: contacts.size,
      packetsToDark: counts.toDark,
      packetsUnclaimed: contacts.unclaimedPackets,
      changesNotRecorded: this.changesNotRecorded,
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

function isUp(socket: ControlSocket): boolean {
  try {
    return socket.isUp();
  } catch {
    return false;
  }
}

function droppedOf(socket: ControlSocket): number {
  try {
    return socket.takeDropped();
  } catch {
    return 0;
  }
}
