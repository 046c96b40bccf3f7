/**
 * Frames through the package `cap` (libpcap): where the ring is not to be had. It sees no losses and no time stamps of the kernel: frames get
 * the time at which they were read, to the millisecond. It runs in a process of its own (`capProcess.ts`), which writes into a FIFO.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Greeting, headerOctets, longestBatch, rowOctets } from './capBatch.ts';
import { type CaptureInterface, type FrameBlock, linkType } from './frameBlock.ts';
import { FrameRows } from './frameRows.ts';
import { LiveError, missingInterface } from './liveError.ts';
import { defaultSnapLength, type InterfaceState, type LiveOptions, type LiveSource, type LiveStatistics } from './liveSource.ts';

/** cap's words for what it reads; NULL, ETHERNET and the rest are its own. */
const linkTypes: Readonly<Record<string, number>> = {
  ETHERNET: linkType.ethernet,
  RAW: linkType.raw,
  NULL: linkType.null,
  LINKTYPE_LINUX_SLL: linkType.linuxCooked,
};

/** cap itself cuts here. */
const longestFrame = 65_535;
const greetingPatienceMs = 10_000;
/** How long one look at the FIFO waits for the next, while nothing comes. */
const pauseMs = 2;
const largestBuffer = 2047 * 1024 * 1024;

export class CapSource implements LiveSource {
  readonly kind = 'libpcap';
  readonly interface: CaptureInterface;
  broken = false;
  private readonly pause = new Int32Array(new SharedArrayBuffer(4));
  private readonly octets = new Uint8Array(longestBatch);
  private readonly view = new DataView(this.octets.buffer);
  private readonly frames: FrameRows;
  private filled = 0;
  private received = 0;
  private closed = false;
  private lastName: string;
  private readonly ifindex: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly descriptor: number,
    options: LiveOptions,
    readonly reason: string,
  ) {
    const { interface: name, snapLength = defaultSnapLength } = options;
    this.frames = new FrameRows(Math.ceil(longestBatch / rowOctets), options.firstFrameNumber ?? 1);
    this.frames.begin(this.octets);
    this.lastName = name;
    this.ifindex = interfaceFact(name, 'ifindex');
    const greeting = this.awaitGreeting(name);
    const frameLinkType = linkTypeOf(greeting, options);
    const cut = Math.min(snapLength, longestFrame);
    this.interface = { index: 0, linkType: frameLinkType, name, snapLength: cut, ticksPerSecond: 1_000_000n, offsetSeconds: 0n };
  }

  static open(options: LiveOptions, reason: string): CapSource {
    const { interface: name, filter, ringMiB, retireMs } = options;
    if (process.platform === 'win32')
      throw new LiveError('CAPTURE_SOURCE_FAILED', 'the source libpcap needs FIFOs', 'run it on Linux or macOS');
    const folder = mkdtempSync(join(tmpdir(), 'yoban-cap-'));
    const fifo = join(folder, 'frames');
    let descriptor: number | undefined;
    let child: ChildProcess | undefined;
    try {
      if (spawnSync('mkfifo', ['-m', '600', fifo]).status !== 0)
        throw new LiveError(
          'CAPTURE_SOURCE_FAILED',
          `no FIFO can be made in ${folder}`,
          'check that mkfifo is there and the disk is not full',
        );
      descriptor = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      const buffer = String(Math.min(ringMiB * 1024 * 1024, largestBuffer));
      const program = fileURLToPath(new URL(`./capProcess${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
      const words = [program, fifo, name, withoutOwn(filter, name), buffer, String(retireMs)];
      child = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'ignore'] });
      return new CapSource(child, folder, descriptor, options, reason);
    } catch (error) {
      child?.kill('SIGKILL');
      if (descriptor !== undefined) closeSync(descriptor);
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  poll(timeoutMs: number): FrameBlock | undefined {
    this.release();
    if (this.closed || !this.fill(timeoutMs)) return undefined;
    const { view, frames } = this;
    const count = view.getUint32(4, true);
    let at = headerOctets;
    for (let i = 0; i < count; i++) {
      const length = view.getUint32(at + 8, true);
      const begins = at + rowOctets;
      frames.append(view.getFloat64(at, true), 0, begins, begins + Math.min(length, this.interface.snapLength), length);
      at = begins + length;
    }
    this.received += count;
    return frames;
  }

  release(): void {
    if (this.frames.count === 0) return;
    this.frames.begin(this.octets);
    this.filled = 0;
  }

  statistics(): LiveStatistics {
    return { received: this.received, dropped: undefined, freezes: undefined };
  }

  /** By number: /sys lists interfaces by their names of now. */
  state(): InterfaceState {
    const name = this.closed ? undefined : this.currentName();
    if (name === undefined) return { status: 'gone', name: this.lastName, mtu: 0, carrier: false };
    this.lastName = name;
    const isUp = (Number(interfaceFact(name, 'flags') ?? 1) & 1) !== 0;
    const carrier = isUp && interfaceFact(name, 'carrier') !== '0';
    return { status: isUp ? 'up' : 'down', name, mtu: Number(interfaceFact(name, 'mtu') ?? 0), carrier };
  }

  close(): void {
    if (this.closed) return;
    this.release();
    this.closed = true;
    this.child.kill('SIGKILL');
    this.child.stdin?.destroy();
    closeSync(this.descriptor);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private currentName(): string | undefined {
    // Without /sys nothing is known: as long as cap lives, the interface is taken to be there.
    if (this.ifindex === undefined) return this.broken ? undefined : this.lastName;
    if (interfaceFact(this.lastName, 'ifindex') === this.ifindex) return this.lastName;
    return readdirSync('/sys/class/net').find((name) => interfaceFact(name, 'ifindex') === this.ifindex);
  }

  private awaitGreeting(name: string): Greeting {
    const deadline = performance.now() + greetingPatienceMs;
    // Before the process has opened its end, a FIFO reads as ended.
    while (performance.now() < deadline) {
      this.broken = false;
      if (this.fill(pauseMs)) {
        const text = Buffer.from(this.octets.buffer, headerOctets, this.view.getUint32(0, true) - headerOctets).toString();
        this.filled = 0;
        return JSON.parse(text) as Greeting;
      }
      Atomics.wait(this.pause, 0, 0, pauseMs);
    }
    throw new LiveError('CAPTURE_SOURCE_FAILED', `capturing on ${name} through cap did not begin within 10 s`, 'try again, or report it');
  }

  /** Reads on until a whole batch is there; `false` when it is not within `timeoutMs`. */
  private fill(timeoutMs: number): boolean {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const wanted = this.filled < headerOctets ? headerOctets : this.view.getUint32(0, true);
      if (this.filled >= headerOctets && this.filled === wanted) return true;
      const count = this.read(wanted);
      this.filled += count;
      if (count > 0) continue;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.pause, 0, 0, this.broken ? left : Math.min(left, pauseMs));
    }
  }

  /** 0 when nothing is there now. */
  private read(end: number): number {
    try {
      const count = readSync(this.descriptor, this.octets, this.filled, end - this.filled, null);
      if (count === 0) this.broken = true;
      return count;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}

/**
 * Frames that this machine sends stay out by their MAC address. Not by `inbound`: libpcap filters the first frame itself instead of the kernel, and
 * loses it, because it does not know there which way it went.
 */
function withoutOwn(filter: string, name: string): string {
  const mac = interfaceFact(name, 'type') === '1' ? interfaceFact(name, 'address') : undefined;
  if (mac === undefined || !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac)) return filter;
  return filter.trim() === '' ? `not ether src ${mac}` : `not ether src ${mac} and (${filter})`;
}

function linkTypeOf(greeting: Greeting, { interface: name, filter }: LiveOptions): number {
  const { linkType: text, error, code } = greeting;
  if (text !== undefined) {
    const found = linkTypes[text];
    if (found !== undefined) return found;
    const advice = 'name an Ethernet interface, a loopback or a tunnel of IP packets';
    throw new LiveError('INTERFACE_UNSUPPORTED', `${name} carries frames of a kind that is not read (${text})`, advice);
  }
  const words = error ?? 'no reason given';
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') {
    const what = 'the package cap, through which libpcap is used, is not installed';
    throw new LiveError('CAPTURE_PACKAGE_MISSING', what, 'install libpcap-dev and a C++ compiler, then run `npm install cap`');
  }
  if (/not up/i.test(words)) throw new LiveError('INTERFACE_DOWN', `${name} is down`, `\`ip link set ${name} up\` brings it up`);
  if (/No such device|doesn't exist|not found/i.test(words)) throw missingInterface(name);
  if (/permission|not permitted/i.test(words)) {
    const advice = 'run it as root, or give it CAP_NET_RAW and CAP_NET_ADMIN';
    throw new LiveError('CAPTURE_NOT_PERMITTED', `no permission to capture on ${name} (${words})`, advice);
  }
  if (/syntax error|filter expression|unknown|invalid|illegal/i.test(words)) {
    const advice = 'mend capture.filter; its language is described in pcap-filter(7)';
    throw new LiveError('CAPTURE_FILTER_WRONG', `the filter ${JSON.stringify(filter)} is wrong: ${words}`, advice);
  }
  throw new LiveError('CAPTURE_SOURCE_FAILED', `capturing on ${name} failed: ${words}`, 'check the interface, or report it');
}

/** One line of /sys/class/net; `undefined` where it is not to be had. */
function interfaceFact(name: string, fact: 'ifindex' | 'flags' | 'mtu' | 'carrier' | 'type' | 'address'): string | undefined {
  const path = `/sys/class/net/${name}/${fact}`;
  try {
    return existsSync(path) ? readFileSync(path, 'latin1').trim() : undefined;
  } catch {
    // The carrier of an interface that is down cannot be read, and an interface may go at any moment.
    return undefined;
  }
}
