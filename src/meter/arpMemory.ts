/** Which MAC address said lately that it has which IPv4 address: a machine that asks all the time costs a comparison each time. */

import type { Mac } from '../base/address.ts';
import { hour, type Microseconds } from '../base/time.ts';

/** Places, as a power of two; what falls into one that is taken puts out what was there. */
const placeBits = 11;
/** Of a place: MAC address, IPv4 address, UTC hour. */
const entryNumbers = 3;

export class ArpMemory {
  private readonly entries = new Float64Array(entryNumbers << placeBits).fill(Number.NaN);

  /** Whether the same was said in the hour of `atUs`, and nothing that took its place since. `address`: 32 bits. */
  has(mac: Mac, address: number, atUs: Microseconds): boolean {
    const { entries } = this;
    const at = placeOf(mac, address);
    const hourOf = Math.floor(atUs / hour);
    if (entries[at] === mac && entries[at + 1] === address && entries[at + 2] === hourOf) return true;
    entries[at] = mac;
    entries[at + 1] = address;
    entries[at + 2] = hourOf;
    return false;
  }
}

function placeOf(mac: Mac, address: number): number {
  const mix = Math.imul(Math.imul(mac | 0, 0x85eb_ca6b) ^ address, 0x9e37_79b1);
  return ((mix ^ (mix >>> 15)) >>> (32 - placeBits)) * entryNumbers;
}
