/** Which address a client was told for a name: answers of DNS, mDNS, LLMNR and NBNS become name records. */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { NameRecord } from '../record/sighting.ts';
import type { DnsMessage } from '../wire/dns.ts';
import { type DnsRecord, dnsType } from '../wire/dnsRecord.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';
import type { NbnsMessage } from '../wire/nbns.ts';
import type { PlainAnswer } from '../wire/plainAnswer.ts';
import { ToldName } from './toldName.ts';

/** Bounds of one answer; what is beyond them is left out and counted. */
const namesPerAnswer = 64;
const recordsPerAnswer = 128;
/** Links of a chain of aliases that are followed. */
const aliasesFollowed = 16;
/** Records of an answer that need no index. */
const recordsLookedThrough = 16;

/** To whom an answer went and from whom it came. */
export interface AnswerContext {
  readonly frame: number;
  readonly atUs: Microseconds;
  readonly clientMac: Mac | null;
  readonly clientAddress: Address;
  readonly server: Address;
}

export class Names {
  /** Names and addresses beyond the bounds of one answer. */
  leftOut = 0;
  private readonly told = new ToldName();

  constructor(
    private readonly capture: string,
    private readonly write: (record: NameRecord) => void,
    private readonly tell: (told: ToldName) => void,
  ) {}

  /** A message of DNS that is plain: as `learnDns` does with what `readDns` makes of it. */
  learnPlain(answer: PlainAnswer, batch: HeaderBatch, row: number, atUs: Microseconds): void {
    const { told } = this;
    if (answer.count > 0) told.begin(answer, batch, row, atUs);
    for (let i = 0; i < answer.count; i++) {
      told.take(answer, i);
      this.tell(told);
    }
  }

  /** A message of DNS, mDNS or LLMNR. Questions, failures and empty answers teach nothing. */
  learnDns(message: DnsMessage, evidence: 'dns' | 'mdns' | 'llmnr', context: AnswerContext): void {
    if (!message.isResponse || message.responseCode !== 0 || message.opcode !== 0) return;
    // Answers of mDNS repeat no question (RFC 6762 §6): each record answers for its own name, wherever it stands.
    const records = evidence === 'mdns' ? [...message.answers, ...message.additionals] : message.answers;
    const repeatsQuestion = message.questions.length > 0 && evidence !== 'mdns';
    const names = repeatsQuestion ? message.questions : records.filter(hasAddress);
    const distinct = names.length > 1 ? [...new Set(names.map(({ name }) => name))] : names.map(({ name }) => name);
    this.leftOut += Math.max(0, distinct.length - namesPerAnswer);
    const answer = new Answer(records);
    for (const name of distinct.slice(0, namesPerAnswer)) answer.follow(name);
    this.leftOut += answer.leftOut;
    for (const { name, address, ttlSeconds, isHint } of answer.given)
      this.emit(name, address, ttlSeconds, isHint ? 'https-record' : evidence, context);
  }

  /** An answer of the NetBIOS name service. Group names belong to no machine. */
  learnNbns(message: NbnsMessage, context: AnswerContext): void {
    if (!message.isResponse || message.responseCode !== 0 || message.opcode !== 0) return;
    let written = 0;
    for (const { name, addresses, ttlSeconds, isGroup } of message.records) {
      if (isGroup || name === '' || name === '*') continue;
      for (const address of addresses) {
        if (written++ >= recordsPerAnswer) this.leftOut++;
        else this.emit(name.toLowerCase(), address, ttlSeconds, 'nbns', context);
      }
    }
  }

  private emit(name: string, address: Address, ttlSeconds: number, evidence: NameRecord['evidence'], context: AnswerContext): void {
    const { frame, atUs, clientMac, clientAddress, server } = context;
    const until = atUs + ttlSeconds * second;
    this.write({ capture: this.capture, frame, clientMac, clientAddress, name, address, from: atUs, until, evidence, server });
  }
}

function groupByName(records: readonly DnsRecord[]): Map<string, DnsRecord[]> {
  const groups = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const group = groups.get(record.name);
    if (group) group.push(record);
    else groups.set(record.name, [record]);
  }
  return groups;
}

/** Of two times of life. A whole number stays one: a record with a fraction is another shape to those who read it. */
function shorter(known: number | undefined, seconds: number): number {
  return known !== undefined && known < seconds ? known : seconds;
}

function hasAddress(record: DnsRecord): boolean {
  return record.address !== undefined;
}

interface GivenAddress {
  readonly name: string;
  readonly address: Address;
  readonly ttlSeconds: number;
  /** From ipv4hint or ipv6hint of an HTTPS record (RFC 9460 §7.3). */
  readonly isHint: boolean;
}

/** The records of one answer, and the addresses that they give to names. */
class Answer {
  /** Pairs of name and address, each once: the first one counts. */
  readonly given: GivenAddress[] = [];
  /** Pairs beyond the bound. */
  leftOut = 0;
  private readonly byName: ReadonlyMap<string, readonly DnsRecord[]> | undefined;

  constructor(private readonly records: readonly DnsRecord[]) {
    // Few are looked through sooner than sorted; of many, a chain of aliases would look through all of them for each of its links.
    this.byName = records.length > recordsLookedThrough ? groupByName(records) : undefined;
  }

  /**
   * The addresses of `name` and of what it is an alias for (CNAME: RFC 1034 §3.6.2; HTTPS in alias form: RFC 9460 §2.4.2). All
   * count for the name that was asked for, as long as the shortest-lived record on the way. To be asked once for each name.
   */
  follow(name: string): void {
    const first = this.given.length;
    const visited: string[] = [];
    let current: string | undefined = name;
    let shortest: number | undefined;
    while (current !== undefined && !visited.includes(current) && visited.length < aliasesFollowed) {
      visited.push(current);
      let alias: DnsRecord | undefined;
      for (const record of this.candidates(current)) {
        if (record.name !== current) continue;
        const ttlSeconds = shorter(shortest, record.ttlSeconds);
        if (record.address !== undefined) this.add(first, name, record.address, ttlSeconds, false);
        for (const address of record.addressHints ?? []) this.add(first, name, address, ttlSeconds, true);
        if (record.type === dnsType.cname) alias ??= record;
      }
      if (alias) shortest = shorter(shortest, alias.ttlSeconds);
      current = alias?.target;
    }
  }

  /** All records of that name, others perhaps among them. */
  private candidates(name: string): readonly DnsRecord[] {
    return this.byName ? (this.byName.get(name) ?? []) : this.records;
  }

  /** @param first where the addresses of `name` begin */
  private add(first: number, name: string, address: Address, ttlSeconds: number, isHint: boolean): void {
    const { given } = this;
    for (let i = first; i < given.length; i++) if (given[i]?.address === address && given[i]?.isHint === isHint) return;
    if (given.length >= recordsPerAnswer) this.leftOut++;
    else given.push({ name, address, ttlSeconds, isHint });
  }
}
