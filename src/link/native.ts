/**
 * Calls of the C library and of libpcap, through the optional package `koffi`: the only file that knows it.
 *
 * Structures are written by hand at the offsets that x86-64 and arm64 Linux share (LP64, little-endian); other machines are refused.
 */

import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import type * as koffi from 'koffi';
import { LiveError } from './liveError.ts';

type Koffi = typeof koffi;

/** Returned by a failing mmap(2). */
const mapFailed = 0xffff_ffff_ffff_ffffn;

/** Calls return −1 where they failed; `errno()` must be asked for at once then. */
export interface Native {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(descriptor: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(descriptor: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  ioctl(descriptor: number, request: number, argument: Uint8Array): number;
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number;
  /** As `poll`, in a thread of its own; `descriptors` must not be touched until it calls back. */
  pollLater(descriptors: Uint8Array, count: number, timeoutMs: number, done: (error: unknown, ready: number) => void): void;
  recv(descriptor: number, into: Uint8Array, length: number, flags: number): number;
  send(descriptor: number, octets: Uint8Array, length: number, flags: number): number;
  close(descriptor: number): number;
  setns(descriptor: number, kind: number): number;
  /** `vector` holds `count` structures mmsghdr; returns how many were sent. */
  sendmmsg(descriptor: number, vector: Uint8Array, count: number, flags: number): number;
  /** As `sendmmsg`; returns how many frames were fetched. */
  recvmmsg(descriptor: number, vector: Uint8Array, count: number, flags: number, timeout: null): number;
  /** `process` 0: this thread. `parameters` is a structure sched_param. */
  sched_setscheduler(process: number, policy: number, parameters: Uint8Array): number;
  clock_gettime(clock: number, into: Uint8Array): number;
  /** `undefined` where it failed. */
  mmap(address: bigint | null, length: number, protection: number, flags: number, descriptor: number): bigint | undefined;
  errno(): number;
  /** The memory itself, not a copy. The view does not keep the memory alive: touching it after munmap(2) ends the process. */
  view(address: bigint, length: number): ArrayBuffer;
  /** Where a buffer lies; only for buffers that the garbage collector does not move (`Buffer.allocUnsafeSlow`). */
  addressOf(buffer: Uint8Array): bigint;
}

export interface NativePcap {
  /** Borrowed handles of type pcap_t; null where it failed. */
  pcap_create(interfaceName: string, error: Uint8Array): bigint | null;
  pcap_open_dead(linkType: number, snapLength: number): bigint | null;
  pcap_set_snaplen(handle: bigint, snapLength: number): number;
  pcap_set_buffer_size(handle: bigint, octets: number): number;
  /** 0, a warning above it, or an error below it. */
  pcap_activate(handle: bigint): number;
  pcap_datalink(handle: bigint): number;
  pcap_compile(handle: bigint, program: Uint8Array, expression: string, optimize: number, netmask: number): number;
  pcap_geterr(handle: bigint): string;
  pcap_freecode(program: Uint8Array): void;
  pcap_close(handle: bigint): void;
  view(address: bigint, length: number): ArrayBuffer;
}

let loaded: Native | undefined;
let loadedPcap: NativePcap | undefined;

/** Throws a `LiveError` where the package or the platform is missing. */
export function native(): Native {
  loaded ??= bindLibc(loadKoffi());
  return loaded;
}

/** Throws a `LiveError` where the package or the library is missing. */
export function nativePcap(): NativePcap {
  loadedPcap ??= bindPcap(loadKoffi());
  return loadedPcap;
}

function loadKoffi(): Koffi {
  if (process.platform !== 'linux' || endianness() !== 'LE' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    const what = `the capture ring works on Linux on x86-64 and arm64, not on ${process.platform} on ${process.arch}`;
    throw new LiveError('CAPTURE_SOURCE_FAILED', what, 'set capture.source to libpcap');
  }
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (cause) {
    const what = 'the package koffi, which the capture ring is read through, is not installed';
    throw new LiveError('CAPTURE_PACKAGE_MISSING', what, 'run `npm install koffi`, or set capture.source to libpcap', { cause });
  }
}

function bindLibc(package_: Koffi): Native {
  const libc = package_.load(firstOf(package_, ['libc.so.6', 'libc.so']));
  const poll = libc.func('int poll(void *descriptors, unsigned long count, int timeout)');
  const mmap = libc.func('void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)');
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    setsockopt: libc.func('int setsockopt(int descriptor, int level, int name, const void *value, uint32_t length)'),
    getsockopt: libc.func('int getsockopt(int descriptor, int level, int name, void *value, void *length)'),
    bind: libc.func('int bind(int descriptor, const void *address, uint32_t length)'),
    ioctl: libc.func('int ioctl(int descriptor, unsigned long request, void *argument)'),
    poll,
    pollLater: (descriptors, count, timeoutMs, done) => poll.async(descriptors, count, timeoutMs, done),
    recv: libc.func('int64_t recv(int descriptor, void *into, size_t length, int flags)'),
    send: libc.func('int64_t send(int descriptor, const void *octets, size_t length, int flags)'),
    close: libc.func('int close(int descriptor)'),
    setns: libc.func('int setns(int descriptor, int kind)'),
    sendmmsg: libc.func('int sendmmsg(int descriptor, void *vector, unsigned int count, int flags)'),
    recvmmsg: libc.func('int recvmmsg(int descriptor, void *vector, unsigned int count, int flags, void *timeout)'),
    sched_setscheduler: libc.func('int sched_setscheduler(int process, int policy, const void *parameters)'),
    clock_gettime: libc.func('int clock_gettime(int clock, void *into)'),
    mmap: (address, length, protection, flags, descriptor) => {
      const mapped = mmap(address, length, protection, flags, descriptor, 0) as bigint;
      return mapped === mapFailed ? undefined : mapped;
    },
    errno: () => package_.errno(),
    view: (address, length) => package_.view(address, length),
    addressOf: (buffer) => package_.address(buffer),
  };
}

function bindPcap(package_: Koffi): NativePcap {
  const library = package_.load(firstOf(package_, ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so']));
  return {
    pcap_create: library.func('void *pcap_create(const char *interface, void *error)'),
    pcap_open_dead: library.func('void *pcap_open_dead(int linkType, int snapLength)'),
    pcap_set_snaplen: library.func('int pcap_set_snaplen(void *handle, int snapLength)'),
    pcap_set_buffer_size: library.func('int pcap_set_buffer_size(void *handle, int octets)'),
    pcap_activate: library.func('int pcap_activate(void *handle)'),
    pcap_datalink: library.func('int pcap_datalink(void *handle)'),
    pcap_compile: library.func('int pcap_compile(void *handle, void *program, const char *expression, int optimize, uint32_t netmask)'),
    pcap_geterr: library.func('const char *pcap_geterr(void *handle)'),
    pcap_freecode: library.func('void pcap_freecode(void *program)'),
    pcap_close: library.func('void pcap_close(void *handle)'),
    view: (address, length) => package_.view(address, length),
  };
}

function firstOf(package_: Koffi, names: readonly string[]): string {
  for (const name of names) {
    try {
      package_.load(name);
      return name;
    } catch {
      // The next one may be there.
    }
  }
  const what = `none of ${names.join(', ')} can be loaded`;
  throw new LiveError('CAPTURE_PACKAGE_MISSING', what, 'install the package libpcap0.8, which filters are compiled with');
}
