/**
 * Sends frames from a service port, and nothing else in Yoban does. Messages to IPv6 groups go through the npm package `raw-socket`
 * (the kernel writes the headers), all other frames through `cap.send`; where a package is missing, through a packet socket. So does
 * what leaves in one burst: a call of its own for each of a thousand frames is what makes answers late.
 *
 * Answers to a machine never go through `raw-socket`: the kernel would ask for the machine's MAC address first, from whoever forged it.
 */

import { createRequire } from 'node:module';
import type { ControlSocket } from './controlSocket.ts';

export interface OutgoingFrame {
  /** The whole Ethernet frame. */
  readonly frame: Uint8Array;
  /** Of a message to an IPv6 group: the ICMPv6 message, with a checksum that the kernel writes anew, and the group as text. */
  readonly group?: { readonly message: Uint8Array; readonly destination: string } | undefined;
}

/** One way to send; returns whether the frame was taken. */
interface Way {
  readonly name: string;
  send(outgoing: OutgoingFrame): boolean;
  close(): void;
}

/** More frames than these at once are a burst. */
const fewFrames = 4;

export class Transmitter {
  /** Frames sent, by way. */
  readonly sent = new Map<string, number>();
  failed = 0;
  /** Packages that are missing, in words. */
  readonly notes: string[] = [];
  private readonly toGroups: Way;
  private readonly toMachines: Way;
  private readonly plain: Way;

  constructor(
    interfaceName: string,
    private readonly socket: ControlSocket,
  ) {
    this.plain = { name: 'packet-socket', send: ({ frame }) => socket.send(frame), close: () => undefined };
    this.toMachines = this.orPlain('cap', () => new CapWay(interfaceName));
    this.toGroups = this.orPlain('raw-socket', () => new RawSocketWay(interfaceName));
  }

  private orPlain(name: string, open: () => Way): Way {
    try {
      return open();
    } catch (error) {
      this.notes.push(`${name} cannot be used (${(error as Error).message.split('\n')[0]}): frames go through a packet socket instead`);
      return this.plain;
    }
  }

  send(outgoing: OutgoingFrame): boolean {
    const way = outgoing.group ? this.toGroups : this.toMachines;
    const used = way.send(outgoing) ? way : this.plain.send(outgoing) ? this.plain : undefined;
    if (!used) {
      this.failed++;
      return false;
    }
    this.count(used.name, 1);
    return true;
  }

  /** Sends all of them; returns for each whether the kernel took it. */
  sendAll(outgoing: readonly OutgoingFrame[]): boolean[] {
    if (outgoing.length <= fewFrames) return outgoing.map((one) => this.send(one));
    const taken = this.socket.sendBatch(outgoing.map(({ frame }) => frame));
    const sent = taken.filter((isTaken) => isTaken).length;
    this.count(this.plain.name, sent);
    this.failed += taken.length - sent;
    return taken;
  }

  private count(way: string, frames: number): void {
    this.sent.set(way, (this.sent.get(way) ?? 0) + frames);
  }

  close(): void {
    this.toGroups.close();
    this.toMachines.close();
  }
}

interface RawSocketPackage {
  readonly AddressFamily: { readonly IPv6: number };
  createSocket(options: { protocol: number; addressFamily: number }): RawSocket;
}

interface RawSocket {
  setOption(level: number, name: number, value: number | Buffer, length?: number): void;
  on(event: string, listener: (error: Error) => void): void;
  close(): void;
  /** Undocumented: the native socket, whose `send` does not wait for the next turn of the event loop. */
  readonly wrap?: { send?(buffer: Buffer, offset: number, length: number, address: string, done: () => void): void };
}

/** Numbers of Linux's headers; the package does not name all of them. */
const level = { socket: 1, ipv6: 41, icmpv6: 58 } as const;
const option = { bindToDevice: 25, unicastHops: 16, multicastHops: 18, multicastLoop: 19, icmpv6Filter: 1 } as const;

class RawSocketWay implements Way {
  readonly name = 'raw-socket';
  private readonly socket: RawSocket;
  private readonly native: NonNullable<RawSocket['wrap']>;

  constructor(interfaceName: string) {
    const raw = createRequire(import.meta.url)('raw-socket') as RawSocketPackage;
    this.socket = raw.createSocket({ protocol: level.icmpv6, addressFamily: raw.AddressFamily.IPv6 });
    this.socket.on('error', () => undefined);
    const device = Buffer.from(`${interfaceName}\0`);
    this.socket.setOption(level.socket, option.bindToDevice, device, device.length);
    // The default for groups is 1, which every receiver drops without a word (RFC 4861 §7.1).
    this.socket.setOption(level.ipv6, option.unicastHops, 255);
    this.socket.setOption(level.ipv6, option.multicastHops, 255);
    this.socket.setOption(level.ipv6, option.multicastLoop, 0);
    // It serves either reading or writing: every ICMPv6 message that came in would hold up what goes out.
    this.socket.setOption(level.icmpv6, option.icmpv6Filter, Buffer.alloc(32, 0xff), 32);
    if (typeof this.socket.wrap?.send !== 'function') {
      this.socket.close();
      throw new Error('this version of the package cannot send at once');
    }
    this.native = this.socket.wrap;
  }

  send({ group }: OutgoingFrame): boolean {
    if (!group) return false;
    try {
      const { message, destination } = group;
      const octets = Buffer.from(message.buffer, message.byteOffset, message.length);
      this.native.send?.(octets, 0, octets.length, destination, () => undefined);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.socket.close();
  }
}

interface CapHandle {
  open(device: string, filter: string, bufferOctets: number, buffer: Buffer): string;
  send(buffer: Buffer, length: number): void;
  close(): void;
}

/** Closed ones too: its destructor, called by the garbage collector, reports to an environment that must not be entered then, and crashes. */
const neverCollected: CapHandle[] = [];

class CapWay implements Way {
  readonly name = 'cap';
  private readonly cap: CapHandle;
  /** The package keeps a pointer to it and no reference: collected, it would be written into all the same. */
  private readonly buffer = Buffer.alloc(65_536);

  constructor(interfaceName: string) {
    const { Cap } = createRequire(import.meta.url)('cap') as { Cap: new () => CapHandle };
    this.cap = new Cap();
    neverCollected.push(this.cap);
    // No frame is this short: nothing is received.
    this.cap.open(interfaceName, 'less 1', this.buffer.length, this.buffer);
  }

  send({ frame }: OutgoingFrame): boolean {
    try {
      this.cap.send(Buffer.from(frame.buffer, frame.byteOffset, frame.length), frame.length);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.cap.close();
    this.buffer.fill(0, 0, 1);
  }
}
