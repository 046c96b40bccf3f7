/** What tests of live sources share: a cable, frames that carry their number, and collecting what came. */

import { closeSync, openSync } from 'node:fs';
import type { FrameBlock } from '../../src/link/frameBlock.ts';
import { native } from '../../src/link/native.ts';
import { FrameSender } from './frameSender.ts';
import { connect, Namespace, type Scope } from './namespaces.ts';

export interface Mirror {
  /** Sends through `out0`. */
  readonly network: Namespace;
  /** Listens on `mir0`. */
  readonly box: Namespace;
}

export function mirror(scope: Scope, mtu = 1500): Mirror {
  const [network, box] = [new Namespace(scope), new Namespace(scope)];
  connect(network, { name: 'out0' }, box, { name: 'mir0' }, mtu);
  return { network, box };
}

/** Ethernet of a type for experiments, `length` octets, its number after the header. */
export function numbered(number: number, length = 60): Uint8Array {
  const octets = new Uint8Array(length).fill(0x5a);
  octets.set([0x02, 0, 0x5e, 0, 0, 1, 0x02, 0, 0x5e, 0, 0, 2, 0x88, 0xb5]);
  new DataView(octets.buffer).setUint32(14, number);
  return octets;
}

export function numberOf(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(14);
}

/** Sends frames once, from inside a namespace. */
export function sendOnce(namespace: Namespace, interfaceName: string, frames: readonly Uint8Array[], count = frames.length): void {
  namespace.inside(() => {
    const sender = new FrameSender(interfaceName, frames);
    sender.send(count);
    sender.close();
  });
}

export interface CollectedFrame {
  readonly capturedAtUs: number;
  readonly octets: Uint8Array;
  readonly originalLength: number;
  readonly number: number;
}

/** Polls until `count` frames have come, or none has come for `idleMs`. */
export function collect(source: { poll(timeoutMs: number): FrameBlock | undefined }, count: number, idleMs = 1000): CollectedFrame[] {
  const frames: CollectedFrame[] = [];
  for (let last = performance.now(); frames.length < count && performance.now() - last < idleMs; ) {
    const block = source.poll(20);
    if (block === undefined) continue;
    last = performance.now();
    for (let row = 0; row < block.count; row++) {
      frames.push({
        capturedAtUs: block.capturedAtUs[row] as number,
        octets: block.octets.slice(block.at[row], block.end[row]),
        originalLength: block.originalLength[row] as number,
        number: block.firstFrameNumber + row,
      });
    }
  }
  return frames;
}

/**
 * A tunnel that pretends to be of another kind (TUNSETIFF, TUNSETLINK).
 *
 * @param kind ARPHRD_ number
 * @returns removes it
 */
export function openTunnel(name: string, kind: number): () => void {
  const descriptor = openSync('/dev/net/tun', 'r+');
  const request = new Uint8Array(40);
  request.set(new TextEncoder().encode(name));
  const [tunnel, bare] = [0x0001, 0x1000];
  new DataView(request.buffer).setUint16(16, tunnel | bare, true);
  if (native().ioctl(descriptor, 0x4004_54ca, request) < 0) throw new Error(`TUNSETIFF failed with errno ${native().errno()}`);
  // This one takes its argument as a number where others take an address.
  if (native().ioctl(descriptor, 0x4004_54cd, BigInt(kind) as unknown as Uint8Array) < 0)
    throw new Error(`TUNSETLINK failed with errno ${native().errno()}`);
  return () => closeSync(descriptor);
}
