/** What askers sent to the dark addresses that they were told: counted per claim and asker, and handed out in slices. */

import type { Address, Mac } from '../base/address.ts';
import type { Microseconds } from '../base/time.ts';
import { minute, second } from '../base/time.ts';
import type { DarkRecord } from '../record/dark.ts';
import { ipProtocol } from '../wire/ipv4.ts';
import type { Asker, Claim } from './claim.ts';
import type { ContactSign } from './sign.ts';

/** What the box adds to each slice. */
export type ContactPlace = Pick<DarkRecord, 'sensor' | 'interface' | 'mode'>;

interface Contact {
  readonly claim: Claim;
  readonly asker: Asker;
  slice: number;
  fromUs: Microseconds;
  /** Solicitations that earlier slices told of. */
  solicitationsTold: number;
  packets: number;
  octets: number;
  firstAtUs: Microseconds | null;
  lastAtUs: Microseconds | null;
  readonly services: Map<string, { protocol: number; port: number | null; packets: number }>;
  payload: string | null;
  evidence: string | null;
  writtenAtUs: Microseconds;
  ended: string | null;
}

/** A port scan of one address: what comes beyond is counted with the protocol alone. */
const mostServices = 64;
/** The first slice with packets is written soon, so that a contact shows up within seconds; later ones each minute. */
const firstSliceAfter: Microseconds = 2 * second;
const sliceEvery: Microseconds = minute;
/** Each contact is looked at so often. */
const lookEvery: Microseconds = second / 2;

export class Contacts {
  private readonly contacts = new Map<bigint, Contact>();
  private finished: DarkRecord[] = [];
  private nextLookUs: Microseconds = Number.NEGATIVE_INFINITY;
  /** Contacts that found no room, slices that nobody took in time, and packets to addresses that are held for nobody. */
  refused = 0;
  slicesLost = 0;
  unclaimedPackets = 0;

  constructor(
    private readonly mostContacts: number,
    private readonly place: ContactPlace,
  ) {}

  get size(): number {
    return this.contacts.size;
  }

  begin(claim: Claim, asker: Asker, nowUs: Microseconds): void {
    if (this.contacts.size >= this.mostContacts) {
      this.refused++;
      return;
    }
    const contact: Contact = {
      claim,
      asker,
      slice: 0,
      fromUs: nowUs,
      solicitationsTold: 0,
      packets: 0,
      octets: 0,
      firstAtUs: null,
      lastAtUs: null,
      services: new Map(),
      payload: null,
      evidence: null,
      writtenAtUs: nowUs,
      ended: null,
    };
    this.contacts.set(keyOf(claim.target, asker.mac), contact);
    this.finish(contact, nowUs);
  }

  /**
   * A packet to this box. Returns whether it went to an address that is held for its sender.
   * @param payload start of its data, borrowed
   * @param evidence the capture file that keeps it
   */
  packet(sign: ContactSign, payload: Uint8Array, evidence: string | null, atUs: Microseconds): boolean {
    const contact = this.contacts.get(keyOf(sign.target, sign.askerMac));
    if (!contact) {
      this.unclaimedPackets++;
      return false;
    }
    contact.packets++;
    contact.octets += sign.octets;
    contact.firstAtUs ??= atUs;
    contact.lastAtUs = atUs;
    contact.evidence = evidence;
    // What an echo request carries is filler.
    if (!isIcmp(sign.protocol)) contact.payload ??= payload.length > 0 ? summarise(payload) : null;
    count(contact, sign);
    return true;
  }

  /** Whether a packet from `askerMac` to `target` is one that `packet` would count. */
  isOpen(target: Address, askerMac: Mac): boolean {
    return this.contacts.has(keyOf(target, askerMac));
  }

  /** The claim is over: the last slices of its contacts are cut. */
  end(claim: Claim, because: string, nowUs: Microseconds): void {
    for (const mac of claim.askers.keys()) {
      const key = keyOf(claim.target, mac);
      const contact = this.contacts.get(key);
      if (contact?.claim !== claim) continue;
      contact.ended = because;
      this.finish(contact, nowUs);
      this.contacts.delete(key);
    }
  }

  /** Up to `most` of the slices that are due at `nowUs`; with `all`, also what has come since the last one of every contact. */
  takeSlices(nowUs: Microseconds, all = false, most = Number.POSITIVE_INFINITY): DarkRecord[] {
    if (all || nowUs >= this.nextLookUs) {
      this.nextLookUs = nowUs + lookEvery;
      for (const contact of this.contacts.values()) {
        if (contact.packets === 0 && contact.asker.solicitations === contact.solicitationsTold) continue;
        const after = contact.slice <= 1 ? firstSliceAfter : sliceEvery;
        if (all || nowUs - contact.writtenAtUs >= after) this.finish(contact, nowUs);
      }
    }
    if (this.finished.length > most) return this.finished.splice(0, most);
    const taken = this.finished;
    this.finished = [];
    return taken;
  }

  private finish(contact: Contact, nowUs: Microseconds): void {
    const slice = this.cut(contact, nowUs);
    if (this.finished.length < 2 * this.mostContacts) this.finished.push(slice);
    else this.slicesLost++;
  }

  private cut(contact: Contact, nowUs: Microseconds): DarkRecord {
    const { claim, asker } = contact;
    const { sensor, interface: service, mode } = this.place;
    const slice: DarkRecord = {
      sensor,
      interface: service,
      mode,
      askerMac: asker.mac,
      askerAddress: asker.address,
      target: claim.target,
      solicitedAt: claim.solicitedAtUs,
      probesAt: [...claim.probesAtUs.filter((probeUs) => probeUs <= (claim.decidedAtUs ?? nowUs))],
      claimedAt: claim.decidedAtUs ?? nowUs,
      toldAt: asker.toldAtUs ?? nowUs,
      slice: contact.slice,
      from: contact.fromUs,
      to: nowUs,
      solicitations: asker.solicitations - contact.solicitationsTold,
      packets: contact.packets,
      octets: contact.octets,
      firstAt: contact.firstAtUs,
      lastAt: contact.lastAtUs,
      services: [...contact.services.values()].map((one) => ({ ...one })),
      payload: contact.payload,
      evidence: contact.evidence,
      ended: contact.ended,
    };
    contact.slice++;
    contact.fromUs = nowUs;
    contact.writtenAtUs = nowUs;
    contact.solicitationsTold = asker.solicitations;
    contact.packets = 0;
    contact.octets = 0;
    contact.firstAtUs = null;
    contact.lastAtUs = null;
    contact.services.clear();
    return slice;
  }
}

function isIcmp(protocol: number): boolean {
  return protocol === ipProtocol.icmp || protocol === ipProtocol.icmpv6;
}

function keyOf(target: Address, mac: Mac): bigint {
  return (target << 48n) | BigInt(mac);
}

function count(contact: Contact, { protocol, port }: ContactSign): void {
  const exact = `${protocol} ${port}`;
  const key = contact.services.has(exact) || contact.services.size < mostServices ? exact : `${protocol} null`;
  const service = contact.services.get(key);
  if (service) service.packets++;
  else contact.services.set(key, { protocol, port: key === exact ? port : null, packets: 1 });
}

const longestSummary = 80;

/** Text where it is text, else hexadecimal digits. */
export function summarise(payload: Uint8Array): string {
  const start = payload.subarray(0, longestSummary);
  const isText = start.length > 0 && start.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 9 || octet === 10 || octet === 13);
  if (isText) return Array.from(start, (octet) => (octet < 0x20 ? ' ' : String.fromCharCode(octet))).join('');
  return Array.from(start.subarray(0, 32), (octet) => octet.toString(16).padStart(2, '0')).join(' ');
}
