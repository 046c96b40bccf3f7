/**
 * Memory for recvmmsg(2) and sendmmsg(2), laid out once: a row for each frame. One call moves many frames; a call for each of them costs
 * more than reading it.
 *
 * Structures are those of 64-bit Linux: mmsghdr (64 octets: a pointer to the iovec at 16, their number at 24, the length at 56) and iovec.
 */

import { type Native, native } from './native.ts';

const [headerOctets, vectorOctets] = [64, 16];
const at = { vector: 16, vectors: 24, length: 56 } as const;
const message = { dontWait: 0x40, truncated: 0x20 } as const;

export class MessageRows {
  private readonly native: Native = native();
  private readonly headers: Buffer;
  private readonly vectors: Buffer;
  /** The rows one after another, `rowOctets` each. Overwritten by the next call. */
  readonly octets: Buffer;
  private readonly view: DataView;

  constructor(
    readonly rows: number,
    readonly rowOctets: number,
  ) {
    // The kernel is given addresses: memory that the garbage collector does not move.
    this.headers = Buffer.allocUnsafeSlow(rows * headerOctets).fill(0);
    this.vectors = Buffer.allocUnsafeSlow(rows * vectorOctets).fill(0);
    this.octets = Buffer.allocUnsafeSlow(rows * rowOctets);
    this.view = new DataView(this.headers.buffer, this.headers.byteOffset, this.headers.length);
    const [octetsAt, vectorsAt] = [this.native.addressOf(this.octets), this.native.addressOf(this.vectors)];
    for (let row = 0; row < rows; row++) {
      this.vectors.writeBigUInt64LE(octetsAt + BigInt(row * rowOctets), row * vectorOctets);
      this.vectors.writeBigUInt64LE(BigInt(rowOctets), row * vectorOctets + 8);
      this.headers.writeBigUInt64LE(vectorsAt + BigInt(row * vectorOctets), row * headerOctets + at.vector);
      this.headers.writeBigUInt64LE(1n, row * headerOctets + at.vectors);
    }
  }

  /** Fetches what is waiting, without waiting. Returns how many rows it fills. */
  receive(descriptor: number): number {
    return Math.max(0, this.native.recvmmsg(descriptor, this.headers, this.rows, message.dontWait | message.truncated, null));
  }

  /** Length on the wire of the frame in `row`; more than `rowOctets` where only its start is there. */
  lengthOf(row: number): number {
    return this.view.getUint32(row * headerOctets + at.length, true);
  }

  /** Puts a frame into `row`; `false` where it does not fit. */
  put(row: number, frame: Uint8Array): boolean {
    if (frame.length > this.rowOctets) return false;
    this.octets.set(frame, row * this.rowOctets);
    this.vectors.writeUInt32LE(frame.length, row * vectorOctets + 8);
    return true;
  }

  /** Sends the first `count` rows. Returns how many the kernel took; the row after them is the one that it refused. */
  send(descriptor: number, from: number, count: number): number {
    return Math.max(0, this.native.sendmmsg(descriptor, this.headers.subarray(from * headerOctets), count, message.dontWait));
  }
}
