/** NetBIOS names: sixteen octets in half-octet letters (first-level encoding, RFC 1001 §14.1), the last one a suffix that says what the name is for. */

import { type Fault, latin1, malformed, type Region, uint8, within } from '../base/octets.ts';
import type { OctetBuilder } from './octetBuilder.ts';

/** Suffixes (MS-NBTE, Microsoft's list of NetBIOS suffixes) of names that matter here. */
export const netbiosSuffix = {
  workstation: 0x00,
  messenger: 0x03,
  domainMaster: 0x1b,
  localMaster: 0x1d,
  election: 0x1e,
  fileServer: 0x20,
} as const;

export interface NetbiosName {
  /** Without padding, as written (NetBIOS names are upper case). */
  readonly name: string;
  readonly suffix: number;
}

const letterA = 0x41;

/** Decodes 32 letters A to P, in either case; `undefined` for anything else. */
export function decodeNetbiosName(text: string): NetbiosName | undefined {
  if (!/^[A-P]{32}$/i.test(text)) return undefined;
  const letters = text.toUpperCase();
  const octets = Array.from(
    { length: 16 },
    (_, i) => ((letters.charCodeAt(2 * i) - letterA) << 4) | (letters.charCodeAt(2 * i + 1) - letterA),
  );
  const name = String.fromCharCode(...octets.slice(0, 15)).replace(/[ \0]+$/, '');
  return { name, suffix: octets[15] as number };
}

/** The 32 letters of a name of at most fifteen characters, padded with blanks; `*` alone is padded with zeroes (RFC 1001 §17.2). */
export function encodeNetbiosLetters({ name, suffix }: NetbiosName): string {
  const padded = name.slice(0, 15).padEnd(15, name === '*' ? '\0' : ' ') + String.fromCharCode(suffix);
  return Array.from(padded, (character) => {
    const octet = character.charCodeAt(0);
    return String.fromCharCode(letterA + (octet >>> 4), letterA + (octet & 0xf));
  }).join('');
}

/** A name where it stands in a datagram: a label of 32 letters, the labels of a scope, which are skipped, and the root. */
export function readNetbiosName(region: Region): { readonly value: NetbiosName; readonly nextAt: number } | Fault {
  const fault = within(region, 34, 'netbios.name');
  if (fault) return fault;
  const { octets, at } = region;
  const value = uint8(octets, at) === 32 ? decodeNetbiosName(latin1(octets, at + 1, 32)) : undefined;
  if (!value) return malformed('netbios.name', at, 'not a label of 32 letters A to P');
  let rest: Region = { ...region, at: at + 33 };
  while (rest.at - at < 255) {
    const cut = within(rest, 1, 'netbios.name');
    if (cut) return cut;
    const length = uint8(octets, rest.at);
    if (length === 0) return { value, nextAt: rest.at + 1 };
    if (length > 63) break;
    rest = { ...rest, at: rest.at + 1 + length };
  }
  return malformed('netbios.name', at, 'scope does not end');
}

export function appendNetbiosName(builder: OctetBuilder, name: NetbiosName): void {
  builder.uint8(32).latin1(encodeNetbiosLetters(name)).uint8(0);
}
