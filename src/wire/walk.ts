/**
 * What the steps of the frame walk share. A step looks once whether its header is there, fills columns of one row, and leaves in
 * `payloadAt` and `payloadEnd` where the next header begins and ends; it returns whether there is a next header to walk into.
 */

import { Fault, type FaultKind, type Region } from '../base/octets.ts';
import { type HeaderBatch, layer } from './headerBatch.ts';

/** Whether `needed` octets lie in `[at, end)`; if not, the row gets the fault. The only comparison on the frame path. */
export function reaches(batch: HeaderBatch, row: number, name: string, at: number, end: number, needed: number): boolean {
  if (end - at >= needed) return true;
  const limitedBy = limitOf(batch, row, end);
  const kind: FaultKind = limitedBy === 'capture' ? 'truncated' : 'overrun';
  stop(batch, row, new Fault(name, kind, at - (batch.frameAt[row] as number), needed, Math.max(0, end - at), limitedBy));
  return false;
}

/** Records why the walk of this row ended. */
export function stop(batch: HeaderBatch, row: number, fault: Fault): false {
  batch.fault[row] = fault;
  batch.hasFaults = true;
  return false;
}

/** A header whose octets are there but forbidden. The fault's offset counts from the start of the frame. */
export function refuse(batch: HeaderBatch, row: number, name: string, at: number, kind: FaultKind, because: string): false {
  return stop(batch, row, new Fault(name, kind, at - (batch.frameAt[row] as number), 0, 0, because));
}

/** Which length field set `end`, worked out only once there is a fault to describe. */
function limitOf(batch: HeaderBatch, row: number, end: number): string {
  if (end >= (batch.frameEnd[row] as number)) return 'capture';
  if (has(batch, row, layer.udp)) return 'udp.length';
  if (batch.ipVersion[row] === 4) return 'ipv4.totalLength';
  if (batch.ipVersion[row] === 6) return 'ipv6.payloadLength';
  return 'ethernet.length';
}

export function mark(batch: HeaderBatch, row: number, bit: number): void {
  batch.layers[row] = (batch.layers[row] as number) | bit;
}

export function has(batch: HeaderBatch, row: number, bit: (typeof layer)[keyof typeof layer]): boolean {
  return ((batch.layers[row] as number) & bit) !== 0;
}

/** The payload of a row, with what set its end. Borrowed: valid as long as the batch's buffer. */
export function payloadRegion(batch: HeaderBatch, row: number): Region {
  const end = batch.payloadEnd[row] as number;
  return { octets: batch.octets, at: batch.payloadAt[row] as number, end, limitedBy: limitOf(batch, row, end) };
}

/** The next header is in `[at, end)`. */
export function proceed(batch: HeaderBatch, row: number, at: number, end: number): true {
  batch.payloadAt[row] = at;
  batch.payloadEnd[row] = end;
  return true;
}
