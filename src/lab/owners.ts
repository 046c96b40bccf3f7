/**
 * Owners of many addresses on one port: each answers solicitations as a host does, after a delay of its own. In a thread of their own that
 * runs before others, as a host's kernel would: what the lab does meanwhile makes no owner late, and a late owner looks like none.
 */

import { fileURLToPath } from 'node:url';
import { Worker, workerData } from 'node:worker_threads';
import type { Address, Mac } from '../base/address.ts';
import { uint8, uint48 } from '../base/octets.ts';
import { neighbourFilter } from '../link/controlFilter.ts';
import { ControlSocket, FrameWait, rowsOfBatch } from '../link/controlSocket.ts';
import { runBeforeOthers } from '../link/threadPriority.ts';
import { ipv6AddressAt } from '../wire/ipv6.ts';
import { advertisementFrame, at, shortest, solicitationType } from './rawStation.ts';

export interface Owner {
  readonly address: Address;
  readonly mac: Mac;
  readonly delayMs: number;
}

interface OwnersData {
  readonly interfaceName: string;
  readonly owners: readonly Owner[];
  /** Becomes 1 when they are to go. */
  readonly gone: Int32Array;
}

const longestWaitMs = 20;
/** After a pause as long as the shorter silence that the box takes for proof, what is answered may be answered too late. */
const heldUpMs = 500;

export class Owners {
  private readonly gone = new Int32Array(new SharedArrayBuffer(4));
  private readonly ended: Promise<void>;
  /** Addresses whose owner was held up by this machine before it answered. Known when they are gone. */
  readonly late = new Set<Address>();

  /** Must be made inside the namespace of the interface; resolves when they listen. */
  static start(interfaceName: string, owners: readonly Owner[]): Promise<Owners> {
    return new Promise((resolve, reject) => {
      const made: Owners = new Owners(interfaceName, owners, () => resolve(made), reject);
    });
  }

  private constructor(interfaceName: string, owners: readonly Owner[], ready: () => void, failed: (error: Error) => void) {
    const data: OwnersData = { interfaceName, owners, gone: this.gone };
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ownersOfLab: data } });
    worker.on('message', (told: 'ready' | readonly Address[]) => {
      if (told === 'ready') ready();
      else for (const address of told) this.late.add(address);
    });
    worker.once('error', failed);
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  async close(): Promise<void> {
    Atomics.store(this.gone, 0, 1);
    await this.ended;
  }
}

function answerAll({ interfaceName, owners, gone }: OwnersData, tell: (told: 'ready' | readonly Address[]) => void): void {
  const socket = new ControlSocket(interfaceName, neighbourFilter());
  const wait = new FrameWait([socket]);
  const owned = new Map(owners.map((owner) => [owner.address, owner]));
  const heldUp = new Set<Address>();
  let [turnedAtMs, wasHeldUp] = [performance.now(), false];
  let late: { readonly dueMs: number; readonly frame: Uint8Array }[] = [];
  const take = (octets: Uint8Array, start: number, end: number): void => {
    if (end - start < shortest || uint8(octets, start + 12) !== 0x86 || uint8(octets, start + at.type) !== solicitationType) return;
    const owner = owned.get(ipv6AddressAt(octets, start + at.target));
    const asker = ipv6AddressAt(octets, start + at.source);
    if (owner === undefined || asker === 0n) return;
    const frame = advertisementFrame(owner.mac, owner.address, asker, uint48(octets, start + 6));
    if (wasHeldUp) heldUp.add(owner.address);
    if (owner.delayMs === 0) socket.send(frame);
    else late.push({ dueMs: performance.now() + owner.delayMs, frame });
  };
  runBeforeOthers();
  tell('ready');
  while (Atomics.load(gone, 0) === 0) {
    wait.block(late.length > 0 ? 1 : longestWaitMs);
    const now = performance.now();
    wasHeldUp = now - turnedAtMs > heldUpMs;
    turnedAtMs = now;
    while (socket.receiveBatch(take) === rowsOfBatch);
    for (const { frame } of late.filter(({ dueMs }) => dueMs <= now)) socket.send(frame);
    late = late.filter(({ dueMs }) => dueMs > now);
  }
  socket.close();
  tell([...heldUp]);
}

const given = (workerData as { readonly ownersOfLab?: OwnersData } | null)?.ownersOfLab;
if (given) {
  const { parentPort } = await import('node:worker_threads');
  answerAll(given, (told) => parentPort?.postMessage(told));
}
