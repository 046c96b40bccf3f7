/** Where the octets of a capture come from: a file or FIFO as it is, or the same through gunzip. */

import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Fault, malformed } from '../base/octets.ts';
import { captureErrorFrom } from './captureError.ts';

export interface OctetSource {
  /** Octets taken from the file so far, as they lie in it: compressed ones where it is compressed. */
  readonly octetsRead: number;
  /** Why the octets ended before the file did. */
  readonly fault: Fault | undefined;
  /** Fills `into` from `at` to `end` as far as one step goes; resolves to the octets written, 0 at the end. */
  read(into: Uint8Array, at: number, end: number): Promise<number>;
  /** Reads what is left of the file and throws it away, so that `onChunk` sees all of it. */
  drain(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Called with every octet of the file once, in order. Borrowed: the octets are valid only during the call. */
export type OnChunk = (octets: Uint8Array) => void;

export class FileOctets implements OctetSource {
  octetsRead = 0;
  readonly fault = undefined;
  private closed = false;

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly onChunk: OnChunk | undefined,
  ) {}

  /** A pipe gives what it has; a file that is still being written ends where it ends now. */
  async read(into: Uint8Array, at: number, end: number): Promise<number> {
    let count: number;
    try {
      count = (await this.handle.read(into, at, end - at, null)).bytesRead;
    } catch (cause) {
      throw captureErrorFrom(cause, this.path);
    }
    this.octetsRead += count;
    if (count > 0) this.onChunk?.(into.subarray(at, at + count));
    return count;
  }

  async drain(signal?: AbortSignal): Promise<void> {
    const scratch = new Uint8Array(64 * 1024);
    while ((await this.read(scratch, 0, scratch.length)) > 0) signal?.throwIfAborted();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.handle.close();
  }
}

/** One step decompresses this much: at gzip's best ratio (about 1:1032) some 17 MB, which bounds the queue. */
const compressedStep = 16 * 1024;

/** Members that follow one another are one stream (RFC 1952 §2.2). A cut or damaged stream ends with a fault, after all it held. */
export class GunzipOctets implements OctetSource {
  fault: Fault | undefined;
  private readonly gunzip = createGunzip({ chunkSize: 64 * 1024 });
  private readonly compressed = new Uint8Array(compressedStep);
  /** Decompressed and not yet asked for, oldest first. */
  private readonly queue: Uint8Array[] = [];
  private failure: Error | undefined;
  private ended = false;
  private stepDone: () => void = () => undefined;

  /** `head`: octets already taken from `file`. */
  constructor(
    private readonly file: OctetSource,
    private head: Uint8Array,
  ) {
    this.gunzip.on('data', (octets: Uint8Array) => this.queue.push(octets));
    this.gunzip.on('error', (error) => {
      this.failure ??= error;
    });
    const stop = () => {
      this.ended = true;
      this.stepDone();
    };
    this.gunzip.on('end', stop);
    this.gunzip.on('close', stop);
  }

  get octetsRead(): number {
    return this.file.octetsRead;
  }

  async read(into: Uint8Array, at: number, end: number): Promise<number> {
    while (this.queue.length === 0) {
      if (this.ended || this.fault) return 0;
      await this.step();
    }
    const oldest = this.queue[0] as Uint8Array;
    const count = Math.min(oldest.length, end - at);
    into.set(oldest.subarray(0, count), at);
    if (count === oldest.length) this.queue.shift();
    else this.queue[0] = oldest.subarray(count);
    return count;
  }

  private async step(): Promise<void> {
    let octets: Uint8Array;
    if (this.head.length > 0) {
      octets = this.head.subarray(0, compressedStep);
      this.head = this.head.subarray(octets.length);
    } else {
      octets = this.compressed.subarray(0, await this.file.read(this.compressed, 0, compressedStep));
    }
    await new Promise<void>((resolve) => {
      this.stepDone = resolve;
      // A failed write is told to the callback first; the step ends with 'close', when 'error' has told why.
      if (octets.length === 0) this.gunzip.end();
      else this.gunzip.write(octets, (error) => (error ? undefined : resolve()));
    });
    if (this.failure) this.fault = this.faultOf(this.failure);
  }

  private faultOf(failure: Error): Fault {
    const at = this.file.octetsRead;
    if ((failure as { code?: unknown }).code === 'Z_BUF_ERROR') return new Fault('gzip', 'truncated', at, 1, 0, 'capture');
    return malformed('gzip', at, `gzip: ${failure.message}`);
  }

  async drain(signal?: AbortSignal): Promise<void> {
    await this.file.drain(signal);
  }

  async close(): Promise<void> {
    this.gunzip.destroy();
    await this.file.close();
  }
}
