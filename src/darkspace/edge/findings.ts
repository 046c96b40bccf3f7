/**
 * What the watch found, until it is handed out: who used which address, changes of claims, and contacts with dark addresses, whose packets
 * go to the capture files. Each kind is bounded where it is kept.
 */

import type { Microseconds } from '../../base/time.ts';
import { AddressUsage } from '../addressUsage.ts';
import type { Asker, Claim } from '../claim.ts';
import { ClaimChanges } from '../claimChanges.ts';
import { Contacts } from '../contacts.ts';
import type { ContactSign } from '../sign.ts';
import { EvidenceFiles } from './evidenceFiles.ts';
import type { HeardFrame } from './linkEar.ts';
import type { DarkRecords, DarkWatchOptions } from './message.ts';
import type { VerdictRow } from './visibilityTest.ts';

const mostAddresses = 65_536;
const mostContacts = 16_384;
/** Rows of a kind that are handed out in one go: thousands at once would hold up an answer. */
const rowsOfTurn = 500;

export class Findings {
  readonly usage: AddressUsage;
  readonly changes: ClaimChanges;
  readonly contacts: Contacts;
  readonly evidence: EvidenceFiles | undefined;
  /** Askers that were told, packets to dark addresses, rows that were taken. */
  readonly counts = { told: 0, toDark: 0, handedOut: 0 };

  /** Throws where the folder of the capture files cannot be made. */
  constructor(private readonly options: DarkWatchOptions) {
    const { sensor, service, mode, ownerMemoryUs, evidence } = options;
    this.usage = new AddressUsage({ memoryUs: ownerMemoryUs, mostAddresses });
    // Nobody is answered in `off`, so that no claim and no contact begins.
    const place = { sensor, interface: service, mode: mode === 'answer' ? mode : 'dry-run' } as const;
    this.changes = new ClaimChanges(place);
    this.contacts = new Contacts(mostContacts, place);
    if (evidence && mode === 'answer') this.evidence = new EvidenceFiles(evidence.folder, service, evidence.limits);
  }

  /** An asker was told that the target of the claim is here: what it sends from now on is a contact. */
  told(claim: Claim, asker: Asker, atUs: Microseconds): void {
    this.counts.told++;
    this.contacts.begin(claim, asker, atUs);
  }

  /** A packet to the MAC address of this box; of the frame, what is kept is copied. */
  packet(sign: ContactSign, { octets, at, end, originalLength }: HeardFrame, nowUs: Microseconds): void {
    const isOpen = this.contacts.isOpen(sign.target, sign.askerMac);
    const file = isOpen ? (this.evidence?.keep(nowUs, octets.subarray(at, end), originalLength) ?? null) : null;
    if (this.contacts.packet(sign, octets.subarray(sign.payloadAt, sign.payloadEnd), file, nowUs)) this.counts.toDark++;
  }

  /** Called once a minute. */
  beginMinute(nowUs: Microseconds): void {
    this.changes.beginMinute();
    this.usage.forget(nowUs);
  }

  /**
   * Takes the next rows, up to 500 of a kind; with `all`, also what is not due yet. Returns `undefined` where there are none.
   * @param verdicts of the visibility test, which go with them
   */
  take(verdicts: readonly VerdictRow[], all: boolean, nowUs: Microseconds): DarkRecords | undefined {
    const { sensor, service } = this.options;
    const named = { sensor, interface: service };
    const usage = this.usage.takeSpans(rowsOfTurn, all).map((span) => ({ ...named, ...span, evidence: [...span.evidence] }));
    const dark = this.contacts.takeSlices(nowUs, all, rowsOfTurn);
    const visibility = verdicts.map((verdict) => ({ ...named, ...verdict }));
    const claims = this.changes.take(rowsOfTurn);
    const rows = usage.length + dark.length + claims.length + visibility.length;
    this.counts.handedOut += rows;
    return rows === 0 ? undefined : { usage, claims, dark, visibility };
  }
}
