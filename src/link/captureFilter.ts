/**
 * Filters in the language of pcap-filter(7) as programs for the kernel: classic BPF, 8 octets an instruction. Compiled by libpcap itself.
 *
 * The kernel takes the outermost VLAN tag out of a frame before filters see it. libpcap knows that, and looks the tag up where the kernel
 * keeps it, but only for a handle that is capturing: so one is opened for the compiler and closed again. A filter without the word
 * `vlan` matches tagged and untagged frames alike, which differs from the same filter on a file.
 */

import { linkType } from './frameBlock.ts';
import { LiveError } from './liveError.ts';
import { type NativePcap, nativePcap } from './native.ts';

export type FilterProgram = Uint8Array;

const unknownNetmask = 0xffff_ffff;
const instructionOctets = 8;
/** DLT_ numbers as they differ from LINKTYPE_ ones. */
const dltRaw = 12;
/** Octets; the handle for the compiler receives nothing that anybody reads. */
const leastBuffer = 65_536;

/**
 * @param interfaceName `undefined` to check the expression only
 * @returns a program that cuts frames at `snapLength`
 *
 * Throws a `LiveError` with the compiler's words when the expression is wrong.
 */
export function compileFilter(
  expression: string,
  interfaceName: string | undefined,
  frameLinkType: number,
  snapLength: number,
): FilterProgram {
  if (expression.trim() === '') return acceptAll(snapLength);
  const pcap = nativePcap();
  const handle = openForCompiler(pcap, interfaceName, frameLinkType, snapLength);
  try {
    return compile(pcap, handle, expression);
  } finally {
    pcap.pcap_close(handle);
  }
}

/** `ret #snapLength` */
export function acceptAll(snapLength: number): FilterProgram {
  const octets = new Uint8Array(instructionOctets);
  octets[0] = 0x06;
  new DataView(octets.buffer).setUint32(4, snapLength, true);
  return octets;
}

function openForCompiler(pcap: NativePcap, interfaceName: string | undefined, frameLinkType: number, snapLength: number): bigint {
  const dlt = frameLinkType === linkType.raw ? dltRaw : frameLinkType;
  // An interface that is down cannot be opened; the loopback stands in for it, because its frames are Ethernet frames too.
  const candidates = interfaceName === undefined ? [] : [interfaceName, ...(frameLinkType === linkType.ethernet ? ['lo'] : [])];
  for (const name of candidates) {
    const handle = pcap.pcap_create(name, new Uint8Array(256));
    if (handle === null) continue;
    pcap.pcap_set_snaplen(handle, snapLength);
    pcap.pcap_set_buffer_size(handle, leastBuffer);
    if (pcap.pcap_activate(handle) >= 0 && pcap.pcap_datalink(handle) === dlt) return handle;
    pcap.pcap_close(handle);
  }
  const handle = pcap.pcap_open_dead(dlt, snapLength);
  if (handle === null) throw new LiveError('CAPTURE_SOURCE_FAILED', 'libpcap has no memory left for a filter', 'free memory');
  return handle;
}

function compile(pcap: NativePcap, handle: bigint, expression: string): FilterProgram {
  // struct bpf_program: how many instructions, and where they are.
  const program = new Uint8Array(16);
  if (pcap.pcap_compile(handle, program, expression, 1, unknownNetmask) !== 0) {
    const advice = 'mend capture.filter; its language is described in pcap-filter(7)';
    throw new LiveError('CAPTURE_FILTER_WRONG', `the filter ${JSON.stringify(expression)} is wrong: ${pcap.pcap_geterr(handle)}`, advice);
  }
  const view = new DataView(program.buffer);
  const instructions = pcap.view(view.getBigUint64(8, true), view.getUint32(0, true) * instructionOctets);
  const copy = new Uint8Array(instructions).slice();
  pcap.pcap_freecode(program);
  return copy;
}
