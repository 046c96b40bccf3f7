/**
 * What `capProcess.ts` and `capSource.ts` say to each other through a FIFO: first a greeting in JSON, then batches of frames. Everything begins
 * with its length. Numbers are little-endian.
 */

/** Length of the whole batch, and how many frames it holds. */
export const headerOctets = 8;
/** Before each frame: when it was taken, µs, and its length. */
export const rowOctets = 12;
/** Octets of a batch at most; holds more than one of the largest frames. */
export const longestBatch = 256 * 1024;

export interface Greeting {
  /** In cap's words; missing where it failed. */
  readonly linkType?: string;
  readonly code?: string | null;
  readonly error?: string;
}

export function frameHeader(batch: Buffer, at: number, takenAtUs: number, length: number): void {
  batch.writeDoubleLE(takenAtUs, at);
  batch.writeUInt32LE(length, at + 8);
}

export function encodeGreeting(greeting: object): Uint8Array {
  const text = Buffer.from(JSON.stringify(greeting));
  const header = Buffer.alloc(headerOctets);
  header.writeUInt32LE(headerOctets + text.length, 0);
  return Buffer.concat([header, text]);
}
