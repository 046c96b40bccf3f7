/**
 * The ClientHello as nearly all clients send it, in one pass and without an object: whole in one record of one segment, with extensions, and
 * a name in small letters. What it says is what `readClientHello` would say; whatever is less plain, or broken, is left to that, which
 * alone decides about faults.
 */

import { extension, tls13 } from './helloWalk.ts';
import { handshake } from './tls.ts';

const [recordHeader, handshakeHeader, clientHello] = [5, 4, 1];
/** Version and random. */
const fixed = 2 + 32;
const longestName = 255;
/** Plaintext of one record (RFC 8446 §5.1). */
const longestRecord = 16_384;

export class PlainHello {
  /** The server's name; `nameLength` 0: the client named none. */
  nameAt = 0;
  nameLength = 0;
  /** Seconds since 1970, as `ClientHello` has it; −1 where it means nothing. */
  gmtUnixTime = 0;

  /** False: not plain, and what stands here means nothing. */
  read(octets: DataView, at: number, end: number): boolean {
    if (end - at < recordHeader + handshakeHeader + fixed) return false;
    if (octets.getUint8(at) !== handshake || octets.getUint8(at + 1) !== 3 || octets.getUint8(at + 5) !== clientHello) return false;
    const length = (octets.getUint8(at + 6) << 16) | octets.getUint16(at + 7);
    const messageEnd = at + recordHeader + handshakeHeader + length;
    // The record holds this message and no other, and the segment all of it.
    const recordLength = octets.getUint16(at + 3);
    if (recordLength > longestRecord || recordLength !== length + handshakeHeader || messageEnd > end) return false;
    const randomAt = at + recordHeader + handshakeHeader + 2;
    const extensionsAt = skipVectors(octets, randomAt + 32, messageEnd);
    if (extensionsAt < 0 || extensionsAt + octets.getUint16(extensionsAt - 2) !== messageEnd) return false;
    this.nameLength = 0;
    this.gmtUnixTime = octets.getUint32(randomAt);
    return this.readExtensions(octets, extensionsAt, messageEnd);
  }

  private readExtensions(octets: DataView, from: number, end: number): boolean {
    let hasName = false;
    let hasVersions = false;
    let at = from;
    while (at < end) {
      if (at + 4 > end) return false;
      const type = octets.getUint16(at);
      const dataAt = at + 4;
      at = dataAt + octets.getUint16(at + 2);
      if (at > end) return false;
      if (type === extension.serverName) {
        if (hasName || !this.readName(octets, dataAt, at)) return false;
        hasName = true;
      } else if (type === extension.supportedVersions) {
        if (hasVersions) return false;
        hasVersions = true;
        if (offersTls13(octets, dataAt, at)) this.gmtUnixTime = -1;
      }
    }
    return true;
  }

  /** One name of type host_name, and nothing else (RFC 6066 §3). */
  private readName(octets: DataView, at: number, end: number): boolean {
    const nameAt = at + 5;
    if (nameAt >= end || octets.getUint8(at + 2) !== 0) return false;
    const length = octets.getUint16(at + 3);
    if (length > longestName || nameAt + length !== end) return false;
    for (let i = nameAt; i < end; i++) if (!isSmall(octets.getUint8(i))) return false;
    // A dot at the end is no part of the name.
    if (octets.getUint8(end - 1) === 0x2e) return false;
    this.nameAt = nameAt;
    this.nameLength = length;
    return true;
  }
}

/** Behind session, cipher suites, compression methods, and the length of the extensions; −1 where there is no room for them. */
function skipVectors(octets: DataView, at: number, end: number): number {
  let next = at;
  if (next + 1 > end) return -1;
  next += 1 + octets.getUint8(next);
  if (next + 2 > end) return -1;
  next += 2 + octets.getUint16(next);
  if (next + 1 > end) return -1;
  next += 1 + octets.getUint8(next);
  return next + 2 > end ? -1 : next + 2;
}

/** As `HelloWalk` has it. */
function offersTls13(octets: DataView, at: number, end: number): boolean {
  for (let i = at + 1; i + 2 <= end; i += 2) {
    const version = octets.getUint16(i);
    if (version === tls13 || version >>> 8 === 0x7f) return true;
  }
  return false;
}

/** Visible, and no capital. */
function isSmall(octet: number): boolean {
  return octet > 0x20 && octet < 0x7f && (octet < 0x41 || octet > 0x5a);
}
