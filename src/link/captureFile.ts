/** Opens a capture file of any known format. The format is what the first octets say, never what the file is called. */

import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { uint32, uint32LittleEndian } from '../base/octets.ts';
import { CaptureError, captureErrorFrom } from './captureError.ts';
import type { FrameSource } from './frameBlock.ts';
import { FileOctets, GunzipOctets, type OctetSource, type OnChunk } from './octetSource.ts';
import { OctetWindow } from './octetWindow.ts';
import { PcapngSource } from './pcapngSource.ts';
import { PcapSource, pcapMagic } from './pcapSource.ts';
import { isZstd, ZstdOctets } from './zstdOctets.ts';

export interface CaptureOptions {
  /** Sees every octet of the file once, in order, as it lies in the file (compressed where it is compressed): for hashing. */
  readonly onChunk?: OnChunk;
}

/** As much of a file as its format is told from. */
const headLength = 512;
const gzipMagic = 0x1f8b;
const pcapngMagic = 0x0a0d0d0a;

/** Formats that are known well enough to say what to do about them; first octets in hexadecimal. */
const foreign: readonly { magic: string; format: string; advice: string; compressed: boolean }[] = [
  { magic: 'fd377a585a00', format: 'xz', advice: 'decompress it with `xz -d`', compressed: true },
  { magic: '425a68', format: 'bzip2', advice: 'decompress it with `bzip2 -d`', compressed: true },
  { magic: '04224d18', format: 'lz4', advice: 'decompress it with `lz4 -d`', compressed: true },
  { magic: '504b0304', format: 'zip', advice: 'unpack it with `unzip`', compressed: true },
  { magic: 'a1b2cd34', format: "modified pcap (Kuznetsov's patch)", advice: 'rewrite it with `editcap -F pcapng`', compressed: false },
  { magic: '34cdb2a1', format: "modified pcap (Kuznetsov's patch)", advice: 'rewrite it with `editcap -F pcapng`', compressed: false },
  { magic: '736e6f6f70000000', format: 'snoop', advice: 'rewrite it with `editcap -F pcapng`', compressed: false },
  { magic: '474d4255', format: 'Microsoft Network Monitor', advice: 'rewrite it with `editcap -F pcapng`', compressed: false },
  { magic: '456c6646696c6500', format: 'Windows event log (EVTX)', advice: 'give it as a log, not as a capture', compressed: false },
];

/**
 * A FIFO is read until its writers are gone, a file that is still being written to the end that it has when it is reached.
 * Throws `CaptureError` when there is no capture to read; whoever gets a source closes it.
 */
export async function openCapture(path: string, options: CaptureOptions = {}): Promise<FrameSource> {
  const handle = await openFile(path);
  const file = new FileOctets(handle, path, options.onChunk);
  try {
    return await openFormat(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (cause) {
    throw captureErrorFrom(cause, path);
  }
  // Linux opens a directory for reading and only refuses the first read.
  if (!(await handle.stat()).isDirectory()) return handle;
  await handle.close();
  throw captureErrorFrom({ code: 'EISDIR' }, path);
}

async function readHead(source: OctetSource): Promise<Uint8Array> {
  const head = new Uint8Array(headLength);
  let length = 0;
  while (length < headLength) {
    const count = await source.read(head, length, headLength);
    if (count === 0) break;
    length += count;
  }
  return head.subarray(0, length);
}

async function openFormat(file: FileOctets, path: string): Promise<FrameSource> {
  let source: OctetSource = file;
  let head = await readHead(file);
  if (head.length === 0) throw new CaptureError('CAPTURE_EMPTY', `${path} is empty`, 'capture again, or wait until something was written');
  let what = path;
  if (head.length > 2 && ((head[0] as number) << 8) + (head[1] as number) === gzipMagic) {
    source = new GunzipOctets(file, head);
    head = await readHead(source);
    what = `${path} (decompressed)`;
  } else if (head.length >= 4 && isZstd(uint32LittleEndian(head, 0))) {
    source = new ZstdOctets(file, head);
    head = await readHead(source);
    what = `${path} (decompressed)`;
  }
  const window = new OctetWindow(source, head);
  const magic = head.length < 4 ? 0 : uint32(head, 0);
  const swapped = head.length < 4 ? 0 : uint32LittleEndian(head, 0);
  const { microseconds, nanoseconds } = pcapMagic;
  if (magic === pcapngMagic) return PcapngSource.open(window, what);
  if (magic === microseconds || magic === nanoseconds) return PcapSource.open(window, magic, false, what);
  if (swapped === microseconds || swapped === nanoseconds) return PcapSource.open(window, swapped, true, what);
  throw refusal(head, what, source);
}

function refusal(head: Uint8Array, what: string, source: OctetSource): CaptureError {
  if (source.fault) {
    const how =
      source.fault.kind === 'truncated'
        ? 'is cut short'
        : source.fault.kind === 'unsupported'
          ? `needs more than is done here (${source.fault.limitedBy})`
          : 'is damaged';
    return new CaptureError(
      'CAPTURE_UNKNOWN_FORMAT',
      `the ${source.fault.layer} stream of ${what} ${how} before any capture`,
      'copy it again',
    );
  }
  if (head.length === 0) return new CaptureError('CAPTURE_EMPTY', `${what} is empty`, 'capture again');
  const digits = Buffer.from(head).toString('hex');
  const known = foreign.find(({ magic }) => digits.startsWith(magic));
  if (known) {
    const code = known.compressed ? 'CAPTURE_COMPRESSED' : 'CAPTURE_UNSUPPORTED_FORMAT';
    return new CaptureError(code, `${what} is in the format ${known.format}, which is not read`, known.advice);
  }
  if (looksLikeText(head)) {
    const isLog = /<Events?[\s>]/.test(new TextDecoder().decode(head));
    const advice = isLog ? 'give event logs as logs' : 'give a pcap or pcapng file';
    return new CaptureError('CAPTURE_IS_TEXT', `${what} is text, not a capture`, advice);
  }
  return new CaptureError('CAPTURE_UNKNOWN_FORMAT', `${what} is neither pcap nor pcapng`, 'give a pcap or pcapng file');
}

/** A byte-order mark, or no control characters and mostly ASCII. */
function looksLikeText(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)) return true;
  const isControl = (octet: number) => octet === 0x7f || (octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d);
  return !head.some(isControl) && head.filter((octet) => octet < 0x80).length > head.length / 2;
}
