/** SMB 2 and 3 over TCP (MS-SMB2 §2.1, §2.2.1, §2.2.4): the clock that a server sends when a session begins. */

import {
  type Decoded,
  malformed,
  type Region,
  uint8,
  uint16LittleEndian,
  uint32,
  uint32LittleEndian,
  uint64LittleEndian,
  within,
} from '../base/octets.ts';
import type { Microseconds } from '../base/time.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const smbPort = 445;
/** Length of a message, in front of it on TCP. */
const transportLength = 4;
/** 0xfe 'S' 'M' 'B'. */
const protocolId = 0xfe53_4d42;
const headerLength = 64;
const bodyLength = 65;
const commandNegotiate = 0;
const flagResponse = 1;
const at = { headerLength: 4, command: 12, flags: 16, body: 64, dialect: 68, systemTime: 104 } as const;
/** 100 ns from 1601, where a FILETIME begins, to 1970. */
const intervalsTo1970 = 116_444_736_000_000_000n;

export interface SmbNegotiation {
  readonly dialect: number;
  /** The server's clock; `undefined` where the field is zero or lies outside of 1970 to 2255. */
  readonly systemTimeUs: Microseconds | undefined;
}

/** What follows the TCP header, where it begins with the answer to NEGOTIATE; `undefined` for every other message. */
export function readSmbNegotiation(region: Region): Decoded<SmbNegotiation> {
  const fault = within(region, transportLength + headerLength, 'smb2');
  if (fault) return fault;
  const { octets } = region;
  const smb = region.at + transportLength;
  if (uint8(octets, region.at) !== 0 || uint32(octets, smb) !== protocolId) return undefined;
  if (uint16LittleEndian(octets, smb + at.headerLength) !== headerLength) return malformed('smb2', smb, 'smb2.structureSize != 64');
  if (uint16LittleEndian(octets, smb + at.command) !== commandNegotiate) return undefined;
  if ((uint32LittleEndian(octets, smb + at.flags) & flagResponse) === 0) return undefined;
  const cut = within(region, transportLength + at.systemTime + 8, 'smb2');
  if (cut) return cut;
  // An error has a body of another size, and no clock.
  if (uint16LittleEndian(octets, smb + at.body) !== bodyLength) return undefined;
  const fileTime = uint64LittleEndian(octets, smb + at.systemTime);
  return { dialect: uint16LittleEndian(octets, smb + at.dialect), systemTimeUs: fromFileTime(fileTime) };
}

function fromFileTime(fileTime: bigint): Microseconds | undefined {
  const microseconds = Number((fileTime - intervalsTo1970) / 10n);
  return microseconds > 0 && Number.isSafeInteger(microseconds) ? microseconds : undefined;
}

/** The answer to NEGOTIATE with its message length, as one TCP segment carries it. */
export function encodeSmbNegotiation(fields: { readonly dialect: number; readonly systemTimeUs: Microseconds }): Uint8Array {
  const fileTime = BigInt(fields.systemTimeUs) * 10n + intervalsTo1970;
  return new OctetBuilder()
    .uint32(headerLength + bodyLength - 1)
    .uint32(protocolId)
    .uint16LittleEndian(headerLength)
    .fill(10)
    .uint32LittleEndian(flagResponse)
    .fill(44)
    .uint16LittleEndian(bodyLength)
    .uint16LittleEndian(1)
    .uint16LittleEndian(fields.dialect)
    .fill(34)
    .uint32LittleEndian(Number(fileTime & 0xffff_ffffn))
    .uint32LittleEndian(Number(fileTime >> 32n))
    .fill(16)
    .finish();
}
