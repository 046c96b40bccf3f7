/**
 * The process in which the package `cap` runs, started by `capSource.ts`; it writes what comes into a FIFO, in batches.
 *
 * A process of its own, because of what the package is like: it ends the process when the interface goes away (a failed assertion), cannot be
 * loaded by two threads, and handles frames until none is left before timers and anything else get a turn.
 */

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encodeGreeting, frameHeader, headerOctets, longestBatch, rowOctets } from './capBatch.ts';

interface Cap {
  open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
  on(event: 'packet', handler: (length: number, isCut: boolean) => void): void;
}

const largestFrame = 65_535;

class CapWriter {
  /**
   * cap keeps the address of the buffer and no reference to it: were it only known here and not held, it would be collected, and cap would
   * go on writing there. Held by a field of an object that the handler refers to.
   */
  readonly frame = Buffer.allocUnsafeSlow(largestFrame);
  private readonly batch = Buffer.allocUnsafeSlow(longestBatch);
  private length = headerOctets;
  private frames = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly descriptor: number,
    private readonly flushAfterMs: number,
  ) {}

  /** Timers starve while frames pour in; then batches fill up and go without one. */
  take(length: number): void {
    if (this.length + rowOctets + length > longestBatch) this.flush();
    frameHeader(this.batch, this.length, Date.now() * 1000, length);
    this.frame.copy(this.batch, this.length + rowOctets, 0, length);
    this.length += rowOctets + length;
    this.frames++;
    this.timer ??= setTimeout(() => this.flush(), this.flushAfterMs);
  }

  greet(greeting: object): void {
    writeAll(this.descriptor, encodeGreeting(greeting));
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.frames === 0) return;
    this.batch.writeUInt32LE(this.length, 0);
    this.batch.writeUInt32LE(this.frames, 4);
    writeAll(this.descriptor, this.batch.subarray(0, this.length));
    this.length = headerOctets;
    this.frames = 0;
  }
}

/** A full FIFO stops this process until its reader has caught up; what comes meanwhile is in libpcap's buffer, or lost. */
function writeAll(descriptor: number, octets: Uint8Array): void {
  for (let at = 0; at < octets.length; ) at += writeSync(descriptor, octets, at);
}

function capture(fifo: string, interfaceName: string, filter: string, bufferOctets: number, flushAfterMs: number): CapWriter {
  // Without a reader this one fails where the other would wait for ever, for somebody who is gone.
  const probe = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  const writer = new CapWriter(openSync(fifo, 'w'), flushAfterMs);
  closeSync(probe);
  try {
    const { Cap } = createRequire(import.meta.url)('cap') as { Cap: new () => Cap };
    const cap = new Cap();
    const linkType = cap.open(interfaceName, filter, bufferOctets, writer.frame);
    cap.on('packet', (length) => writer.take(length));
    writer.greet({ linkType });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    writer.greet({ code: code ?? null, error: message });
    process.exit(1);
  }
  return writer;
}

const [, , fifo = '', interfaceName = '', filter = '', bufferOctets = '0', flushAfterMs = '10'] = process.argv;
capture(fifo, interfaceName, filter, Number(bufferOctets), Number(flushAfterMs));
// When whoever started it is gone, so is its end of this pipe.
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGINT', () => {});
