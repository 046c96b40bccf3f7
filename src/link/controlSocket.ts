/**
 * A packet socket for few frames that matter at once: neighbour discovery and ARP. No ring, no buffering: the kernel hands a frame over
 * when it comes, and a wait for several sockets ends with the first frame on any of them. Where many are waiting they come, and go, in
 * batches.
 */

import { liveErrorFrom, missingInterface } from './liveError.ts';
import { MessageRows } from './messageRows.ts';
import { type Native, native } from './native.ts';
import { PacketSocket } from './packetSocket.ts';

const [levelSocket, receiveBufferForce] = [1, 33];
const receiveBufferOctets = 8 * 1024 * 1024;
const message = { dontWait: 0x40, truncated: 0x20 } as const;
/** The largest frame that is looked at; longer ones are counted with their length. */
export const longestFrame = 2048;
export const rowsOfBatch = 64;
/** The longest frame that is sent in a batch; the watch sends none that is longer. */
const longestSent = 128;

export class ControlSocket {
  private readonly socket: PacketSocket;
  private readonly native: Native;
  private readonly buffer = new Uint8Array(longestFrame);
  private incoming: MessageRows | undefined;
  private outgoing: MessageRows | undefined;

  /**
   * Throws a `LiveError` where the interface is missing or the kernel refuses.
   * @param filter classic BPF
   * @param keepOwn whether frames that this machine sends are handed over as well
   */
  constructor(
    readonly interfaceName: string,
    filter: Uint8Array,
    keepOwn = false,
  ) {
    this.native = native();
    this.socket = new PacketSocket(interfaceName);
    try {
      const index = this.socket.indexOf(interfaceName);
      if (index === undefined) throw missingInterface(interfaceName);
      this.socket.attachFilter(filter);
      const size = Uint32Array.of(receiveBufferOctets);
      this.native.setsockopt(this.socket.descriptor, levelSocket, receiveBufferForce, new Uint8Array(size.buffer), 4);
      if (!keepOwn) this.socket.ignoreOutgoing();
      this.socket.bind(index);
      this.socket.becomePromiscuous(index);
    } catch (error) {
      this.socket.close();
      throw error;
    }
  }

  get descriptor(): number {
    return this.socket.descriptor;
  }

  /** The next frame, borrowed until the next call, and its length on the wire; `undefined` when none is waiting. */
  receive(): { readonly octets: Uint8Array; readonly originalLength: number } | undefined {
    const length = this.native.recv(this.descriptor, this.buffer, longestFrame, message.dontWait | message.truncated);
    if (length < 0) return undefined;
    return { octets: length < longestFrame ? this.buffer.subarray(0, length) : this.buffer, originalLength: length };
  }

  /**
   * Fetches a batch of what is waiting. Returns how many frames there were; where it is `rowsOfBatch`, more may be waiting.
   * @param take each frame is `octets[at..end)`, borrowed until the next call
   */
  receiveBatch(take: (octets: Uint8Array, at: number, end: number, originalLength: number) => void): number {
    this.incoming ??= new MessageRows(rowsOfBatch, longestFrame);
    const { incoming } = this;
    const count = incoming.receive(this.descriptor);
    for (let row = 0; row < count; row++) {
      const [at, length] = [row * longestFrame, incoming.lengthOf(row)];
      take(incoming.octets, at, at + Math.min(length, longestFrame), length);
    }
    return count;
  }

  /** Sends whole Ethernet frames in their order, many with one call. Returns for each whether the kernel took it. */
  sendBatch(frames: readonly Uint8Array[]): boolean[] {
    this.outgoing ??= new MessageRows(rowsOfBatch, longestSent);
    const taken: boolean[] = [];
    for (let from = 0; from < frames.length; from += rowsOfBatch) this.sendRows(frames.slice(from, from + rowsOfBatch), taken);
    return taken;
  }

  private sendRows(frames: readonly Uint8Array[], taken: boolean[]): void {
    const rows = this.outgoing as MessageRows;
    if (!frames.every((frame, row) => rows.put(row, frame))) {
      for (const frame of frames) taken.push(this.send(frame));
      return;
    }
    for (let row = 0; row < frames.length; ) {
      const sent = rows.send(this.descriptor, row, frames.length - row);
      for (let n = 0; n < sent; n++) taken.push(true);
      row += sent;
      if (row === frames.length) break;
      // The one that was refused, for want of room in the queue of the interface perhaps: whoever waits must not wait for it.
      taken.push(false);
      row++;
    }
  }

  /** Sends a whole Ethernet frame as it is; whether the kernel took it. */
  send(frame: Uint8Array): boolean {
    return this.native.send(this.descriptor, frame, frame.length, message.dontWait) === frame.length;
  }

  /** Frames that the kernel dropped since the last call, because nobody fetched them. */
  takeDropped(): number {
    return this.socket.takeCounts().dropped;
  }

  /** Whether the interface is there and up. */
  isUp(): boolean {
    return this.socket.flagsOf(this.interfaceName)?.up ?? false;
  }

  close(): void {
    this.socket.close();
  }
}

function pollRows(sockets: readonly ControlSocket[]): Uint8Array {
  const polled = new Uint8Array(8 * sockets.length);
  const view = new DataView(polled.buffer);
  for (const [i, socket] of sockets.entries()) {
    view.setInt32(i * 8, socket.descriptor, true);
    view.setInt16(i * 8 + 4, 1, true);
  }
  return polled;
}

/**
 * A wait that blocks this thread: it ends within some tens of microseconds of a frame, where a wait beside the event loop passes
 * through two more threads. Whoever uses it returns to the event loop now and then.
 */
export class FrameWait {
  private readonly polled: Uint8Array;

  constructor(private readonly sockets: readonly ControlSocket[]) {
    this.polled = pollRows(sockets);
  }

  /** Until a frame is there on one of the sockets, or `timeoutMs` have passed. */
  block(timeoutMs: number): void {
    native().poll(this.polled, this.sockets.length, timeoutMs);
  }
}

/** Waits without blocking this thread until a frame is there on one of the sockets, or `timeoutMs` have passed. */
export function waitForFrames(sockets: readonly ControlSocket[], timeoutMs: number): Promise<void> {
  const library = native();
  const polled = pollRows(sockets);
  return new Promise((resolve, reject) => {
    library.pollLater(polled, sockets.length, timeoutMs, (error) => {
      if (error) reject(liveErrorFrom('poll', 0, sockets[0]?.interfaceName ?? ''));
      else resolve();
    });
  });
}
