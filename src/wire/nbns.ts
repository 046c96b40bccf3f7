/** NetBIOS name service (RFC 1002 §4.2): the form of DNS, with encoded names and records of its own. */

import type { Address } from '../base/address.ts';
import { type Decoded, Fault, type Region, uint16 } from '../base/octets.ts';
import { readDns } from './dns.ts';
import type { DnsRecord } from './dnsRecord.ts';
import { ipv4AddressAt } from './ipv4.ts';
import { appendNetbiosName, decodeNetbiosName, type NetbiosName } from './netbiosName.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const nbnsPort = 137;
export const nbnsType = { name: 0x20, status: 0x21 } as const;
export const nbnsOpcode = { query: 0, registration: 5, release: 6, wait: 7, refresh: 8, refreshAlternative: 9, multiHomed: 15 } as const;

export interface NbnsQuestion extends NetbiosName {
  readonly type: number;
}

export interface NbnsRecord extends NetbiosName {
  readonly type: number;
  readonly ttlSeconds: number;
  /** Who has the name: of records of type `name`. */
  readonly addresses: readonly Address[];
  /** The name belongs to a group of machines, not to one. */
  readonly isGroup: boolean;
}

export interface NbnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  /** Of `nbnsOpcode`. */
  readonly opcode: number;
  readonly responseCode: number;
  readonly questions: readonly NbnsQuestion[];
  /** Answers of responses; of registrations and refreshes the additional record with the claimed address. */
  readonly records: readonly NbnsRecord[];
  readonly fault: Fault | undefined;
}

/** Names that are not 32 letters A to P are left out. Everything returned is copied. */
export function readNbns(region: Region): Decoded<NbnsMessage> {
  const message = readDns(region);
  if (message === undefined || message instanceof Fault) return message;
  const { id, isResponse, opcode, responseCode, fault } = message;
  const questions = message.questions.flatMap(({ name, type }) => {
    const netbios = decodeNetbiosName(firstLabel(name));
    return netbios ? [{ ...netbios, type }] : [];
  });
  const records = [...message.answers, ...message.additionals].flatMap((record) => readRecord(region.octets, record));
  return { id, isResponse, opcode, responseCode, questions, records, fault };
}

/** The labels after the first are a scope (RFC 1001 §9). */
function firstLabel(name: string): string {
  return name.split('.', 1)[0] ?? '';
}

/** Data of a name record: any number of flags (two octets) and address (RFC 1002 §4.2.1.3). */
function readRecord(octets: Uint8Array, record: DnsRecord): NbnsRecord[] {
  const netbios = decodeNetbiosName(firstLabel(record.name));
  if (!netbios) return [];
  const addresses: Address[] = [];
  const isName = record.type === nbnsType.name;
  for (let i = 0; isName && i + 6 <= record.dataLength; i += 6) addresses.push(ipv4AddressAt(octets, record.dataAt + i + 2));
  const isGroup = isName && record.dataLength >= 6 && (uint16(octets, record.dataAt) & 0x8000) !== 0;
  return [{ ...netbios, type: record.type, ttlSeconds: record.ttlSeconds, addresses, isGroup }];
}

/** A broadcast query for a name, as a machine without a name server sends it. */
export function encodeNbnsQuery(fields: NetbiosName & { readonly id: number }): Uint8Array {
  const builder = new OctetBuilder().uint16(fields.id).uint16(0x0110).uint16(1).uint16(0).uint16(0).uint16(0);
  appendNetbiosName(builder, fields);
  return builder.uint16(nbnsType.name).uint16(1).finish();
}

export interface NbnsClaimFields extends NetbiosName {
  readonly id: number;
  readonly address: Address;
  readonly ttlSeconds: number;
}

/** A positive answer (RFC 1002 §4.2.13). */
export function encodeNbnsResponse(fields: NbnsClaimFields): Uint8Array {
  const builder = new OctetBuilder().uint16(fields.id).uint16(0x8500).uint16(0).uint16(1).uint16(0).uint16(0);
  appendNetbiosName(builder, fields);
  return appendClaim(builder, fields);
}

/** A broadcast registration (RFC 1002 §4.2.2): a machine says that a name is its own. */
export function encodeNbnsRegistration(fields: NbnsClaimFields): Uint8Array {
  const builder = new OctetBuilder().uint16(fields.id).uint16(0x2910).uint16(1).uint16(0).uint16(0).uint16(1);
  appendNetbiosName(builder, fields);
  // The additional record's name points to the question (offset 12).
  builder.uint16(nbnsType.name).uint16(1).uint16(0xc00c);
  return appendClaim(builder, fields);
}

function appendClaim(builder: OctetBuilder, fields: NbnsClaimFields): Uint8Array {
  builder.uint16(nbnsType.name).uint16(1).uint32(fields.ttlSeconds).uint16(6).uint16(0);
  return builder.ipv4(fields.address).finish();
}
