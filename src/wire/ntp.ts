/** Network Time Protocol, versions 1 to 4 (RFC 5905 §7.3). */

import { type Decoded, type Region, uint8, uint32, within } from '../base/octets.ts';
import type { Microseconds } from '../base/time.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const ntpPort = 123;
const length = 48;
export const ntpMode = { symmetricActive: 1, symmetricPassive: 2, client: 3, server: 4, broadcast: 5, control: 6, private: 7 } as const;
/** Seconds from 1900, where NTP begins to count, to 1970. */
const secondsTo1970 = 2_208_988_800;

export interface NtpMessage {
  readonly leap: number;
  readonly version: number;
  /** Of `ntpMode`. */
  readonly mode: number;
  readonly stratum: number;
  /** The sender's clock; `undefined` where the field is zero. In era 0, which ends in 2036. */
  readonly transmittedAtUs: Microseconds | undefined;
}

/** `undefined` for control and private messages, whose form is another, and for versions nobody uses. */
export function readNtp(region: Region): Decoded<NtpMessage> {
  const empty = within(region, 1, 'ntp');
  if (empty) return empty;
  const { octets, at } = region;
  const first = uint8(octets, at);
  const version = (first >>> 3) & 7;
  const mode = first & 7;
  if (version < 1 || version > 4 || mode === 0 || mode > ntpMode.broadcast) return undefined;
  const fault = within(region, length, 'ntp');
  if (fault) return fault;
  const seconds = uint32(octets, at + 40);
  const fraction = uint32(octets, at + 44);
  const transmittedAtUs = (seconds - secondsTo1970) * 1_000_000 + Math.floor((fraction * 1_000_000) / 0x1_0000_0000);
  return { leap: first >>> 6, version, mode, stratum: uint8(octets, at + 1), transmittedAtUs: seconds === 0 ? undefined : transmittedAtUs };
}

export interface NtpFields {
  /** Of `ntpMode`. */
  readonly mode: number;
  /** 3 as Windows sends it, unless given. */
  readonly version?: number;
  readonly stratum?: number;
  readonly transmittedAtUs: Microseconds;
}

export function encodeNtp(fields: NtpFields): Uint8Array {
  const wholeSeconds = Math.floor(fields.transmittedAtUs / 1_000_000);
  // Rounded up, so that reading (which rounds down) gives the same microsecond.
  const fraction = Math.ceil(((fields.transmittedAtUs - wholeSeconds * 1_000_000) * 0x1_0000_0000) / 1_000_000);
  return new OctetBuilder()
    .uint8(((fields.version ?? 3) << 3) | fields.mode)
    .uint8(fields.stratum ?? 0)
    .uint8(6)
    .uint8(0xec)
    .fill(36)
    .uint32(wholeSeconds + secondsTo1970)
    .uint32(fraction)
    .finish();
}
