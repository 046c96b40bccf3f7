/**
 * Sends frames through an interface as fast as the kernel takes them, or at a rate: sendmmsg(2) on a packet socket, from memory that is laid
 * out once. Used by tests directly; benches start `sendFrames.ts` as a process of its own.
 */

import { native } from '../../src/link/native.ts';

const [familyPacket, socketRaw, levelPacket, qdiscBypass] = [17, 3, 263, 20];
const perCall = 64;
/** struct mmsghdr, and struct iovec. */
const [messageOctets, vectorOctets] = [64, 16];
const ioctlIndex = 0x8933;

export interface SendResult {
  readonly sent: number;
  readonly seconds: number;
}

export class FrameSender {
  private readonly descriptor: number;
  private readonly messages: Buffer;
  /** What the addresses in `messages` point to. */
  private readonly kept: Buffer[] = [];
  private readonly frames: number;

  /** @param frames sent in turn, again and again; at least 14 octets each */
  constructor(interfaceName: string, frames: readonly Uint8Array[]) {
    const { socket, ioctl, bind, setsockopt, addressOf, errno } = native();
    this.descriptor = socket(familyPacket, socketRaw, 0);
    if (this.descriptor < 0) throw new Error(`socket failed with errno ${errno()}`);
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(interfaceName));
    if (ioctl(this.descriptor, ioctlIndex, request) < 0) throw new Error(`there is no interface ${interfaceName}`);
    const address = new DataView(new ArrayBuffer(20));
    address.setUint16(0, familyPacket, true);
    address.setInt32(4, new DataView(request.buffer).getInt32(16, true), true);
    if (bind(this.descriptor, new Uint8Array(address.buffer), 20) < 0) throw new Error(`bind failed with errno ${errno()}`);
    setsockopt(this.descriptor, levelPacket, qdiscBypass, new Uint8Array(Uint32Array.of(1).buffer), 4);
    // A call that begins with the last frame goes on with the first ones. Not more than that: the receiver shares the cache.
    const rows = frames.length + perCall - 1;
    this.frames = frames.length;
    const octets = Buffer.concat(frames);
    const data = Buffer.allocUnsafeSlow(octets.length);
    octets.copy(data);
    const io = Buffer.allocUnsafeSlow(frames.length * vectorOctets);
    let at = addressOf(data);
    frames.forEach((frame, index) => {
      io.writeBigUInt64LE(at, index * vectorOctets);
      io.writeBigUInt64LE(BigInt(frame.length), index * vectorOctets + 8);
      at += BigInt(frame.length);
    });
    this.messages = Buffer.allocUnsafeSlow(rows * messageOctets).fill(0);
    const ioAt = addressOf(io);
    for (let row = 0; row < rows; row++) {
      this.messages.writeBigUInt64LE(ioAt + BigInt((row % frames.length) * vectorOctets), row * messageOctets + 16);
      this.messages.writeBigUInt64LE(1n, row * messageOctets + 24);
    }
    this.kept.push(data, io);
  }

  /**
   * Blocks until `count` frames are sent.
   *
   * @param perSecond frames a second, spread evenly in small bursts; 0 for as fast as it goes
   */
  send(count: number, perSecond = 0): SendResult {
    const { sendmmsg, errno } = native();
    const begun = performance.now();
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let sent = 0;
    while (sent < count) {
      let due = count;
      if (perSecond > 0) {
        due = Math.min(count, Math.floor(((performance.now() - begun) / 1000) * perSecond) + 1);
        if (due <= sent) {
          if (perSecond <= 50_000) Atomics.wait(pause, 0, 0, 0.05);
          continue;
        }
      }
      const row = sent % this.frames;
      const wanted = Math.min(perCall, due - sent);
      const done = sendmmsg(this.descriptor, this.messages.subarray(row * messageOctets), wanted, 0);
      if (done > 0) sent += done;
      // A full queue empties by itself.
      else if (errno() !== 105 && errno() !== 11) throw new Error(`sending failed with errno ${errno()}`);
    }
    return { sent, seconds: (performance.now() - begun) / 1000 };
  }

  close(): void {
    this.kept.length = 0;
    native().close(this.descriptor);
  }
}
