/**
 * Frames that were read a moment ago. A broadcast comes to the service port and to each mirror port, and a switch may mirror both
 * directions: what is the same octet for octet is read once.
 *
 * A table of fixed size: a frame whose place another one took is read a second time, which does no harm.
 */

import { type Microseconds, second } from '../base/time.ts';

/** No asker repeats itself so soon (RFC 4861 §10: a second). */
const sameFrameUs: Microseconds = 0.05 * second;
/** Neighbour discovery and ARP are shorter; longer frames are not compared. */
const longest = 128;
const places = 4096;

export class RecentFrames {
  private readonly octets = new Uint8Array(places * longest);
  private readonly lengths = new Uint16Array(places);
  private readonly seenAtUs = new Float64Array(places);

  /** Whether `octets[at..end)` came a moment ago. If not, it is remembered. */
  isRepeated(octets: Uint8Array, at: number, end: number, nowUs: Microseconds): boolean {
    const length = end - at;
    if (length > longest) return false;
    const place = placeOf(octets, at, end);
    const isSame =
      this.lengths[place] === length &&
      Math.abs(nowUs - (this.seenAtUs[place] as number)) < sameFrameUs &&
      this.holds(place * longest, octets, at, length);
    if (isSame) return true;
    for (let i = 0; i < length; i++) this.octets[place * longest + i] = octets[at + i] as number;
    this.lengths[place] = length;
    this.seenAtUs[place] = nowUs;
    return false;
  }

  private holds(from: number, octets: Uint8Array, at: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.octets[from + i] !== octets[at + i]) return false;
    return true;
  }
}

/** FNV-1a (draft-eastlake-fnv), folded: where two frames meet, the later one is remembered. */
function placeOf(octets: Uint8Array, at: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ (octets[i] as number), 0x0100_0193);
  return (hash ^ (hash >>> 12) ^ (hash >>> 24)) & (places - 1);
}
