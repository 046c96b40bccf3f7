/**
 * A packet socket for few frames that matter at once: neighbour discovery and ARP. No ring, no buffering: the kernel hands a frame over
 * when it comes, and a wait for several sockets ends with the first frame on any of them.
 */

import { liveErrorFrom, missingInterface } from './liveError.ts';
import { type Native, native } from './native.ts';
import { PacketSocket } from './packetSocket.ts';

const [levelSocket, receiveBufferForce] = [1, 33];
const receiveBufferOctets = 8 * 1024 * 1024;
const message = { dontWait: 0x40, truncated: 0x20 } as const;
/** The largest frame that is looked at; longer ones are counted with their length. */
export const longestFrame = 2048;

export class ControlSocket {
  private readonly socket: PacketSocket;
  private readonly native: Native;
  private readonly buffer = new Uint8Array(longestFrame);

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

/** Waits without blocking this thread until a frame is there on one of the sockets, or `timeoutMs` have passed. */
export function waitForFrames(sockets: readonly ControlSocket[], timeoutMs: number): Promise<void> {
  const library = native();
  const polled = new Uint8Array(8 * sockets.length);
  const view = new DataView(polled.buffer);
  for (const [i, socket] of sockets.entries()) {
    view.setInt32(i * 8, socket.descriptor, true);
    view.setInt16(i * 8 + 4, 1, true);
  }
  return new Promise((resolve, reject) => {
    library.pollLater(polled, sockets.length, timeoutMs, (error) => {
      if (error) reject(liveErrorFrom('poll', 0, sockets[0]?.interfaceName ?? ''));
      else resolve();
    });
  });
}
