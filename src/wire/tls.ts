/** TLS: the ClientHello and the name in it (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2; server_name: RFC 6066 §3; ALPN: RFC 7301; ECH: RFC 9849). */

import { type Decoded, Fault, inner, malformed, type Region, uint8, uint16, uint24, uint32, within } from '../base/octets.ts';
import { extension, HelloWalk, tls13 } from './helloWalk.ts';
import { OctetBuilder } from './octetBuilder.ts';

/** Content type of a record (RFC 8446 §5.1). */
export const handshake = 22;
const clientHello = 1;
/** Plaintext octets of one record (RFC 8446 §5.1) plus what old versions may add. */
const longestRecord = 16384 + 2048;
/** A ClientHello with post-quantum key shares has about 2 KiB; this leaves ample room. */
export const longestClientHello = 32768;

export interface ClientHello {
  /** Lower case; `undefined` when the client named none, or when the message was cut before it. */
  readonly serverName: string | undefined;
  /** Application protocols that the client offers, most wanted first: `h2`, `http/1.1`. */
  readonly applicationProtocols: readonly string[];
  /** The true name is encrypted: `serverName` is the outer one (RFC 9849). */
  readonly encryptedClientHello: boolean;
  /**
   * The first four octets of `random`, seconds since 1970: the clock of the client where it follows RFC 5246 §7.4.1.2. Many fill
   * them with random octets, and who offers TLS 1.3 must (RFC 8446 §4.1.2): `undefined` then, and where the hello was not read whole.
   */
  readonly gmtUnixTime: number | undefined;
  /** Where reading stopped: what stands before it was read. */
  readonly fault: Fault | undefined;
}

/** Whether a TCP payload may begin a TLS handshake with a ClientHello. At least six octets must be there. */
export function beginsClientHello(octets: Uint8Array, at: number): boolean {
  return uint8(octets, at) === handshake && uint8(octets, at + 1) === 3 && uint8(octets, at + 5) === clientHello;
}

/** The same of a payload of any length: a record header that a client writes by itself comes in a segment of five octets. */
export function mayBeginClientHello(octets: Uint8Array, at: number, end: number): boolean {
  if (end - at >= 6) return beginsClientHello(octets, at);
  // Fewer than three octets say too little: a keystroke of another protocol would be kept waiting.
  return end - at >= 3 && uint8(octets, at) === handshake && uint8(octets, at + 1) === 3 && uint8(octets, at + 2) <= 4;
}

/**
 * Reads the ClientHello at the start of `region`, the data of a TCP stream. `undefined` when it is something else. A fault `truncated`
 * with `needed` when the region ends before the message does and the name has not been seen: more segments may bring it
 * (`ClientHelloAssembly`). A hello that is spread over several TLS records is copied together first.
 */
export function readClientHello(region: Region): Decoded<ClientHello> {
  const fault = within(region, 6, 'tls');
  if (fault) return fault.had > 0 && uint8(region.octets, region.at) !== handshake ? undefined : fault;
  const { octets, at } = region;
  if (!beginsClientHello(octets, at)) return undefined;
  const recordLength = uint16(octets, at + 3);
  if (recordLength > longestRecord) return undefined;
  // Records may be so short that even the handshake header is spread over several: a known way to slip past a watcher.
  const header = recordLength < 4 ? joinRecords(region, 4) : inner(region, 5, 4, 'tls.handshakeHeader');
  if (header instanceof Fault) return header;
  const cut = within(header, 4, 'tls');
  if (cut) return cut;
  const length = 4 + uint24(header.octets, header.at + 1);
  if (length > longestClientHello) return malformed('tls', at, 'ClientHello longer than 32768 octets');
  if (length <= recordLength) return readMessage(inner(region, 5, length, 'tls.handshakeLength'), length);
  const joined = joinRecords(region, length);
  return joined instanceof Fault ? joined : readMessage(joined, length);
}

/** The handshake message that starts in the first record and goes on in the next ones. Copied. */
function joinRecords(region: Region, length: number): Region | Fault {
  const joined = new Uint8Array(length);
  let filled = 0;
  let rest = region;
  while (filled < length && rest.at < rest.end) {
    if (within(rest, 5, 'tls')) break;
    if (uint8(rest.octets, rest.at) !== handshake) return malformed('tls', rest.at, 'another record inside a ClientHello');
    const recordLength = uint16(rest.octets, rest.at + 3);
    if (recordLength === 0 || recordLength > longestRecord) return malformed('tls', rest.at, 'record length');
    const piece = inner(rest, 5, Math.min(recordLength, length - filled), 'tls.recordLength');
    joined.set(rest.octets.subarray(piece.at, piece.end), filled);
    filled += piece.end - piece.at;
    rest = { ...rest, at: Math.min(rest.end, rest.at + 5 + recordLength) };
  }
  return { octets: joined, at: 0, end: filled, limitedBy: filled < length ? region.limitedBy : 'tls.handshakeLength' };
}

/** `given` starts with the handshake header; `length` is what the message should have. */
function readMessage(given: Region, length: number): ClientHello | Fault {
  const { octets, at } = given;
  const had = given.end - at;
  const isWhole = had >= length;
  // Within a whole message only its own lengths can be wrong: no further segment mends that.
  const walk = new HelloWalk(octets, given.end, isWhole ? 'tls.handshakeLength' : given.limitedBy);
  const fault = walk.read(at);
  const { serverName, applicationProtocols, encryptedClientHello } = walk;
  const gmtUnixTime = fault || !isWhole || walk.offersTls13 ? undefined : uint32(octets, at + 6);
  if (serverName === undefined && !isWhole) return new Fault('tls', 'truncated', at, length, had, given.limitedBy);
  if (serverName === undefined && fault) return fault;
  return { serverName, applicationProtocols, encryptedClientHello, gmtUnixTime, fault };
}

export interface ClientHelloFields {
  readonly serverName?: string;
  readonly applicationProtocols?: readonly string[];
  /** 32 octets; zero unless given. */
  readonly random?: Uint8Array;
  /** Seconds since 1970. Given, the hello is one of TLS 1.2, and its `random` begins with them (RFC 5246 §7.4.1.2). */
  readonly gmtUnixTime?: number;
  /** Octets of padding (RFC 7685), to reach the sizes that post-quantum key shares bring. */
  readonly padding?: number;
}

/** One TLS record that holds a ClientHello of TLS 1.3, or of 1.2, with what such a message needs (RFC 8446 §9.2, RFC 5246 §7.4.1.2). */
export function encodeClientHello(fields: ClientHelloFields): Uint8Array {
  const extensions = new OctetBuilder();
  if (fields.serverName !== undefined) {
    const { length } = fields.serverName;
    extensions
      .uint16(extension.serverName)
      .uint16(length + 5)
      .uint16(length + 3)
      .uint8(0)
      .uint16(length)
      .latin1(fields.serverName);
  }
  if (fields.applicationProtocols?.length) {
    const list = new OctetBuilder();
    for (const protocol of fields.applicationProtocols) list.uint8(protocol.length).latin1(protocol);
    extensions
      .uint16(extension.alpn)
      .uint16(list.length + 2)
      .uint16(list.length)
      .octets(list.finish());
  }
  const isTls13 = fields.gmtUnixTime === undefined;
  // supported_versions: 1.3 and 1.2; supported_groups: x25519; signature_algorithms: ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256.
  if (isTls13) extensions.uint16(extension.supportedVersions).uint16(5).uint8(4).uint16(tls13).uint16(0x0303);
  extensions.uint16(10).uint16(4).uint16(2).uint16(29);
  extensions.uint16(13).uint16(6).uint16(4).uint16(0x0403).uint16(0x0804);
  // key_share: one x25519 share, filled with a pattern: nobody answers with it.
  if (isTls13) extensions.uint16(51).uint16(38).uint16(36).uint16(29).uint16(32).fill(32, 0x42);
  if (fields.padding !== undefined) extensions.uint16(21).uint16(fields.padding).fill(fields.padding);
  const random = fields.random ?? new Uint8Array(32);
  const hello = new OctetBuilder().uint16(0x0303);
  if (fields.gmtUnixTime === undefined) hello.octets(random).uint8(0);
  else hello.uint32(fields.gmtUnixTime).octets(random.subarray(4)).uint8(0);
  // TLS_AES_128_GCM_SHA256 (of TLS 1.3; others pass it over), TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; no compression.
  hello.uint16(4).uint16(0x1301).uint16(0xc02f).uint8(1).uint8(0).uint16(extensions.length).octets(extensions.finish());
  return new OctetBuilder()
    .uint8(handshake)
    .uint16(0x0301)
    .uint16(hello.length + 4)
    .uint8(clientHello)
    .uint24(hello.length)
    .octets(hello.finish())
    .finish();
}
