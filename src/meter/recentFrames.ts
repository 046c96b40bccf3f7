/**
 * Frames that a mirror port of both directions captured twice: equal from the network header to the end of the packet, with
 * equal MAC addresses, at most a millisecond apart.
 *
 * Tags of VLANs and padding do not count: a switch may mirror one copy with a tag and one without. A routed copy is another
 * frame (MACs, TTL). A retransmission has an identification of its own. What has none (IPv6, IPv4 with 0) is held to its
 * content; there a bare TCP acknowledgement or reset is left alone, because honest senders repeat those within a moment
 * (RFC 5681 §3.2, RFC 9293 §3.10.7).
 *
 * Of a long packet with a checksum of its transport, the data is not read but for the last octets: a packet that differs only there has another
 * checksum. With an identification (RFC 6864 §4.1) the last octets are not read either. Reading all of it was a quarter of what a packet costs.
 */

import type { Microseconds } from '../base/time.ts';
import { batchRows, type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { HashKey } from './keyedHash.ts';
import { alignedDoubles, wordsOf } from './lineMemory.ts';

const apartUs: Microseconds = 1000;
const sets = 4096;
const framesPerSet = 4;
const macsLength = 12;
/** Octets of the longest packet that is read whole, what is read of a longer one beside its headers, and how many are read at a time. */
const wholeRead = 160;
const headRead = 48;
const step = 16;
const startOrEnd = tcpFlag.syn | tcpFlag.fin;

const prime1 = 0x9e3779b1 | 0;
const prime2 = 0x85ebca77 | 0;
const prime3 = 0xc2b2ae3d | 0;

/** Of a row: honest senders repeat such a frame, nothing like it came a moment before, or it did. */
const verdict = { mayRepeat: 0, first: 1, secondCopy: 2 } as const;

export class RecentFrames {
  /** Frames that left the table within a millisecond, so that a second copy would not be recognised. */
  forgotten = 0;
  /** A set is one line of a processor's cache: four pairs of hashes, then four times. */
  private readonly seenAtUs = alignedDoubles(sets * framesPerSet * 2).fill(Number.NEGATIVE_INFINITY);
  private readonly hashes = wordsOf(this.seenAtUs);
  private readonly turn = new Uint8Array(sets);
  /** Of the rows of the batch that was read last: a pair of hashes each, and what was found. */
  private readonly rowHashes = new Int32Array(batchRows * 2);
  private readonly verdicts = new Uint8Array(batchRows);
  /** Of no meaning: kept so that the reading is not left out. */
  protected touched = 0;

  constructor(private readonly key: HashKey) {}

  /** Looks for every row among those before it, and remembers it where it is none of them. `isSecondCopy` then speaks of this batch. */
  read(batch: HeaderBatch): void {
    this.hashRows(batch);
    this.approach(batch.count);
    for (let row = 0; row < batch.count; row++)
      if (this.verdicts[row] !== verdict.mayRepeat) this.verdicts[row] = this.find(row, Math.floor(batch.capturedAtUs[row] as number));
  }

  /** Whether the frame in `row` was seen a moment before. */
  isSecondCopy(row: number): boolean {
    return this.verdicts[row] === verdict.secondCopy;
  }

  private find(row: number, atUs: Microseconds): number {
    const { hashes, seenAtUs } = this;
    const first = this.rowHashes[row * 2] as number;
    const second = this.rowHashes[row * 2 + 1] as number;
    const set = first & (sets - 1);
    const pairs = set * framesPerSet * 4;
    const times = set * framesPerSet * 2 + framesPerSet;
    for (let way = 0; way < framesPerSet; way++) {
      if (hashes[pairs + way * 2] !== first || hashes[pairs + way * 2 + 1] !== second) continue;
      if (Math.abs(atUs - (seenAtUs[times + way] as number)) <= apartUs) return verdict.secondCopy;
      seenAtUs[times + way] = atUs;
      return verdict.first;
    }
    const way = this.turn[set] as number;
    this.turn[set] = (way + 1) % framesPerSet;
    if (Math.abs(atUs - (seenAtUs[times + way] as number)) <= apartUs) this.forgotten++;
    hashes[pairs + way * 2] = first;
    hashes[pairs + way * 2 + 1] = second;
    seenAtUs[times + way] = atUs;
    return verdict.first;
  }

  /**
   * Four lanes over 16 octets at a time, each word multiplied in, from a secret start; 64 bits are kept. Written out in one piece: this loop
   * reads most octets of every frame.
   */
  private hashRows(batch: HeaderBatch): void {
    const { rowHashes, verdicts } = this;
    const { view, count, layers, ipVersion, frameAt, frameEnd, networkAt, payloadAt, payloadEnd, identification, tcpFlags } = batch;
    const { low: keyLow, high: keyHigh } = this.key;
    for (let row = 0; row < count; row++) {
      const kinds = layers[row] as number;
      const isTcp = (kinds & layer.tcp) !== 0;
      const dataAt = payloadAt[row] as number;
      const dataEnd = payloadEnd[row] as number;
      // Sent again honestly without any difference: an acknowledgement or reset without data that has no identification.
      if (isTcp && dataAt === dataEnd && identification[row] === 0 && ((tcpFlags[row] as number) & startOrEnd) === 0) {
        verdicts[row] = verdict.mayRepeat;
        continue;
      }
      const version = ipVersion[row] as number;
      const begins = frameAt[row] as number;
      const isEthernet = (kinds & layer.ethernet) !== 0;
      let end = frameEnd[row] as number;
      let at = isEthernet ? Math.min(begins + macsLength, end) : begins;
      let isCutShort = false;
      if (version !== 0 || (kinds & layer.arp) !== 0) {
        at = networkAt[row] as number;
        // A sound packet ends where its payload does; behind it lie padding and perhaps the checksum of the frame.
        if (!batch.hasFaults || batch.fault[row] === undefined) {
          if (dataEnd < end) end = dataEnd;
          isCutShort = end - at > wholeRead && hasChecksum(batch, row);
        }
      }
      let a = (keyLow + prime1 + prime2) | 0;
      let b = keyHigh ^ prime2;
      let c = ((keyLow ^ prime3) + (end - at)) | 0;
      let d = (keyHigh - prime1 + version) | 0;
      // 16 octets at a time, the last 16 as a whole, some of them for the second time: a loop over what remains is a guess that processors miss.
      const lastAt = end - step;
      let until = isCutShort ? Math.max(at + headRead, dataAt) - step : lastAt;
      const hasTail = !isCutShort || version !== 4 || identification[row] === 0;
      if (lastAt < at) for (; at < end; at++) b = Math.imul(b ^ view.getUint8(at), prime1);
      else
        for (;;) {
          a = Math.imul(a ^ view.getInt32(at, true), prime1);
          b = Math.imul(b ^ view.getInt32(at + 4, true), prime1);
          c = Math.imul(c ^ view.getInt32(at + 8, true), prime1);
          d = Math.imul(d ^ view.getInt32(at + 12, true), prime1);
          const turned = (a << 13) | (a >>> 19);
          b = (b << 13) | (b >>> 19);
          c = (c << 13) | (c >>> 19);
          d = (d << 13) | (d >>> 19);
          // Each lane into the next, or what differs in one lane alone would be kept in 32 bits.
          a = (turned + b) | 0;
          b = (b + c) | 0;
          c = (c + d) | 0;
          d = (d + turned) | 0;
          if (at < until) at = Math.min(at + step, until);
          else if (at === lastAt || !hasTail) break;
          else {
            at = lastAt;
            until = lastAt;
          }
        }
      if (isEthernet) {
        // Both addresses, where they lie.
        a = Math.imul(a ^ view.getInt32(begins, true), prime1);
        b = Math.imul(b ^ view.getInt32(begins + 4, true), prime1);
        c = Math.imul(c ^ view.getInt32(begins + 8, true), prime1);
      } else {
        const sourceMac = batch.sourceMac[row] as number;
        a = Math.imul(a ^ sourceMac, prime1);
        b = Math.imul(b ^ Math.floor(sourceMac / 65536), prime1);
      }
      const low = Math.imul(a ^ ((b << 7) | (b >>> 25)), prime2) ^ c;
      const high = Math.imul(d ^ ((b << 18) | (b >>> 14)), prime2) ^ ((a << 12) | (a >>> 20));
      const first = finish(low + ((d << 18) | (d >>> 14)));
      rowHashes[row * 2] = first;
      rowHashes[row * 2 + 1] = finish(high + ((low << 5) | (low >>> 27)) + c);
      verdicts[row] = verdict.first;
    }
  }

  /** Asks for the memory of all sets, so that it comes side by side: a processor looks ahead over many rows of a loop as short as this one. */
  private approach(count: number): void {
    const { hashes, rowHashes } = this;
    let touched = 0;
    for (let row = 0; row < count; row++) touched ^= hashes[((rowHashes[row * 2] as number) & (sets - 1)) * framesPerSet * 4] as number;
    this.touched = touched;
  }
}

/** Of a sound TCP, ICMP, or UDP where the sender computed one (RFC 768). A fragment has none of its own. */
function hasChecksum(batch: HeaderBatch, row: number): boolean {
  if (batch.laterFragment[row] === 1) return false;
  const layers = batch.layers[row] as number;
  if (layers & layer.udp) return batch.view.getUint16((batch.payloadAt[row] as number) - 2) !== 0;
  return (layers & (layer.tcp | layer.icmp | layer.icmpv6)) !== 0;
}

function finish(word: number): number {
  let hash = word ^ (word >>> 15);
  hash = Math.imul(hash, prime2);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, prime3);
  return hash ^ (hash >>> 16);
}
