/** The inside of a ClientHello, from field to field: what of it is read, and where reading stops. */

import { type Fault, inner, latin1, type Region, uint8, uint16, withinFrom } from '../base/octets.ts';

/** Types (IANA; server_name: RFC 6066 §3, ALPN: RFC 7301, supported_versions: RFC 8446 §4.2.1, ECH: RFC 9849). */
export const extension = { serverName: 0, alpn: 16, supportedVersions: 43, encryptedClientHello: 0xfe0d } as const;
export const tls13 = 0x0304;

/** What stands between `random` and the extensions, each behind a length of so many octets. */
const vectors = [
  { layer: 'tls.session', octets: 1 },
  { layer: 'tls.cipherSuites', octets: 2 },
  { layer: 'tls.compression', octets: 1 },
] as const;

/** Goes by offsets: a region for each field would cost more than the reading. */
export class HelloWalk {
  serverName: string | undefined;
  applicationProtocols: string[] = [];
  encryptedClientHello = false;
  offersTls13 = false;
  private rest: Region;

  constructor(octets: Uint8Array, end: number, limitedBy: string) {
    this.rest = { octets, at: 0, end, limitedBy };
  }

  /** `at`: where the handshake header stands. */
  read(at: number): Fault | undefined {
    const { octets, end } = this.rest;
    // Handshake header 4, version 2, random 32.
    let next = at + 38;
    for (const { layer, octets: lengthOctets } of vectors) {
      const fault = withinFrom(this.rest, next, lengthOctets, layer);
      if (fault) return fault;
      const length = lengthOctets + (lengthOctets === 1 ? uint8(octets, next) : uint16(octets, next));
      const cut = withinFrom(this.rest, next, length, layer);
      if (cut) return cut;
      next += length;
    }
    // Before TLS 1.2 there may be no extensions at all (RFC 5246 §7.4.1.2).
    if (next === end) return undefined;
    const fault = withinFrom(this.rest, next, 2, 'tls.extensions');
    if (fault) return fault;
    this.rest = inner({ ...this.rest, at: next }, 2, uint16(octets, next), 'tls.extensionsLength');
    return this.extensions();
  }

  private extensions(): Fault | undefined {
    const { octets, end } = this.rest;
    for (let at = this.rest.at; at < end; ) {
      const fault = withinFrom(this.rest, at, 4, 'tls.extension');
      if (fault) return fault;
      const length = 4 + uint16(octets, at + 2);
      const cut = withinFrom(this.rest, at, length, 'tls.extension');
      if (cut) return cut;
      this.extension(uint16(octets, at), at + 4, at + length);
      at += length;
    }
    return undefined;
  }

  /** Its data stands in `[at, end)`. */
  private extension(type: number, at: number, end: number): void {
    const { octets } = this.rest;
    if (type === extension.serverName) this.serverName ??= readServerName(octets, at, end);
    else if (type === extension.alpn) this.applicationProtocols = readProtocols(octets, at, end);
    else if (type === extension.encryptedClientHello) this.encryptedClientHello = true;
    else if (type === extension.supportedVersions) this.offersTls13 = offersTls13(octets, at, end);
  }
}

/** The first name of type host_name; a name is at most 255 octets (RFC 1035 §2.3.4). */
function readServerName(octets: Uint8Array, at: number, end: number): string | undefined {
  const nameAt = at + 5;
  const had = end - nameAt;
  const length = had < 0 ? 0 : uint16(octets, at + 3);
  if (length === 0 || length > Math.min(had, 255) || uint8(octets, at + 2) !== 0) return undefined;
  for (let i = nameAt; i < nameAt + length; i++) if (!isVisible(uint8(octets, i))) return undefined;
  const name = latin1(octets, nameAt, length).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function isVisible(octet: number): boolean {
  return octet > 0x20 && octet < 0x7f;
}

/** Also a draft of it (0x7f…): those filled `random` alike. */
function offersTls13(octets: Uint8Array, at: number, end: number): boolean {
  for (let i = at + 1; i + 2 <= end; i += 2) {
    const version = uint16(octets, i);
    if (version === tls13 || version >>> 8 === 0x7f) return true;
  }
  return false;
}

function readProtocols(octets: Uint8Array, at: number, end: number): string[] {
  const protocols: string[] = [];
  let next = at + 2;
  while (next < end) {
    const length = uint8(octets, next);
    if (next + 1 + length > end) break;
    protocols.push(latin1(octets, next + 1, length));
    next += 1 + length;
  }
  return protocols;
}
