/** The three kinds of message at the head of a TCP stream that may be spread over segments: ClientHello, HTTP request, DNS message. */

import { uint8, uint32 } from '../base/octets.ts';
import type { DnsMessage } from './dns.ts';
import { readDnsOverTcp, wholeDnsOverTcpLength } from './dnsOverTcp.ts';
import type { HeaderBatch } from './headerBatch.ts';
import { beginsHttpRequest, type HttpRequest, mayBeginMethod, readHttpRequests, wholeHttpLength } from './http.ts';
import { SegmentAssembly } from './segmentAssembly.ts';
import { type ClientHello, handshake, mayBeginClientHello, readClientHello } from './tls.ts';

export function assembleClientHellos(): SegmentAssembly<ClientHello> {
  return new SegmentAssembly(readClientHello, (batch, row) =>
    mayBeginClientHello(batch.octets, batch.payloadAt[row] as number, batch.payloadEnd[row] as number),
  );
}

/** Whether `octet` may be the first of a ClientHello or of an HTTP request. What most segments begin with is neither. */
export function mayBeginHead(octet: number): boolean {
  return octet === handshake || mayBeginMethod(octet);
}

/** Waits for the Host field, not for the end of the head; several that come in one segment are given together. */
export function assembleHttpRequests(): SegmentAssembly<readonly HttpRequest[]> {
  return new SegmentAssembly(readHttpRequests, mayBeginHttp, undefined, wholeHttpLength);
}

function mayBeginHttp(batch: HeaderBatch, row: number): boolean {
  const at = batch.payloadAt[row] as number;
  return (batch.payloadEnd[row] as number) - at >= 4 && beginsHttpRequest(uint32(batch.octets, at));
}

/** Port 53 only: nothing in the octets of a DNS message sets it apart. */
export function assembleDnsMessages(): SegmentAssembly<readonly DnsMessage[]> {
  return new SegmentAssembly(readDnsOverTcp, mayBeginDns, undefined, wholeDnsOverTcpLength);
}

function mayBeginDns(batch: HeaderBatch, row: number): boolean {
  if (batch.sourcePort[row] !== 53 && batch.destinationPort[row] !== 53) return false;
  const at = batch.payloadAt[row] as number;
  if ((batch.payloadEnd[row] as number) - at < 5) return true;
  // An assigned opcode: the middle of a long message seldom looks like it.
  const opcode = (uint8(batch.octets, at + 4) >>> 3) & 0xf;
  return opcode <= 6 && opcode !== 3;
}
