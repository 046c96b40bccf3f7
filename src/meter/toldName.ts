/** A name record that is not made yet: numbers, and a name that still lies in its packet. A sink that writes words needs no more. */

import { addressFromWords } from '../base/address.ts';
import { latin1 } from '../base/octets.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { NameRecord } from '../record/sighting.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';
import type { PlainAnswer } from '../wire/plainAnswer.ts';
import { macOrNull } from './rowReading.ts';

const dot = 0x2e;

/** Filled anew for each name: borrowed until the sink returns. */
export class ToldName {
  readonly evidence = 'dns';
  frame = 0;
  /** −1: none. */
  clientMac = 0;
  from: Microseconds = 0;
  until: Microseconds = 0;
  /** Four words, most significant first. */
  readonly clientAddress = new Uint32Array(4);
  readonly address = new Uint32Array(4);
  readonly server = new Uint32Array(4);
  private octets: Uint8Array = new Uint8Array(0);
  private nameAt = 0;
  private nameEnd = 0;

  /** What is the same for all addresses of an answer. */
  begin(answer: PlainAnswer, batch: HeaderBatch, row: number, atUs: Microseconds): void {
    this.frame = batch.frameNumber[row] as number;
    this.clientMac = batch.destinationMac[row] as number;
    this.from = atUs;
    for (let i = 0; i < 4; i++) {
      this.clientAddress[i] = batch.destinationAddress[row * 4 + i] as number;
      this.server[i] = batch.sourceAddress[row * 4 + i] as number;
    }
    this.octets = batch.octets;
    this.nameAt = answer.nameAt;
    this.nameEnd = answer.nameEnd;
  }

  /** The address in place `index` of the answer. */
  take(answer: PlainAnswer, index: number): void {
    this.until = this.from + (answer.ttlSeconds[index] as number) * second;
    for (let i = 0; i < 4; i++) this.address[i] = answer.addresses[index * 4 + i] as number;
  }

  /** Octets of the name as text: letters and the like, with dots between the labels. */
  get nameLength(): number {
    return this.nameEnd - this.nameAt - 1;
  }

  /** Writes them into `into` from `start` on. */
  writeName(into: Uint8Array, start: number): void {
    const { octets, nameAt, nameEnd } = this;
    let labelEnd = nameAt;
    for (let at = nameAt; at < nameEnd; at++) {
      if (at === labelEnd) {
        labelEnd = at + 1 + (octets[at] as number);
        if (at > nameAt) into[start + at - nameAt - 1] = dot;
      } else into[start + at - nameAt - 1] = octets[at] as number;
    }
  }

  record(capture: string): NameRecord {
    const name = new Uint8Array(this.nameLength);
    this.writeName(name, 0);
    return {
      capture,
      frame: this.frame,
      clientMac: macOrNull(this.clientMac),
      clientAddress: addressOf(this.clientAddress),
      name: latin1(name, 0, name.length),
      address: addressOf(this.address),
      from: this.from,
      until: this.until,
      evidence: this.evidence,
      server: addressOf(this.server),
    };
  }
}

function addressOf(words: Uint32Array) {
  return addressFromWords(words[0] as number, words[1] as number, words[2] as number, words[3] as number);
}
