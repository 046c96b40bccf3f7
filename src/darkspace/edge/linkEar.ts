/** What a box hears of one link: the service port and the mirror ports, each frame read once. */

import type { Mac } from '../../base/address.ts';
import { uint48 } from '../../base/octets.ts';
import type { Microseconds } from '../../base/time.ts';
import { controlFilter, mirrorFilter } from '../../link/controlFilter.ts';
import { ControlSocket, FrameWait, rowsOfBatch } from '../../link/controlSocket.ts';
import { ControlFrameReader } from '../controlFrame.ts';
import { RecentFrames } from '../recentFrames.ts';
import type { Sign } from '../sign.ts';
import type { WatchClock } from './watchClock.ts';

/** Fetched from one port in one go; with more waiting, the machine decides nothing yet. */
const framesOfTurn = 4096;

/** The frame that is being read: `octets[at..end)`, borrowed. */
export interface HeardFrame {
  readonly octets: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly originalLength: number;
}

export class LinkEar {
  private readonly sockets: ControlSocket[] = [];
  private readonly reader: ControlFrameReader;
  private readonly recent = new RecentFrames();
  private readonly waiting: FrameWait;
  received = 0;
  repeated = 0;
  dropped = 0;
  /** Borrowed while a sign is taken. */
  frame: HeardFrame = { octets: new Uint8Array(0), at: 0, end: 0, originalLength: 0 };
  /** When the frame was fetched. */
  nowUs: Microseconds;

  /**
   * Throws where an interface is missing or may not be used.
   * @param vlan of the link, as mirror ports show it with tags; 0 for frames without
   */
  constructor(
    service: string,
    mirrors: readonly string[],
    vlan: number,
    private readonly mac: Mac,
    private readonly clock: WatchClock,
    take: (sign: Sign) => void,
  ) {
    this.nowUs = clock.nowUs();
    this.reader = new ControlFrameReader(mac, take);
    try {
      this.sockets.push(new ControlSocket(service, controlFilter(mac)));
      for (const name of mirrors) this.sockets.push(new ControlSocket(name, mirrorFilter(mac, vlan)));
    } catch (error) {
      this.close();
      throw error;
    }
    this.waiting = new FrameWait(this.sockets);
  }

  get serviceSocket(): ControlSocket {
    return this.sockets[0] as ControlSocket;
  }

  /** Blocks this thread until something is heard, or `timeoutMs` have passed. */
  wait(timeoutMs: number): void {
    this.waiting.block(timeoutMs);
  }

  /** Reads what is waiting, and calls `afterBatch` now and then. Returns whether everything that was waiting has been read. */
  fetch(afterBatch: () => void): boolean {
    // In turn, so that the copies of a frame are read close to each other even where many are waiting.
    let mostWaiting = rowsOfBatch;
    for (let fetched = 0; mostWaiting === rowsOfBatch && fetched < framesOfTurn; fetched += mostWaiting) {
      mostWaiting = 0;
      this.nowUs = this.clock.nowUs();
      for (const [i, socket] of this.sockets.entries()) {
        const count = socket.receiveBatch((octets, at, end, originalLength) => this.read(octets, at, end, originalLength, i === 0));
        this.received += count;
        mostWaiting = Math.max(mostWaiting, count);
      }
      if (mostWaiting > 0) afterBatch();
    }
    return mostWaiting < rowsOfBatch;
  }

  private read(octets: Uint8Array, at: number, end: number, originalLength: number, isService: boolean): void {
    // Packets to the own MAC address are counted, each of them.
    const isToOwn = isService && end - at >= 6 && uint48(octets, at) === this.mac;
    if (!isToOwn && this.recent.isRepeated(octets, at, end, this.nowUs)) {
      this.repeated++;
      return;
    }
    this.frame = { octets, at, end, originalLength };
    this.reader.read(octets, at, end);
  }

  /** Frames that the kernel dropped since the last call. */
  takeDropped(): number {
    let dropped = 0;
    for (const socket of this.sockets) dropped += droppedOf(socket);
    this.dropped += dropped;
    return dropped;
  }

  areAllUp(): boolean {
    return this.sockets.every(isUp);
  }

  close(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
  }
}

function isUp(socket: ControlSocket): boolean {
  try {
    return socket.isUp();
  } catch {
    return false;
  }
}

function droppedOf(socket: ControlSocket): number {
  try {
    return socket.takeDropped();
  } catch {
    return 0;
  }
}
