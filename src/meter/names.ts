/** Which address a client was told for a name: answers of DNS, mDNS, LLMNR and NBNS become name records. */

import type { Address, Mac } from '../base/address.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { NameRecord } from '../record/sighting.ts';
import { type DnsMessage, type DnsRecord, dnsType } from '../wire/dns.ts';
import type { NbnsMessage } from '../wire/nbns.ts';

/** Bounds of one answer; what is beyond them is left out and counted. */
const namesPerAnswer = 64;
const recordsPerAnswer = 128;
/** Links of a chain of aliases that are followed. */
const aliasesFollowed = 16;

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

  constructor(
    private readonly capture: string,
    private readonly write: (record: NameRecord) => void,
  ) {}

  /** A message of DNS, mDNS or LLMNR. Questions, failures and empty answers teach nothing. */
  learnDns(message: DnsMessage, evidence: 'dns' | 'mdns' | 'llmnr', context: AnswerContext): void {
    if (!message.isResponse || message.responseCode !== 0 || message.opcode !== 0) return;
    const given = new Given(recordsPerAnswer);
    const asked = message.questions.map(({ name }) => name);
    // Answers of mDNS repeat no question (RFC 6762 §6): each record answers for its own name, wherever it stands.
    const records = evidence === 'mdns' ? [...message.answers, ...message.additionals] : message.answers;
    const names = asked.length > 0 && evidence !== 'mdns' ? asked : records.filter(hasAddress).map(({ name }) => name);
    const distinct = [...new Set(names)];
    this.leftOut += Math.max(0, distinct.length - namesPerAnswer);
    const byName = groupByName(records);
    for (const name of distinct.slice(0, namesPerAnswer)) follow(name, byName, given);
    this.leftOut += given.leftOut;
    for (const { name, address, ttlSeconds, isHint } of given.all)
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

/** Pairs of name and address, each once: the first one counts. */
class Given {
  leftOut = 0;
  private readonly pairs = new Map<string, GivenAddress>();

  constructor(private readonly most: number) {}

  get all(): Iterable<GivenAddress> {
    return this.pairs.values();
  }

  add(name: string, address: Address, ttlSeconds: number, isHint: boolean): void {
    const key = `${name} ${address} ${isHint}`;
    if (this.pairs.has(key)) return;
    if (this.pairs.size >= this.most) this.leftOut++;
    else this.pairs.set(key, { name, address, ttlSeconds, isHint });
  }
}

/**
 * The addresses of `name` and of what it is an alias for (CNAME: RFC 1034 §3.6.2; HTTPS in alias form: RFC 9460 §2.4.2). All
 * count for the name that was asked for, as long as the shortest-lived record on the way.
 */
function follow(name: string, records: ReadonlyMap<string, readonly DnsRecord[]>, given: Given): void {
  const visited = new Set<string>();
  let current: string | undefined = name;
  let shortest = Number.POSITIVE_INFINITY;
  while (current !== undefined && !visited.has(current) && visited.size < aliasesFollowed) {
    visited.add(current);
    let alias: DnsRecord | undefined;
    for (const record of records.get(current) ?? []) {
      const ttlSeconds = Math.min(shortest, record.ttlSeconds);
      if (record.address !== undefined) given.add(name, record.address, ttlSeconds, false);
      for (const address of record.addressHints ?? []) given.add(name, address, ttlSeconds, true);
      if (record.type === dnsType.cname) alias ??= record;
    }
    if (alias) shortest = Math.min(shortest, alias.ttlSeconds);
    current = alias?.target;
  }
}
