/** Decodes one captured frame into one row of a header batch: link header, tags, network, transport. Nothing is allocated for a sound frame. */

import { Fault } from '../base/octets.ts';
import { etherType } from './ethernet.ts';
import { batchRows, type HeaderBatch, layer, noMac, vlansKept } from './headerBatch.ts';
import { walkArp, walkIpv4, walkIpv6 } from './internetWalk.ts';
import {
  isVlanTag,
  walkEthernet,
  walkLinuxCooked,
  walkLinuxCooked2,
  walkLoopback,
  walkMpls,
  walkRawIp,
  walkRawIpOf,
  walkVlans,
} from './linkWalk.ts';
import { walkPlainFrame } from './plainFrame.ts';
import { walkTransport } from './transportWalk.ts';
import { mark, proceed, reaches, stop } from './walk.ts';

/** LINKTYPE_ and DLT_ values that are read. DLT_RAW is 12 or 14 in files that some systems wrote. */
export const readableLinkTypes: readonly number[] = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276];

/**
 * Decodes the frame at `batch.octets[at..end)` into row `batch.count`, which must be below `batchRows`, and counts the row. Lax: every
 * layer that parsed is in the columns, and `batch.fault` says what stopped the walk. Never throws.
 *
 * @param originalLength octets on the wire
 * @param frameNumber position in the capture, from 1
 */
export function appendFrame(
  batch: HeaderBatch,
  linkType: number,
  at: number,
  end: number,
  originalLength: number,
  capturedAtUs: number,
  frameNumber: number,
  interfaceIndex: number,
): void {
  const row = batch.count;
  batch.count = row + 1;
  batch.capturedAtUs[row] = capturedAtUs;
  batch.frameNumber[row] = frameNumber;
  batch.interfaceIndex[row] = interfaceIndex;
  batch.originalLength[row] = originalLength;
  walkFrame(batch, row, linkType, at, end);
}

/** Frames that lie in the buffer of a batch, row by row; see `link/frameBlock.ts`. */
export interface FrameList {
  readonly count: number;
  readonly capturedAtUs: Float64Array;
  readonly interfaceIndex: Uint16Array;
  readonly at: Uint32Array;
  readonly end: Uint32Array;
  readonly originalLength: Uint32Array;
}

/**
 * As `appendFrame` for each of `frames` from `first` on, until the batch is full. Returns the first that found no place in it.
 *
 * @param linkTypes by interface index
 * @param firstFrameNumber position in the capture of the first row of `frames`, not of `first`
 */
export function appendFrames(
  batch: HeaderBatch,
  linkTypes: readonly number[],
  frames: FrameList,
  first: number,
  firstFrameNumber: number,
): number {
  const next = Math.min(frames.count, first + batchRows - batch.count);
  const { at, end, capturedAtUs, originalLength, interfaceIndex } = frames;
  for (let i = first; i < next; i++) {
    const row = batch.count;
    batch.count = row + 1;
    batch.capturedAtUs[row] = capturedAtUs[i] as number;
    batch.frameNumber[row] = firstFrameNumber + i;
    batch.interfaceIndex[row] = interfaceIndex[i] as number;
    batch.originalLength[row] = originalLength[i] as number;
    walkFrame(batch, row, linkTypes[interfaceIndex[i] as number] ?? -1, at[i] as number, end[i] as number);
  }
  return next;
}

function walkFrame(batch: HeaderBatch, row: number, linkType: number, at: number, end: number): void {
  batch.frameAt[row] = at;
  batch.frameEnd[row] = end;
  if (linkType !== 1 || !walkPlainFrame(batch, row, at, end)) walkLayers(batch, row, linkType, at, end);
}

/** Layer by layer, for every frame there may be. What `walkPlainFrame` reads comes out the same. */
export function walkLayers(batch: HeaderBatch, row: number, linkType: number, at: number, end: number): void {
  clearRow(batch, row, at, end);
  if (walkLink(batch, row, linkType, at, end)) walkTagsAndLabels(batch, row);
}

/** Rows are used again: what the walk may leave untouched starts empty. */
function clearRow(batch: HeaderBatch, row: number, at: number, end: number): void {
  batch.plainAs[row] = 0;
  batch.layers[row] = 0;
  batch.sourceMac[row] = noMac;
  batch.destinationMac[row] = noMac;
  batch.vlanCount[row] = 0;
  for (let i = row * vlansKept; i < (row + 1) * vlansKept; i++) batch.vlans[i] = 0;
  batch.etherType[row] = 0;
  batch.networkAt[row] = 0;
  batch.ipVersion[row] = 0;
  for (let i = row * 4; i < row * 4 + 4; i++) {
    batch.sourceAddress[i] = 0;
    batch.destinationAddress[i] = 0;
  }
  batch.protocol[row] = 0;
  batch.sourcePort[row] = 0;
  batch.destinationPort[row] = 0;
  batch.tcpFlags[row] = 0;
  batch.tcpSequence[row] = 0;
  batch.isFragment[row] = 0;
  batch.laterFragment[row] = 0;
  batch.identification[row] = 0;
  batch.fault[row] = undefined;
  proceed(batch, row, at, end);
}

function walkLink(batch: HeaderBatch, row: number, linkType: number, at: number, end: number): boolean {
  switch (linkType) {
    case 1:
      return walkEthernet(batch, row, at, end);
    case 0:
    case 108:
      return walkLoopback(batch, row, at, end);
    case 12:
    case 14:
    case 101:
      return walkRawIp(batch, row, at, end);
    case 113:
      return walkLinuxCooked(batch, row, at, end);
    case 228:
      return walkRawIpOf(batch, row, at, end, etherType.ipv4);
    case 229:
      return walkRawIpOf(batch, row, at, end, etherType.ipv6);
    case 276:
      return walkLinuxCooked2(batch, row, at, end);
    default:
      return stop(batch, row, new Fault('link', 'unsupported', 0, 0, 0, `link type ${linkType}`));
  }
}

/** Tags come before labels before the network header; MPLS inside of MPLS is one stack. */
function walkTagsAndLabels(batch: HeaderBatch, row: number): void {
  if (isVlanTag(batch.etherType[row] as number) && !walkVlans(batch, row)) return;
  const value = batch.etherType[row];
  if ((value === etherType.mpls || value === etherType.mplsMulticast) && !walkMpls(batch, row)) return;
  walkNetwork(batch, row);
}

function walkNetwork(batch: HeaderBatch, row: number): void {
  switch (batch.etherType[row]) {
    case etherType.ipv4:
      if (walkIpv4(batch, row)) walkTransport(batch, row);
      return;
    case etherType.ipv6:
      if (walkIpv6(batch, row)) walkTransport(batch, row);
      return;
    case etherType.arp:
    case etherType.rarp:
      walkArp(batch, row);
      return;
    case etherType.lldp:
      mark(batch, row, layer.lldp);
      return;
    case etherType.eapol:
    case etherType.preAuthentication:
      if (reaches(batch, row, 'eapol', batch.payloadAt[row] as number, batch.payloadEnd[row] as number, 4)) mark(batch, row, layer.eapol);
      return;
    default:
      return;
  }
}
