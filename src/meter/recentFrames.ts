/**
 * Frames that a mirror port of both directions captured twice: equal from the network header to the end of the packet, with
 * equal MAC addresses, at most a millisecond apart.
 *
 * Tags of VLANs and padding do not count: a switch may mirror one copy with a tag and one without. A routed copy is another
 * frame (MACs, TTL). A retransmission has an identification of its own. What has none (IPv6, IPv4 with 0) is held to its
 * content; there a bare TCP acknowledgement or reset is left alone, because honest senders repeat those within a moment
 * (RFC 5681 §3.2, RFC 9293 §3.10.7).
 *
 * Of a long packet with a checksum of its transport, the middle is not read: a packet that differs only there has another checksum. Reading all
 * of it was a quarter of what a packet costs.
 */

import type { Microseconds } from '../base/time.ts';
import { batchRows, type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { HashKey } from './keyedHash.ts';

const apartUs: Microseconds = 1000;
const sets = 4096;
const framesPerSet = 4;
const macsLength = 12;
/** What is read of a long packet, octets; multiples of 16. */
const [headRead, tailRead] = [128, 32];
const startOrEnd = tcpFlag.syn | tcpFlag.fin;

const prime1 = 0x9e3779b1 | 0;
const prime2 = 0x85ebca77 | 0;
const prime3 = 0xc2b2ae3d | 0;

export class RecentFrames {
  /** Frames that left the table within a millisecond, so that a second copy would not be recognised. */
  forgotten = 0;
  /** A set is one line of a processor's cache: four pairs of hashes, then four times. */
  private readonly seenAtUs = new Float64Array(sets * framesPerSet * 2).fill(Number.NEGATIVE_INFINITY);
  private readonly hashes = new Int32Array(this.seenAtUs.buffer);
  private readonly turn = new Uint8Array(sets);
  /** Of the rows of the batch that was read last: a pair of hashes each, and whether honest senders repeat such a frame. */
  private readonly rowHashes = new Int32Array(batchRows * 2);
  private readonly mayRepeat = new Uint8Array(batchRows);
  /** Of no meaning: kept so that the reading is not left out. */
  protected touched = 0;

  constructor(private readonly key: HashKey) {}

  /** Hashes every row. `isSecondCopy` then speaks of this batch. */
  read(batch: HeaderBatch): void {
    const { hashes, mayRepeat: repeats } = this;
    let touched = 0;
    for (let row = 0; row < batch.count; row++) {
      const isRepeated = mayRepeat(batch, row);
      repeats[row] = isRepeated ? 1 : 0;
      if (isRepeated) continue;
      this.hash(batch, row);
      // The set of the frame is asked for here, while the next row is hashed, so that nobody has to wait for it later.
      touched ^= hashes[((this.rowHashes[row * 2] as number) & (sets - 1)) * framesPerSet * 4] as number;
    }
    this.touched = touched;
  }

  /** Whether the frame in `row` was seen a moment ago; if not, it is remembered. Each row is asked for once, in order. */
  isSecondCopy(row: number, atUs: Microseconds): boolean {
    if (this.mayRepeat[row] === 1) return false;
    const { hashes, seenAtUs } = this;
    const first = this.rowHashes[row * 2] as number;
    const second = this.rowHashes[row * 2 + 1] as number;
    const set = first & (sets - 1);
    const pairs = set * framesPerSet * 4;
    const times = set * framesPerSet * 2 + framesPerSet;
    for (let way = 0; way < framesPerSet; way++) {
      if (hashes[pairs + way * 2] !== first || hashes[pairs + way * 2 + 1] !== second) continue;
      if (Math.abs(atUs - (seenAtUs[times + way] as number)) <= apartUs) return true;
      seenAtUs[times + way] = atUs;
      return false;
    }
    const way = this.turn[set] as number;
    this.turn[set] = (way + 1) % framesPerSet;
    if (Math.abs(atUs - (seenAtUs[times + way] as number)) <= apartUs) this.forgotten++;
    hashes[pairs + way * 2] = first;
    hashes[pairs + way * 2 + 1] = second;
    seenAtUs[times + way] = atUs;
    return false;
  }

  /** Four lanes over 16 octets at a time, each word multiplied in, from a secret start; 64 bits are kept. */
  private hash(batch: HeaderBatch, row: number): void {
    const { key } = this;
    const { view } = batch;
    let at = contentAt(batch, row);
    const end = contentEnd(batch, row);
    let a = (key.low + prime1 + prime2) | 0;
    let b = key.high ^ prime2;
    let c = ((key.low ^ prime3) + (end - at)) | 0;
    let d = (key.high - prime1 + (batch.ipVersion[row] as number)) | 0;
    const isCutShort = end - at > headRead + tailRead && hasChecksum(batch, row);
    // Written out: this loop reads most octets of every frame.
    for (let until = isCutShort ? at + headRead : end; at + 16 <= until; at += 16) {
      a = Math.imul(a ^ view.getInt32(at, true), prime1);
      b = Math.imul(b ^ view.getInt32(at + 4, true), prime1);
      c = Math.imul(c ^ view.getInt32(at + 8, true), prime1);
      d = Math.imul(d ^ view.getInt32(at + 12, true), prime1);
      a = (a << 13) | (a >>> 19);
      b = (b << 13) | (b >>> 19);
      c = (c << 13) | (c >>> 19);
      d = (d << 13) | (d >>> 19);
      if (at + 16 === until && until !== end) {
        at = end - tailRead - 16;
        until = end;
      }
    }
    for (; at + 4 <= end; at += 4) a = mix(a, view.getInt32(at, true));
    for (; at < end; at++) b = mix(b, view.getUint8(at));
    if ((batch.layers[row] as number) & layer.ethernet) {
      // Both addresses, where they lie.
      const frameAt = batch.frameAt[row] as number;
      c = mix(mix(c, view.getInt32(frameAt, true)), view.getInt32(frameAt + 8, true));
      d = mix(d, view.getInt32(frameAt + 4, true));
    } else {
      const sourceMac = batch.sourceMac[row] as number;
      c = mix(mix(c, sourceMac | 0), Math.floor(sourceMac / 65536) | 0);
    }
    const low = mix(mix(a, rotate(b, 7)), c);
    const high = mix(mix(d, rotate(a, 12)), rotate(b, 18) ^ c);
    this.rowHashes[row * 2] = finish(low ^ rotate(d, 18));
    this.rowHashes[row * 2 + 1] = finish(high ^ rotate(low, 5));
  }
}

/** Sent again honestly without any difference: an acknowledgement or reset without data that has no identification. */
function mayRepeat(batch: HeaderBatch, row: number): boolean {
  if (((batch.layers[row] as number) & layer.tcp) === 0 || batch.identification[row] !== 0) return false;
  return batch.payloadAt[row] === batch.payloadEnd[row] && ((batch.tcpFlags[row] as number) & startOrEnd) === 0;
}

/** Of TCP, ICMP, or UDP where the sender computed one (RFC 768). A fragment has none of its own. */
function hasChecksum(batch: HeaderBatch, row: number): boolean {
  if (batch.fault[row] !== undefined || batch.laterFragment[row] === 1) return false;
  const layers = batch.layers[row] as number;
  if (layers & layer.udp) return batch.view.getUint16((batch.payloadAt[row] as number) - 2) !== 0;
  return (layers & (layer.tcp | layer.icmp | layer.icmpv6)) !== 0;
}

function hasNetworkHeader(batch: HeaderBatch, row: number): boolean {
  return batch.ipVersion[row] !== 0 || ((batch.layers[row] as number) & layer.arp) !== 0;
}

function contentAt(batch: HeaderBatch, row: number): number {
  if (hasNetworkHeader(batch, row)) return batch.networkAt[row] as number;
  const at = batch.frameAt[row] as number;
  const end = batch.frameEnd[row] as number;
  return (batch.layers[row] as number) & layer.ethernet ? Math.min(at + macsLength, end) : at;
}

/** A sound packet ends where its payload does; behind it lie padding and perhaps the checksum of the frame. */
function contentEnd(batch: HeaderBatch, row: number): number {
  const end = batch.frameEnd[row] as number;
  if (!hasNetworkHeader(batch, row) || batch.fault[row] !== undefined) return end;
  return Math.min(batch.payloadEnd[row] as number, end);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function mix(lane: number, word: number): number {
  return rotate(Math.imul(lane ^ word, prime1), 13);
}

function finish(word: number): number {
  let hash = word ^ (word >>> 15);
  hash = Math.imul(hash, prime2);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, prime3);
  return hash ^ (hash >>> 16);
}
