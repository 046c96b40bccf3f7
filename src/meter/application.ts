/** Application protocols as numbers, so that a slice can keep one in a word: 0 is none, others count `applications` from 1. */

import { type Application, applications } from '../record/application.ts';
import { recognizeApplication } from '../wire/application.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';

/** Packets with data of one slice in which the protocol is looked for: a stream that is none of these stays unlabelled. */
export const looksPerSlice = 16;

/** Which protocol the packet in `row` carries by what its octets say. */
export function applicationIn(batch: HeaderBatch, row: number): number {
  const recognized = recognizeApplication(batch, row);
  return recognized === undefined ? 0 : applications.indexOf(recognized) + 1;
}

export function applicationNamed(number: number): Application | null {
  return applications[number - 1] ?? null;
}
