/** A packet socket of Linux (packet(7), netdevice(7)): its options, and what it says about interfaces. Numbers are those of the kernel's headers. */

import { type LiveError, liveErrorFrom, missingInterface } from './liveError.ts';
import { type Native, native } from './native.ts';

const familyPacket = 17;
const socketRaw = 3;
const closeOnExec = 0o2000000;
const everyProtocol = 3;
const levelSocket = 1;
const levelPacket = 263;

const socketOption = { error: 4, attachFilter: 26, timeStampNanoseconds: 35 } as const;
const packetOption = { addMembership: 1, receiveRing: 5, statistics: 6, version: 10, reserve: 12, ignoreOutgoing: 23 } as const;
const membershipPromiscuous = 1;
const version3 = 2;

const request = { name: 0x8910, flags: 0x8913, mtu: 0x8921, hardwareAddress: 0x8927, index: 0x8933 } as const;
const flag = { up: 0x1, running: 0x40 } as const;

const errorNoDevice = 19;

export interface RingShape {
  readonly blockOctets: number;
  readonly blocks: number;
  readonly retireMs: number;
}

/** What the kernel has been counting since it was asked last. */
export interface PacketCounts {
  readonly received: number;
  readonly dropped: number;
  readonly freezes: number;
}

/** Every method throws a `LiveError` that names the call where the kernel refuses it. The socket stays in the namespace it was opened in. */
export class PacketSocket {
  private readonly native: Native;
  readonly descriptor: number;
  private readonly polled = new Uint8Array(8);
  private readonly polledForTrouble = new Uint8Array(8);
  private readonly counts = new Uint32Array(3);
  private closed = false;

  /** @param interfaceName for messages */
  constructor(private readonly interfaceName: string) {
    this.native = native();
    // Protocol 0: nothing is received until the socket is bound, so that no frame passes before filter and ring stand.
    this.descriptor = this.native.socket(familyPacket, socketRaw | closeOnExec, 0);
    if (this.descriptor < 0) throw this.failed('socket');
    const view = new DataView(this.polled.buffer);
    view.setInt32(0, this.descriptor, true);
    view.setInt16(4, 1, true);
    new DataView(this.polledForTrouble.buffer).setInt32(0, this.descriptor, true);
  }

  /** `undefined` when there is no such interface. */
  indexOf(name: string): number | undefined {
    const answer = this.ask(request.index, interfaceRequest(name));
    return answer?.getInt32(16, true);
  }

  /** The name that the interface has now; `undefined` when it is gone. */
  nameOf(index: number): string | undefined {
    const argument = new Uint8Array(40);
    new DataView(argument.buffer).setInt32(16, index, true);
    if (this.ask(request.name, argument) === undefined) return undefined;
    return new TextDecoder().decode(argument.subarray(0, argument.indexOf(0)));
  }

  mtuOf(name: string): number | undefined {
    return this.ask(request.mtu, interfaceRequest(name))?.getInt32(16, true);
  }

  flagsOf(name: string): { up: boolean; carrier: boolean } | undefined {
    const flags = this.ask(request.flags, interfaceRequest(name))?.getUint16(16, true);
    return flags === undefined ? undefined : { up: (flags & flag.up) !== 0, carrier: (flags & flag.running) !== 0 };
  }

  /** ARPHRD_ number. */
  hardwareTypeOf(name: string): number | undefined {
    return this.ask(request.hardwareAddress, interfaceRequest(name))?.getUint16(16, true);
  }

  /** Frames that this machine sends stay out. */
  ignoreOutgoing(): void {
    this.setPacketOption('PACKET_IGNORE_OUTGOING', packetOption.ignoreOutgoing, Uint32Array.of(1));
  }

  /** The kernel then stamps each frame once, when it arrives, so that whoever captures beside us sees the same time. */
  stampOnArrival(): void {
    if (
      this.native.setsockopt(this.descriptor, levelSocket, socketOption.timeStampNanoseconds, new Uint8Array(Uint32Array.of(1).buffer), 4) <
      0
    )
      throw this.failed('SO_TIMESTAMPNS');
  }

  /** @param program instructions of classic BPF, 8 octets each; the kernel copies them */
  attachFilter(program: Uint8Array): void {
    const copy = Buffer.allocUnsafeSlow(program.length);
    copy.set(program);
    const header = new DataView(new ArrayBuffer(16));
    header.setUint16(0, program.length / 8, true);
    header.setBigUint64(8, this.native.addressOf(copy), true);
    const value = new Uint8Array(header.buffer);
    if (this.native.setsockopt(this.descriptor, levelSocket, socketOption.attachFilter, value, 16) < 0)
      throw this.failed('SO_ATTACH_FILTER');
    // Read after the call, so that the copy is alive during it.
    if (copy.length !== program.length) throw new Error('unreachable: a buffer changed its length');
  }

  /**
   * @param reserveOctets kept free before each frame
   * @returns address of the ring's memory
   */
  createRing({ blockOctets, blocks, retireMs }: RingShape, reserveOctets: number): bigint {
    this.setPacketOption('PACKET_VERSION', packetOption.version, Uint32Array.of(version3));
    this.setPacketOption('PACKET_RESERVE', packetOption.reserve, Uint32Array.of(reserveOctets));
    // With TPACKET_V3 frames have no fixed size; the kernel wants one that divides the block all the same.
    const frameOctets = 2048;
    const shape = Uint32Array.of(blockOctets, blocks, frameOctets, (blockOctets / frameOctets) * blocks, retireMs, 0, 0);
    this.setPacketOption('PACKET_RX_RING', packetOption.receiveRing, shape);
    const [readWrite, sharedPopulated] = [0x3, 0x1 | 0x8000];
    const address = this.native.mmap(null, blockOctets * blocks, readWrite, sharedPopulated, this.descriptor);
    if (address === undefined) throw this.failed('mmap');
    return address;
  }

  /** From now on frames of the interface come; an earlier binding ends. */
  bind(index: number): void {
    const address = new DataView(new ArrayBuffer(20));
    address.setUint16(0, familyPacket, true);
    address.setUint16(2, everyProtocol, false);
    address.setInt32(4, index, true);
    if (this.native.bind(this.descriptor, new Uint8Array(address.buffer), 20) < 0) throw this.failed('bind');
  }

  /** Ends with the socket, or with the interface. */
  becomePromiscuous(index: number): void {
    const membership = new DataView(new ArrayBuffer(16));
    membership.setInt32(0, index, true);
    membership.setUint16(4, membershipPromiscuous, true);
    this.setPacketOption('PACKET_ADD_MEMBERSHIP', packetOption.addMembership, new Uint8Array(membership.buffer));
  }

  /** Waits until a block is there, or `timeoutMs` have passed; `false` where the kernel reported trouble with the interface. */
  wait(timeoutMs: number): boolean {
    return this.poll(this.polled, timeoutMs);
  }

  /** As `wait`, but no block ends it. */
  rest(timeoutMs: number): boolean {
    return this.poll(this.polledForTrouble, timeoutMs);
  }

  private poll(polled: Uint8Array, timeoutMs: number): boolean {
    if (this.native.poll(polled, 1, timeoutMs) <= 0) return true;
    const [, , , events] = new Int16Array(polled.buffer);
    const [error, hangup, invalid] = [0x8, 0x10, 0x20];
    if (((events as number) & (error | hangup | invalid)) === 0) return true;
    this.takeError();
    return false;
  }

  /** The kernel forgets what it has told: the counts are since the last call. */
  takeCounts(): PacketCounts {
    const length = new Uint8Array(Uint32Array.of(12).buffer);
    const value = new Uint8Array(this.counts.buffer);
    if (this.native.getsockopt(this.descriptor, levelPacket, packetOption.statistics, value, length) < 0)
      throw this.failed('PACKET_STATISTICS');
    const [all = 0, dropped = 0, freezes = 0] = this.counts;
    // The kernel's first count includes what it dropped.
    return { received: all - dropped, dropped, freezes };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.native.close(this.descriptor);
  }

  /** Reading a pending error clears it; left alone, it would make every poll return at once. */
  private takeError(): void {
    const length = new Uint8Array(Uint32Array.of(4).buffer);
    this.native.getsockopt(this.descriptor, levelSocket, socketOption.error, new Uint8Array(4), length);
  }

  private ask(number: number, argument: Uint8Array): DataView | undefined {
    if (this.native.ioctl(this.descriptor, number, argument) >= 0) return new DataView(argument.buffer);
    const errno = this.native.errno();
    if (errno === errorNoDevice) return undefined;
    throw liveErrorFrom('ioctl', errno, this.interfaceName);
  }

  private setPacketOption(name: string, number: number, value: Uint32Array | Uint8Array): void {
    const octets = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (this.native.setsockopt(this.descriptor, levelPacket, number, octets, octets.length) < 0) throw this.failed(name);
  }

  private failed(call: string): LiveError {
    return liveErrorFrom(call, this.native.errno(), this.interfaceName);
  }
}

/** struct ifreq: 16 octets of name, then the answer. */
function interfaceRequest(name: string): Uint8Array {
  const octets = new TextEncoder().encode(name);
  if (octets.length === 0 || octets.length > 15) throw missingInterface(name);
  const argument = new Uint8Array(40);
  argument.set(octets);
  return argument;
}
