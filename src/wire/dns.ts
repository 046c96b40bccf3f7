/** Domain Name System messages (RFC 1035 §4; AAAA: RFC 3596, SRV: RFC 2782, SVCB and HTTPS: RFC 9460). mDNS and LLMNR share the form. */

import { type Address, isIpv4 } from '../base/address.ts';
import { type Decoded, Fault, type Region, uint16, uint32, within, withinFrom } from '../base/octets.ts';
import { NameWriter, readName } from './dnsName.ts';
import { type DnsRecord, dnsType, fillInData, type RecordDraft } from './dnsRecord.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const dnsClassInternet = 1;

export interface DnsQuestion {
  /** Lower case, without a trailing dot; see `dnsName.ts`. */
  readonly name: string;
  readonly type: number;
  /** Without the top bit. */
  readonly class: number;
  /** mDNS: the answer may be unicast (RFC 6762 §5.4). */
  readonly unicastResponse: boolean;
}

export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly responseCode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Where reading stopped before the message's counts were fulfilled: what stands before it was read. */
  readonly fault: Fault | undefined;
}

const headerLength = 12;
/** A pointer to the first name of a message, which is that of its question: as a rule what an answer begins with (RFC 1035 §4.1.4). */
const pointerToFirstName = 0xc000 | headerLength;

/**
 * Lax: a message whose header and first question can be read is returned, with `fault` where the rest could not. A fault instead of a
 * message when not even that can be read. Everything returned is copied. The work is bounded by the octets: each entry takes at least five.
 */
export function readDns(region: Region): Decoded<DnsMessage> {
  const fault = within(region, headerLength, 'dns');
  if (fault) return fault;
  const { octets, at } = region;
  const flags = uint16(octets, at + 2);
  const walk = new MessageWalk(region);
  const questions = walk.questions(uint16(octets, at + 4));
  if (walk.fault && questions.length === 0) return walk.fault;
  const answers = walk.records(uint16(octets, at + 6));
  const authorities = walk.records(uint16(octets, at + 8));
  const additionals = walk.records(uint16(octets, at + 10));
  return {
    id: uint16(octets, at),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >>> 11) & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    responseCode: flags & 0xf,
    questions,
    answers,
    authorities,
    additionals,
    fault: walk.fault,
  };
}

/** Walks the sections of one message and stops for good at the first fault. */
class MessageWalk {
  fault: Fault | undefined;
  private at: number;
  private firstName: string | undefined;

  constructor(private readonly message: Region) {
    this.at = message.at + headerLength;
  }

  questions(count: number): DnsQuestion[] {
    const questions: DnsQuestion[] = [];
    for (let i = 0; i < count && !this.fault; i++) {
      const name = this.name(4);
      if (name === undefined) break;
      const { octets } = this.message;
      const wire = uint16(octets, this.at + 2);
      questions.push({ name, type: uint16(octets, this.at), class: wire & 0x7fff, unicastResponse: wire >= 0x8000 });
      this.at += 4;
    }
    return questions;
  }

  records(count: number): DnsRecord[] {
    const records: DnsRecord[] = [];
    for (let i = 0; i < count && !this.fault; i++) {
      const name = this.name(10);
      if (name === undefined) break;
      const { octets } = this.message;
      const type = uint16(octets, this.at);
      const wire = uint16(octets, this.at + 2);
      const ttlSeconds = uint32(octets, this.at + 4);
      const dataLength = uint16(octets, this.at + 8);
      const dataAt = this.at + 10;
      this.fault = withinFrom(this.message, dataAt, dataLength, 'dns.record');
      if (this.fault) break;
      const isOpt = type === dnsType.opt;
      const cacheFlush = !isOpt && wire >= 0x8000;
      const record: RecordDraft = { name, type, class: isOpt ? wire : wire & 0x7fff, cacheFlush, ttlSeconds, dataAt, dataLength };
      this.fault = fillInData(record, this.message);
      if (this.fault) break;
      records.push(record);
      this.at = dataAt + dataLength;
    }
    return records;
  }

  /** The name at the cursor, which then stands after it with at least `needed` octets to come. */
  private name(needed: number): string | undefined {
    const { message, at, firstName } = this;
    if (firstName !== undefined && at + 2 + needed <= message.end && uint16(message.octets, at) === pointerToFirstName) {
      this.at += 2;
      return firstName;
    }
    const read = readName(message, at);
    if (read instanceof Fault) {
      this.fault = read;
      return undefined;
    }
    this.fault = withinFrom(message, read.nextAt, needed, 'dns');
    this.at = read.nextAt;
    if (this.fault) return undefined;
    if (at === message.at + headerLength) this.firstName = read.name;
    return read.name;
  }
}

export interface DnsQueryFields {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** Off for mDNS and LLMNR. */
  readonly recursionDesired?: boolean;
  /** mDNS: ask for a unicast answer. */
  readonly unicastResponse?: boolean;
}

export function encodeDnsQuery(fields: DnsQueryFields): Uint8Array {
  const builder = new OctetBuilder().uint16(fields.id).uint16(fields.recursionDesired === false ? 0 : 0x0100);
  builder.uint16(1).uint16(0).uint16(0).uint16(0);
  new NameWriter(builder).write(fields.name);
  return builder
    .uint16(fields.type)
    .uint16(dnsClassInternet | (fields.unicastResponse ? 0x8000 : 0))
    .finish();
}

/** One record to be written: with `address`, or with `target`. */
export interface DnsAnswerFields {
  readonly name: string;
  readonly ttlSeconds: number;
  /** Unless given, A or AAAA by the address, CNAME for a target. */
  readonly type?: number;
  readonly address?: Address;
  readonly target?: string;
  readonly cacheFlush?: boolean;
}

export interface DnsResponseFields {
  readonly id: number;
  readonly questions: readonly { readonly name: string; readonly type: number }[];
  readonly answers: readonly DnsAnswerFields[];
  readonly responseCode?: number;
  readonly authoritative?: boolean;
  readonly recursionAvailable?: boolean;
}

export function encodeDnsResponse(fields: DnsResponseFields): Uint8Array {
  const flags =
    0x8000 | (fields.authoritative ? 0x0400 : 0) | (fields.recursionAvailable === false ? 0 : 0x0180) | (fields.responseCode ?? 0);
  const builder = new OctetBuilder().uint16(fields.id).uint16(flags);
  builder.uint16(fields.questions.length).uint16(fields.answers.length).uint16(0).uint16(0);
  const names = new NameWriter(builder);
  for (const { name, type } of fields.questions) {
    names.write(name);
    builder.uint16(type).uint16(dnsClassInternet);
  }
  for (const answer of fields.answers) appendAnswer(builder, names, answer);
  return builder.finish();
}

function appendAnswer(builder: OctetBuilder, names: NameWriter, answer: DnsAnswerFields): void {
  const { address, target } = answer;
  const byAddress = address !== undefined && isIpv4(address) ? dnsType.a : dnsType.aaaa;
  const type = answer.type ?? (address === undefined ? dnsType.cname : byAddress);
  names.write(answer.name);
  builder
    .uint16(type)
    .uint16(dnsClassInternet | (answer.cacheFlush ? 0x8000 : 0))
    .uint32(answer.ttlSeconds);
  const lengthAt = builder.length;
  builder.uint16(0);
  // Priority, weight and port of SRV and the preference of MX are written as zero: nothing here reads them.
  if (type === dnsType.srv) builder.fill(6);
  if (type === dnsType.mx) builder.fill(2);
  if (address !== undefined && type === dnsType.a) builder.ipv4(address);
  if (address !== undefined && type === dnsType.aaaa) builder.ipv6(address);
  if (target !== undefined) names.write(target);
  builder.setUint16(lengthAt, builder.length - lengthAt - 2);
}
