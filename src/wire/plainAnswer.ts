/**
 * The answers that nearly all traffic of DNS is made of, in one pass and without an object: one question, whose name needs no escape and no
 * lower case, and addresses that are given to that name by a pointer to it (RFC 1035 §4.1.4); EDNS at most (RFC 6891) beside them. What they say is
 * what `readDns` would say; whatever is less plain, or broken, is left to that, which alone decides about faults.
 */

import { isPlainInName, longestName } from './dnsName.ts';
import { dnsType } from './dnsRecord.ts';

const [headerLength, questionTail, recordTail, optLength] = [12, 4, 10, 11];
/** Of the flags: an answer, opcode and response code; the answer to a query that did not fail (RFC 1035 §4.1.1). */
const [shapeMask, successfulAnswer] = [0xf80f, 0x8000];
const pointerToQuestion = 0xc000 | headerLength;
const longestLabel = 63;
/** Records of one answer that are read. */
const mostRecords = 32;
/** The third word of an IPv4-mapped address. */
const mapped = 0xffff;

export class PlainAnswer {
  /** Addresses that the answer gives. */
  count = 0;
  /** Four words each, most significant first, IPv4-mapped for IPv4; each address once. */
  readonly addresses = new Uint32Array(mostRecords * 4);
  readonly ttlSeconds = new Uint32Array(mostRecords);
  /** The name that was asked for: labels at `[nameAt, nameEnd)` in the octets that were read, each behind its length, without the root. */
  nameAt = 0;
  nameEnd = 0;

  /** False: not plain, and what stands here means nothing. Nothing is copied of the name. */
  read(octets: DataView, at: number, end: number): boolean {
    if (end - at < headerLength || (octets.getUint16(at + 2) & shapeMask) !== successfulAnswer) return false;
    const answers = octets.getUint16(at + 6);
    const additionals = octets.getUint16(at + 10);
    // One question, no authority.
    if (octets.getUint16(at + 4) !== 1 || octets.getUint16(at + 8) !== 0 || answers > mostRecords || additionals > 1) return false;
    const questionEnd = this.readName(octets, at + headerLength, end) + questionTail;
    if (questionEnd < at || questionEnd > end) return false;
    let next = questionEnd;
    this.count = 0;
    for (let i = 0; i < answers; i++) {
      next = this.readRecord(octets, next, end);
      if (next < 0) return false;
    }
    return additionals === 0 || isOptions(octets, next, end);
  }

  /** Returns where it ends; far below 0 where it is not plain. */
  private readName(octets: DataView, at: number, end: number): number {
    const notPlain = -1 - questionTail;
    let labelAt = at;
    for (;;) {
      if (labelAt >= end) return notPlain;
      const length = octets.getUint8(labelAt);
      if (length === 0) break;
      if (length > longestLabel || labelAt + length >= end) return notPlain;
      const labelEnd = labelAt + length;
      for (let i = labelAt + 1; i <= labelEnd; i++) if (!isPlainInName(octets.getUint8(i))) return notPlain;
      labelAt = labelEnd + 1;
    }
    // The root has no label.
    if (labelAt === at || labelAt + 1 - at > longestName) return notPlain;
    this.nameAt = at;
    this.nameEnd = labelAt;
    return labelAt + 1;
  }

  /** Returns where the next one begins; below 0 where it is not plain. */
  private readRecord(octets: DataView, at: number, end: number): number {
    const dataAt = at + 2 + recordTail;
    if (dataAt > end || octets.getUint16(at) !== pointerToQuestion) return -1;
    const type = octets.getUint16(at + 2);
    const length = octets.getUint16(at + 10);
    const isIpv4 = type === dnsType.a && length === 4;
    if (dataAt + length > end || !(isIpv4 || (type === dnsType.aaaa && length === 16))) return -1;
    const { addresses, count } = this;
    for (let i = 0; i < 4; i++) {
      const given = isIpv4 ? 0 : octets.getUint32(dataAt + i * 4);
      addresses[count * 4 + i] = given;
    }
    if (isIpv4) {
      addresses[count * 4 + 2] = mapped;
      addresses[count * 4 + 3] = octets.getUint32(dataAt);
    }
    this.ttlSeconds[count] = octets.getUint32(at + 6);
    // Of an address that is given twice the first record counts.
    if (!this.hasLast(count)) this.count++;
    return dataAt + length;
  }

  /** Whether the address behind the first `count` is one of them. */
  private hasLast(count: number): boolean {
    const { addresses } = this;
    for (let i = 0; i < count; i++) {
      let word = 0;
      while (word < 4 && addresses[i * 4 + word] === addresses[count * 4 + word]) word++;
      if (word === 4) return true;
    }
    return false;
  }
}

/** An OPT record, whose name is the root (RFC 6891 §6.1.2). */
function isOptions(octets: DataView, at: number, end: number): boolean {
  if (at + optLength > end || octets.getUint8(at) !== 0 || octets.getUint16(at + 1) !== dnsType.opt) return false;
  return at + optLength + octets.getUint16(at + 9) <= end;
}
