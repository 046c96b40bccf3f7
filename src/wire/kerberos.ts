/** Kerberos 5 (RFC 4120 §5.9.1): the clocks in a KRB-ERROR, the one message of it whose times are not encrypted. */

import {
  type Decoded,
  Fault,
  inner,
  latin1,
  looping,
  malformed,
  type Region,
  uint8,
  uint16,
  uint24,
  uint32,
  within,
} from '../base/octets.ts';
import { formatTime, type Microseconds, parseTime } from '../base/time.ts';
import { concatenate } from './octetBuilder.ts';

export const kerberosPort = 88;
/** [APPLICATION 30], SEQUENCE, GeneralizedTime, INTEGER (X.690 §8). */
const tag = { error: 0x7e, sequence: 0x30, time: 0x18, integer: 0x02, context: 0xa0 } as const;
/** Numbers of the fields of KRB-ERROR. */
const field = {
  version: 0,
  messageType: 1,
  clientTime: 2,
  clientMicroseconds: 3,
  serverTime: 4,
  serverMicroseconds: 5,
  errorCode: 6,
} as const;
const errorMessage = 30;
/** KRB-ERROR has thirteen fields. */
const mostFields = 16;

export interface KerberosError {
  readonly errorCode: number;
  /** The clock of the sender; `undefined` where it is no time. */
  readonly serverTimeUs: Microseconds | undefined;
  /** The clock of the receiver, given back to it; `undefined` where it is absent. */
  readonly clientTimeUs: Microseconds | undefined;
}

interface Element {
  readonly tag: number;
  readonly content: Region;
  /** Octets from its tag to its end. */
  readonly length: number;
}

/** A datagram, or what follows the four octets of length on TCP. `undefined` for every other message. */
export function readKerberosError(region: Region): Decoded<KerberosError> {
  const fault = within(region, 2, 'kerberos');
  if (fault) return fault;
  if (uint8(region.octets, region.at) !== tag.error) return undefined;
  const outer = readElement(region);
  if (outer instanceof Fault) return outer;
  const sequence = readElement(outer.content);
  if (sequence instanceof Fault) return sequence;
  if (sequence.tag !== tag.sequence) return malformed('kerberos', outer.content.at, 'kerberos.error is no sequence');
  const fields = readFields(sequence.content);
  if (fields instanceof Fault) return fields;
  if (integerIn(fields.get(field.version)) !== 5 || integerIn(fields.get(field.messageType)) !== errorMessage) return undefined;
  return {
    errorCode: integerIn(fields.get(field.errorCode)) ?? 0,
    serverTimeUs: timeIn(fields.get(field.serverTime), fields.get(field.serverMicroseconds)),
    clientTimeUs: timeIn(fields.get(field.clientTime), fields.get(field.clientMicroseconds)),
  };
}

/** On TCP the length stands in front (RFC 4120 §7.2.2). Only the first message of a segment is looked at. */
export function readKerberosErrorOverTcp(region: Region): Decoded<KerberosError> {
  const fault = within(region, 4, 'kerberos');
  if (fault) return fault;
  const length = uint32(region.octets, region.at);
  // The highest bit is reserved for extensions.
  return length >= 0x8000_0000 ? undefined : readKerberosError(inner(region, 4, length, 'kerberos.length'));
}

function readFields(region: Region): Map<number, Element> | Fault {
  const fields = new Map<number, Element>();
  let rest = region;
  while (rest.at < rest.end) {
    if (fields.size >= mostFields) return looping('kerberos', rest.at, 'kerberos.error has more than 16 fields');
    const outer = readElement(rest);
    if (outer instanceof Fault) return outer;
    const number = outer.tag - tag.context;
    if (number < 0 || number >= mostFields || fields.has(number))
      return malformed('kerberos', rest.at, 'kerberos.error has a field that is none');
    const value = readElement(outer.content);
    if (value instanceof Fault) return value;
    fields.set(number, value);
    rest = { ...rest, at: rest.at + outer.length };
  }
  return fields;
}

/** Tags of one octet and lengths of definite form (X.690 §8.1): Kerberos uses no other. */
function readElement(region: Region): Element | Fault {
  const fault = within(region, 2, 'kerberos');
  if (fault) return fault;
  const { octets, at } = region;
  const first = uint8(octets, at + 1);
  const lengthOctets = first < 0x80 ? 0 : first - 0x80;
  if (lengthOctets > 3 || first === 0x80) return malformed('kerberos', at, 'kerberos.length is not of definite form, or above 16 MiB');
  const cut = within(region, 2 + lengthOctets, 'kerberos');
  if (cut) return cut;
  const length =
    lengthOctets === 0
      ? first
      : lengthOctets === 1
        ? uint8(octets, at + 2)
        : lengthOctets === 2
          ? uint16(octets, at + 2)
          : uint24(octets, at + 2);
  const missing = within(region, 2 + lengthOctets + length, 'kerberos');
  if (missing) return missing;
  return {
    tag: uint8(octets, at),
    content: inner(region, 2 + lengthOctets, length, 'kerberos.length'),
    length: 2 + lengthOctets + length,
  };
}

function integerIn(element: Element | undefined): number | undefined {
  if (element?.tag !== tag.integer) return undefined;
  const { octets, at, end } = element.content;
  if (end - at < 1 || end - at > 4) return undefined;
  let value = uint8(octets, at) < 0x80 ? 0 : -1;
  for (let i = at; i < end; i++) value = value * 256 + uint8(octets, i);
  return value;
}

/** KerberosTime is `YYYYMMDDHHMMSSZ`, without a fraction (RFC 4120 §5.2.3); the microseconds stand beside it. */
function timeIn(element: Element | undefined, microseconds: Element | undefined): Microseconds | undefined {
  if (element?.tag !== tag.time || element.content.end - element.content.at !== 15) return undefined;
  const text = latin1(element.content.octets, element.content.at, 15);
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hours, minutes, seconds] = parts.slice(1);
  const at = parseTime(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`, 'utc');
  if (at === undefined || at <= 0) return undefined;
  const fraction = integerIn(microseconds) ?? 0;
  return at + (fraction >= 0 && fraction <= 999_999 ? fraction : 0);
}

export interface KerberosErrorFields {
  readonly errorCode: number;
  readonly serverTimeUs: Microseconds;
  readonly clientTimeUs?: Microseconds;
}

/** A KRB-ERROR of the ticket-granting service, as a datagram carries it. */
export function encodeKerberosError({ errorCode, serverTimeUs, clientTimeUs }: KerberosErrorFields): Uint8Array {
  const times = (at: Microseconds, time: number) => [explicit(time, generalizedTime(at)), explicit(time + 1, integer(at % 1_000_000))];
  const fields = [
    explicit(field.version, integer(5)),
    explicit(field.messageType, integer(errorMessage)),
    ...(clientTimeUs === undefined ? [] : times(clientTimeUs, field.clientTime)),
    ...times(serverTimeUs, field.serverTime),
    explicit(field.errorCode, integer(errorCode)),
    explicit(9, element(0x1b, ascii('CORP.EXAMPLE'))),
    explicit(
      10,
      element(tag.sequence, concatenate(explicit(0, integer(2)), explicit(1, element(tag.sequence, element(0x1b, ascii('krbtgt')))))),
    ),
  ];
  return element(tag.error, element(tag.sequence, concatenate(...fields)));
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const explicit = (number: number, content: Uint8Array) => element(tag.context + number, content);
const integer = (value: number) =>
  element(
    tag.integer,
    value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff),
  );

function generalizedTime(at: Microseconds): Uint8Array {
  return element(tag.time, ascii(`${formatTime(at).slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}

function element(type: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const head = length < 0x80 ? [type, length] : [type, 0x82, length >>> 8, length & 0xff];
  return concatenate(Uint8Array.from(head), content);
}
