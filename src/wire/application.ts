/** Which application protocol one packet carries: told by its first octets, with the port only where the octets alone are ambiguous. */

import { Fault, uint8, uint16, uint32 } from '../base/octets.ts';
import { type HeaderBatch, layer } from './headerBatch.ts';
import { beginsHttpRequest } from './http.ts';
import { readNetbiosDatagram } from './netbiosDatagram.ts';
import { ntpMode } from './ntp.ts';
import { has } from './walk.ts';

export type RecognizedApplication =
  | 'dns'
  | 'tls'
  | 'http'
  | 'ssdp'
  | 'browser'
  | 'dhcp'
  | 'mdns'
  | 'llmnr'
  | 'nbns'
  | 'ntp'
  | 'wsd'
  | 'dhcpv6';

/** Allocates nothing, but for the rare NetBIOS datagrams. `undefined` where no protocol is recognised, and for packets without payload. */
export function recognizeApplication(batch: HeaderBatch, row: number): RecognizedApplication | undefined {
  const at = batch.payloadAt[row] as number;
  const length = (batch.payloadEnd[row] as number) - at;
  if (length < 4 || batch.laterFragment[row] === 1) return undefined;
  const source = batch.sourcePort[row] as number;
  const destination = batch.destinationPort[row] as number;
  if (has(batch, row, layer.udp)) {
    // A client's own port is arbitrary, so the port that names the service is looked for on the far side first.
    return overUdp(batch.octets, at, length, destination) ?? overUdp(batch.octets, at, length, source);
  }
  return has(batch, row, layer.tcp) ? overTcp(batch.octets, at, length, source, destination) : undefined;
}

function overUdp(octets: Uint8Array, at: number, length: number, port: number): RecognizedApplication | undefined {
  switch (port) {
    case 53:
      return isDns(octets, at, length) ? 'dns' : undefined;
    case 67:
    case 68:
      return length >= 240 && uint32(octets, at + 236) === 0x63825363 ? 'dhcp' : undefined;
    case 123:
      return isNtp(uint8(octets, at), length) ? 'ntp' : undefined;
    case 137:
      return isDns(octets, at, length) || isNbnsOpcode(octets, at, length) ? 'nbns' : undefined;
    case 138:
      return isBrowser(octets, at, length) ? 'browser' : undefined;
    case 546:
    case 547:
      return uint8(octets, at) >= 1 && uint8(octets, at) <= 36 ? 'dhcpv6' : undefined;
    case 1900:
      return isSsdp(uint32(octets, at)) ? 'ssdp' : undefined;
    case 3702:
      // WS-Discovery is SOAP in XML, with or without a declaration, sometimes behind a byte order mark.
      return uint8(octets, at) === 0x3c || uint16(octets, at) === 0xefbb ? 'wsd' : undefined;
    case 5353:
      return isDns(octets, at, length) ? 'mdns' : undefined;
    case 5355:
      return isDns(octets, at, length) ? 'llmnr' : undefined;
    default:
      return undefined;
  }
}

/** Datagrams to the mailslot BROWSE or LANMAN: other programs use NetBIOS datagrams as well, malware among them. */
function isBrowser(octets: Uint8Array, at: number, length: number): boolean {
  const datagram = readNetbiosDatagram({ octets, at, end: at + length, limitedBy: 'capture' });
  return datagram !== undefined && !(datagram instanceof Fault) && datagram.browserCommand !== undefined;
}

/** A header of twelve octets with an assigned opcode (IANA: 0, 1, 2, 4, 5, 6). */
function isDns(octets: Uint8Array, at: number, length: number): boolean {
  if (length < 12) return false;
  const opcode = (uint8(octets, at + 2) >>> 3) & 0xf;
  return opcode <= 6 && opcode !== 3;
}

/** Registration, release, WACK, refresh (RFC 1002 §4.2.1.1); Windows also sends 9 for refresh and 15 for multi-homed. */
function isNbnsOpcode(octets: Uint8Array, at: number, length: number): boolean {
  if (length < 12) return false;
  const opcode = (uint8(octets, at + 2) >>> 3) & 0xf;
  return (opcode >= 5 && opcode <= 9) || opcode === 15;
}

/**
 * Versions 1 to 4 and any mode but the reserved 0, in 48 octets or more (RFC 5905 §7.3). The headers of modes 6 (control, RFC 9327 §2) and
 * 7 (private: the `monlist` of amplification attacks) have twelve and eight octets.
 */
function isNtp(first: number, length: number): boolean {
  const version = (first >>> 3) & 7;
  if (version < 1 || version > 4) return false;
  switch (first & 7) {
    case 0:
      return false;
    case ntpMode.control:
      return length >= 12;
    case ntpMode.private:
      return length >= 8;
    default:
      return length >= 48;
  }
}

const mSearch = 0x4d2d5345;
const notify = 0x4e4f5449;
const httpVersion = 0x48545450;
/** `GET ` with its blank. */
const get = 0x47455420;
const blank = 0x20;
const slash = 0x2f;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const longestStartLine = 4096;

function isSsdp(start: number): boolean {
  return start === mSearch || start === notify || start === httpVersion;
}

function overTcp(octets: Uint8Array, at: number, length: number, source: number, destination: number): RecognizedApplication | undefined {
  const start = uint32(octets, at);
  if (start === httpVersion && length > 4 && uint8(octets, at + 4) === slash) return 'http';
  if (beginsHttpRequest(start) && endsInHttpVersion(octets, at, at + length)) return 'http';
  if (isTlsRecord(octets, at, length)) return 'tls';
  if (destination !== 53 && source !== 53) return undefined;
  return length >= 14 && isDns(octets, at + 2, length - 2) ? 'dns' : undefined;
}

/** SIP and RTSP share methods with HTTP; the end of the start line tells them apart. One that has not ended yet is given the benefit of the doubt. */
function endsInHttpVersion(octets: Uint8Array, at: number, end: number): boolean {
  const limit = Math.min(end, at + longestStartLine);
  for (let i = at; i < limit; i++) {
    if (uint8(octets, i) !== lineFeed) continue;
    const versionAt = i - (uint8(octets, i - 1) === carriageReturn ? 9 : 8);
    if (versionAt > at && uint32(octets, versionAt) === httpVersion && uint8(octets, versionAt + 4) === slash) return true;
    return isSimpleRequest(octets, at, i);
  }
  return true;
}

/** `GET /path` alone, as HTTP/0.9 had it and scanners still send it (RFC 1945 §4.1). */
function isSimpleRequest(octets: Uint8Array, at: number, lineEnd: number): boolean {
  if (uint32(octets, at) !== get || uint8(octets, at + 4) !== slash) return false;
  for (let i = at + 5; i < lineEnd; i++) if (uint8(octets, i) === blank) return false;
  return true;
}

/** A record header of a known content type with version 3.0 to 3.4 and a length that the standard allows (RFC 8446 §5.1). */
function isTlsRecord(octets: Uint8Array, at: number, length: number): boolean {
  if (length < 5) return false;
  const type = uint8(octets, at);
  if (type < 20 || type > 23 || uint8(octets, at + 1) !== 3 || uint8(octets, at + 2) > 4) return false;
  const recordLength = uint16(octets, at + 3);
  return recordLength > 0 && recordLength <= 18432;
}
